//! Counts what happens.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::calls::{Calls, Exchanges, Rejected};
use crate::endpoint::Endpoint;

/// The counts of a running fake.
#[derive(Default)]
pub(crate) struct Counter(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    /// Everything but the exchanges.
    calls: Calls,
    /// By instance and client id: the counts, and the number of token requests in progress.
    exchanges: BTreeMap<(String, String), (Exchanges, u64)>,
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
    /// Counts anything but exchanges.
    pub(crate) fn count(&self, change: impl FnOnce(&mut Calls)) {
        change(&mut self.counts().calls);
    }

    /// Counts a request and the status of its response; `None` is a reset.
    pub(crate) fn answer(&self, endpoint: Option<Endpoint>, status: Option<u16>, rejected: Option<&'static str>) {
        let endpoint = endpoint.map_or("other", Endpoint::id);
        let status = status.map_or_else(|| "reset".to_owned(), |status| status.to_string());
        self.count(|calls| {
            calls.requests += 1;
            *calls.endpoints.entry(endpoint).or_default().entry(status).or_default() += 1;
            let Some(reason) = rejected else { return };
            let key = |known: &Rejected| (known.endpoint, known.reason);
            match calls.rejected.binary_search_by_key(&(endpoint, reason), key) {
                Ok(place) => calls.rejected[place].count += 1,
                Err(place) => calls.rejected.insert(place, Rejected { endpoint, reason, count: 1 }),
            }
        });
    }

    /// Counts the start of a token request of a known client.
    pub(crate) fn exchange(&self, instance: &str, client_id: &str) -> Option<Exchange<'_>> {
        let key = (instance.to_owned(), client_id.to_owned());
        let mut counts = self.counts();
        if counts.exchanges.len() >= PAIRS && !counts.exchanges.contains_key(&key) {
            return None;
        }
        let (exchanges, running) = counts.exchanges.entry(key.clone()).or_default();
        (exchanges.instance, exchanges.client_id) = key.clone();
        exchanges.requested += 1;
        *running += 1;
        exchanges.concurrent_maximum = exchanges.concurrent_maximum.max(*running);
        Some(Exchange { counter: self, key })
    }

    /// Returns all counts.
    pub(crate) fn calls(&self) -> Calls {
        let counts = self.counts();
        let exchanges = counts.exchanges.values().map(|(exchanges, _)| exchanges.clone()).collect();
        Calls { exchanges, ..counts.calls.clone() }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Exchange<'_> {
    /// Counts the token that it returned.
    pub(crate) fn issued(&self) {
        if let Some((exchanges, _)) = self.counter.counts().exchanges.get_mut(&self.key) {
            exchanges.issued += 1;
        }
    }
}

impl Drop for Exchange<'_> {
    fn drop(&mut self) {
        if let Some((_, running)) = self.counter.counts().exchanges.get_mut(&self.key) {
            *running = running.saturating_sub(1);
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
