//! Writes what was kept as a recording.

use std::path::PathBuf;
use std::time::Duration;

use connector_core::Entries;
use connector_core::records::{Connection, Definition, Request, Response};
use connector_host::Downloaded;
use url::Position;

use super::known::Known;
use super::log::{Kept, Received};
use super::redaction::Redaction;
use super::refused::Refused;
use super::scan::scan;
use crate::outcome::{Called, Ended, Outcome};
use crate::placeholder::Kind;
use crate::read::FILE_BYTES;
use crate::recording::{
    Exchange, Origin, RecordedBody, RecordedFault, RecordedRequest, RecordedResponse, Recording, Scenario,
};

/// Headers of a request that a replay compares.
const REQUEST_HEADERS: [&str; 4] = ["authorization", "content-type", "accept", "user-agent"];

/// Beginnings of the headers of a response that a connector can judge by: what the body is,
/// and how long to wait. Ids of requests are not among them: they are those of the tenant's
/// own logs, and nothing depends on them.
const RESPONSE_HEADERS: [&str; 5] = ["content-type", "retry-after", "x-rate-limit-", "x-ratelimit-", "ratelimit"];

/// Longest time that a recording can give for an exchange, in milliseconds: a day.
const LONGEST: u64 = 86_400_000;

/// A connection that is recorded.
pub(super) struct Subject<'a> {
    pub(super) definition: &'a Definition,
    pub(super) entries: &'a Entries,
    pub(super) connection: &'a Connection,
    pub(super) token_request: &'a Request,
    pub(super) known: Known,
}

impl Subject<'_> {
    /// Learns the tokens, and the links of an operation.
    pub(super) fn learn(&mut self, exchanges: &[Kept], operation: bool) -> Result<(), Refused> {
        for Kept { request, received, .. } in exchanges {
            self.known.learn_bearer(request)?;
            match received {
                Received::All(response) => self.known.learn_tokens(&response.body)?,
                Received::Some(_, pieces) => self.known.learn_tokens(&pieces.concat())?,
                Received::Fault(_) | Received::Other => {}
            }
            if operation && !request.authorized && !self.is_token_request(request) {
                let link = request.url[Position::BeforePath..].trim_start_matches('/');
                self.known.learn(Kind::Link, link)?;
            }
        }
        Ok(())
    }

    fn is_token_request(&self, request: &Request) -> bool {
        let expected = self.token_request;
        !request.authorized && request.method == expected.method && request.url == expected.url
    }

    pub(super) fn write(
        &self,
        mut exchanges: Vec<Kept>,
        outcome: &Outcome,
        scenario: Option<Scenario>,
        name: &str,
        source: &str,
        now: Duration,
    ) -> Result<String, Refused> {
        if scenario.is_some() {
            // It begins with a token.
            exchanges.retain(|kept| !self.is_token_request(&kept.request));
        }
        let redaction = Redaction::new(&self.known, self.definition);
        let (clock, times) = timeline(&exchanges, now);
        let recorded = exchanges.iter().zip(times).enumerate();
        let recorded = recorded.map(|(i, (kept, times))| exchange(i, kept, &times, &redaction));
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
            exchanges: recorded,
        };
        let text = recording.to_text().ok_or(Refused::Unwritable("the clock shows no date"))?;
        if text.len() > FILE_BYTES {
            return Err(Refused::Unwritable("it is longer than the recordings that are read"));
        }
        let found = scan(&text, &self.known, self.definition, &self.connection.hosts);
        if found.is_empty() { Ok(text) } else { Err(Refused::Leaks(found)) }
    }
}

/// When an exchange began, how long it took and how long it waited before, in milliseconds.
struct Times {
    started: Duration,
    milliseconds: u64,
    blocked: u64,
}

/// Returns the clock of the recording, and the times of each exchange. A replay has no
/// pauses, so the one before an exchange counts as waiting: its response then arrives when
/// it did, which is what dates in `retry-after` are compared with.
fn timeline(exchanges: &[Kept], now: Duration) -> (u64, Vec<Times>) {
    let Some(first) = exchanges.first() else { return (now.as_secs(), Vec::new()) };
    let arrived = |kept: &Kept| match &kept.received {
        Received::All(response) => Some(response.received_at),
        _ => None,
    };
    let took = |kept: &Kept| {
        let took = kept.ended.saturating_sub(kept.started).as_millis();
        u64::try_from(took).unwrap_or(LONGEST).min(LONGEST)
    };
    let start = arrived(first).map_or(first.started.as_secs(), |at| at.saturating_sub(took(first) / 1000));
    let mut passed = 0;
    let times = exchanges.iter().map(|kept| {
        let took = took(kept);
        let late = arrived(kept).map_or(0, |at| at.saturating_sub(start + (passed + took) / 1000));
        let milliseconds = late.saturating_mul(1000).saturating_add(took).min(LONGEST);
        passed += milliseconds;
        let blocked = milliseconds - took;
        // HAR's entries begin before they wait.
        Times { started: kept.started.saturating_sub(Duration::from_millis(blocked)), milliseconds, blocked }
    });
    (start, times.collect())
}

fn exchange(number: usize, kept: &Kept, times: &Times, redaction: &Redaction) -> Result<Exchange, Refused> {
    let Times { started, milliseconds, blocked } = *times;
    let request = &kept.request;
    let headers = request.headers.iter().filter(|(name, _)| REQUEST_HEADERS.contains(&name.as_str()));
    let body = str::from_utf8(&request.body)
        .map_err(|_| Refused::Unwritable("the body of a request is no text, which HAR asks for"))?;
    let recorded = RecordedRequest {
        method: request.method.clone(),
        url: redaction.url(request.url.as_str()),
        headers: headers.map(|(name, value)| (name.clone(), redaction.text(value.expose()))).collect(),
        body: redaction.text(body),
    };
    let response = match &kept.received {
        Received::All(received) => Ok(response(received, redaction)),
        // One that a replay turns into another failure is none.
        Received::Fault(fault) => Err(RecordedFault::of(*fault)
            .filter(|word| word.fault(request.timeout) == *fault)
            .ok_or(Refused::Unrecordable(number))?),
        Received::Some(..) | Received::Other => return Err(Refused::Unrecordable(number)),
    };
    Ok(Exchange { request: recorded, response, milliseconds, blocked, started: Some(started) })
}

fn response(response: &Response, redaction: &Redaction) -> RecordedResponse {
    // What is no text stays as it is: a placeholder has no place in it.
    let body = match str::from_utf8(&response.body) {
        Ok(text) => RecordedBody::Text(redaction.text(text)),
        Err(_) => RecordedBody::Bytes(response.body.to_vec()),
    };
    let headers = response.headers.iter().filter_map(|(name, value)| {
        let name = name.to_ascii_lowercase();
        let value = if name == "content-length" {
            length(value, response.body.len(), replayed(&body, redaction).len())
        } else {
            let judged = RESPONSE_HEADERS.iter().any(|beginning| name.starts_with(beginning));
            judged.then(|| redaction.text(value))
        };
        value.map(|value| (name, value))
    });
    RecordedResponse { status: response.status, headers: headers.collect(), body }
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
