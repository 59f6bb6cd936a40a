//! Connects integration platforms to Nexthink.
//!
//! The crate is a pure library: every function turns data into data, without
//! clock, network or memory of earlier calls. `component.rs` wraps it into the
//! WebAssembly component `nexthink.wasm`, which exports the interfaces of the
//! contract in `wit/` and imports nothing.
//!
//! Data flows one way:
//!
//! 1. [`definition`] says what to ask for, by [`key`]; [`entries`] holds the answers.
//! 2. [`connection`] normalises and validates them; [`tenant`] gives the hosts,
//!    [`credentials`] the header. What is wrong becomes a [`problem`].
//! 3. [`token`] builds the request and reads the response, both as [`http`] data.
//!    What goes wrong becomes a [`failure`].
//! 4. With the token, [`access`] calls the API, and [`permissions`] finds out what
//!    the credentials may do.
//! 5. [`operations`] builds on all of that: what the API can do, with JSON in and
//!    out.

pub mod access;
#[cfg(target_arch = "wasm32")]
mod allocator;
#[cfg(target_arch = "wasm32")]
pub mod component;
pub mod connection;
pub mod credentials;
pub mod definition;
pub mod entries;
pub mod failure;
pub mod http;
mod json;
pub mod key;
pub mod operations;
pub mod permissions;
pub mod problem;
pub mod secret;
pub mod tenant;
pub mod text;
pub mod token;
