//! Sends requests over the network.
//!
//! reqwest speaks HTTP/1.1 and keeps the pool. Here is what it is told: `trust` has the
//! authorities, `proxy` reads the environment, `resolver` applies the rules, `fault` reads
//! what went wrong from the chain of causes.

mod client;
mod fault;
mod options;
mod proxy;
mod proxy_variables;
mod resolve_rule;
mod resolver;
mod trust;

pub use client::HttpTransport;
pub use options::{HttpError, HttpOptions};
pub use proxy_variables::ProxyVariables;
pub use resolve_rule::{ResolveRule, ResolveRuleError};
