//! Loads connector components and runs them for a platform.
//!
//! A connector is a WebAssembly component of the contract `integration:provider` that
//! imports nothing: it builds requests and reads responses, and the platform lends it
//! HTTP. This crate is what a platform embeds:
//!
//! - [`Component`]: a loaded component, called in a fresh instance each time, within
//!   [`Limits`].
//! - [`Connector`]: a component behind the guard of `connector-core`.
//! - [`Session`]: one connection, open for any number of callers. It keeps the token,
//!   renews it, and tries again where that helps and does no harm.
//! - [`OperationRun`]: an operation over a session, step by step to its result.
//! - [`Transport`]: how requests are sent; [`HttpTransport`] with the feature `http`.
//!
//! ```text
//! platform ─► Session ─► Connector (guard) ─► Component (Wasmtime)
//!                │
//!                └─────► Transport ─► provider
//! ```
//!
//! What is decided on the way (guard, token cache, retry, the steps of an operation) is
//! in `connector-core`; here are the clock, the runtime and the wires.
#![doc = ""]
#![doc = include_str!("../README.md")]

mod clock;
mod component;
mod context;
mod error;
#[cfg(feature = "http")]
mod http;
mod reading;
mod run;
mod session;
mod transport;

pub use clock::{Clock, SystemClock};
/// The look at a structure alone, for a fuzzer. No part of the interface.
#[doc(hidden)]
pub use component::check_structure;
pub use component::{
    BadDigest, Budget, Compiler, Component, ComponentInfo, Digest, Limits, LoadError, OtherBytes, Usage, compile_child,
    engine_config,
};
pub use connector_core::{
    ApiCall, BadOutput, Body, Breach, CallError, CallErrorKind, ConnectorError, Entries, Fault, Function, Interface,
    NotSaved, Policy, Saved, SavedError, Secret, SignIn, TlsFault,
};
pub use connector_core::{permissions::PermissionCheck, records};
pub use context::{ContextSource, SystemContext};
pub use error::{Error, SendError};
#[cfg(feature = "http")]
pub use http::{HttpError, HttpOptions, HttpTransport, ProxyVariables, ResolveRule, ResolveRuleError};
pub use run::{Completed, Downloaded, Event, OperationRun};
pub use session::{NotStored, Options, Session, TokenStore};
pub use transport::{BoxFuture, Incoming, Pieces, Transport};

/// A component behind its guard.
pub type Connector = connector_core::Connector<Component>;
