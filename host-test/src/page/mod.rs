//! The connect page: what a platform shows its users, drawn only from what a
//! component exports.
//!
//! A [`server`](serve) on loopback hands out a page of plain HTML, CSS and
//! JavaScript and answers its questions. Whatever can wait runs as a job on threads
//! of its own, so that neither a slow component nor a slow tenant holds up the page.
//! Secrets and tokens stay in this process: a browser sends a secret once and never
//! gets it back.

mod api;
mod markdown;
mod protect;
mod recordings;
mod server;
mod state;

pub use recordings::Listed;
pub use server::{Serving, serve};
pub use state::{Answers, Page};
