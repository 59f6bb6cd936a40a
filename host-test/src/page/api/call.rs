//! Running an operation over a connection.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::connect::gone;
use super::{BODY, Shared, begun, failure, plugin, question, stop};
use crate::model::Token;
use crate::model::operation::Operation;
use crate::operation::{Carrier, Event, Finished, Received, Run, RunFailure};
use crate::page::recordings::turned;
use crate::page::state::{Answers, Job, Page, error};
use crate::redact::Redactor;
use crate::scenario::ReplayCarrier;
use crate::session::Session;
use crate::transport::Replay;

/// How long an operation may take.
const CALLING: Duration = Duration::from_mins(15);

/// Longest output or file to show, in bytes.
const SHOWN: usize = 128 * 1024;

#[derive(Deserialize)]
pub(in crate::page) struct Call {
    connection: String,
    operation: String,
    /// JSON as text: numbers stay as they were written.
    input: String,
    recording: Option<usize>,
    #[serde(default)]
    confirmed: bool,
}

/// Runs an operation.
pub(in crate::page) async fn call(State(page): Shared, body: Body) -> Response {
    // As text in JSON an input can take twice the room.
    let asked: Call = match question(body, BODY + 2 * page.connector.input_limit()).await {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let Some(session) = page.connections.get(&asked.connection) else { return gone() };
    let shared = Arc::clone(&page);
    begun(&page, CALLING, move |job| called(&shared, &session, asked, job).unwrap_or_else(|value| value))
}

fn called(page: &Page, session: &Session, asked: Call, job: &Job) -> Result<Value, Value> {
    let operations = page.connector.operations().map_err(|failed| plugin(&failed))?;
    let operation = operations.into_iter().find(|operation| operation.id == asked.operation);
    let operation = operation.ok_or_else(|| error("no-operation", "The component has no such operation."))?;
    if operation.is_destructive() && !asked.confirmed {
        return Err(error("not-confirmed", "This may remove something for good, and was not confirmed."));
    }
    match &page.answers {
        Answers::Live(_) => run(session.clone(), operation, asked.input, session, job),
        Answers::Recordings(listed) => {
            let (entries, connection) = (session.entries(), session.connection());
            // Without a recording the input is judged all the same.
            let picked = asked.recording.and_then(|number| listed.get(number));
            let (mut recording, placeholders) = match picked.or(listed.first()) {
                Some(listed) => turned(listed, &page.connector, entries, Some(connection))
                    .map_err(|failed| error("bad-recording", &failed.to_string()))?,
                None => return Err(error("no-recording", "There is no recording to answer from.")),
            };
            if picked.is_none() {
                recording.exchanges.clear();
            }
            let replay = Replay::new(&recording, &placeholders);
            let carrier = ReplayCarrier::new(&page.connector, entries, replay, &placeholders)
                .map_err(|stopped| stop(&stopped, session))?
                .map_err(|problems| json!({ "problems": problems }))?;
            run(carrier, operation, asked.input, session, job)
        }
    }
}

fn run(carrier: impl Carrier, operation: Operation, input: String, of: &Session, job: &Job) -> Result<Value, Value> {
    let token = carrier.token();
    let run = Run::start(carrier, operation, input)
        .map_err(|failed| plugin(&failed))?
        .map_err(|problems| json!({ "problems": problems }))?;
    let mut head = Head::default();
    let finished = run.go(&mut head, &job.cancel, &mut |event| match event {
        Event::Step(progress, 0) => job.progress(&progress.text, progress.done, progress.total),
        Event::Step(progress, wait) => {
            job.progress(format!("{} (in {wait} s)", progress.text), progress.done, progress.total);
        }
        Event::Bytes { done, .. } => job.progress(format!("Downloading, {done} bytes so far"), 0, 0),
    });
    match finished {
        Ok(Finished::Done(outcome)) => {
            let pretty = serde_json::from_str::<Value>(&outcome.output).ok();
            let pretty = pretty.and_then(|value| serde_json::to_string_pretty(&value).ok());
            let (text, cut) = cut(pretty.as_ref().unwrap_or(&outcome.output));
            let size = outcome.output.len();
            Ok(json!({ "outcome": {
                "output": text, "bytes": size, "cut": cut, "partial": outcome.partial, "warnings": outcome.warnings,
            } }))
        }
        Ok(Finished::Downloaded(received)) => Ok(downloaded(&received, &head, of, token.as_deref())),
        Err(RunFailure::Call(failed)) => Err(failure(&failed, of)),
        Err(failed) => Err(error("run", &failed.to_string())),
    }
}

/// Shows the beginning of a file. The provider wrote it, so secrets are looked for.
fn downloaded(received: &Received, head: &Head, of: &Session, token: Option<&Token>) -> Value {
    let redactor = Redactor::new(of.entries(), &[]);
    let redactor = token.into_iter().fold(redactor, |redactor, token| redactor.and(&token.value));
    // A character that was cut at the end is no reason to show nothing.
    let text = match str::from_utf8(&head.0) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => str::from_utf8(&head.0[..error.valid_up_to()]).ok(),
        Err(_) => None,
    };
    json!({ "download": {
        "bytes": received.bytes,
        "media-type": received.media_type,
        "compression": received.compression,
        "partial": received.partial,
        "warnings": received.warnings,
        "text": text.map(|text| redactor.hide(text)),
        "cut": received.bytes > head.0.len() as u64,
    } })
}

/// Keeps the beginning of a file.
#[derive(Default)]
struct Head(Vec<u8>);

impl io::Write for Head {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = SHOWN.saturating_sub(self.0.len()).min(bytes.len());
        self.0.extend_from_slice(&bytes[..room]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn cut(text: &str) -> (&str, bool) {
    let end = text.floor_char_boundary(SHOWN);
    (&text[..end], end < text.len())
}
