//! What the page asks, as JSON. An answer says nothing that was sent as a secret:
//! bodies are read by hand, because a library's complaint about one quotes it.

pub(super) mod call;
pub(super) mod connect;

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
use super::state::{Answers, Job, Page, error};
use crate::guard::PluginError;
use crate::operation::Carrier as _;
use crate::redact::Redactor;
use crate::scenario::Stopped;
use crate::session::{CallFailure, Session};
use crate::transport::ReplayError;

/// Longest body of a question, in bytes, above the input of an operation.
const BODY: usize = 256 * 1024;

/// How long the component may take for what a person waits for while typing.
const TYPING: Duration = Duration::from_secs(5);

/// How long a question after a job is held back while there is nothing new.
const PATIENCE: Duration = Duration::from_millis(700);

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
            "digest": page.component.digest.to_string(),
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
