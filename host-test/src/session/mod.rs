//! The life of a connection's token, over any transport.
//!
//! A [`Session`] belongs to one connection. Its callers share one token and one
//! exchange: whoever needs a token while it is being fetched waits for that one,
//! a token is renewed in the background while the old one is still good, and
//! after a failed exchange there is a pause in which everyone gets the same
//! failure. A failure of the configuration lasts: other entries are another
//! session.

mod carry;
mod clock;
mod exchange;
mod failure;
mod policy;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use thiserror::Error;

pub use clock::{Cancel, Clock, SystemClock};
pub use policy::Policy;

use crate::entries::Entries;
use crate::guard::{Connector, PluginError};
use crate::model::{Connection, Failure, Problem, Request, Response, Token};
use crate::permissions::{self, Checked};
use crate::plugin::Function;
use crate::transport::{SendError, Transport};
use exchange::{Book, Granted, Step};
use policy::Advice;

/// How often a caller who waits for another's exchange looks whether it was
/// cancelled or its patience is over.
const GLANCE: Duration = Duration::from_millis(50);

/// Holds one connection, open for calls of many threads.
#[derive(Clone)]
pub struct Session {
    shared: Arc<Shared>,
}

struct Shared {
    connector: Arc<Connector>,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    policy: Policy,
    entries: Entries,
    connection: Connection,
    book: Mutex<Book>,
    changed: Condvar,
}

/// Says why a call brought no answer.
#[derive(Debug, Clone, Error)]
pub enum CallFailure {
    /// The provider, or the way to it, failed.
    #[error("{} ({})", .0.message, .0.code)]
    Failed(Box<Failure>),
    /// The plugin failed the host.
    #[error(transparent)]
    Plugin(#[from] Arc<PluginError>),
    /// The recording that answers does not fit.
    #[error("{0}")]
    Recording(String),
    /// The caller gave up.
    #[error("the call was cancelled")]
    Cancelled,
}

impl From<PluginError> for CallFailure {
    fn from(error: PluginError) -> Self {
        Self::Plugin(Arc::new(error))
    }
}

impl From<SendError> for CallFailure {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Failed(failure) => Self::Failed(failure),
            SendError::Recording(error) => Self::Recording(error.to_string()),
        }
    }
}

impl Session {
    /// Opens a session; nothing is sent yet. The inner error holds every problem
    /// of the entries.
    pub fn open(
        connector: Arc<Connector>,
        entries: Entries,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        policy: Policy,
    ) -> Result<Result<Self, Vec<Problem>>, PluginError> {
        let resolved = connector.resolve(&entries)?;
        let exchange = connector.token_request(&entries, resolved.as_ref().map_err(Vec::as_slice))?;
        if let Err(problems) = exchange {
            return Ok(Err(problems));
        }
        Ok(resolved.map(|connection| {
            let (book, changed) = (Mutex::default(), Condvar::new());
            let shared = Shared { connector, transport, clock, policy, entries, connection, book, changed };
            Self { shared: Arc::new(shared) }
        }))
    }

    /// Returns where the session leads.
    pub fn connection(&self) -> &Connection {
        &self.shared.connection
    }

    /// Returns how many exchanges were made.
    pub fn exchanges(&self) -> u64 {
        self.shared.book().exchanges()
    }

    /// Returns a token that is good now: the one at hand, or the one of the
    /// exchange that is under way or that this call makes.
    pub fn token(&self, cancel: &Cancel) -> Result<Arc<Token>, CallFailure> {
        let deadline = self.shared.clock.now() + self.shared.policy.patience;
        self.granted(None, deadline, cancel).map(|granted| Arc::clone(&granted.token))
    }

    /// Sends a request, with the token if it says `authorized`, and returns the
    /// answer that the plugin takes for a success. Waits and tries again where
    /// the failure says that this can help and does no harm.
    pub fn send(&self, request: &Request, cancel: &Cancel) -> Result<Response, CallFailure> {
        match self.answer_or_failure(request, cancel)? {
            (response, None) => Ok(response),
            (_, Some(failure)) => Err(CallFailure::Failed(failure)),
        }
    }

    /// Does the same, but returns whatever answer there is in the end: an operation
    /// has its own word for each.
    pub fn answer(&self, request: &Request, cancel: &Cancel) -> Result<Response, CallFailure> {
        self.answer_or_failure(request, cancel).map(|(response, _)| response)
    }

    /// Returns the last answer, and what the plugin holds against it.
    fn answer_or_failure(
        &self,
        request: &Request,
        cancel: &Cancel,
    ) -> Result<(Response, Option<Box<Failure>>), CallFailure> {
        let shared = &self.shared;
        let deadline = shared.clock.now() + shared.policy.patience;
        let (mut attempt, mut refused) = (1, None);
        loop {
            let missed = match self.granted(refused, deadline, cancel) {
                Ok(granted) => match shared.transport.send(&shared.authorized(request, &granted)?) {
                    Ok(response) => match shared.connector.api_response(&response, &shared.entries)? {
                        Ok(()) => return Ok((response, None)),
                        Err(failure) if Advice::of(&failure) == Advice::Renew && refused.is_none() => {
                            log::info!("the token is no longer accepted");
                            refused = Some(granted.number);
                            continue;
                        }
                        Err(failure) => Missed {
                            response: Some(response),
                            repeatable: request.repeatable,
                            ..Missed::by(Box::new(failure::without_token(failure, &granted.token)))
                        },
                    },
                    Err(SendError::Failed(failure)) => Missed { repeatable: request.repeatable, ..Missed::by(failure) },
                    Err(error) => return Err(error.into()),
                },
                // The token request is repeatable, and this one was not sent. To try
                // again within the pause would bring the same failure.
                Err(CallFailure::Failed(failure)) => Missed {
                    repeatable: true,
                    pause: shared.book().pause_left(shared.clock.now()),
                    ..Missed::by(failure)
                },
                Err(error) => return Err(error),
            };
            let wait = missed.wait().map(|wait| wait.max(shared.policy.backoff(attempt)));
            let patient = |wait: &Duration| attempt < shared.policy.attempts && shared.clock.now() + *wait <= deadline;
            let Some(wait) = wait.filter(patient) else {
                return match missed.response {
                    Some(response) => Ok((response, Some(missed.failure))),
                    None => Err(CallFailure::Failed(missed.failure)),
                };
            };
            let (place, code) = (request.place(), &missed.failure.code);
            log::info!("{place}: attempt {attempt} ended with {code}, the next follows in {} ms", wait.as_millis());
            shared.clock.wait(wait, cancel);
            if cancel.is_cancelled() {
                return Err(CallFailure::Cancelled);
            }
            attempt += 1;
        }
    }

    /// Sends a request once and returns the answer as it is; only a token that
    /// is no longer accepted is renewed. For probes, whose refusals tell what
    /// they were sent to find out.
    pub fn ask(&self, request: &Request, cancel: &Cancel) -> Result<Response, CallFailure> {
        self.asked(request, cancel).map(|(response, _)| response)
    }

    /// The same, and returns what the request was sent with.
    fn asked(&self, request: &Request, cancel: &Cancel) -> Result<(Response, Arc<Granted>), CallFailure> {
        let deadline = self.shared.clock.now() + self.shared.policy.patience;
        let granted = self.granted(None, deadline, cancel)?;
        let response = self.shared.transport.send(&self.shared.authorized(request, &granted)?)?;
        if response.status != 401 {
            return Ok((response, granted));
        }
        log::info!("the token is no longer accepted");
        let granted = self.granted(Some(granted.number), deadline, cancel)?;
        Ok((self.shared.transport.send(&self.shared.authorized(request, &granted)?)?, granted))
    }

    /// Asks about every permission and returns what each probe proved, telling
    /// `progress` which one is under way.
    pub fn permissions(&self, cancel: &Cancel, mut progress: impl FnMut(&str)) -> Result<Vec<Checked>, CallFailure> {
        let Shared { connector, connection, entries, .. } = &*self.shared;
        permissions::check(connector, connection, entries, |permission, request| {
            progress(permission);
            match self.asked(request, cancel) {
                Ok((response, granted)) => Ok(Ok((response, Arc::clone(&granted.token)))),
                Err(CallFailure::Failed(failure)) => Ok(Err(failure)),
                Err(error) => Err(error),
            }
        })
    }

    /// Returns a good token other than that of the exchange `refused`.
    fn granted(&self, refused: Option<u64>, deadline: Duration, cancel: &Cancel) -> Result<Arc<Granted>, CallFailure> {
        let shared = &self.shared;
        let mut book = shared.book();
        loop {
            if cancel.is_cancelled() {
                return Err(CallFailure::Cancelled);
            }
            match book.next(shared.clock.now(), refused) {
                Step::Use(granted) => return Ok(granted),
                Step::UseAndRenew(granted) => {
                    drop(book);
                    self.renew_in_background();
                    return Ok(granted);
                }
                Step::Fail(failure) => return Err(failure),
                Step::Exchange => {
                    drop(book);
                    shared.exchange();
                    book = shared.book();
                }
                Step::Wait if shared.clock.now() > deadline => {
                    return Err(failure::patience_over(shared.policy.patience));
                }
                Step::Wait => {
                    let waited = shared.changed.wait_timeout(book, GLANCE);
                    book = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
    }

    fn renew_in_background(&self) {
        let session = self.clone();
        let started = thread::Builder::new().name("renew-token".to_owned()).spawn(move || session.shared.exchange());
        if started.is_err() {
            // No thread to be had: then this caller makes the exchange.
            self.shared.exchange();
        }
    }
}

/// Holds what one try brought instead of a success.
struct Missed {
    failure: Box<Failure>,
    /// None where nothing came back.
    response: Option<Response>,
    repeatable: bool,
    /// What is left of a pause that everyone keeps.
    pause: Option<Duration>,
}

impl Missed {
    fn by(failure: Box<Failure>) -> Self {
        Self { failure, response: None, repeatable: false, pause: None }
    }

    /// Returns how long to wait before another try; none where none helps or
    /// where it could do harm.
    fn wait(&self) -> Option<Duration> {
        let wait = match Advice::of(&self.failure) {
            Advice::Later(wait) => wait,
            Advice::Repeat(wait) if self.repeatable => wait,
            Advice::Repeat(_) | Advice::Renew | Advice::GiveUp => return None,
        };
        Some(wait.max(self.pause).unwrap_or_default())
    }
}

impl Shared {
    fn book(&self) -> MutexGuard<'_, Book> {
        // Every change of the book is whole before anything can panic.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the exchange that the book has been told of, and enters the result.
    fn exchange(&self) {
        let mut running = Running { shared: self, sent_at: self.clock.now(), result: None };
        let result = self.try_exchange();
        match &result {
            Ok(token) => log::info!("a token for {} s, the next one after {} s", token.expires_in, token.refresh_after),
            Err(CallFailure::Failed(failure)) => log::info!("no token: {}", failure.code),
            Err(_) => log::info!("no token: the exchange could not be made"),
        }
        running.result = Some(result);
    }

    fn try_exchange(&self) -> Result<Token, CallFailure> {
        let exchange = self.connector.token_request(&self.entries, Ok(&self.connection))?;
        // `open` has seen that there are no problems, and plugins are pure.
        let exchange = exchange.map_err(|_| CallFailure::from(PluginError::impure(Function::TokenRequest)))?;
        let response = self.transport.send(&exchange.request)?;
        self.connector
            .token_response(&response, &self.entries)?
            .map_err(|failure| CallFailure::Failed(Box::new(failure)))
    }

    /// Adds the headers of the token to a request that asks for them.
    fn authorized(&self, request: &Request, granted: &Granted) -> Result<Request, CallFailure> {
        let mut request = request.clone();
        if request.authorized {
            let headers = if let Some(headers) = granted.headers.get() {
                headers
            } else {
                let headers = self.connector.authorize(&granted.token)?;
                granted.headers.get_or_init(|| headers)
            };
            request.headers.extend_from_slice(headers);
        }
        Ok(request)
    }
}

/// Stands for the exchange under way. It enters the result when dropped, so also
/// when the transport panics: or all would wait for ever.
struct Running<'a> {
    shared: &'a Shared,
    sent_at: Duration,
    result: Option<Result<Token, CallFailure>>,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let result = self.result.take().unwrap_or_else(|| Err(failure::abandoned()));
        let Shared { clock, policy, changed, .. } = self.shared;
        self.shared.book().enter(result, self.sent_at, clock.now(), policy);
        changed.notify_all();
    }
}

#[cfg(test)]
mod tests;
