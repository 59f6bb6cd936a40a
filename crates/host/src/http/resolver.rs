//! Finds addresses: by rule, or else as this machine does.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;

use super::resolve_rule::ResolveRule;

/// The port of every URL that is sent to: the guard lets pass no other.
pub(super) const PORT: u16 = 443;

/// The rules; of two for the same host and port the last one holds.
#[derive(Debug, Clone)]
pub(super) struct Resolver(Arc<[ResolveRule]>);

/// A name without an address.
#[derive(Debug, Error)]
#[error("no address")]
pub(super) struct NotFound(#[source] io::Error);

impl Resolver {
    pub(super) fn new(rules: Vec<ResolveRule>) -> Self {
        Self(rules.into())
    }

    /// Returns the address of the rule about a host and port.
    pub(super) fn rule(&self, host: &str, port: u16) -> Option<SocketAddr> {
        self.0.iter().rev().find_map(|rule| rule.address(host, port))
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let rule = self.rule(name.as_str(), PORT);
        Box::pin(async move {
            let addresses: Addrs = if let Some(address) = rule {
                Box::new(std::iter::once(address))
            } else {
                // Port 0 stands for that of the URL.
                let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(NotFound)?;
                Box::new(found.collect::<Vec<_>>().into_iter())
            };
            Ok(addresses)
        })
    }
}
