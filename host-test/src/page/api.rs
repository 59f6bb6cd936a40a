//! What the page asks, as JSON. An answer says nothing that was sent as a secret:
//! bodies are read by hand, because a library's complaint about one quotes it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::markdown;
use super::recordings::{Listed, turned};
use super::state::{Answers, Job, Page, error};
use crate::entries::Entries;
use crate::guard::PluginError;
use crate::har::{Placeholders, Recording};
use crate::model::operation::Operation;
use crate::model::{Connection, Standing, Token};
use crate::operation::{Carrier, Event, Finished, Received, Run, RunFailure};
use crate::redact::Redactor;
use crate::scenario::{ReplayCarrier, Stopped};
use crate::session::{CallFailure, Policy, Session, SystemClock};
use crate::transport::{OwnedReplay, Replay, ReplayError, Transport};

/// Longest body of a question, in bytes, above the input of an operation.
const BODY: usize = 256 * 1024;

/// How long the component may take for what a person waits for while typing.
const TYPING: Duration = Duration::from_secs(5);

/// How long a connection may take to be made, and its permissions to be found.
const CONNECTING: Duration = Duration::from_mins(1);

/// How long an operation may take.
const CALLING: Duration = Duration::from_mins(15);

/// How long a question after a job is held back while there is nothing new.
const PATIENCE: Duration = Duration::from_millis(700);

/// Longest output or file to show, in bytes.
const SHOWN: usize = 128 * 1024;

type Shared = State<Arc<Page>>;

fn answer(value: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

/// Reads a question. The bytes are overwritten afterwards.
async fn question<T: DeserializeOwned>(body: Body, limit: usize) -> Result<T, Response> {
    let refused = |status: StatusCode, text: &'static str| (status, text).into_response();
    let bytes = to_bytes(body, limit)
        .await
        .map_err(|_| refused(StatusCode::PAYLOAD_TOO_LARGE, "The question is too long or was broken off."))?;
    let bytes = Zeroizing::new(Vec::from(bytes));
    serde_json::from_slice(&bytes).map_err(|_| refused(StatusCode::BAD_REQUEST, "The question cannot be read."))
}

fn busy() -> Response {
    answer(&error("busy", "Too much is under way. Cancel something, or wait."))
}

/// Begins something that takes longer than an answer may.
fn begun(page: &Page, limit: Duration, work: impl FnOnce(&Job) -> Value + Send + 'static) -> Response {
    page.begin(limit, work).map_or_else(busy, |(id, _)| answer(&json!({ "job": id })))
}

/// Runs the component and waits for what it says.
async fn said(page: &Page, work: impl FnOnce() -> Value + Send + 'static) -> Response {
    let Some((id, job)) = page.begin(TYPING, |_| work()) else { return busy() };
    let report = job.report(TYPING + Duration::from_secs(1)).await;
    page.jobs.remove(&id);
    answer(report.get("over").unwrap_or(&error("timeout", "The component did not answer.")))
}

/// Everything about the component that the page shows from the start.
pub(super) async fn facts(State(page): Shared) -> Response {
    let definition = page.connector.definition();
    let mut shown = json!(definition);
    let steps = definition.guide.iter();
    shown["guide"] =
        steps.map(|step| json!({ "id": step.id, "title": step.title, "html": markdown::render(&step.text) })).collect();
    if let Some(members) = shown.as_object_mut() {
        // It has an address of its own.
        members.remove("icon");
    }
    let facts = page.connector.facts();
    let metadata: Value = facts.metadata.iter().map(|(name, text)| (name.clone(), json!(text))).collect();
    let (mode, recordings) = match &page.answers {
        Answers::Recordings(recordings) => ("recordings", json!(recordings)),
        Answers::Live(_) => ("live", json!([])),
    };
    answer(&json!({
        "definition": shown,
        "component": {
            "bytes": page.component.bytes,
            "gzip-bytes": page.component.gzip_bytes,
            "sha256": page.component.sha256,
            "imports": facts.imports,
            "exports": facts.exports,
            "memory-minimum": facts.memory_minimum,
            "metadata": metadata,
        },
        "interfaces": facts.interfaces(),
        "mode": mode,
        "recordings": recordings,
    }))
}

/// The operations on offer.
pub(super) async fn operations(State(page): Shared) -> Response {
    let connector = Arc::clone(&page.connector);
    said(&page, move || match connector.operations() {
        Ok(operations) => json!({ "operations": operations }),
        Err(failed) => plugin(&failed),
    })
    .await
}

#[derive(Deserialize)]
pub(super) struct Resolve {
    entries: Vec<(String, String)>,
}

/// Where the entries lead so far. Secrets play no part in it.
pub(super) async fn resolve(State(page): Shared, body: Body) -> Response {
    let mut asked: Resolve = match question(body, BODY).await {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let connector = Arc::clone(&page.connector);
    let secrets: Vec<_> = connector.definition().secret_keys().map(str::to_owned).collect();
    asked.entries.retain(|(key, _)| !secrets.contains(key));
    said(&page, move || match connector.resolve(&connector.entries(asked.entries)) {
        Ok(Ok(connection)) => json!({ "connection": connection }),
        Ok(Err(problems)) => json!({ "problems": problems }),
        Err(failed) => plugin(&failed),
    })
    .await
}

#[derive(Deserialize)]
pub(super) struct Connect {
    entries: Vec<(String, String)>,
    recording: Option<usize>,
}

/// Makes a connection. The secret comes in here and does not go out again.
pub(super) async fn connect(State(page): Shared, body: Body) -> Response {
    let asked: Connect = match question(body, BODY).await {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let shared = Arc::clone(&page);
    begun(&page, CONNECTING, move |job| {
        let entries = shared.connector.entries(asked.entries);
        connected(&shared, entries, asked.recording, job).unwrap_or_else(|value| value)
    })
}

/// The error is what to answer as well.
fn connected(page: &Page, entries: Entries, recording: Option<usize>, job: &Job) -> Result<Value, Value> {
    let transport: Arc<dyn Transport> = match &page.answers {
        Answers::Live(live) => Arc::<crate::transport::Live>::clone(live),
        Answers::Recordings(listed) => {
            let resolved = page.connector.resolve(&entries).map_err(|failed| plugin(&failed))?.ok();
            let (recording, placeholders) = opened(page, listed, recording, &entries, resolved.as_ref())?;
            Arc::new(OwnedReplay::new(recording, placeholders))
        }
    };
    let (connector, clock) = (Arc::clone(&page.connector), Arc::new(SystemClock::new()));
    let session = Session::open(connector, entries, transport, clock, Policy::default())
        .map_err(|failed| plugin(&failed))?
        .map_err(|problems| json!({ "problems": problems }))?;
    let connection = session.connection().clone();
    job.progress(format!("Asking {}", connection.hosts.first().map_or("the provider", String::as_str)), 0, 0);
    let token = session.token(&job.cancel).map_err(|failed| failure(&failed, &session))?;
    if job.cancel.is_cancelled() {
        return Err(error("cancelled", "It was cancelled."));
    }
    let id = page.connections.put(Arc::new(session), |_| ());
    let id = id.ok_or_else(|| error("host-fault", "The system gives no random numbers."))?;
    Ok(json!({ "connected": { "id": id, "connection": connection, "token": *token } }))
}

/// Reads the recording that was picked, turned to where the entries lead.
fn opened(
    page: &Page,
    listed: &[Listed],
    number: Option<usize>,
    entries: &Entries,
    connection: Option<&Connection>,
) -> Result<(Recording, Placeholders), Value> {
    let picked = number.and_then(|number| listed.get(number));
    let picked = picked.ok_or_else(|| error("no-recording", "There is no recording to answer from."))?;
    turned(picked, &page.connector, entries, connection).map_err(|failed| error("bad-recording", &failed.to_string()))
}

#[derive(Deserialize)]
pub(super) struct OfConnection {
    connection: String,
}

fn gone() -> Response {
    answer(&error("no-connection", "This connection is no longer open. Connect again."))
}

/// Finds out what the credentials may do.
pub(super) async fn permissions(State(page): Shared, body: Body) -> Response {
    let asked: OfConnection = match question(body, BODY).await {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let Some(session) = page.connections.get(&asked.connection) else { return gone() };
    let shared = Arc::clone(&page);
    begun(&page, CONNECTING, move |job| standings(&shared, &session, job).unwrap_or_else(|value| value))
}

fn standings(page: &Page, session: &Session, job: &Job) -> Result<Value, Value> {
    let definition = page.connector.definition();
    let number = u32::try_from(definition.permissions.len()).unwrap_or_default();
    let table = if !page.connector.facts().exports_interface("permissions") {
        Vec::new()
    } else if matches!(page.answers, Answers::Recordings(_)) {
        let untold = |text: &str| Standing { state: "unknown".to_owned(), detail: text.to_owned() };
        let ids = definition.permissions.iter().map(|permission| permission.id.clone());
        ids.map(|id| (id, untold("The recording has no answer to this."))).collect()
    } else {
        let mut done = 0;
        let told = session.permissions(&job.cancel, |id| {
            let label = definition.permissions.iter().find(|permission| permission.id == id);
            job.progress(format!("Checking {}", label.map_or(id, |permission| &permission.label)), done, number);
            done += 1;
        });
        told.map_err(|failed| failure(&failed, session))?
    };
    let row = |(id, standing): &(String, Standing)| json!({ "permission": id, "standing": standing });
    Ok(json!({ "permissions": table.iter().map(row).collect::<Vec<_>>() }))
}

#[derive(Deserialize)]
pub(super) struct Call {
    connection: String,
    operation: String,
    /// JSON as text: numbers stay as they were written.
    input: String,
    recording: Option<usize>,
    #[serde(default)]
    confirmed: bool,
}

/// Runs an operation.
pub(super) async fn call(State(page): Shared, body: Body) -> Response {
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

impl std::io::Write for Head {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let room = SHOWN.saturating_sub(self.0.len()).min(bytes.len());
        self.0.extend_from_slice(&bytes[..room]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn cut(text: &str) -> (&str, bool) {
    let end = text.floor_char_boundary(SHOWN);
    (&text[..end], end < text.len())
}

#[derive(Deserialize)]
pub(super) struct OfJob {
    job: String,
}

fn no_job() -> Response {
    answer(&json!({ "over": error("no-job", "This is no longer known here. Start it again.") }))
}

/// How a job stands.
pub(super) async fn job(State(page): Shared, body: Body) -> Response {
    reported(&page, body, |_| ()).await
}

/// Gives a job up.
pub(super) async fn cancel(State(page): Shared, body: Body) -> Response {
    reported(&page, body, Job::cancel).await
}

/// Tells how a job stands after something was done to it. What came of one is told
/// once.
async fn reported(page: &Page, body: Body, first: impl FnOnce(&Job)) -> Response {
    let asked: OfJob = match question(body, BODY).await {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let Some(job) = page.jobs.get(&asked.job) else { return no_job() };
    first(&job);
    let report = job.report(PATIENCE).await;
    if report.get("over").is_some() {
        page.jobs.remove(&asked.job);
    }
    answer(&report)
}

/// Forgets a connection, its secret and its token.
pub(super) async fn disconnect(State(page): Shared, body: Body) -> Response {
    match question::<OfConnection>(body, BODY).await {
        Err(refusal) => refusal,
        Ok(asked) => {
            page.connections.remove(&asked.connection);
            answer(&json!({}))
        }
    }
}

fn plugin(failed: &PluginError) -> Value {
    error(failed.code(), &sentence(&failed.to_string()))
}

fn failure(failed: &CallFailure, of: &Session) -> Value {
    match failed {
        CallFailure::Failed(failure) => json!({ "failure": failure }),
        CallFailure::Plugin(failed) => plugin(failed),
        CallFailure::Recording(reason) => mismatch(reason, of),
        CallFailure::Cancelled => error("cancelled", "It was cancelled."),
    }
}

fn stop(stopped: &Stopped, of: &Session) -> Value {
    match stopped {
        Stopped::Plugin(failed) => plugin(failed),
        Stopped::Call(failed) => plugin(failed),
        Stopped::Replay(error) => mismatch(&ReplayError::to_string(error), of),
        Stopped::Run(reason) => error("run", reason),
    }
}

/// What was sent may hold a secret in a place where no placeholder stands.
fn mismatch(reason: &str, of: &Session) -> Value {
    error("recording-mismatch", &sentence(&Redactor::new(of.entries(), &[]).hide(reason)))
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}
