//! Operations over a session.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connector_core::records::{Compression, Download, Operation, Outcome, Progress, Request, Response};
use connector_core::{Action, Functions, NotSaved, Run, Saved, SavedError};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use crate::component::Component;
use crate::error::Error;
use crate::session::{Session, failed};

/// Longest body to keep of a response to a download that is no success, in bytes.
const REFUSAL_BYTES: u32 = 64 * 1024;

/// An operation under way.
///
/// Dropping the future of [`complete`](Self::complete) cancels it; the run can then be
/// [saved](Self::save), or completed again. A request that may have taken effect and must
/// not be repeated prevents both.
pub struct OperationRun<F = Component> {
    session: Session<F>,
    // A call with a long input runs on another thread, also when nobody waits any more.
    progress: Arc<Mutex<Advance>>,
    operation: Operation,
}

/// A run, and the response that it has yet to take: whoever completes it again after a
/// cancellation sends nothing that is answered already.
struct Advance {
    run: Run,
    received: Option<Response>,
}

/// What is going on.
#[derive(Debug)]
pub enum Event<'a> {
    /// A request is sent, after a wait of so many seconds.
    Step(&'a Progress, u32),
    /// A part of a download is here.
    Bytes {
        /// Bytes so far.
        done: u64,
        /// Bytes in all, if the response announces them.
        total: Option<u64>,
    },
}

/// The result of an operation.
#[derive(Debug)]
pub enum Completed {
    /// JSON.
    Done(Arc<Outcome>),
    /// A file, which is in the sink.
    Downloaded(Downloaded),
}

impl Completed {
    /// Returns whether only part of what was asked took effect or was received.
    pub fn is_partial(&self) -> bool {
        match self {
            Self::Done(outcome) => outcome.partial,
            Self::Downloaded(downloaded) => downloaded.partial,
        }
    }

    /// Returns what a person should know, one sentence each.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(mut run: connector_host::OperationRun) -> Result<(), connector_host::Error> {
    /// let completed = run.complete(|_| ()).await?;
    /// if completed.is_partial() {
    ///     println!("only in part: {}", completed.warnings().join(" "));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn warnings(&self) -> &[String] {
        match self {
            Self::Done(outcome) => &outcome.warnings,
            Self::Downloaded(downloaded) => &downloaded.warnings,
        }
    }
}

/// A file that was downloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downloaded {
    /// Its length as received, in bytes.
    pub bytes: u64,
    /// Media type once decompressed.
    pub media_type: String,
    /// How it is compressed.
    pub compression: Compression,
    /// Whether it is only part of what was asked for.
    pub partial: bool,
    /// What a person should know, one sentence each.
    pub warnings: Vec<String>,
}

/// What a run needs next, apart from the run itself.
enum Todo {
    /// Pass on the response; so many bytes are read.
    Resume(usize),
    Send(Request, u32, Progress),
    Download(Download),
    Done(Arc<Outcome>),
}

impl<F: Functions + Send + Sync + 'static> Session<F> {
    /// Starts an operation; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with every problem of the input.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use connector_host::Completed;
    /// # async fn example(session: connector_host::Session) -> Result<(), connector_host::Error> {
    /// let mut run = session.start("nql.execute", r##"{"query_id":"#devices"}"##).await?;
    /// if let Completed::Done(outcome) = run.complete(|_| ()).await? {
    ///     println!("{}", outcome.output);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(session: connector_host::Session) -> Result<(), connector_host::Error> {
    /// let mut run = session.start("nql.execute", r##"{"queryId":"#devices"}"##).await?;
    /// println!("{}: {}", run.operation().title, run.session().connection().label);
    /// if let connector_host::Completed::Done(outcome) = run.complete(|_| ()).await? {
    ///     println!("{}", outcome.output);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn start(&self, operation: &str, input: impl Into<String>) -> Result<OperationRun<F>, Error> {
        OperationRun::start(self.clone(), operation.to_owned(), input.into()).await
    }

    /// Resumes an operation that was saved.
    ///
    /// # Errors
    ///
    /// [`SavedError`]
    pub fn resume(&self, saved: Saved) -> Result<OperationRun<F>, SavedError> {
        let run = saved.open(self.connector(), self.opened())?;
        Ok(OperationRun::new(self.clone(), run))
    }
}

impl<F: Functions + Send + Sync + 'static> OperationRun<F> {
    async fn start(session: Session<F>, operation: String, input: String) -> Result<Self, Error> {
        let caller = session.clone();
        let run = caller.reading(input.len(), move || {
            let connector = session.connector();
            let offered = connector.operations()?.iter().find(|offered| offered.id == operation);
            // One that is not offered goes to the connector all the same, which has a
            // problem for it.
            let operation = offered.cloned().unwrap_or_else(|| Operation::unknown(&operation));
            let token = session.latest_token();
            let run = Run::start(connector, session.opened(), token.as_deref(), operation, input)?;
            Ok(Self::new(session, run))
        });
        run.await
    }

    fn new(session: Session<F>, run: Run) -> Self {
        let operation = run.operation().clone();
        let progress = Arc::new(Mutex::new(Advance { run, received: None }));
        Self { session, progress, operation }
    }

    /// Returns the operation.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// Returns the session it runs over.
    pub fn session(&self) -> &Session<F> {
        &self.session
    }

    /// Returns what to store to resume the run after a restart. Waits for a call into the
    /// connector that is still under way.
    ///
    /// # Errors
    ///
    /// [`NotSaved`]
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn example(session: connector_host::Session, run: connector_host::OperationRun) -> Result<(), Box<dyn std::error::Error>> {
    /// // The platform shuts down, and starts again:
    /// let text = serde_json::to_string(&run.save()?)?;
    /// let mut resumed = session.resume(serde_json::from_str(&text)?)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn save(&self) -> Result<Saved, NotSaved> {
        lock(&self.progress).run.save(self.session.connector().definition(), self.session.opened())
    }

    /// Runs to the end and discards a file that it may end with.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] where there is no result.
    pub async fn complete(&mut self, watch: impl FnMut(Event<'_>) + Send) -> Result<Completed, Error> {
        self.complete_into(&mut tokio::io::sink(), watch).await
    }

    /// Runs to the end. A download goes into the sink; what is in it after an error is of
    /// no use.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] where there is no result, [`Error::Sink`] where the sink takes no
    /// more.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use connector_host::{Error, Session};
    /// # async fn example(session: Session) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut file = tokio::fs::File::create("devices.csv").await?;
    /// let mut run = session.start("nql.export", r##"{"query_id":"#devices"}"##).await?;
    /// run.complete_into(&mut file, |event| println!("{event:?}")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn complete_into(
        &mut self,
        sink: &mut (impl AsyncWrite + Unpin + Send + ?Sized),
        mut watch: impl FnMut(Event<'_>) + Send,
    ) -> Result<Completed, Error> {
        loop {
            let todo = self.todo();
            let response = match todo {
                Todo::Resume(bytes) => {
                    self.resume(bytes).await?;
                    continue;
                }
                Todo::Done(outcome) => return Ok(Completed::Done(outcome)),
                Todo::Send(request, wait, progress) => {
                    watch(Event::Step(&progress, wait));
                    if wait > 0 {
                        self.session.clock().sleep(Duration::from_secs(wait.into())).await;
                    }
                    lock(&self.progress).run.sending()?;
                    self.session.answer(request).await?
                }
                Todo::Download(download) => match download_into(&self.session, download, sink, &mut watch).await? {
                    Fetched::Whole(downloaded) => return Ok(Completed::Downloaded(downloaded)),
                    Fetched::Refused(response) => response,
                },
            };
            lock(&self.progress).received = Some(response);
        }
    }

    fn todo(&self) -> Todo {
        let progress = lock(&self.progress);
        if let Some(response) = &progress.received {
            return Todo::Resume(progress.run.input().len() + response.body.len());
        }
        match progress.run.action() {
            Action::Send(pending) => Todo::Send(pending.request.clone(), pending.wait, pending.progress.clone()),
            Action::Download(download) => Todo::Download(download.clone()),
            Action::Done(outcome) => Todo::Done(Arc::clone(outcome)),
        }
    }

    /// Passes on the response. The connector reads so many bytes, the input included.
    async fn resume(&self, bytes: usize) -> Result<(), Error> {
        let (session, progress) = (self.session.clone(), Arc::clone(&self.progress));
        let resumed = self.session.reading(bytes, move || {
            let mut progress = lock(&progress);
            let Some(response) = progress.received.take() else { return Ok(()) };
            let token = session.latest_token();
            Ok(progress.run.resume(session.connector(), session.opened(), token.as_deref(), &response)?)
        });
        resumed.await
    }
}

/// What a download link gave.
enum Fetched {
    Whole(Downloaded),
    Refused(Response),
}

/// Returns how a file is compressed that arrives in a content coding, which was not asked
/// for. None: in one that the caller cannot undo.
fn compression(coding: Option<&str>, compression: Compression) -> Option<Compression> {
    match (coding.map(str::to_ascii_lowercase).as_deref(), compression) {
        (None | Some("identity"), compression) => Some(compression),
        (Some("gzip" | "x-gzip"), Compression::None | Compression::Gzip) => Some(Compression::Gzip),
        (Some("zstd"), Compression::None | Compression::Zstd) => Some(Compression::Zstd),
        _ => None,
    }
}

/// Streams the body of a download into the sink.
async fn download_into<F: Functions + Send + Sync + 'static>(
    session: &Session<F>,
    download: Download,
    sink: &mut (impl AsyncWrite + Unpin + Send + ?Sized),
    watch: &mut (impl FnMut(Event<'_>) + Send),
) -> Result<Fetched, Error> {
    let request = download.link.expose();
    let lost = |fault: connector_core::Fault| failed(fault.into(), request);
    let mut incoming = session.open_download(request).await?;
    let coding = incoming.head().headers.iter().find(|(name, _)| name == "content-encoding");
    let compression = compression(coding.map(|(_, value)| value.as_str()), download.compression);
    if !incoming.is_success() {
        let limit = REFUSAL_BYTES.min(request.response_limit);
        return Ok(Fetched::Refused(incoming.refusal(limit).await));
    }
    let compression = compression.ok_or_else(|| lost(connector_core::Fault::Malformed))?;
    let total = incoming.announced();
    // The highest limit stands for none: what counts is the room in the sink.
    let limit = if request.response_limit == u32::MAX { u64::MAX } else { request.response_limit.into() };
    let written = |error: io::Error| Error::Sink(Arc::new(error));
    let mut done = 0;
    watch(Event::Bytes { done, total });
    while let Some(piece) = incoming.next().await.map_err(lost)? {
        done += piece.len() as u64;
        if done > limit {
            return Err(lost(connector_core::Fault::TooLarge));
        }
        sink.write_all(&piece).await.map_err(written)?;
        watch(Event::Bytes { done, total });
    }
    if total.is_some_and(|total| total > done) {
        return Err(lost(connector_core::Fault::Reset));
    }
    sink.flush().await.map_err(written)?;
    let Download { media_type, partial, warnings, .. } = download;
    Ok(Fetched::Whole(Downloaded { bytes: done, media_type, compression, partial, warnings }))
}

fn lock(progress: &Mutex<Advance>) -> MutexGuard<'_, Advance> {
    // Every change is whole before anything can panic.
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_that_was_not_asked_for_is_the_compression_of_the_file_or_a_fault() {
        use Compression::{Gzip, None as Plain, Zstd};
        for (coding, file, expected) in [
            (None, Zstd, Some(Zstd)),
            (Some("identity"), Plain, Some(Plain)),
            (Some("gzip"), Plain, Some(Gzip)),
            (Some("X-Gzip"), Gzip, Some(Gzip)),
            (Some("zstd"), Plain, Some(Zstd)),
            (Some("gzip"), Zstd, None),
            (Some("br"), Plain, None),
            (Some("gzip, gzip"), Plain, None),
        ] {
            assert_eq!(compression(coding, file), expected, "{coding:?} {file:?}");
        }
    }
}
