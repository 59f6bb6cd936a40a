//! Running an operation over a connection.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use connector_host::records::Outcome;
use connector_host::{Completed, Downloaded, Error, Event, Session};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::AsyncWrite;

use super::answer::{Progress, stream};
use super::computing::computed;
use super::error::ApiError;
use super::request::{Asked, Shared};
use crate::page::{Answers, Page};
use crate::recordings::no_answers;

/// Time for an operation: exports of a large tenant take minutes.
const RUNNING: Duration = Duration::from_mins(15);

/// Longest output or file to show, in bytes: what a browser lays out at once.
const SHOWN: usize = 128 * 1024;

#[derive(Deserialize)]
pub(crate) struct Call {
    connection: String,
    operation: String,
    /// JSON as text: numbers stay as they were written.
    input: String,
    recording: Option<usize>,
    #[serde(default)]
    confirmed: bool,
}

/// Runs an operation.
pub(crate) async fn call(State(page): Shared, Asked(asked): Asked<Call>) -> Response {
    let shared = Arc::clone(&page);
    stream(&page, RUNNING, move |progress| async move { called(&shared, asked, &progress).await })
}

async fn called(page: &Arc<Page>, asked: Call, progress: &Progress) -> Result<Value, ApiError> {
    let session = page.connections.item(&asked.connection).ok_or(ApiError::NO_CONNECTION)?;
    let operations = page.connector.operations().map_err(Error::from)?;
    let operation = operations.iter().find(|operation| operation.id == asked.operation);
    if operation.ok_or(ApiError::NO_OPERATION)?.is_destructive() && !asked.confirmed {
        return Err(ApiError::NOT_CONFIRMED);
    }
    let session = computed(page, move |page| answered(page, session, asked.recording)).await?;
    let mut run = session.start(&asked.operation, asked.input).await?;
    let mut head = Head::default();
    let completed = run.complete_into(&mut head, |event| show(progress, &event)).await?;
    Ok(match completed {
        Completed::Done(outcome) => done(&outcome),
        Completed::Downloaded(downloaded) => file(&downloaded, &head, &session),
    })
}

/// Returns the session that an operation runs in.
fn answered(page: &Page, session: Session, recording: Option<usize>) -> Result<Session, ApiError> {
    let Answers::Recordings(listed) = &page.answers else { return Ok(session) };
    let (entries, connection) = (session.opened().entries(), session.connection());
    let replay = match recording.and_then(|number| listed.get(number)) {
        Some(picked) => picked.replay(&page.connector, entries, Some(connection)),
        // Without a recording the input is judged all the same.
        None => no_answers(&page.connector, entries, connection),
    };
    let entries = page.connector.entries(entries.pairs().to_vec());
    Ok(connector_recordings::open(&page.connector, entries, &replay)?)
}

fn show(progress: &Progress, event: &Event<'_>) {
    match event {
        Event::Step(step, 0) => progress.show(&step.text, step.done, step.total),
        Event::Step(step, wait) => progress.show(format!("{} (in {wait} s)", step.text), step.done, step.total),
        Event::Bytes { done, .. } => progress.show(format!("Downloading, {done} bytes so far"), 0, 0),
    }
}

fn done(outcome: &Outcome) -> Value {
    let pretty = serde_json::from_str::<Value>(&outcome.output).ok();
    let pretty = pretty.and_then(|value| serde_json::to_string_pretty(&value).ok());
    let text = pretty.as_ref().unwrap_or(&outcome.output);
    let end = text.floor_char_boundary(SHOWN);
    json!({ "outcome": {
        "output": text[..end],
        "bytes": outcome.output.len(),
        "cut": end < text.len(),
        "partial": outcome.partial,
        "warnings": outcome.warnings,
    } })
}

/// Shows the beginning of a file. The provider wrote it, so secrets are hidden.
fn file(downloaded: &Downloaded, head: &Head, session: &Session) -> Value {
    // A character that was cut at the end is no reason to show nothing.
    let text = match str::from_utf8(&head.0) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => str::from_utf8(&head.0[..error.valid_up_to()]).ok(),
        Err(_) => None,
    };
    json!({ "download": {
        "bytes": downloaded.bytes,
        "media-type": downloaded.media_type,
        "compression": downloaded.compression,
        "partial": downloaded.partial,
        "warnings": downloaded.warnings,
        "text": text.map(|text| session.redactor().hide(text)),
        "cut": downloaded.bytes > head.0.len() as u64,
    } })
}

/// A sink that keeps the beginning of a file.
#[derive(Default)]
struct Head(Vec<u8>);

impl AsyncWrite for Head {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let room = SHOWN.saturating_sub(self.0.len()).min(bytes.len());
        self.0.extend_from_slice(&bytes[..room]);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
