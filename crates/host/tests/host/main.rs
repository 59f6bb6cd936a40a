//! The host with the Nexthink connector: over transports made for the test, over HTTP on
//! loopback, and against the fake tenant.

mod cancelling;
#[cfg(feature = "http")]
mod http;
mod kinds;
mod operations;
mod script;
mod session;
#[cfg(feature = "http")]
mod tenant;
mod zendesk;
