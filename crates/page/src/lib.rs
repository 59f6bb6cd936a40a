//! The connect page: what a platform shows its users, drawn only from what a component
//! exports.
//!
//! [`serve`] hands out a page of plain HTML, CSS and JavaScript on loopback and answers its
//! requests, from recordings or over a transport. What takes time is one request with one
//! streamed answer: progress in lines of JSON, then the result. A browser that closes the
//! connection cancels it.
//!
//! ```text
//! browser ─► protect ─► api ─► Session ─► Answers::Live (a transport)
//!               │        │                Answers::Recordings (a replay)
//!               │        └───► Connector (resolve, operations)
//!               └─────► sign_in (a redirect of the provider) ─► Session
//! ```
//!
//! Secrets and tokens stay in this process: a browser sends a secret once and never gets
//! it back.

mod api;
#[doc(hidden)]
pub mod fuzzing;
mod markdown;
mod page;
mod protect;
mod recordings;
mod server;
mod sign_in;
mod store;

pub use page::{Answers, Artefact, Page};
pub use recordings::Listed;
pub use server::{Serving, serve};
