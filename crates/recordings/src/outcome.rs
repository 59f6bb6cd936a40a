//! What a connector made of a recording.

use connector_core::permissions::PermissionCheck;
use connector_host::records::{Connection, Failure, Outcome as OperationOutcome, Problem, Response, Token};
use connector_host::{Digest, Downloaded};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

use crate::placeholder::Placeholders;

/// Longest download that a recording spells out, in bytes; of longer ones it has the
/// digest.
const SHORT: usize = 2000;

/// All that happened from entries to a token, or to the result of an operation.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The resolved connection. None: the entries were refused.
    pub connection: Option<Connection>,
    /// Where a person signs in, where the recording has that.
    pub authorization_url: Option<String>,
    /// What was changed to build the token request.
    pub notes: Vec<String>,
    /// Why no token request could be built.
    pub problems: Vec<Problem>,
    /// What was sent, in order.
    pub sent: Vec<Sent>,
    /// The token, or why there is none. None: none is needed, or it did not come to that.
    pub token: Option<Result<Token, Box<Failure>>>,
    /// What the credentials may do, where the recording has the probes.
    pub permissions: Vec<PermissionCheck>,
    /// The operation; then there is nothing else but what was sent.
    pub called: Option<Called>,
}

/// An exchange in short, without anything secret.
#[derive(Debug, Clone, Serialize)]
pub struct Sent {
    /// Method of the request.
    pub method: String,
    /// URL of the request.
    pub url: String,
    /// The response. None: there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<ResponseSummary>,
}

/// A response in short.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ResponseSummary {
    /// Its status.
    pub status: u16,
    /// Its media type, if it named one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Length of its body, in bytes.
    pub bytes: usize,
}

impl ResponseSummary {
    pub(crate) fn new(response: &Response, placeholders: &Placeholders) -> Self {
        let media_type = response.headers.iter().find(|(name, _)| name == "content-type");
        let media_type = media_type.map(|(_, value)| placeholders.restore(value));
        Self { status: response.status, media_type, bytes: response.body.len() }
    }
}

/// An operation that was run.
#[derive(Debug)]
pub struct Called {
    /// Its id.
    pub operation: String,
    /// How it ended.
    pub ended: Ended,
}

/// How an operation ended.
#[derive(Debug)]
pub enum Ended {
    /// It did not begin.
    Problems(Vec<Problem>),
    /// It failed.
    Failed(Box<Failure>),
    /// It has a result.
    Done(Arc<OperationOutcome>),
    /// It has a file.
    Downloaded(Downloaded, Vec<u8>),
}

impl Outcome {
    /// Returns what was derived or changed: the notes of the token request include those
    /// of the connection.
    pub fn notes(&self) -> &[String] {
        match &self.connection {
            Some(connection) if self.notes.is_empty() => &connection.notes,
            _ => &self.notes,
        }
    }

    /// Returns whether requests can be sent: there is a token, or none is needed.
    pub fn is_connected(&self) -> bool {
        self.connection.is_some() && self.problems.is_empty() && !matches!(self.token, Some(Err(_)))
    }

    /// Returns the outcome as recordings spell it: secrets as placeholders, and of a token
    /// that none stands for only that it is another one.
    pub fn to_json(&self, placeholders: &Placeholders) -> Value {
        let token = |value: &str| match placeholders.restore(value) {
            value if value == "{{access_token}}" => value,
            _ => "(another value)".to_owned(),
        };
        restored(self.spelled(token), placeholders)
    }

    /// Returns the outcome with the values as they are, the token as `spell` writes it.
    pub(crate) fn spelled(&self, spell: impl Fn(&str) -> String) -> Value {
        let mut outcome = Map::new();
        let mut put = |name: &str, value: Value| outcome.insert(name.to_owned(), value);
        if let Some(connection) = self.connection.as_ref().filter(|_| self.called.is_none()) {
            put("connection", json!(connection));
        }
        if let Some(url) = &self.authorization_url {
            put("authorization-url", json!(url));
        }
        if !self.notes.is_empty() {
            put("notes", json!(self.notes));
        }
        if !self.problems.is_empty() {
            put("problems", json!(self.problems));
        }
        match &self.token {
            Some(Ok(token)) => {
                let mut shown = Map::new();
                shown.insert("value".to_owned(), json!(spell(token.value.expose())));
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
            put("permissions", json!(self.permissions));
        }
        if let Some(called) = &self.called {
            let (name, value) = called.ended.to_json();
            put(name, value);
        }
        Value::Object(outcome)
    }
}

impl Ended {
    fn to_json(&self) -> (&'static str, Value) {
        match self {
            Self::Problems(problems) => ("problems", json!(problems)),
            Self::Failed(failure) => ("failure", json!(failure)),
            Self::Done(outcome) => {
                let output: Value = serde_json::from_str(&outcome.output).unwrap_or_default();
                let mut shown = Map::from_iter([("output".to_owned(), output)]);
                extend(&mut shown, outcome.partial, &outcome.warnings);
                ("outcome", Value::Object(shown))
            }
            Self::Downloaded(downloaded, body) => ("download", Value::Object(file(downloaded, body))),
        }
    }
}

fn file(downloaded: &Downloaded, body: &[u8]) -> Map<String, Value> {
    let mut shown = Map::new();
    shown.insert("media-type".to_owned(), json!(downloaded.media_type));
    shown.insert("compression".to_owned(), json!(downloaded.compression));
    shown.insert("bytes".to_owned(), json!(downloaded.bytes));
    match str::from_utf8(body) {
        Ok(text) if text.len() <= SHORT => shown.insert("text".to_owned(), json!(text)),
        _ => shown.insert("sha256".to_owned(), json!(Digest::of(body).hex())),
    };
    extend(&mut shown, downloaded.partial, &downloaded.warnings);
    shown
}

fn extend(shown: &mut Map<String, Value>, partial: bool, warnings: &[String]) {
    if partial {
        shown.insert("partial".to_owned(), json!(true));
    }
    if !warnings.is_empty() {
        shown.insert("warnings".to_owned(), json!(warnings));
    }
}

/// Puts placeholders back into every text of a value.
fn restored(value: Value, placeholders: &Placeholders) -> Value {
    texts(value, &|text| placeholders.restore(text))
}

/// Changes every text of a value. The names of members stay.
pub(crate) fn texts(value: Value, change: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(&text)),
        Value::Array(items) => items.into_iter().map(|item| texts(item, change)).collect(),
        Value::Object(members) => members.into_iter().map(|(name, member)| (name, texts(member, change))).collect(),
        other => other,
    }
}
