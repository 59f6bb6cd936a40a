//! Writes what was kept as a recording.

use std::path::PathBuf;
use std::time::Duration;

use connector_core::records::{Connection, Definition, Purpose, Response};
use connector_core::{Entries, Secret};
use connector_host::Downloaded;
use url::Position;

use super::known::Known;
use super::log::{End, Kept, Log};
use super::redaction::Redaction;
use super::refused::Refused;
use super::scan::scan;
use crate::outcome::{Called, Ended, Outcome};
use crate::placeholder::Kind;
use crate::read::FILE_BYTES;
use crate::recording::{
    Exchange, Origin, RecordedBody, RecordedFault, RecordedRequest, RecordedResponse, Recording, Scenario,
};

/// Headers of a request that a replay compares, besides those with a secret.
const REQUEST_HEADERS: [&str; 4] = ["authorization", "content-type", "accept", "user-agent"];

/// Beginnings of the headers of a response that a connector can judge by: what the body is,
/// and how long to wait. Ids of requests are not among them: they are those of the tenant's
/// own logs, and nothing depends on them.
const RESPONSE_HEADERS: [&str; 5] = ["content-type", "retry-after", "x-rate-limit-", "x-ratelimit-", "ratelimit"];

/// Longest time that a recording can give for an exchange, in milliseconds: a day.
const LONGEST: u64 = 86_400_000;

/// A connection that is recorded.
pub(super) struct Subject<'a> {
    definition: &'a Definition,
    entries: &'a Entries,
    connection: &'a Connection,
    known: Known,
}

impl<'a> Subject<'a> {
    /// Learns the entries.
    pub(super) fn new(
        definition: &'a Definition,
        entries: &'a Entries,
        connection: &'a Connection,
    ) -> Result<Self, Refused> {
        let known = Known::new(definition, entries, connection)?;
        Ok(Self { definition, entries, connection, known })
    }

    /// Returns the text of the recording, and empties the log.
    pub(super) fn write(
        &mut self,
        log: &Log,
        token: Option<&Secret>,
        outcome: &Outcome,
        scenario: Option<Scenario>,
        name: &str,
        source: &str,
    ) -> Result<String, Refused> {
        let mut exchanges = log.take();
        self.learn(&exchanges, token, scenario.is_some())?;
        if scenario.is_some() {
            // It begins with a token.
            exchanges.retain(|kept| kept.request.purpose != Purpose::Token);
        }
        let redaction = Redaction::new(&self.known, self.definition);
        let (clock, times) = timeline(&exchanges, log.now());
        let recorded = exchanges.iter().zip(times).enumerate();
        let recorded = recorded.map(|(i, (kept, milliseconds))| exchange(i, kept, milliseconds, &redaction));
        let recorded = recorded.collect::<Result<Vec<_>, _>>()?;
        let expect = match &outcome.called {
            Some(Called { operation, ended: Ended::Downloaded(downloaded, _) }) => {
                let body = replayed_body(recorded.last(), &redaction);
                let downloaded = Downloaded { bytes: body.len() as u64, ..downloaded.clone() };
                let called = Called { operation: operation.clone(), ended: Ended::Downloaded(downloaded, body) };
                Outcome { called: Some(called), ..Outcome::default() }.spelled(str::to_owned)
            }
            _ => outcome.spelled(str::to_owned),
        };
        let scenario = scenario.map(|Scenario { operation, input }| {
            let text = redaction.text(&input.to_string());
            Scenario { operation, input: serde_json::from_str(&text).unwrap_or(input) }
        });
        let entries = self.entries.pairs().iter().map(|(key, text)| (key.clone(), redaction.text(text)));
        let recording = Recording {
            path: PathBuf::new(),
            name: name.to_owned(),
            origin: Origin::Observed,
            source: source.to_owned(),
            clock,
            entries: entries.collect(),
            expect: redaction.outcome(expect),
            scenario,
            sign_in: None,
            exchanges: recorded,
        };
        self.checked(recording.to_text().ok_or(Refused::Unwritable("the clock shows no date"))?)
    }

    /// Returns a text in which nothing secret is left.
    fn checked(&self, text: String) -> Result<String, Refused> {
        if text.len() > FILE_BYTES {
            return Err(Refused::Unwritable("it is longer than the recordings that are read"));
        }
        let file = serde_json::from_str(&text);
        let file = file.map_err(|_| Refused::Unwritable("it is nested deeper than the recordings that are read"))?;
        let found = scan(&text, &file, &self.known, self.definition, &self.connection.hosts);
        if found.is_empty() { Ok(text) } else { Err(Refused::Leaks(found)) }
    }

    /// Learns the tokens, and the links of an operation.
    fn learn(&mut self, exchanges: &[Kept], token: Option<&Secret>, operation: bool) -> Result<(), Refused> {
        for Kept { request, body, .. } in exchanges {
            self.known.learn_bearer(request)?;
            self.known.learn_tokens(body)?;
            if operation && request.purpose == Purpose::Download {
                let link = request.url[Position::BeforePath..].trim_start_matches('/');
                self.known.learn(Kind::Link, link)?;
            }
        }
        token.map_or(Ok(()), |token| self.known.learn(Kind::AccessToken, token.expose()))
    }
}

/// Returns the clock of the recording, and how long each exchange took, in milliseconds. A
/// replay has no pauses, so the one before an exchange is part of it: its response then
/// arrives when it did, which is what dates in `retry-after` are compared with.
fn timeline(exchanges: &[Kept], now: Duration) -> (u64, Vec<u64>) {
    let took = |kept: &Kept| {
        u64::try_from(kept.ended.saturating_sub(kept.started).as_millis()).unwrap_or(LONGEST).min(LONGEST)
    };
    let arrived = |kept: &Kept| match (&kept.head, &kept.end) {
        (Some(head), End::Whole) => Some(head.received_at),
        _ => None,
    };
    let start = exchanges.first().map_or(now.as_secs(), |first| {
        arrived(first).map_or(first.started.as_secs(), |at| at.saturating_sub(took(first) / 1000))
    });
    let mut passed = 0;
    let times = exchanges.iter().map(|kept| {
        let due = arrived(kept).map_or(0, |at| at.saturating_sub(start).saturating_mul(1000));
        let milliseconds = took(kept).max(due.saturating_sub(passed)).min(LONGEST);
        passed += milliseconds;
        milliseconds
    });
    (start, times.collect())
}

fn exchange(number: usize, kept: &Kept, milliseconds: u64, redaction: &Redaction) -> Result<Exchange, Refused> {
    let request = &kept.request;
    let headers = request.headers.iter().filter_map(|(name, value)| {
        let text = redaction.text(value.expose());
        let matters = REQUEST_HEADERS.contains(&name.as_str()) || text != value.expose();
        matters.then(|| (name.clone(), text))
    });
    let body = str::from_utf8(&request.body)
        .map_err(|_| Refused::Unwritable("the body of a request is no text, which HAR asks for"))?;
    let recorded = RecordedRequest {
        method: request.method.clone(),
        url: redaction.url(request.url.as_str()),
        headers: headers.collect(),
        body: redaction.text(body),
    };
    let response = match (&kept.end, &kept.head) {
        (End::Whole, Some(head)) => Ok(response(head, &kept.body, redaction)),
        // One that a replay turns into another failure is none.
        (End::Fault(fault), _) => Err(RecordedFault::of(*fault)
            .filter(|word| word.fault(request.timeout) == *fault)
            .ok_or(Refused::Unrecordable(number))?),
        _ => return Err(Refused::Unrecordable(number)),
    };
    Ok(Exchange { request: recorded, response, milliseconds })
}

fn response(head: &Response, received: &[u8], redaction: &Redaction) -> RecordedResponse {
    // What is no text stays as it is: a placeholder has no place in it.
    let body = match str::from_utf8(received) {
        Ok(text) => RecordedBody::Text(redaction.text(text)),
        Err(_) => RecordedBody::Bytes(received.to_vec()),
    };
    let headers = head.headers.iter().filter_map(|(name, value)| {
        let name = name.to_ascii_lowercase();
        let value = if name == "content-length" {
            length(value, received.len(), replayed(&body, redaction).len())
        } else {
            let judged = RESPONSE_HEADERS.iter().any(|beginning| name.starts_with(beginning));
            judged.then(|| redaction.text(value))
        };
        value.map(|value| (name, value))
    });
    RecordedResponse { status: head.status, headers: headers.collect(), body }
}

/// Returns the length to announce for a body that was cut off: as many bytes more than the
/// replayed one as were missing. None: nothing was.
fn length(announced: &str, received: usize, replayed: usize) -> Option<String> {
    let missing = announced.trim().parse::<usize>().ok()?.checked_sub(received).filter(|missing| *missing > 0)?;
    Some(replayed.saturating_add(missing).to_string())
}

/// Returns the bytes of the body with which the last exchange will end.
fn replayed_body(last: Option<&Exchange>, redaction: &Redaction) -> Vec<u8> {
    let response = last.and_then(|exchange| exchange.response.as_ref().ok());
    response.map(|response| replayed(&response.body, redaction)).unwrap_or_default()
}

fn replayed(body: &RecordedBody, redaction: &Redaction) -> Vec<u8> {
    match body {
        RecordedBody::Text(text) => redaction.replayed(text).into_bytes(),
        RecordedBody::Bytes(bytes) => bytes.clone(),
    }
}
