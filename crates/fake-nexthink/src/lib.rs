//! Stands in for a Nexthink tenant: an HTTPS server on loopback that answers like the documented one.
//!
//! It is an independent witness. It knows the public documentation and nothing of the connector, so a request that
//! passes here is right by the documentation, not by what the connector believes. It checks what it receives, answers
//! in the shapes and errors of each API, can be told to misbehave, and counts everything at `/_tenant/calls`.
//!
//! A request travels from `server` (threads and sockets) through `connection` (keep-alive), `http` (one request, one
//! reply) and `faults` (what should go wrong) to `service`, which finds the endpoint in `routes`, asks `tokens` who is
//! calling, and hands over to one file of `api` per Nexthink API. What those do not document and nobody has observed
//! is decided here; a comment says so at each place.

mod api;
mod args;
mod authority;
mod basic;
mod calls;
mod clock;
mod config;
mod connection;
mod error;
mod faults;
mod framing;
mod http;
mod random;
mod reply;
mod routes;
mod samples;
mod secret;
mod server;
mod service;
mod token_endpoint;
mod tokens;
mod zstd;

pub use args::Args;
pub use calls::{Calls, Exchanges, Rejected};
pub use config::{AnyInstance, Config, Credential, Limits, Permission};
pub use error::Error;
pub use faults::{Action, Answer, Delay, FaultRule, Oversized, Redirect, RetryAfter, Target, When, Which};
pub use routes::Endpoint;
pub use secret::Secret;
pub use server::FakeNexthink;
