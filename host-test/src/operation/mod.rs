//! Runs an operation: start, then send and resume until there is an outcome or a
//! download.
//!
//! A [`Run`] knows nothing of a provider. A [`Carrier`] sends for it: a session, or
//! a recording. What a run needs to be gone on with after a restart is [`Saved`].

mod decompress;
mod saved;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use thiserror::Error;

pub use decompress::decompress;
pub use saved::{NotSaved, Saved, SavedError};

use crate::entries::Entries;
use crate::guard::{Connector, OperationCall, PluginError};
use crate::model::operation::{Compression, Download, Link, Operation, Outcome, Pending, Progress, State, Step};
use crate::model::{Connection, Problem, Request, Response, Token};
use crate::session::{CallFailure, Cancel};
use crate::transport::{DownloadError, Downloaded};

/// Most requests that one run sends: a day of questions every ten seconds, and as
/// many again. A plugin that wants more is going in circles.
const STEPS: u32 = 20_000;

/// Sends for a run.
pub trait Carrier {
    /// Returns the connector that decides.
    fn connector(&self) -> &Connector;

    /// Returns where requests lead.
    fn connection(&self) -> &Connection;

    /// Returns what was entered.
    fn entries(&self) -> &Entries;

    /// Returns the token at hand.
    fn token(&self) -> Option<Arc<Token>>;

    /// Sends a request with the token and returns whatever answer there is.
    fn answer(&self, request: &Request, cancel: &Cancel) -> Result<Response, CallFailure>;

    /// Streams a body into a sink, without the token.
    fn download(
        &self,
        link: &Link,
        sink: &mut dyn Write,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<Downloaded, RunFailure>;

    /// Waits, unless cancelled.
    fn wait(&self, duration: Duration, cancel: &Cancel);
}

/// Holds an operation under way. Other threads may ask at any time how to go on
/// with it.
pub struct Run<C> {
    carrier: C,
    operation: Operation,
    input: String,
    place: Mutex<Place>,
}

/// Says where a run is.
struct Place {
    /// What comes next; none while it is under way.
    next: Option<Step>,
    /// The last request that was asked for.
    asked: Option<Asked>,
}

struct Asked {
    pending: Pending,
    /// Whether it may have been sent.
    sent: bool,
}

/// Tells what is going on.
#[derive(Debug)]
pub enum Event<'a> {
    /// A request is sent, after a wait of so many seconds.
    Step(&'a Progress, u32),
    /// So many bytes of a download are here.
    Bytes {
        /// How many.
        done: u64,
        /// Of how many, if the answer says so.
        total: Option<u64>,
    },
}

/// Says how a run ended well.
#[derive(Debug)]
pub enum Finished {
    /// With a result.
    Done(Outcome),
    /// With a file, which is in the sink.
    Downloaded(Received),
}

impl Finished {
    /// Tells whether only part of what was asked took effect or came back.
    pub fn is_partial(&self) -> bool {
        match self {
            Self::Done(outcome) => outcome.partial,
            Self::Downloaded(received) => received.partial,
        }
    }

    /// Returns what a person should know.
    pub fn warnings(&self) -> &[String] {
        match self {
            Self::Done(outcome) => &outcome.warnings,
            Self::Downloaded(received) => &received.warnings,
        }
    }
}

/// Describes what was downloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// How many bytes.
    pub bytes: u64,
    /// Media type once decompressed.
    pub media_type: String,
    /// How it is compressed.
    pub compression: Compression,
    /// Whether it is only part of what was asked for.
    pub partial: bool,
    /// One sentence each.
    pub warnings: Vec<String>,
}

/// Says why a run brought no result.
#[derive(Debug, Error)]
pub enum RunFailure {
    /// The provider, the way to it, or the plugin failed, or it was cancelled.
    #[error(transparent)]
    Call(#[from] CallFailure),
    /// What was downloaded cannot be written.
    #[error("what was downloaded cannot be written: {0}")]
    Write(io::Error),
}

impl From<PluginError> for RunFailure {
    fn from(error: PluginError) -> Self {
        Self::Call(error.into())
    }
}

impl From<DownloadError> for RunFailure {
    fn from(error: DownloadError) -> Self {
        match error {
            DownloadError::Send(error) => Self::Call(error.into()),
            DownloadError::Write(error) => Self::Write(error),
        }
    }
}

impl<C: Carrier> Run<C> {
    /// Begins an operation; nothing is sent yet. The inner error holds every
    /// problem.
    pub fn start(carrier: C, operation: Operation, input: String) -> Result<Result<Self, Vec<Problem>>, PluginError> {
        let run = Self { carrier, operation, input, place: Mutex::new(Place { next: None, asked: None }) };
        let started = run.with_call(Connector::start)?;
        Ok(started.map(|step| {
            run.place().next = Some(step);
            run
        }))
    }

    /// Goes on where a run was saved.
    pub fn resume_from(carrier: C, saved: Saved) -> Result<Self, SavedError> {
        let (operation, pending, input) = saved.open(&carrier)?;
        let place = Place { next: Some(Step::Send(pending)), asked: None };
        Ok(Self { carrier, operation, input, place: Mutex::new(place) })
    }

    /// Returns who sends.
    pub fn carrier(&self) -> &C {
        &self.carrier
    }

    /// Returns which operation it is.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// Returns how to go on with it after a restart.
    pub fn saved(&self) -> Result<Saved, NotSaved> {
        let place = self.place();
        match (&place.next, &place.asked) {
            (Some(Step::Send(pending)), _) => Saved::new(self, pending),
            (_, Some(asked)) if asked.sent && !asked.pending.request.repeatable => Err(NotSaved::Unknown),
            (_, Some(asked)) => Saved::new(self, &asked.pending),
            (_, None) => Err(NotSaved::Nothing),
        }
    }

    /// Runs to the end. A download goes into the sink; when that ends early, what
    /// is in it is of no use.
    pub fn go(
        &self,
        sink: &mut dyn Write,
        cancel: &Cancel,
        watch: &mut dyn FnMut(Event<'_>),
    ) -> Result<Finished, RunFailure> {
        for _ in 0..STEPS {
            let Some(step) = self.place().next.take() else { return Err(CallFailure::Cancelled.into()) };
            let next = match step {
                Step::Done(outcome) => return Ok(Finished::Done(outcome)),
                Step::Send(pending) => self.send(&pending, cancel, watch)?,
                Step::Download(download) => match self.download(download, sink, cancel, watch)? {
                    Ok(received) => return Ok(Finished::Downloaded(received)),
                    Err(next) => next,
                },
            };
            self.place().next = Some(next);
        }
        Err(PluginError::endless(STEPS).into())
    }

    fn send(&self, pending: &Pending, cancel: &Cancel, watch: &mut dyn FnMut(Event<'_>)) -> Result<Step, RunFailure> {
        watch(Event::Step(&pending.progress, pending.wait));
        self.place().asked = Some(Asked { pending: pending.clone(), sent: false });
        self.carrier.wait(Duration::from_secs(pending.wait.into()), cancel);
        if cancel.is_cancelled() {
            return Err(CallFailure::Cancelled.into());
        }
        if let Some(asked) = &mut self.place().asked {
            asked.sent = true;
        }
        let response = self.carrier.answer(&pending.request, cancel)?;
        self.resume(&pending.state, &response)
    }

    /// The inner error is what comes next where the link did not work. The last
    /// request stays what a saved run goes on with: it brings a link of its own, and
    /// links are not saved.
    fn download(
        &self,
        download: Download,
        sink: &mut dyn Write,
        cancel: &Cancel,
        watch: &mut dyn FnMut(Event<'_>),
    ) -> Result<Result<Received, Step>, RunFailure> {
        let mut sink = Cancellable { sink, cancel };
        let progress = &mut |done, total| watch(Event::Bytes { done, total });
        let downloaded = self.carrier.download(&download.link, &mut sink, progress).map_err(|failure| match failure {
            RunFailure::Write(_) if cancel.is_cancelled() => CallFailure::Cancelled.into(),
            failure => failure,
        });
        match downloaded? {
            Downloaded::Refused(response) => self.resume(&download.state, &response).map(Err),
            Downloaded::Whole { bytes } => Ok(Ok(Received {
                bytes,
                media_type: download.media_type,
                compression: download.compression,
                partial: download.partial,
                warnings: download.warnings,
            })),
        }
    }

    fn resume(&self, state: &State, response: &Response) -> Result<Step, RunFailure> {
        self.with_call(|connector, call| connector.resume(call, state, response))?
            .map_err(|failure| CallFailure::Failed(Box::new(failure)).into())
    }

    fn with_call<T>(&self, call: impl FnOnce(&Connector, OperationCall<'_>) -> T) -> T {
        let Self { carrier, operation, input, .. } = self;
        let token = carrier.token();
        let (connection, entries) = (carrier.connection(), carrier.entries());
        call(carrier.connector(), OperationCall { connection, entries, token: token.as_deref(), operation, input })
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        // Every change of the place is whole before anything can panic.
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes no more once someone has cancelled.
pub(crate) struct Cancellable<'a> {
    pub(crate) sink: &'a mut dyn Write,
    pub(crate) cancel: &'a Cancel,
}

impl Write for Cancellable<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Not `Interrupted`, after which writers try again.
        if self.cancel.is_cancelled() { Err(io::Error::other("cancelled")) } else { self.sink.write(bytes) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}
