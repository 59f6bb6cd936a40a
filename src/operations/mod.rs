//! Operations: what Nexthink can do, with JSON in and out.
//!
//! 1. [`CATALOGUE`] lists them, from one module an API. A [`schema`] describes
//!    input and output, with [`formats`] for identifiers and texts that recur.
//! 2. [`start`] checks an input and returns the first request.
//! 3. [`resume`] reads the response and returns the next [`step`]. The host passes
//!    settings and input in again, so the state between two exchanges is no more
//!    than the position of the operation.
//!
//! Rules without a remark are documented by Nexthink. A remark gives the confidence
//! of the others: B (seen to work), C (reported, or found in clients) or D (an
//! inference).

mod call;
mod campaigns;
mod catalogue;
mod data_management;
mod enrichment;
pub mod formats;
mod nql;
mod operation;
mod remote_actions;
mod response;
mod run;
mod spark;
mod workflows;

#[cfg(test)]
mod tests;

pub use catalogue::CATALOGUE;
use connector_kit::state;
pub use connector_kit::{schema, step};
pub use operation::{DOWNLOAD_DOMAINS, Effect, Operation, Output};
pub use run::{resume, start};
