//! How requests reach their hosts.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use thiserror::Error;

use super::proxy_variables::ProxyVariables;
use super::resolve_rule::ResolveRule;

/// How requests reach their hosts.
#[derive(Clone)]
pub struct HttpOptions {
    /// A PEM file of authorities to trust besides those of this machine's store.
    pub ca_file: Option<PathBuf>,
    /// Addresses of hosts; of two rules for the same host and port the last one
    /// holds. A host with a rule is reached without a proxy, which would look the name up
    /// by itself.
    pub resolve: Vec<ResolveRule>,
    /// Proxies on the way.
    pub proxies: ProxyVariables,
    /// Longest time for an exchange in seconds, where a request allows more.
    pub timeout: Option<u32>,
    /// Returns the time in seconds since the Unix epoch, UTC.
    pub clock: fn() -> u64,
}

impl Default for HttpOptions {
    /// Takes what this machine offers: its store of authorities, its name
    /// resolution, the proxies of the environment, and its clock.
    fn default() -> Self {
        Self {
            ca_file: None,
            resolve: Vec::new(),
            proxies: ProxyVariables::from_environment(),
            timeout: None,
            clock: system_clock,
        }
    }
}

impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOptions")
            .field("ca_file", &self.ca_file)
            .field("resolve", &self.resolve)
            .field("proxies", &self.proxies)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

fn system_clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Why nothing can be sent at all.
#[derive(Debug, Clone, Error)]
pub enum HttpError {
    /// The CA file cannot be read.
    #[error("cannot read the CA file {}: {reason}", .path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The CA file contains no certificate.
    #[error("the CA file {} contains no certificate in PEM (-----BEGIN CERTIFICATE-----)", .0.display())]
    NoCertificate(PathBuf),
    /// A certificate of the CA file cannot be read.
    #[error("certificate {number} in the CA file {} is damaged", .path.display())]
    BadCertificate {
        /// The file.
        path: PathBuf,
        /// Which one, from 1.
        number: usize,
    },
    /// There is neither a store nor a CA file.
    #[error(
        "this machine has no store of certificate authorities (on Debian the package ca-certificates), and no CA file is given"
    )]
    NoAuthorities,
    /// A variable does not name a proxy that this host can use. Its value is left
    /// out: it may hold a password.
    #[error("{0} is not the address of an HTTP proxy, such as http://proxy.example:3128")]
    Proxy(&'static str),
    /// The client cannot be set up.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(Arc<reqwest::Error>),
}
