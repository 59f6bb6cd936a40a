//! Runs an operation against a recording: its exchanges in order, the download
//! included. A token stands in, so none is asked for; nothing is waited for, and
//! nothing is sent again, so that each entry is one exchange.

use std::io::Write;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Answer, Outcome, Sent, Stopped};
use crate::entries::Entries;
use crate::guard::Connector;
use crate::har::{Placeholders, Recording, Scenario};
use crate::model::operation::{self, Link};
use crate::model::{Connection, Failure, Problem, Request, Response, Secret, Token};
use crate::operation::{Carrier, Finished, Received, Run, RunFailure};
use crate::plugin::Digest;
use crate::session::{CallFailure, Cancel};
use crate::transport::{Downloaded, Replay, ReplayError};

/// Longest download that a recording spells out, in bytes; of longer ones it has
/// the digest.
const SHORT: usize = 2000;

/// Holds what came of an operation.
#[derive(Debug)]
pub struct Called {
    /// Its id.
    pub operation: String,
    /// What was sent, in order.
    pub sent: Vec<Sent>,
    /// How it ended.
    pub ended: Ended,
}

/// Says how an operation ended.
#[derive(Debug)]
pub enum Ended {
    /// It did not begin.
    Problems(Vec<Problem>),
    /// It failed.
    Failed(Failure),
    /// It has a result.
    Done(operation::Outcome),
    /// It has a file: what is known of it, and the file.
    Downloaded(Received, Vec<u8>),
}

impl Called {
    /// Returns the outcome as recordings spell it.
    pub(super) fn to_json(&self) -> Map<String, Value> {
        let (name, value) = match &self.ended {
            Ended::Problems(problems) => ("problems", json!(problems)),
            Ended::Failed(failure) => ("failure", json!(failure)),
            Ended::Done(outcome) => {
                let output: Value = serde_json::from_str(&outcome.output).unwrap_or_default();
                let mut shown = Map::from_iter([("output".to_owned(), output)]);
                extend(&mut shown, outcome.partial, &outcome.warnings);
                ("outcome", Value::Object(shown))
            }
            Ended::Downloaded(received, body) => ("download", Value::Object(file(received, body))),
        };
        Map::from_iter([(name.to_owned(), value)])
    }
}

fn file(received: &Received, body: &[u8]) -> Map<String, Value> {
    let mut shown = Map::new();
    shown.insert("media-type".to_owned(), json!(received.media_type));
    shown.insert("compression".to_owned(), json!(received.compression));
    shown.insert("bytes".to_owned(), json!(received.bytes));
    match str::from_utf8(body) {
        Ok(text) if text.len() <= SHORT => shown.insert("text".to_owned(), json!(text)),
        _ => shown.insert("sha256".to_owned(), json!(Digest::of(body).hex())),
    };
    extend(&mut shown, received.partial, &received.warnings);
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

/// Runs the operation of a recording.
pub(super) fn call(
    connector: &Connector,
    entries: &Entries,
    recording: &Recording,
    scenario: &Scenario,
    placeholders: &Placeholders,
) -> Result<Outcome, Stopped> {
    let input = match &scenario.input {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    let input = placeholders.fill(&input).map_err(ReplayError::Placeholder)?;
    let carrier = ReplayCarrier::new(connector, entries, Replay::new(recording, placeholders), placeholders)?;
    let called = |sent, ended| {
        let called = Called { operation: scenario.operation.clone(), sent, ended };
        Outcome { called: Some(called), ..Outcome::default() }
    };
    let carrier = match carrier {
        Ok(carrier) => carrier,
        Err(problems) => return Ok(called(Vec::new(), Ended::Problems(problems))),
    };
    // An id that is not offered goes to the connector all the same, whose answer
    // may be what the recording is about.
    let offered = connector.operations()?.into_iter().find(|operation| operation.id == scenario.operation);
    let operation = offered.unwrap_or_else(|| unknown(&scenario.operation));
    let run = match Run::start(carrier, operation, input)? {
        Ok(run) => run,
        Err(problems) => return Ok(called(Vec::new(), Ended::Problems(problems))),
    };
    let mut body = Vec::new();
    let ended = run.go(&mut body, &Cancel::default(), &mut |_| ());
    let sent = run.carrier().finish()?;
    match ended {
        Ok(Finished::Done(outcome)) => Ok(called(sent, Ended::Done(outcome))),
        Ok(Finished::Downloaded(received)) => Ok(called(sent, Ended::Downloaded(received, body))),
        Err(RunFailure::Call(CallFailure::Failed(failure))) => Ok(called(sent, Ended::Failed(*failure))),
        Err(RunFailure::Call(CallFailure::Plugin(error))) => Err(Stopped::Call(error)),
        Err(error) => Err(Stopped::Run(error.to_string())),
    }
}

fn unknown(id: &str) -> operation::Operation {
    operation::Operation {
        id: id.to_owned(),
        title: String::new(),
        description: String::new(),
        permission: String::new(),
        effect: String::new(),
        input_schema: Value::Null,
        output_schema: Value::Null,
        documentation: String::new(),
        download_domains: Vec::new(),
    }
}

/// Answers from a recording.
pub struct ReplayCarrier<'a> {
    connector: &'a Connector,
    entries: &'a Entries,
    connection: Connection,
    token: Arc<Token>,
    played: Mutex<Playing<'a>>,
}

struct Playing<'a> {
    replay: Replay<'a>,
    sent: Vec<Sent>,
    stopped: Option<ReplayError>,
}

impl<'a> ReplayCarrier<'a> {
    /// Finds where the entries lead. The inner error holds every problem.
    pub fn new(
        connector: &'a Connector,
        entries: &'a Entries,
        replay: Replay<'a>,
        placeholders: &Placeholders,
    ) -> Result<Result<Self, Vec<Problem>>, Stopped> {
        let connection = match connector.resolve(entries)? {
            Ok(connection) => connection,
            Err(problems) => return Ok(Err(problems)),
        };
        let token = Token {
            value: Secret::new(placeholders.fill("{{access_token}}").map_err(ReplayError::Placeholder)?),
            kind: "Bearer".to_owned(),
            expires_in: u32::MAX,
            refresh_after: u32::MAX - 1,
            lifetime_assumed: true,
            scopes: Vec::new(),
            missing_scopes: Vec::new(),
        };
        let played = Mutex::new(Playing { replay, sent: Vec::new(), stopped: None });
        Ok(Ok(Self { connector, entries, connection, token: Arc::new(token), played }))
    }

    /// Returns what was sent.
    ///
    /// # Errors
    ///
    /// Says why the recording does not fit, or how much of it was left over.
    pub fn finish(&self) -> Result<Vec<Sent>, ReplayError> {
        let mut played = self.played();
        match played.stopped.take() {
            Some(error) => Err(error),
            None => played.replay.finish().map(|()| mem::take(&mut played.sent)),
        }
    }

    fn send(&self, request: &Request, url: String) -> Result<Response, CallFailure> {
        let mut played = self.played();
        let mut sent = Sent { method: request.method.clone(), url, answer: None };
        let answer = played.replay.send(request).map_err(|error| {
            let text = error.to_string();
            played.stopped = Some(error);
            CallFailure::Recording(text)
        })?;
        sent.answer = answer.as_ref().ok().map(|response| Answer::new(response, self.entries));
        played.sent.push(sent);
        answer.map_err(|failure| CallFailure::Failed(Box::new(failure)))
    }

    fn played(&self) -> MutexGuard<'_, Playing<'a>> {
        self.played.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Carrier for ReplayCarrier<'_> {
    fn connector(&self) -> &Connector {
        self.connector
    }

    fn connection(&self) -> &Connection {
        &self.connection
    }

    fn entries(&self) -> &Entries {
        self.entries
    }

    fn token(&self) -> Option<Arc<Token>> {
        Some(Arc::clone(&self.token))
    }

    fn answer(&self, request: &Request, _: &Cancel) -> Result<Response, CallFailure> {
        let mut authorized = request.clone();
        authorized.headers.extend(self.connector.authorize(&self.token)?);
        self.send(&authorized, request.url.to_string())
    }

    fn download(
        &self,
        link: &Link,
        sink: &mut dyn Write,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<Downloaded, RunFailure> {
        let request = link.expose();
        // The rest of a link is nobody's business.
        let response = self.send(request, format!("https://{}/…", request.host()));
        Ok(Downloaded::of(response?, request, sink, progress)?)
    }

    fn wait(&self, _: Duration, _: &Cancel) {}
}
