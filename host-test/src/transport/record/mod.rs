//! Records what goes over a transport, for others to replay: nothing secret or
//! personal is in what it writes, or nothing is written.
//!
//! 1. [`Recorder`] keeps every exchange as it is.
//! 2. At the end `redaction` keeps the headers that a replay needs and puts
//!    placeholders in the place of what [`Subject`] knows and of what `pattern`
//!    finds.
//! 3. `scan` looks at the finished text once more, in every encoding, and refuses
//!    it if anything secret-looking is left.

mod pattern;
mod redaction;
mod scan;
mod subject;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use thiserror::Error;

use self::redaction::{Place, Redaction};
pub use self::scan::{Finding, Leak};
pub use self::subject::Subject;
use super::{SendError, Transport};
use crate::har::{self, Fault, Moment, Origin, Placeholders};
use crate::har::{RecordedBody, RecordedExchange, RecordedRequest, RecordedResponse, Recording};
use crate::model::{Failure, Request, Response};

/// Tells the time, since the Unix epoch.
pub type Clock = Box<dyn Fn() -> Duration + Send + Sync>;

/// Headers of a request that a replay compares.
const REQUEST_HEADERS: [&str; 4] = ["authorization", "content-type", "accept", "user-agent"];

/// Headers of a response that a connector can judge by: what the body is, and how
/// long to wait. Ids of requests and traces are not among them: they lead from the
/// recording to the tenant's own logs, and nothing depends on them.
const RESPONSE_HEADERS: [&str; 6] = [
    "content-type",
    "content-length",
    "retry-after",
    "x-rate-limit-limit",
    "x-rate-limit-remaining",
    "x-rate-limit-reset",
];

/// Longest time that a recording can give for an exchange: a day.
const LONGEST: u64 = 86_400_000;

/// Longest recording, in bytes: what is read again.
const FILE_BYTES: usize = 64 << 20;

/// Sends over another transport and keeps what was sent and what came back.
/// `Debug` shows how much.
pub struct Recorder<T> {
    transport: T,
    clock: Clock,
    subject: Subject,
    /// In the order sent. None until something came back.
    exchanges: Mutex<Vec<Option<Exchange>>>,
}

struct Exchange {
    request: Request,
    /// No fault: nothing that a recording has a word for.
    answer: Result<Response, Option<Fault>>,
    started: Duration,
    milliseconds: u64,
}

/// Says why nothing was written. It never holds what must not be given away.
#[derive(Debug, Error)]
pub enum Refused {
    /// Something secret would be found inside of other words.
    #[error("the {what} has less than {least} characters and cannot be told from other text")]
    TooShort {
        /// What it is.
        what: &'static str,
        /// How many characters it needs.
        least: usize,
    },
    /// An exchange ended as no recording can say.
    #[error("exchange {0} ended in a way that no recording has a word for")]
    Unrecordable(usize),
    /// A text or a moment does not fit into a HAR file.
    #[error("this cannot be recorded: {0}")]
    Unwritable(&'static str),
    /// Something is left that looks secret.
    #[error("the recording would give away what is secret or personal:{}", listed(.0))]
    Leaks(Vec<Finding>),
}

fn listed(findings: &[Finding]) -> String {
    findings.iter().flat_map(|finding| ["\n  ".to_owned(), finding.to_string()]).collect()
}

/// Returns the fault that a replay turns into the same failure. None: there is no
/// such fault, so the replay would end differently.
fn fault(failure: &Failure, request: &Request) -> Option<Fault> {
    let faults = [Fault::Dns, Fault::Refused, Fault::Reset, Fault::Timeout, Fault::Tls];
    faults.into_iter().find(|fault| super::recorded(*fault, request) == *failure)
}

impl<T: Transport> Transport for Recorder<T> {
    fn send(&self, request: &Request) -> Result<Response, SendError> {
        let index = {
            let mut exchanges = self.exchanges();
            exchanges.push(None);
            exchanges.len() - 1
        };
        let started = (self.clock)();
        let sent = self.transport.send(request);
        let elapsed = (self.clock)().saturating_sub(started).as_millis();
        let answer = match &sent {
            Ok(response) => Ok(response.clone()),
            Err(SendError::Failed(failure)) => Err(fault(failure, request)),
            Err(SendError::Recording(_)) => Err(None),
        };
        let milliseconds = u64::try_from(elapsed).unwrap_or(LONGEST).min(LONGEST);
        self.exchanges()[index] = Some(Exchange { request: request.clone(), answer, started, milliseconds });
        sent
    }
}

impl<T: Transport> Recorder<T> {
    /// Begins a recording.
    pub fn new(transport: T, clock: Clock, subject: Subject) -> Self {
        Self { transport, clock, subject, exchanges: Mutex::new(Vec::new()) }
    }

    fn exchanges(&self) -> std::sync::MutexGuard<'_, Vec<Option<Exchange>>> {
        // Every change is a single step, so a panic elsewhere leaves it whole.
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the recording and returns the text of its file. The outcome is what
    /// the connector made of it, with the values as they were.
    pub fn finish(self, outcome: Value, name: &str, source: &str) -> Result<String, Refused> {
        let Self { clock, mut subject, exchanges, .. } = self;
        let exchanges = exchanges.into_inner().unwrap_or_else(PoisonError::into_inner);
        let exchanges: Vec<Exchange> = exchanges
            .into_iter()
            .enumerate()
            .map(|(i, exchange)| exchange.ok_or(Refused::Unrecordable(i)))
            .collect::<Result<_, _>>()?;
        for Exchange { request, answer, .. } in &exchanges {
            request.header("authorization").map_or(Ok(()), |value| subject.learn_bearer(value))?;
            if let Ok(response) = answer {
                subject.learn_tokens(&String::from_utf8_lossy(&response.body))?;
            }
        }
        let (start, moments, milliseconds) = timeline(&exchanges, (clock)());
        let mut redaction = Redaction::new(&subject);
        let recorded = exchanges.iter().enumerate().map(|(i, exchange)| {
            let request = recorded_request(&exchange.request, &mut redaction)?;
            let answer = match &exchange.answer {
                Ok(response) => Ok(recorded_response(response, &mut redaction)?),
                Err(fault) => Err(fault.ok_or(Refused::Unrecordable(i))?),
            };
            Ok(RecordedExchange { request, answer, milliseconds: milliseconds[i] })
        });
        let recorded = recorded.collect::<Result<_, Refused>>()?;
        let entered = subject
            .entered
            .iter()
            .map(|(key, text)| Ok((key.clone(), redaction.redact(text.expose(), Place::Filled)?)));
        let recording = Recording {
            path: PathBuf::new(),
            name: name.to_owned(),
            origin: Origin::Observed,
            source: source.to_owned(),
            clock: start,
            entered: entered.collect::<Result<_, Refused>>()?,
            scenario: None,
            expect: redacted(outcome, &mut redaction)?,
            exchanges: recorded,
        };
        let text = har::to_text(&recording, &moments).ok_or(Refused::Unwritable("the clock shows no date"))?;
        if text.len() > FILE_BYTES {
            return Err(Refused::Unwritable("it is longer than the recordings that are read"));
        }
        let found = scan::scan(&text, &subject);
        if found.is_empty() { Ok(text) } else { Err(Refused::Leaks(found)) }
    }
}

impl<T> fmt::Debug for Recorder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exchanges = self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).len();
        f.debug_struct("Recorder").field("exchanges", &exchanges).finish_non_exhaustive()
    }
}

/// Returns the clock of the recording, the moment of each exchange, and the
/// milliseconds that a replay counts for each. A replay knows no pauses, so the
/// one before an exchange counts as waiting: its response then arrives when it
/// did, which is what dates in `retry-after` are compared with.
fn timeline(exchanges: &[Exchange], now: Duration) -> (u64, Vec<Moment>, Vec<u64>) {
    let Some(first) = exchanges.first() else { return (now.as_secs(), Vec::new(), Vec::new()) };
    let start = match &first.answer {
        Ok(response) => response.received_at.saturating_sub(first.milliseconds / 1000),
        Err(_) => first.started.as_secs(),
    };
    let mut passed = 0;
    let times = exchanges.iter().map(|exchange| {
        let arrival = start + (passed + exchange.milliseconds) / 1000;
        let late = exchange.answer.as_ref().map_or(0, |response| response.received_at.saturating_sub(arrival));
        let milliseconds = late.saturating_mul(1000).saturating_add(exchange.milliseconds).min(LONGEST);
        passed += milliseconds;
        let blocked = milliseconds - exchange.milliseconds;
        // HAR's entries begin before they wait.
        let started = exchange.started.saturating_sub(Duration::from_millis(blocked));
        (Moment { started, blocked }, milliseconds)
    });
    let (moments, milliseconds) = times.unzip();
    (start, moments, milliseconds)
}

fn recorded_request(request: &Request, redaction: &mut Redaction<'_>) -> Result<RecordedRequest, Refused> {
    let headers = request.headers.iter().filter(|(name, _)| REQUEST_HEADERS.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| Ok((name.clone(), redaction.redact(value.expose(), Place::Filled)?)));
    let headers = headers.collect::<Result<_, Refused>>()?;
    let body = std::str::from_utf8(&request.body)
        .map_err(|_| Refused::Unwritable("the body of a request is no text, which HAR asks for"))?;
    Ok(RecordedRequest {
        method: request.method.clone(),
        url: redaction.redact(request.url.as_str(), Place::Url)?,
        headers,
        body: redaction.redact(body, Place::Filled)?,
    })
}

fn recorded_response(response: &Response, redaction: &mut Redaction<'_>) -> Result<RecordedResponse, Refused> {
    // What is no text stays as it is: a placeholder has no place in it.
    let body = match std::str::from_utf8(&response.body) {
        Ok(text) => RecordedBody::Text(redaction.redact(text, Place::Filled)?),
        Err(_) => RecordedBody::Bytes(response.body.clone()),
    };
    let mut headers = Vec::new();
    for (name, value) in &response.headers {
        let name = name.to_ascii_lowercase();
        let value = if name == "content-length" {
            length(value, response.body.len(), &body)
        } else if RESPONSE_HEADERS.contains(&name.as_str()) {
            Some(redaction.redact(value, Place::Filled)?)
        } else {
            None
        };
        headers.extend(value.map(|value| (name, value)));
    }
    Ok(RecordedResponse { status: response.status, headers, body })
}

/// Returns the length to announce for a body that was cut off: as many bytes more
/// than the replayed one as were missing. None: nothing was.
fn length(announced: &str, received: usize, body: &RecordedBody) -> Option<String> {
    let missing = announced.trim().parse::<usize>().ok()?.checked_sub(received).filter(|missing| *missing > 0)?;
    let replayed = match body {
        RecordedBody::Text(text) => Placeholders::default().fill(text).ok()?.len(),
        RecordedBody::Bytes(bytes) => bytes.len(),
    };
    Some(replayed.saturating_add(missing).to_string())
}

/// Redacts every text of an outcome. The names are those of the contract.
fn redacted(value: Value, redaction: &mut Redaction<'_>) -> Result<Value, Refused> {
    Ok(match value {
        Value::String(text) => Value::String(redaction.redact(&text, Place::Outcome)?),
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| redacted(item, redaction)).collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, member)| Ok((name, redacted(member, redaction)?)));
            Value::Object(members.collect::<Result<_, Refused>>()?)
        }
        other => other,
    })
}

#[cfg(test)]
mod tests;
