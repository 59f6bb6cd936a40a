//! Counts what happened, for `/_tenant/calls`. Nothing that a client sends is kept, except client ids that are known.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::routes::Endpoint;

/// Tells what happened since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Calls {
    /// Counts requests, refused and spoiled ones included, but none to `/_tenant/calls`.
    pub requests: u64,
    /// Counts TCP connections that were accepted.
    pub connections: u64,
    /// Counts connections that were closed at once because too many were open.
    pub connections_refused: u64,
    /// Counts connections on which TLS did not come about, because a client distrusted the certificate or spoke
    /// something else.
    pub handshakes_failed: u64,
    /// Counts requests by endpoint id (or `other`) and by status (or `reset` when there was no answer).
    pub endpoints: BTreeMap<&'static str, BTreeMap<String, u64>>,
    /// Counts exchanges of credentials for a token, in the order of instance and client id.
    pub exchanges: Vec<Exchanges>,
    /// Counts requests with a token that another instance had issued.
    pub foreign_tokens: u64,
    /// Counts refused requests by endpoint id and reason.
    pub rejected: Vec<Rejected>,
    /// Counts faults by their id; of delays only those that were waited for.
    pub faults: BTreeMap<&'static str, u64>,
}

/// Counts the exchanges of one instance and client id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Exchanges {
    /// Names the instance.
    pub instance: String,
    /// Names the client.
    pub client_id: String,
    /// Counts requests for a token, those that a fault spoiled included.
    pub requested: u64,
    /// Counts tokens made, those whose answer a fault spoiled included.
    pub issued: u64,
    /// Tells how many exchanges were under way at the same time at most.
    pub concurrent_maximum: u64,
}

/// Counts refused requests of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Rejected {
    /// Names the endpoint, or `other`.
    pub endpoint: &'static str,
    /// Says why, in words of the tenant.
    pub reason: &'static str,
    /// Counts them.
    pub count: u64,
}

impl Calls {
    /// Counts the answers of an endpoint with a status.
    pub fn answered(&self, endpoint: Endpoint, status: u16) -> u64 {
        let statuses = self.endpoints.get(endpoint.id());
        statuses.and_then(|statuses| statuses.get(&status.to_string())).copied().unwrap_or(0)
    }

    /// Counts the requests to an endpoint.
    pub fn total(&self, endpoint: Endpoint) -> u64 {
        self.endpoints.get(endpoint.id()).map_or(0, |statuses| statuses.values().sum())
    }

    /// Counts the requests that were refused for a reason, at any endpoint.
    pub fn rejected_because(&self, reason: &str) -> u64 {
        self.rejected.iter().filter(|rejected| rejected.reason == reason).map(|rejected| rejected.count).sum()
    }

    /// Counts the tokens made.
    pub fn tokens_issued(&self) -> u64 {
        self.exchanges.iter().map(|exchanges| exchanges.issued).sum()
    }

    /// Tells how many exchanges of the same instance and client id were under way at the same time at most.
    pub fn concurrent_exchanges_maximum(&self) -> u64 {
        self.exchanges.iter().map(|exchanges| exchanges.concurrent_maximum).max().unwrap_or(0)
    }
}

/// Counts while the tenant runs.
#[derive(Default)]
pub(super) struct Counter(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    requests: u64,
    connections: u64,
    connections_refused: u64,
    handshakes_failed: u64,
    answers: HashMap<(&'static str, Option<u16>), u64>,
    exchanges: BTreeMap<(String, String), Running>,
    foreign_tokens: u64,
    rejected: BTreeMap<(&'static str, &'static str), u64>,
    faults: BTreeMap<&'static str, u64>,
}

#[derive(Default)]
struct Running {
    requested: u64,
    issued: u64,
    now: u64,
    maximum: u64,
}

/// Beyond this many pairs no new ones are counted, so that a client that makes up instances cannot fill the memory.
/// Ten times what the largest planned run has.
const PAIRS: usize = 100_000;

/// Lasts as long as an exchange.
pub(super) struct Exchange<'a> {
    counter: &'a Counter,
    key: (String, String),
}

impl Counter {
    pub fn connection(&self) {
        self.counts().connections += 1;
    }

    pub fn connection_refused(&self) {
        self.counts().connections_refused += 1;
    }

    pub fn handshake_failed(&self) {
        self.counts().handshakes_failed += 1;
    }

    /// Counts a request with its answer; `None` stands for a reset.
    pub fn answer(&self, endpoint: Option<Endpoint>, status: Option<u16>, rejected: Option<&'static str>) {
        let endpoint = endpoint.map_or("other", Endpoint::id);
        let mut counts = self.counts();
        counts.requests += 1;
        *counts.answers.entry((endpoint, status)).or_default() += 1;
        if let Some(reason) = rejected {
            *counts.rejected.entry((endpoint, reason)).or_default() += 1;
        }
    }

    pub fn foreign_token(&self) {
        self.counts().foreign_tokens += 1;
    }

    pub fn fault(&self, id: &'static str) {
        *self.counts().faults.entry(id).or_default() += 1;
    }

    /// Begins an exchange of a known client; it ends when the value is dropped.
    pub fn exchange(&self, instance: &str, client_id: &str) -> Option<Exchange<'_>> {
        let key = (instance.to_owned(), client_id.to_owned());
        let mut counts = self.counts();
        if counts.exchanges.len() >= PAIRS && !counts.exchanges.contains_key(&key) {
            return None;
        }
        let running = counts.exchanges.entry(key.clone()).or_default();
        running.requested += 1;
        running.now += 1;
        running.maximum = running.maximum.max(running.now);
        Some(Exchange { counter: self, key })
    }

    pub fn calls(&self) -> Calls {
        let counts = self.counts();
        let mut endpoints: BTreeMap<&'static str, BTreeMap<String, u64>> = BTreeMap::new();
        for ((endpoint, status), count) in &counts.answers {
            let status = status.map_or_else(|| "reset".to_owned(), |status| status.to_string());
            endpoints.entry(endpoint).or_default().insert(status, *count);
        }
        let exchanges = counts.exchanges.iter().map(|((instance, client_id), running)| Exchanges {
            instance: instance.clone(),
            client_id: client_id.clone(),
            requested: running.requested,
            issued: running.issued,
            concurrent_maximum: running.maximum,
        });
        let rejected = counts.rejected.iter();
        let rejected = rejected.map(|((endpoint, reason), count)| Rejected { endpoint, reason, count: *count });
        Calls {
            requests: counts.requests,
            connections: counts.connections,
            connections_refused: counts.connections_refused,
            handshakes_failed: counts.handshakes_failed,
            endpoints,
            exchanges: exchanges.collect(),
            foreign_tokens: counts.foreign_tokens,
            rejected: rejected.collect(),
            faults: counts.faults.clone(),
        }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Exchange<'_> {
    pub fn issued(&self) {
        if let Some(running) = self.counter.counts().exchanges.get_mut(&self.key) {
            running.issued += 1;
        }
    }
}

impl Drop for Exchange<'_> {
    fn drop(&mut self) {
        if let Some(running) = self.counter.counts().exchanges.get_mut(&self.key) {
            running.now = running.now.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Counter;
    use crate::routes::Endpoint;

    #[test]
    fn exchanges_under_way_are_counted_for_each_client_apart() {
        let counter = Counter::default();
        let first = counter.exchange("a", "i");
        drop(counter.exchange("a", "j"));
        drop(counter.exchange("b", "i"));
        assert_eq!(counter.calls().concurrent_exchanges_maximum(), 1);
        let second = counter.exchange("a", "i");
        drop((first, second));
        drop(counter.exchange("a", "i"));
        let calls = counter.calls();
        assert_eq!(calls.concurrent_exchanges_maximum(), 2);
        assert_eq!((calls.exchanges[0].requested, calls.exchanges[0].issued), (3, 0));
    }

    #[test]
    fn answers_are_counted_by_endpoint_and_status() {
        let counter = Counter::default();
        counter.answer(Some(Endpoint::Token), Some(401), Some("wrong-secret"));
        counter.answer(Some(Endpoint::Token), None, None);
        counter.answer(None, Some(404), Some("no-such-path"));
        let calls = counter.calls();
        assert_eq!((calls.requests, calls.total(Endpoint::Token), calls.answered(Endpoint::Token, 401)), (3, 2, 1));
        assert_eq!(
            serde_json::to_value(calls).unwrap()["endpoints"],
            serde_json::json!({"other": {"404": 1}, "token": {"401": 1, "reset": 1}})
        );
    }
}
