//! A Nexthink connector for integration platforms.
//!
//! The crate is a pure library: every function turns data into data, without a
//! clock, a network or memory of earlier calls. `component.rs` wraps it into the
//! WebAssembly component `nexthink.wasm`, which exports the interfaces of the
//! contract in `wit/` and imports nothing.
//!
//! Data flows one way:
//!
//! 1. [`definition`] describes the form, whose fields are identified by [`key`];
//!    [`entries`] are the values that a person typed.
//! 2. [`connection`] normalises and validates them; [`tenant`] derives the hosts,
//!    [`credentials`] the header. Anything wrong becomes a [`problem`].
//! 3. [`token`] builds the token request and reads the response, both as [`http`]
//!    data. Whatever fails becomes a [`failure`].
//! 4. With the access token, [`access`] calls the API, and [`permissions`] finds
//!    out what the credentials allow.
//! 5. [`operations`] builds on all of that: what the API can do, with JSON in and
//!    out.

pub mod access;
#[cfg(target_arch = "wasm32")]
pub mod component;
pub mod connection;
pub mod credentials;
pub mod definition;
pub mod failure;
pub mod key;
pub mod operations;
pub mod permissions;
pub mod tenant;
pub mod token;

use connector_kit::json;
pub use connector_kit::{entries, http, problem, secret, text};

/// Value of the `user-agent` header, by which the owner of a network recognises the
/// connector in a log.
pub const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
