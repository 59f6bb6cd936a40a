//! The host with the Nexthink connector and transports made for the test.

mod script;
mod session;
