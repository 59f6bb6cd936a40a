//! Loads connectors, replays recorded HTTP against them and checks what they
//! return.
//!
//! A connector is a WebAssembly component of the contract in `wit/`. It decides;
//! this host acts. Data flows one way:
//!
//! 1. [`entries`] go into the [`plugin`], one fresh instance a call.
//! 2. What it returns passes the [`guard`], which alone makes records of the
//!    [`model`].
//! 3. A request goes over a [`transport`]: the network, or a replay of recordings in
//!    [`har`] files.
//! 4. The response goes back through plugin and guard; [`scenario`] compares what
//!    came of it with what the recording expects.
//!
//! A [`session`] keeps a connection's token alive for callers of many threads; an
//! [`operation`] runs over one, exchange by exchange, and [`permissions`] are checked
//! over one. [`check`] judges a component for its author, and [`pattern`] reads the
//! expressions of its form. [`redact`] knows the secrets of a connection and hides them
//! in texts of others. The [`page`] shows guide and form in a browser; [`cli`] is the
//! command line over all of it.

pub mod check;
pub mod cli;
pub mod entries;
pub mod guard;
pub mod har;
pub mod model;
pub mod operation;
pub mod page;
pub mod pattern;
pub mod permissions;
pub mod plugin;
pub mod redact;
pub mod scenario;
pub mod session;
pub mod transport;

/// The connector built along with this host.
pub use nexthink_component::NEXTHINK as BUILT_IN;
