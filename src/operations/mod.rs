//! What Nexthink can do, as operations with JSON in and out.
//!
//! 1. [`CATALOGUE`] lists them; [`schema`] says what their inputs look like, in
//!    `words` for what recurs.
//! 2. [`start`] checks an input and says what to send first.
//! 3. [`resume`] reads the answer and says what comes next, as a [`step`]. The
//!    host hands settings and input in again, so the state between two
//!    exchanges holds no more than where an operation is.
//!
//! A rule without a remark is official; a remark gives the confidence of others.

mod call;
mod campaigns;
mod data_management;
mod enrichment;
mod nql;
mod operation;
mod remote_actions;
pub mod schema;
mod spark;
mod state;
pub mod step;
pub mod words;
mod workflows;

#[cfg(test)]
mod tests;

use call::Call;
use operation::Course;
pub use operation::{Effect, Operation, Output};
use schema::Rule;
use serde::de::IgnoredAny;
use step::Step;

use crate::entries::Entries;
use crate::failure::{Failure, FailureCode};
use crate::http::Response;
use crate::problem::{Problem, ProblemCode};

/// Domains, beside Nexthink's own, that the file of an export may come from: the
/// documentation shows a pre-signed link into S3 and names no host.
pub const DOWNLOAD_DOMAINS: [&str; 1] = ["amazonaws.com"];

/// Lists every operation, in the order to show them.
pub static CATALOGUE: [&Operation; 17] = [
    &nql::execute::V2,
    &nql::execute::V1,
    &nql::export::WHOLE,
    &nql::steps::START,
    &nql::steps::STATUS,
    &remote_actions::LIST,
    &remote_actions::DETAILS,
    &remote_actions::EXECUTE,
    &workflows::LIST,
    &workflows::DETAILS,
    &workflows::execute::V2,
    &workflows::execute::V1,
    &workflows::RESUME,
    &campaigns::TRIGGER,
    &enrichment::WRITE,
    &data_management::DELETE,
    &spark::HANDOFF,
];

fn find(id: &str) -> Option<&'static Operation> {
    CATALOGUE.into_iter().find(|operation| operation.id == id)
}

/// Begins an operation with its input as JSON.
///
/// # Errors
///
/// Every problem at once, those of the input with a JSON Pointer.
pub fn start(settings: &Entries, id: &str, input: &str) -> Result<Step, Vec<Problem>> {
    let Some(operation) = find(id) else {
        let problem = Problem::of_whole(ProblemCode::UnknownOperation, "There is no such operation.");
        return Err(vec![problem.hint("The catalogue lists them.")]);
    };
    let mut problems = schema::check(&Rule::Object(operation.input), input);
    let call = match Call::new(operation, settings, input) {
        Ok(call) if problems.is_empty() => call,
        Ok(_) => return Err(problems),
        Err(found) => {
            problems.extend(found);
            return Err(problems);
        }
    };
    match &operation.course {
        Course::Single { request, .. } => request(&call).map(|request| call.only(request)),
        Course::Several { start, .. } => start(&call),
    }
    .map(Step::Send)
}

/// Goes on with the response to the pending request, or to the download when it
/// was no success. Takes settings and input as `start` did.
///
/// # Errors
///
/// Says what failed and what to do; never holds the body.
pub fn resume(settings: &Entries, id: &str, input: &str, state: &[u8], response: &Response) -> Result<Step, Failure> {
    let operation = find(id).ok_or_else(state::foreign)?;
    let call = Call::new(operation, settings, input).map_err(|_| state::foreign())?;
    match &operation.course {
        Course::Single { outcome, .. } => {
            state::read::<IgnoredAny>(operation.id, state)?;
            outcome(&call, response).map(Step::Done).map_err(|failure| uncertain(operation, failure))
        }
        Course::Several { resume, .. } => resume(&call, state, response),
    }
}

/// Takes back the advice to try again where the request may have taken effect.
fn uncertain(operation: &Operation, failure: Failure) -> Failure {
    use FailureCode::{MalformedResponse, Timeout, Unavailable, UnexpectedStatus};
    let unclear = matches!(failure.code, MalformedResponse | Timeout | Unavailable | UnexpectedStatus);
    if unclear && operation.effect != Effect::Read {
        return failure.hint("It may have taken effect all the same: look in Nexthink before you try again.");
    }
    failure
}
