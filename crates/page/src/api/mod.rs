//! The requests of the page, as JSON. No answer repeats a secret.

mod answer;
mod computing;
mod connect;
mod definition;
mod error;
mod operation;
mod request;

pub(crate) use connect::{connect, disconnect, permissions};
pub(crate) use definition::{facts, icon, operations, resolve};
pub(crate) use operation::call;
