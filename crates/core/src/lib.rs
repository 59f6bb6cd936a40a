//! What a host of connector components decides, without doing any of it.
//!
//! A connector is a WebAssembly component of the contract `integration:provider`. It
//! performs no I/O: it turns entries into a connection, builds requests and reads
//! responses. A host sends what it asks for, within rules. The rules are here, and
//! nothing else is: functions and state machines take the time, random numbers and
//! responses as arguments and return the next action. Shells around them do what is
//! asked: `connector-host` with Wasmtime, tokio and HTTP.
//!
//! ```text
//! entries ─► Connector::open ─► Opened (connection, secrets; headers where nothing is exchanged)
//!                                  │
//! SignIn::redirected ──────────────┤
//! TokenCache::next ─► exchange ────┴─► token ─► GrantedToken
//!                                                  │
//! Run::start ─► Action::Send ─► Attempts ─► send ──┘─► Run::resume ─► … ─► Action::Done
//! ```
//!
//! - [`records`]: what the contract's records are after the guard has checked them;
//!   [`raw`]: what they are before.
//! - [`functions`]: how a component is called. A shell implements [`Functions`].
//! - [`Connector`]: a component behind its guard.
//! - [`SignIn`]: a person at the provider, from the URL to open to the code of the redirect.
//! - [`TokenCache`], [`Policy`] and [`Attempts`]: one token for all callers, and what
//!   to do about a failure.
//! - [`Run`]: the steps of an operation; [`Saved`]: a run that survives a restart.
//! - [`permissions`]: what credentials may do, one probe each.
//! - [`Redactor`] and [`encoding`]: secrets in every form in which they travel.

mod attempts;
mod cache;
mod connector;
pub mod encoding;
mod entries;
mod error;
mod fault;
pub mod functions;
mod granted;
#[cfg(not(fuzzing))]
mod guard;
#[cfg(fuzzing)]
pub mod guard;
mod operation;
pub mod permissions;
mod policy;
pub mod raw;
pub mod records;
mod redact;
mod secret;
mod sign_in;
#[cfg(test)]
mod testing;

pub use attempts::{Attempts, Next};
pub use cache::{HasFailure, Lookup, TokenCache};
pub use connector::{Connector, Opened, OperationCall};
pub use entries::{Entries, trim};
pub use error::{ConnectorError, Error};
pub use fault::{Fault, TlsFault};
pub use functions::{
    ApiCall, CallError, CallErrorKind, Credential, Ended, Function, Functions, Interface, Leave, Redirect,
};
pub use granted::GrantedToken;
pub use guard::{BadOutput, Breach};
pub use operation::{Action, NotSaved, Run, Saved, SavedError};
pub use policy::{Policy, again};
pub use redact::{HIDDEN, Redactor, SHORTEST_SECRET};
pub use secret::{Body, Secret};
pub use sign_in::{Redirected, SIGN_IN_TIME, SignIn, expired};
