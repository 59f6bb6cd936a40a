//! Operations of Nexthink, and how they run.

pub use connector_kit::operation::{Effect, Output};

use crate::failure::Failure;
use crate::http::{Request, Response};
use crate::operations::call::Call;
use crate::operations::step::{Outcome, Pending, Step};
use crate::problem::Problem;

/// Domains, beside Nexthink's own, from which the file of an export may come: the
/// documentation shows a pre-signed link into S3 and names no host.
pub const DOWNLOAD_DOMAINS: [&str; 1] = ["amazonaws.com"];

/// An operation and how it runs.
pub type Operation = connector_kit::operation::Operation<Flow>;

/// The sequence of exchanges of an operation.
#[derive(Debug)]
pub enum Flow {
    /// One request and one response.
    Single {
        /// Builds the request.
        request: fn(&Call) -> Result<Request, Vec<Problem>>,
        /// Reads the response.
        outcome: fn(&Call, &Response) -> Result<Outcome, Failure>,
    },
    /// As many exchanges as it takes. `start` returns the first one; `resume` takes
    /// the state of the last [`Pending`] or download.
    Several {
        /// Builds the first request.
        start: fn(&Call) -> Result<Pending, Vec<Problem>>,
        /// Reads a response and returns the next step.
        resume: fn(&Call, &[u8], &Response) -> Result<Step, Failure>,
    },
}
