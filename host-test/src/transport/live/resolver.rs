//! Finds addresses: by rule, else as this machine does.

use std::net::SocketAddr;
use std::sync::Arc;

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{self, DefaultResolver, ResolvedSocketAddrs};
use ureq::unversioned::transport::NextTimeout;

use crate::transport::ResolveRule;

/// Knows the rules.
#[derive(Debug, Clone)]
pub(super) struct Resolver(Arc<[ResolveRule]>);

impl Resolver {
    pub(super) fn new(rules: Vec<ResolveRule>) -> Self {
        Self(rules.into())
    }

    /// Returns where the last rule about this host and port leads.
    pub(super) fn rule(&self, uri: &Uri) -> Option<SocketAddr> {
        let default = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        let port = uri.port_u16().unwrap_or(default);
        self.0.iter().rev().find_map(|rule| rule.address(uri.host()?, port))
    }
}

impl resolver::Resolver for Resolver {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let Some(address) = self.rule(uri) else {
            // An `io` error would look like one of the connection.
            return DefaultResolver::default().resolve(uri, config, timeout).map_err(|error| match error {
                Error::Io(_) => Error::HostNotFound,
                error => error,
            });
        };
        let mut addresses = self.empty();
        addresses.push(address);
        Ok(addresses)
    }
}
