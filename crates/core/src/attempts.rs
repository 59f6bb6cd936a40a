//! One request on its way to an answer.

use std::time::Duration;

use crate::connector::{Connector, Opened};
use crate::error::Error;
use crate::functions::Functions;
use crate::granted::GrantedToken;
use crate::policy::Policy;
use crate::records::{Failure, Recovery, Request, Response};

/// The tries of one request: which token it may use, and what follows from each result.
///
/// A shell gets a token other than [`refused`](Self::refused) where the request needs one, sends
/// the [`request`](Self::request), reports what happened, and does what [`Next`] says.
pub struct Attempts {
    request: Request,
    policy: Policy,
    deadline: Duration,
    attempt: u32,
    refused: Option<u64>,
}

/// What follows from a try.
pub enum Next {
    /// Try again after this wait, because of this failure.
    Again(Duration, Box<Failure>),
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

    /// Returns the request, to [authorize](Connector::authorized) and send.
    pub fn request(&self) -> &Request {
        &self.request
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
        token: Option<&GrantedToken>,
        response: Response,
        (now, random): (Duration, f64),
    ) -> Result<Next, Error> {
        let failure = match connector.api_response(opened, token, &response) {
            Ok(()) => return Ok(Next::Answered(response, None)),
            Err(Error::Failed(failure)) => failure,
            Err(error) => return Err(error),
        };
        // Where nothing is exchanged there is no other token.
        if let Some(token) = token.filter(|_| self.refused.is_none() && self.policy.renewal)
            && failure.recovery == Recovery::RenewToken
        {
            self.refused = Some(token.number());
            return Ok(Next::Again(Duration::ZERO, failure));
        }
        Ok(match self.wait(&failure, self.request.repeatable, None, now, random) {
            Some(wait) => Next::Again(wait, failure),
            None => Next::Answered(response, Some(failure)),
        })
    }

    /// Reports that something happened on the way instead of a response.
    pub fn lost(&mut self, failure: Box<Failure>, now: Duration, random: f64) -> Next {
        match self.wait(&failure, self.request.repeatable, None, now, random) {
            Some(wait) => Next::Again(wait, failure),
            None => Next::Failed(failure),
        }
    }

    /// Reports that there was no token, so that nothing was sent. To try again within the
    /// pause that is left after the failed exchange would bring the same failure.
    pub fn no_token(
        &mut self,
        failure: Box<Failure>,
        pause_left: Option<Duration>,
        now: Duration,
        random: f64,
    ) -> Next {
        match self.wait(&failure, true, pause_left, now, random) {
            Some(wait) => Next::Again(wait, failure),
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
        let asked = match failure.recovery {
            Recovery::Retry(seconds) => seconds,
            Recovery::RetryIfRepeatable(seconds) if repeatable => seconds,
            Recovery::RetryIfRepeatable(_)
            | Recovery::RenewToken
            | Recovery::Reconfigure
            | Recovery::GiveUp
            | Recovery::Alarm => return None,
        };
        let wait = asked.map(|seconds| Duration::from_secs(seconds.into()));
        let wait = wait.max(pause).unwrap_or_default().max(self.policy.backoff(self.attempt, random));
        let patient = self.attempt < self.policy.attempts && now.saturating_add(wait) <= self.deadline;
        if !patient {
            return None;
        }
        self.attempt += 1;
        Some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fixed, checked_request, connector, failure, opened, response, token};

    struct Fixture {
        connector: Connector<Fixed>,
        opened: Opened,
        attempts: Attempts,
    }

    impl Fixture {
        fn new(repeatable: bool, policy: Policy) -> Self {
            let connector = connector();
            let attempts = Attempts::new(checked_request(&connector, repeatable), policy, Duration::ZERO);
            Self { opened: opened(&connector), connector, attempts }
        }

        /// Reports a response to the token of an exchange, with the longest wait of chance.
        fn received(&mut self, status: u16, exchange: u64) -> String {
            let granted = GrantedToken::new(token("a"), exchange);
            let moment = (Duration::ZERO, 1.0);
            let next = self.attempts.received(&self.connector, &self.opened, Some(&granted), response(status), moment);
            word(next.unwrap())
        }

        fn lost(&mut self, code: &str, retry_after: Option<u32>) -> String {
            word(self.attempts.lost(Box::new(failure(code, retry_after)), Duration::ZERO, 1.0))
        }
    }

    fn word(next: Next) -> String {
        match next {
            Next::Again(wait, _) => format!("again after {} s", wait.as_secs()),
            Next::Answered(response, failure) => {
                format!("{} {}", response.status, failure.map(|failure| failure.code).unwrap_or_default())
            }
            Next::Failed(failure) => failure.code,
        }
    }

    #[test]
    fn tries_are_bounded_and_waits_grow() {
        let mut fixture = Fixture::new(true, Policy::default());
        let next = [(); 4].map(|()| fixture.received(503, 1));
        assert_eq!(next, ["again after 1 s", "again after 2 s", "again after 4 s", "503 unavailable"]);
    }

    #[test]
    fn only_what_is_repeatable_is_repeated_when_its_effect_is_unknown() {
        for (repeatable, unavailable, network) in
            [(true, "again after 1 s", "again after 2 s"), (false, "503 unavailable", "network")]
        {
            let mut fixture = Fixture::new(repeatable, Policy::default());
            assert_eq!([fixture.received(503, 1), fixture.lost("network", None)], [unavailable, network]);
            let mut fixture = Fixture::new(repeatable, Policy::default());
            assert_eq!(fixture.received(429, 1), "again after 1 s", "a rate limit has no effect");
        }
    }

    #[test]
    fn a_token_that_is_refused_is_renewed_once() {
        let mut fixture = Fixture::new(false, Policy::default());
        assert_eq!((fixture.received(401, 3), fixture.attempts.refused()), ("again after 0 s".into(), Some(3)));
        assert_eq!(fixture.received(401, 4), "401 token-expired");
        let mut fixture = Fixture::new(true, Policy::once());
        assert_eq!((fixture.received(401, 3), fixture.attempts.refused()), ("401 token-expired".into(), None));
    }

    #[test]
    fn a_wait_beyond_the_patience_is_passed_on() {
        let mut fixture = Fixture::new(true, Policy::default());
        assert_eq!(fixture.lost("unavailable", Some(180)), "again after 180 s");
        assert_eq!(fixture.lost("unavailable", Some(181)), "unavailable");
    }

    #[test]
    fn without_a_token_the_rest_of_the_pause_is_waited_out_by_any_request() {
        let mut fixture = Fixture::new(false, Policy::default());
        let unavailable = Box::new(failure("unavailable", None));
        let pause = Some(Duration::from_secs(30));
        assert_eq!(word(fixture.attempts.no_token(unavailable, pause, Duration::ZERO, 1.0)), "again after 30 s");
    }

    #[test]
    fn a_policy_of_one_try_repeats_nothing() {
        assert_eq!(Fixture::new(true, Policy::once()).received(503, 1), "503 unavailable");
    }

    #[test]
    fn where_nothing_is_exchanged_no_other_token_is_waited_for() {
        let mut fixture = Fixture::new(true, Policy::default());
        let Fixture { connector, opened, attempts } = &mut fixture;
        let next = attempts.received(connector, opened, None, response(401), (Duration::ZERO, 1.0));
        assert_eq!(word(next.unwrap()), "401 token-expired");
    }
}
