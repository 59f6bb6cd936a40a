//! Takes a connector through a recording: the conformance suite.
//!
//! Nothing here knows a provider: any component of the contract can be run
//! against recordings of its own.

mod operation;

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};
use thiserror::Error;

pub use operation::{Called, Ended, ReplayCarrier};

use crate::entries::Entries;
use crate::guard::{Connector, PluginError};
use crate::har::{Placeholders, Recording, escape};
use crate::model::{Connection, Failure, Problem, Request, Response, Token};
use crate::permissions::{self, Checked};
use crate::redact::Redactor;
use crate::transport::{Replay, ReplayError, SendError, Transport};

/// Holds all that happened on the way from entries to a token.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Where the entries lead. None when they were refused.
    pub connection: Option<Connection>,
    /// What was changed to build the token request.
    pub notes: Vec<String>,
    /// Why no token request could be built.
    pub problems: Vec<Problem>,
    /// What was sent.
    pub sent: Option<Sent>,
    /// What came of it.
    pub verdict: Option<Result<Token, Failure>>,
    /// What the credentials may do, where the recording goes on to tell.
    pub permissions: Vec<Checked>,
    /// What came of an operation; then there is nothing else.
    pub called: Option<Called>,
}

/// Sums up an exchange, without anything secret.
#[derive(Debug, Serialize)]
pub struct Sent {
    /// Method of the request.
    pub method: String,
    /// URL of the request.
    pub url: String,
    /// What came back. None when nothing did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

/// Sums up a response.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its media type, if it said one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Length of its body, in bytes.
    pub bytes: usize,
}

impl Answer {
    fn new(response: &Response, entries: &Entries) -> Self {
        let media_type = response.headers.iter().find(|(name, _)| name == "content-type");
        let media_type = media_type.map(|(_, value)| Redactor::new(entries, &[]).hide(value));
        Self { status: response.status, media_type, bytes: response.body.len() }
    }
}

impl Outcome {
    /// Returns what was derived or changed: the token request's notes hold the
    /// connection's.
    pub fn notes(&self) -> &[String] {
        match &self.connection {
            Some(connection) if self.notes.is_empty() => &connection.notes,
            _ => &self.notes,
        }
    }

    /// Tells whether a token came of it.
    pub fn is_connected(&self) -> bool {
        matches!(self.verdict, Some(Ok(_)))
    }

    /// Returns the outcome as recordings spell it: secrets as placeholders, and
    /// of a token that none stands for only that it is another one.
    pub fn to_json(&self, placeholders: &Placeholders) -> Value {
        let mut outcome = Map::new();
        let mut put = |name: &str, value: Value| outcome.insert(name.to_owned(), value);
        if let Some(connection) = &self.connection {
            put("connection", json!(connection));
        }
        if !self.notes.is_empty() {
            put("notes", json!(self.notes));
        }
        if !self.problems.is_empty() {
            put("problems", json!(self.problems));
        }
        match &self.verdict {
            Some(Ok(token)) => {
                let value = placeholders.restore(token.value.expose());
                let known = value == "{{access_token}}";
                let mut shown = Map::new();
                shown.insert("value".to_owned(), json!(if known { &value } else { "(another value)" }));
                if let Value::Object(members) = json!(token) {
                    shown.extend(members);
                }
                put("token", Value::Object(shown));
            }
            Some(Err(failure)) => {
                put("failure", json!(failure));
            }
            None => {}
        }
        if !self.permissions.is_empty() {
            outcome.insert("permissions".to_owned(), json!(self.permissions));
        }
        if let Some(called) = &self.called {
            outcome.extend(called.to_json());
        }
        restored(Value::Object(outcome), placeholders)
    }
}

/// Puts placeholders back into every text of a value.
pub(crate) fn restored(value: Value, placeholders: &Placeholders) -> Value {
    match value {
        Value::String(text) => Value::String(placeholders.restore(&text)),
        Value::Array(items) => items.into_iter().map(|item| restored(item, placeholders)).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (name, restored(member, placeholders))).collect()
        }
        other => other,
    }
}

/// Says why a scenario could not be played to its end.
#[derive(Debug, Error)]
pub enum Stopped {
    /// The plugin failed the host.
    #[error(transparent)]
    Plugin(#[from] PluginError),
    /// The recording does not fit.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// The plugin failed an operation.
    #[error(transparent)]
    Call(Arc<PluginError>),
    /// An operation does not come to an end.
    #[error("{0}")]
    Run(String),
}

/// Connects: resolves, builds the token request, sends it, reads the answer. Where the
/// recording goes on after that, checks the permissions as well.
pub fn connect(connector: &Connector, entries: &Entries, mut replay: Replay<'_>) -> Result<Outcome, Stopped> {
    let mut outcome = connect_with(connector, entries, |request| replay.send(request))?;
    if let (Some(connection), Some(Ok(token)), false) = (&outcome.connection, &outcome.verdict, replay.is_over())
        && connector.facts().exports_interface("permissions")
    {
        outcome.permissions = permissions::check(connector, connection, entries, |_, request| {
            let mut authorized = request.clone();
            authorized.headers.extend(connector.authorize(token)?);
            Ok::<_, Stopped>(replay.send(&authorized)?.map(|response| (response, token)).map_err(Box::new))
        })?;
    }
    replay.finish()?;
    Ok(outcome)
}

/// Connects over any transport.
pub fn connect_over(connector: &Connector, entries: &Entries, transport: &impl Transport) -> Result<Outcome, Stopped> {
    connect_with(connector, entries, |request| match transport.send(request) {
        Ok(response) => Ok(Ok(response)),
        Err(SendError::Failed(failure)) => Ok(Err(*failure)),
        Err(SendError::Recording(error)) => Err(error),
    })
}

/// Sends a request. The inner error is a failure on the way.
type Sender<'a> = dyn FnMut(&Request) -> Result<Result<Response, Failure>, ReplayError> + 'a;

fn connect_with(
    connector: &Connector,
    entries: &Entries,
    mut transmit: impl FnMut(&Request) -> Result<Result<Response, Failure>, ReplayError>,
) -> Result<Outcome, Stopped> {
    let mut outcome = Outcome::default();
    let resolved = connector.resolve(entries)?;
    let exchange = connector.token_request(entries, resolved.as_ref().map_err(Vec::as_slice))?;
    outcome.connection = resolved.ok();
    match exchange {
        Err(problems) => outcome.problems = problems,
        Ok(exchange) => {
            outcome.notes = exchange.notes;
            let (sent, verdict) = exchange_tokens(connector, entries, &exchange.request, &mut transmit)?;
            outcome.sent = Some(sent);
            outcome.verdict = Some(verdict);
        }
    }
    Ok(outcome)
}

fn exchange_tokens(
    connector: &Connector,
    entries: &Entries,
    request: &Request,
    transmit: &mut Sender<'_>,
) -> Result<(Sent, Result<Token, Failure>), Stopped> {
    let mut sent = Sent { method: request.method.clone(), url: request.url.to_string(), answer: None };
    let response = match transmit(request)? {
        Ok(response) => response,
        Err(failure) => return Ok((sent, Err(failure))),
    };
    sent.answer = Some(Answer::new(&response, entries));
    let verdict = connector.token_response(&response, entries)?;
    Ok((sent, verdict))
}

/// Holds what came of one recording.
pub struct Played {
    /// What happened, as far as it went.
    pub outcome: Result<Outcome, Stopped>,
    /// Where the outcome differs from the expected one; empty when it agrees.
    pub differences: Vec<String>,
}

impl Played {
    /// Tells whether the recording was played to its end and ended as expected.
    pub fn passed(&self) -> bool {
        self.outcome.is_ok() && self.differences.is_empty()
    }
}

/// Takes a connector through a recording and compares the outcome whole.
pub fn play(connector: &Connector, recording: &Recording) -> Played {
    let placeholders = Placeholders::default();
    let outcome = entries(connector, recording, &placeholders).map_err(Stopped::from).and_then(|entries| {
        match &recording.scenario {
            Some(scenario) => operation::call(connector, &entries, recording, scenario, &placeholders),
            None => connect(connector, &entries, Replay::new(recording, &placeholders)),
        }
    });
    let differences = match &outcome {
        Ok(outcome) => compare("", &recording.expect, &outcome.to_json(&placeholders)),
        Err(_) => Vec::new(),
    };
    Played { outcome, differences }
}

/// Returns what a recording enters, placeholders replaced.
pub fn entries(
    connector: &Connector,
    recording: &Recording,
    placeholders: &Placeholders,
) -> Result<Entries, ReplayError> {
    let filled = recording.entered.iter().map(|(key, text)| {
        let text = placeholders.fill(text).map_err(ReplayError::Placeholder)?;
        Ok((key.clone(), text))
    });
    Ok(connector.entries(filled.collect::<Result<_, ReplayError>>()?))
}

/// Lists where two values differ, each with its JSON Pointer.
fn compare(pointer: &str, expected: &Value, found: &Value) -> Vec<String> {
    match (expected, found) {
        (Value::Object(left), Value::Object(right)) => {
            let names = left.keys().chain(right.keys().filter(|name| !left.contains_key(*name)));
            names
                .flat_map(|name| {
                    let missing = Value::Null;
                    let (left, right) = (left.get(name).unwrap_or(&missing), right.get(name).unwrap_or(&missing));
                    compare(&format!("{pointer}/{}", escape(name)), left, right)
                })
                .collect()
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            let items = left.iter().zip(right).enumerate();
            items.flat_map(|(i, (left, right))| compare(&format!("{pointer}/{i}"), left, right)).collect()
        }
        _ if expected == found => Vec::new(),
        _ => vec![format!("{pointer}: expected {}, found {}", shown(expected), shown(found))],
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        value => value.to_string(),
    }
}
