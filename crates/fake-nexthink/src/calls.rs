//! What happened so far, as `/_fake/calls` reports it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::endpoint::Endpoint;

/// What happened since the start. Of what clients send, it contains only known client ids and their instances.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Calls {
    /// Requests, including refused and faulty ones, but not those for `/_fake/calls`.
    pub requests: u64,
    /// TCP connections.
    pub connections: u64,
    /// Connections that were closed immediately because too many were open.
    pub connections_refused: u64,
    /// Connections without a TLS session: the client distrusted the certificate or did not speak TLS.
    pub handshakes_failed: u64,
    /// Requests by endpoint id (or `other`) and status (or `reset` when there was no whole response).
    pub endpoints: BTreeMap<&'static str, BTreeMap<String, u64>>,
    /// Token requests by instance and client id, in this order.
    pub exchanges: Vec<Exchanges>,
    /// Requests with a token of another instance.
    pub foreign_tokens: u64,
    /// Refused requests by endpoint id and reason.
    pub rejected: Vec<Rejected>,
    /// Faults by their id.
    pub faults: BTreeMap<&'static str, u64>,
}

/// The token requests of one client.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Exchanges {
    /// The instance.
    pub instance: String,
    /// The client id.
    pub client_id: String,
    /// Token requests, including faulty ones.
    pub requested: u64,
    /// Tokens issued, including those whose response was cut short by a fault.
    pub issued: u64,
    /// The largest number of token requests at the same time.
    pub concurrent_maximum: u64,
}

/// The refused requests for one endpoint and reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Rejected {
    /// The endpoint id, or `other`.
    pub endpoint: &'static str,
    /// The reason: a fixed id such as `wrong-secret`.
    pub reason: &'static str,
    /// Their number.
    pub count: u64,
}

impl Calls {
    /// Returns the number of responses of an endpoint with a status.
    pub fn answered(&self, endpoint: Endpoint, status: u16) -> u64 {
        let statuses = self.endpoints.get(endpoint.id());
        statuses.and_then(|statuses| statuses.get(&status.to_string())).copied().unwrap_or(0)
    }

    /// Returns the number of requests for an endpoint.
    pub fn total(&self, endpoint: Endpoint) -> u64 {
        self.endpoints.get(endpoint.id()).map_or(0, |statuses| statuses.values().sum())
    }

    /// Returns the number of requests refused for a reason, at any endpoint.
    pub fn rejected_because(&self, reason: &str) -> u64 {
        self.rejected.iter().filter(|rejected| rejected.reason == reason).map(|rejected| rejected.count).sum()
    }

    /// Returns the number of tokens issued.
    pub fn tokens_issued(&self) -> u64 {
        self.exchanges.iter().map(|exchanges| exchanges.issued).sum()
    }

    /// Returns the largest number of token requests of one client at the same time.
    pub fn concurrent_exchanges_maximum(&self) -> u64 {
        self.exchanges.iter().map(|exchanges| exchanges.concurrent_maximum).max().unwrap_or(0)
    }
}
