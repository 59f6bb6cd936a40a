//! Counts what happens.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::calls::{Calls, Exchanges, Rejected};
use crate::endpoint::Endpoint;

/// The counts of a running fake.
#[derive(Default)]
pub(crate) struct Counter(Mutex<Counts>);

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

/// Pairs of instance and client id that are counted; ten times those of the largest planned run. A client that makes
/// up instances cannot fill the memory.
const PAIRS: usize = 100_000;

/// A token request in progress; it ends when the value is dropped.
pub(crate) struct Exchange<'a> {
    counter: &'a Counter,
    key: (String, String),
}

impl Counter {
    /// Counts a connection.
    pub(crate) fn connection(&self) {
        self.counts().connections += 1;
    }

    /// Counts a connection too many.
    pub(crate) fn connection_refused(&self) {
        self.counts().connections_refused += 1;
    }

    /// Counts a connection without TLS.
    pub(crate) fn handshake_failed(&self) {
        self.counts().handshakes_failed += 1;
    }

    /// Counts a request and the status of its response; `None` is a reset.
    pub(crate) fn answer(&self, endpoint: Option<Endpoint>, status: Option<u16>, rejected: Option<&'static str>) {
        let endpoint = endpoint.map_or("other", Endpoint::id);
        let mut counts = self.counts();
        counts.requests += 1;
        *counts.answers.entry((endpoint, status)).or_default() += 1;
        if let Some(reason) = rejected {
            *counts.rejected.entry((endpoint, reason)).or_default() += 1;
        }
    }

    /// Counts a token of another instance.
    pub(crate) fn foreign_token(&self) {
        self.counts().foreign_tokens += 1;
    }

    /// Counts a fault.
    pub(crate) fn fault(&self, id: &'static str) {
        *self.counts().faults.entry(id).or_default() += 1;
    }

    /// Counts the start of a token request of a known client.
    pub(crate) fn exchange(&self, instance: &str, client_id: &str) -> Option<Exchange<'_>> {
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

    /// Returns all counts.
    pub(crate) fn calls(&self) -> Calls {
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
    /// Counts the token that it returned.
    pub(crate) fn issued(&self) {
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
    use crate::endpoint::Endpoint;

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
