//! One request on its way to an answer.

use std::time::Duration;

use crate::cache::GrantedToken;
use crate::connector::{Connector, Opened};
use crate::error::Error;
use crate::functions::Functions;
use crate::policy::{Advice, Policy};
use crate::records::{Failure, Request, Response};
use crate::Secret;

/// The tries of one request: which token it may use, and what follows from each result.
///
/// A shell gets a token other than [`refused`](Self::refused), sends
/// [`authorized`](Self::authorized), reports what happened, and does what [`Next`] says.
pub struct Attempts {
    request: Request,
    policy: Policy,
    deadline: Duration,
    attempt: u32,
    refused: Option<u64>,
}

/// What follows from a try.
pub enum Next {
    /// Try again after this wait.
    Again(Duration),
    /// The request is answered: the last response, and what the connector holds against
    /// it. None: it is a success.
    Answered(Response, Option<Box<Failure>>),
    /// There is no response and will be none.
    Failed(Box<Failure>),
}

impl Attempts {
    /// Begins with a request; `now` and all later times are of one clock.
    pub fn new(request: Request, policy: Policy, now: Duration) -> Self {
        Self { request, policy, deadline: now.saturating_add(policy.patience), attempt: 1, refused: None }
    }

    /// Returns the moment after which nothing more is tried.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// Returns the number of the exchange whose token the provider refused.
    pub fn refused(&self) -> Option<u64> {
        self.refused
    }

    /// Returns the request with the headers that authorize it, if it asks for them.
    pub fn authorized(&self, headers: &[(String, Secret)]) -> Request {
        let mut request = self.request.clone();
        if request.authorized {
            request.headers.extend_from_slice(headers);
        }
        request
    }

    /// Reports a response.
    ///
    /// # Errors
    ///
    /// [`Error::Connector`]
    pub fn received<C: Functions>(
        &mut self,
        connector: &Connector<C>,
        opened: &Opened,
        token: &GrantedToken,
        response: Response,
        (now, random): (Duration, f64),
    ) -> Result<Next, Error> {
        let failure = match connector.api_response(opened, token, &response) {
            Ok(()) => return Ok(Next::Answered(response, None)),
            Err(Error::Failed(failure)) => failure,
            Err(error) => return Err(error),
        };
        if Advice::of(&failure) == Advice::Renew && self.refused.is_none() && self.policy.renewal {
            self.refused = Some(token.number());
            return Ok(Next::Again(Duration::ZERO));
        }
        Ok(match self.wait(&failure, self.request.repeatable, None, now, random) {
            Some(wait) => Next::Again(wait),
            None => Next::Answered(response, Some(failure)),
        })
    }

    /// Reports that something happened on the way instead of a response.
    pub fn lost(&mut self, failure: Box<Failure>, now: Duration, random: f64) -> Next {
        match self.wait(&failure, self.request.repeatable, None, now, random) {
            Some(wait) => Next::Again(wait),
            None => Next::Failed(failure),
        }
    }

    /// Reports that there was no token, so that nothing was sent. To try again within the
    /// pause that is left after the failed exchange would bring the same failure.
    pub fn no_token(&mut self, failure: Box<Failure>, pause_left: Option<Duration>, now: Duration, random: f64) -> Next {
        match self.wait(&failure, true, pause_left, now, random) {
            Some(wait) => Next::Again(wait),
            None => Next::Failed(failure),
        }
    }

    /// Returns how long to wait before another try, which is then counted; none where
    /// none helps, where it could do harm, or where tries or patience are used up.
    fn wait(
        &mut self,
        failure: &Failure,
        repeatable: bool,
        pause: Option<Duration>,
        now: Duration,
        random: f64,
    ) -> Option<Duration> {
        let wait = match Advice::of(failure) {
            Advice::Later(wait) => wait,
            Advice::Repeat(wait) if repeatable => wait,
            Advice::Repeat(_) | Advice::Renew | Advice::GiveUp => return None,
        };
        let wait = wait.max(pause).unwrap_or_default().max(self.policy.backoff(self.attempt, random));
        let patient = self.attempt < self.policy.attempts && now.saturating_add(wait) <= self.deadline;
        if !patient {
            return None;
        }
        self.attempt += 1;
        Some(wait)
    }
}
