//! Keeps what goes over a transport.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use connector_core::records::Request;
use connector_core::{Fault, Policy};
use connector_host::{BoxFuture, Incoming, Options, Pieces, SendError, Session, Transport};

use super::log::{Clock, End, Log};
use super::refused::Refused;
use super::subject::Subject;
use crate::outcome::Outcome;
use crate::recording::Scenario;

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
    pub(super) log: Arc<Log>,
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
        Self { transport, log: Arc::new(Log::new(clock)) }
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
        let definition = session.connector().definition();
        let mut subject = Subject::new(definition, opened.entries(), opened.connection())?;
        let granted = session.latest_token();
        let token = granted.as_ref().map(|granted| &granted.token().value);
        subject.write(&self.log, token, outcome, scenario, name, source)
    }
}

impl<T> fmt::Debug for Recorder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("exchanges", &self.log.len()).finish_non_exhaustive()
    }
}

impl<T: Transport> Transport for Recorder<T> {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Incoming, SendError>> {
        Box::pin(async move {
            let number = self.log.begin(&request);
            let incoming = self.transport.send(request).await.inspect_err(|error| {
                let end = if let SendError::Fault(fault) = error { End::Fault(*fault) } else { End::Other };
                self.log.change(number, |kept| kept.end = end);
            })?;
            let head = incoming.head().clone();
            self.log.change(number, |kept| {
                kept.head = Some(head.clone());
                kept.add(&head.body);
            });
            if head.body.is_empty() {
                let log = Arc::clone(&self.log);
                return Ok(Incoming::streamed(head, Passing { incoming, log, number }));
            }
            self.log.change(number, |kept| kept.close(End::Whole));
            Ok(incoming)
        })
    }
}

/// A body on its way, of which the log gets every piece.
struct Passing {
    incoming: Incoming,
    log: Arc<Log>,
    number: usize,
}

impl Pieces for Passing {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, Fault>> {
        Box::pin(async {
            let next = self.incoming.next().await;
            self.log.change(self.number, |kept| match &next {
                Ok(Some(piece)) => kept.add(piece),
                Ok(None) => kept.close(End::Whole),
                Err(fault) => kept.close(End::Fault(*fault)),
            });
            next
        })
    }
}
