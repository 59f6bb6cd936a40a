#![doc = include_str!("../README.md")]
//!
//! # How it hangs together
//!
//! The fake is an independent witness. It knows the public documentation and nothing of any client, so a request that it
//! accepts is right by the documentation.
//!
//! A request passes from `server` (threads, sockets) through `connection` (TLS and HTTP) to `handler` (which host and
//! endpoint, what goes wrong, what is counted), from there to `service` (who may do it) and on to `token_endpoint` or
//! one file of `api` for each Nexthink API, which writes the schemas of its bodies as rules of `api::schema`. These
//! share the `state`; none knows the files before it. Where neither documentation nor observation says what the real
//! service does, a comment says what was decided.

mod api;
mod args;
mod authority;
mod calls;
mod clock;
mod config;
mod connection;
mod counter;
mod csv;
mod endpoint;
mod error;
mod executions;
mod exports;
mod fault_rule;
mod faults;
mod faulty;
mod file;
mod handler;
mod host;
mod permission;
mod reply;
mod request;
mod routes;
mod run;
mod samples;
mod secret;
mod server;
mod service;
mod state;
mod token_endpoint;
mod tokens;

pub use args::Args;
pub use calls::{Calls, Exchanges, Rejected};
pub use config::{AnyInstance, Config, Credential, Limits};
pub use endpoint::Endpoint;
pub use error::Error;
pub use fault_rule::{Action, Answer, FaultRule, RetryAfter, When, Which};
pub use permission::Permission;
pub use run::run;
pub use secret::Secret;
pub use server::FakeNexthink;
