//! The HTTP transport over real TLS on loopback.

mod authority;
mod server;

mod downloads;
mod environment;
mod failures;
mod limits;
mod logging;
mod proxies;
mod requests;
mod responses;
mod smuggling;
mod trust;
