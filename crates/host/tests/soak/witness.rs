//! Watches what goes over the wire and counts what was necessary, without a look
//! at the session.

use std::cell::Cell;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connector_host::records::{Request, Response};
use connector_host::{BoxFuture, Clock, Error, Incoming, Policy, SendError, Transport};
use serde_json::Value;

use crate::clock::WorkClock;
use crate::wire::Wire;

/// Seconds before its end from which on a token may be renewed.
const MARGIN: u64 = 60;

/// The transport of all sessions.
pub struct Witness {
    wire: Wire,
    clock: Arc<WorkClock>,
    connections: Vec<Mutex<Life>>,
}

/// What is known of one connection.
#[derive(Default)]
struct Life {
    called: bool,
    /// In the order given.
    tokens: Vec<Given>,
    failed_exchanges: u64,
    /// Whether the last exchange was one of them.
    failing: bool,
}

/// What is known of one token.
struct Given {
    value: String,
    due: Duration,
    /// Whether there is a reason for another one: a call from `due` on, or the
    /// tenant no longer takes this one.
    outlived: bool,
}

/// A call under way.
pub struct Call {
    connection: usize,
    token: Option<usize>,
    failed_exchanges: u64,
}

tokio::task_local! {
    /// Responses to the call under way in this task: those that ask for another try later,
    /// and those that refuse the token.
    static RESPONSES: Cell<(u64, u64)>;
}

/// The sum of what was seen.
#[derive(Debug, Default)]
pub struct Sum {
    /// Connections with a call.
    pub called: u64,
    /// Tokens given.
    pub given: u64,
    /// Tokens that had to be given.
    pub necessary: u64,
    /// Exchanges that brought none.
    pub failed: u64,
}

impl Witness {
    pub fn new(wire: Wire, clock: Arc<WorkClock>, connections: usize) -> Self {
        Self { wire, clock, connections: (0..connections).map(|_| Mutex::default()).collect() }
    }

    /// Watches a call. Returns its result, and whether its failure, if any, is what the
    /// policy asks for: as many tries as it allows have failed, or a new token was refused
    /// like the one before.
    pub async fn watch<T>(
        &self,
        connection: usize,
        call: impl Future<Output = Result<T, Error>>,
        policy: &Policy,
    ) -> (Result<T, Error>, bool) {
        let begun = self.begin(connection);
        let (result, responses) =
            RESPONSES.scope(Cell::new((0, 0)), async { (call.await, RESPONSES.with(Cell::get)) }).await;
        let explained = self.end(&begun, result.as_ref().err(), responses, policy);
        (result, explained)
    }

    fn begin(&self, connection: usize) -> Call {
        let mut life = self.connections[connection].lock().unwrap();
        life.called = true;
        life.note_age(self.clock.now());
        let token = life.tokens.len().checked_sub(1);
        // An exchange that failed before concerns this call, too, while the pause lasts.
        let failed_exchanges = life.failed_exchanges - u64::from(life.failing);
        Call { connection, token, failed_exchanges }
    }

    fn end(&self, call: &Call, error: Option<&Error>, (later, refused): (u64, u64), policy: &Policy) -> bool {
        let mut life = self.connections[call.connection].lock().unwrap();
        // The session may have looked at the token at any moment up to now.
        let now = self.clock.now();
        if let Some(token) = call.token {
            let token = &mut life.tokens[token];
            token.outlived |= now >= token.due;
        }
        let troubles = later + life.failed_exchanges - call.failed_exchanges;
        match error {
            None => true,
            Some(Error::Failed(failure)) => match failure.code.as_str() {
                "unavailable" | "rate-limited" | "network" => troubles >= policy.attempts.into(),
                "token-expired" => refused >= 2,
                _ => false,
            },
            Some(_) => false,
        }
    }

    /// Returns the sum of all connections.
    pub fn sum(&self) -> Sum {
        let mut sum = Sum::default();
        for life in &self.connections {
            let life = life.lock().unwrap();
            let outlived = life.tokens.iter().filter(|token| token.outlived).count() as u64;
            sum.called += u64::from(life.called);
            sum.given += life.tokens.len() as u64;
            sum.necessary += u64::from(life.called) + outlived;
            sum.failed += life.failed_exchanges;
        }
        sum
    }
}

impl Life {
    fn note_age(&mut self, now: Duration) {
        if let Some(token) = self.tokens.last_mut() {
            token.outlived |= now >= token.due;
        }
    }

    fn note_exchange(&mut self, sent_at: Duration, answer: Option<&Response>) {
        let token = answer.filter(|response| response.status == 200).map(|response| {
            let body: Value = serde_json::from_slice(&response.body).unwrap();
            let lifetime = body["expires_in"].as_u64().unwrap();
            let due = sent_at + Duration::from_secs(lifetime - MARGIN);
            Given { value: body["access_token"].as_str().unwrap().to_owned(), due, outlived: false }
        });
        self.failing = token.is_none();
        self.failed_exchanges += u64::from(self.failing);
        self.tokens.extend(token);
    }

    fn note_refusal(&mut self, authorization: &str) {
        let refused = self.tokens.iter_mut().find(|token| authorization.strip_prefix("Bearer ") == Some(&token.value));
        refused.expect("the token was given to this connection").outlived = true;
    }
}

impl Transport for Witness {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Incoming, SendError>> {
        Box::pin(async move {
            let life = &self.connections[number(request.host())];
            let sent_at = self.clock.now();
            let sent = self.wire.send(request.clone(), || self.clock.time_of_day()).await;
            if request.authorized {
                let (later, refused) = RESPONSES.with(Cell::get);
                match sent.as_ref().map(|response| response.status) {
                    Ok(200) => {}
                    Ok(401) => {
                        RESPONSES.with(|count| count.set((later, refused + 1)));
                        life.lock().unwrap().note_refusal(request.header("authorization").unwrap_or_default());
                    }
                    Ok(_) | Err(_) => RESPONSES.with(|count| count.set((later + 1, refused))),
                }
            } else {
                life.lock().unwrap().note_exchange(sent_at, sent.as_ref().ok());
            }
            sent.map(Incoming::whole)
        })
    }
}

/// Returns the number in the name of an instance, with which every host begins.
fn number(host: &str) -> usize {
    let digits: String = host.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().expect("every host names an instance of this run")
}
