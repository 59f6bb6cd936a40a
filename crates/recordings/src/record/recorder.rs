//! Keeps what goes over a transport.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use connector_core::records::{Request, Response};
use connector_core::{Body, Fault, Policy};
use connector_host::{BoxFuture, Incoming, Options, Pieces, SendError, Session, Transport};
use thiserror::Error;

use super::known::Known;
use super::scan::Finding;
use super::subject::Subject;
use crate::outcome::Outcome;
use crate::placeholder::Kind;
use crate::recording::Scenario;

/// Longest body to keep, in bytes: with JSON's escapes it fits into what is read again.
const BODY_BYTES: usize = 16 << 20;

type Clock = Box<dyn Fn() -> Duration + Send + Sync>;

/// A transport that sends over another one and keeps what was sent and received. `Debug`
/// shows how much.
///
/// ```no_run
/// # use std::sync::Arc;
/// # use connector_host::{Connector, Entries, Session, Transport};
/// # use connector_recordings::{Recorder, Recording, connected, play, write_new};
/// # async fn example(
/// #     connector: Arc<Connector>, entries: Entries, network: impl Transport + 'static,
/// # ) -> Result<(), Box<dyn std::error::Error>> {
/// let recorder = Arc::new(Recorder::new(network));
/// let session = Session::open_with(connector, entries, recorder.clone(), Recorder::options())?;
/// let outcome = connected(&session, || true).await?;
/// let text = recorder.finish(&session, &outcome, None, "A connection", "Recorded against a tenant.")?;
/// // A recording that does not replay is of no use to anyone.
/// let recording = Arc::new(Recording::parse("one.har".as_ref(), text.as_bytes())?);
/// assert!(play(session.connector(), &recording).await.passed());
/// write_new("one.har".as_ref(), &text, false)?;
/// # Ok(())
/// # }
/// ```
pub struct Recorder<T> {
    transport: T,
    log: Arc<Log>,
}

/// Why nothing was recorded. There is nothing secret in it.
#[derive(Debug, Error)]
pub enum Refused {
    /// Something secret would be found inside of other words.
    #[error("the {0} has less than 8 characters and cannot be told from other text")]
    TooShort(String),
    /// An exchange ended as no recording can say.
    #[error("exchange {0} ended in a way that no recording has a word for")]
    Unrecordable(usize),
    /// A text or a moment does not fit into a HAR file.
    #[error("this cannot be recorded: {0}")]
    Unwritable(&'static str),
    /// Something is left that looks secret.
    #[error("the recording would give away what is secret or personal:{}", listed(.0))]
    Leaks(Vec<Finding>),
}

fn listed(findings: &[Finding]) -> String {
    findings.iter().flat_map(|finding| ["\n  ".to_owned(), finding.to_string()]).collect()
}

struct Log {
    clock: Clock,
    /// In the order sent.
    exchanges: Mutex<Vec<Kept>>,
}

/// An exchange as it is.
pub(super) struct Kept {
    pub(super) request: Request,
    pub(super) received: Received,
    pub(super) started: Duration,
    pub(super) ended: Duration,
}

pub(super) enum Received {
    /// Not all of it.
    Some(Option<Response>, Vec<Bytes>),
    All(Response),
    Fault(Fault),
    /// More than is kept, or what the contract has no word for.
    Other,
}

/// A body on its way, of which the log gets every piece.
struct Passing {
    incoming: Incoming,
    log: Arc<Log>,
    number: usize,
}

impl Recorder<()> {
    /// Returns how a session to record is opened: with a policy that sends once. A replay
    /// sends nothing twice.
    pub fn options() -> Options {
        Options { policy: Policy::once(), ..Options::default() }
    }
}

impl<T: Transport> Recorder<T> {
    /// Begins a recording.
    pub fn new(transport: T) -> Self {
        Self::with_clock(transport, Box::new(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()))
    }

    pub(super) fn with_clock(transport: T, clock: Clock) -> Self {
        Self { transport, log: Arc::new(Log { clock, exchanges: Mutex::default() }) }
    }

    /// Ends the recording and returns the text of its file. What came before is forgotten.
    ///
    /// The outcome is that of the session with the values as they were. With a scenario it
    /// is that of its operation, and the token request is left out; the bytes of a download
    /// are those that went through the recorder, whatever the outcome has.
    ///
    /// # Errors
    ///
    /// [`Refused`]
    pub fn finish(
        &self,
        session: &Session,
        outcome: &Outcome,
        scenario: Option<Scenario>,
        name: &str,
        source: &str,
    ) -> Result<String, Refused> {
        let opened = session.opened();
        let mut subject = Subject {
            definition: session.connector().definition(),
            entries: opened.entries(),
            connection: opened.connection(),
            token_request: &opened.exchange().request,
            known: Known::new(session.connector().definition(), opened.entries(), opened.connection())?,
        };
        let exchanges = self.take();
        subject.learn(&exchanges, scenario.is_some())?;
        if let Some(granted) = session.latest_token() {
            subject.known.learn(Kind::AccessToken, granted.token().value.expose())?;
        }
        subject.write(exchanges, outcome, scenario, name, source, (self.log.clock)())
    }

    pub(super) fn take(&self) -> Vec<Kept> {
        std::mem::take(&mut *self.log.exchanges())
    }
}

impl<T> fmt::Debug for Recorder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("exchanges", &self.log.exchanges().len()).finish_non_exhaustive()
    }
}

impl<T: Transport> Transport for Recorder<T> {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Incoming, SendError>> {
        Box::pin(async move {
            let number = self.log.begin(&request);
            let incoming = match self.transport.send(request).await {
                Ok(incoming) => incoming,
                Err(error) => {
                    self.log.end(number, |_| match &error {
                        SendError::Fault(fault) => Received::Fault(*fault),
                        SendError::Other(_) => Received::Other,
                    });
                    return Err(error);
                }
            };
            let head = incoming.head().clone();
            if !head.body.is_empty() {
                self.log.end(number, |_| Received::All(head));
                return Ok(incoming);
            }
            self.log.end(number, |_| Received::Some(Some(head.clone()), Vec::new()));
            Ok(Incoming::streamed(head, Passing { incoming, log: Arc::clone(&self.log), number }))
        })
    }
}

impl Pieces for Passing {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, Fault>> {
        Box::pin(async {
            let next = self.incoming.next().await;
            self.log.end(self.number, |received| received.and(&next));
            next
        })
    }
}

impl Log {
    fn begin(&self, request: &Request) -> usize {
        let started = (self.clock)();
        let mut exchanges = self.exchanges();
        exchanges.push(Kept {
            request: request.clone(),
            received: Received::Some(None, Vec::new()),
            started,
            ended: started,
        });
        exchanges.len() - 1
    }

    fn end(&self, number: usize, change: impl FnOnce(Received) -> Received) {
        let ended = (self.clock)();
        // None: the recording has ended meanwhile.
        if let Some(kept) = self.exchanges().get_mut(number) {
            kept.received = change(std::mem::replace(&mut kept.received, Received::Other));
            kept.ended = ended;
        }
    }

    fn exchanges(&self) -> MutexGuard<'_, Vec<Kept>> {
        // Every change is whole before anything can panic.
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Received {
    /// Adds the next piece.
    fn and(self, next: &Result<Option<Bytes>, Fault>) -> Self {
        match (self, next) {
            (Self::Some(head, mut pieces), Ok(Some(piece))) => {
                pieces.push(piece.clone());
                let length: usize = pieces.iter().map(Bytes::len).sum();
                if length > BODY_BYTES { Self::Other } else { Self::Some(head, pieces) }
            }
            (Self::Some(Some(head), pieces), Ok(None)) => {
                Self::All(Response { body: Body::from(pieces.concat()), ..head })
            }
            (Self::Some(..), Err(fault)) => Self::Fault(*fault),
            (other, _) => other,
        }
    }
}
