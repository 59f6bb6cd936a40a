//! Running an operation: one function begins it, one resumes it.

use serde::de::IgnoredAny;

use crate::entries::Entries;
use crate::failure::{Failure, FailureCode};
use crate::http::Response;
use crate::operations::call::Call;
use crate::operations::catalogue::find;
use crate::operations::operation::{Effect, Flow, Operation};
use crate::operations::schema::{self, Rule};
use crate::operations::state;
use crate::operations::step::Step;
use crate::problem::{Problem, ProblemCode};

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
    let call = match Call::new(operation.id, operation.title, settings, input) {
        Ok(call) if problems.is_empty() => call,
        Ok(_) => return Err(problems),
        Err(found) => {
            problems.extend(found);
            return Err(problems);
        }
    };
    match &operation.flow {
        Flow::Single { request, .. } => request(&call).map(|request| call.only(request)),
        Flow::Several { start, .. } => start(&call),
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
    let call = Call::new(operation.id, operation.title, settings, input).map_err(|_| state::foreign())?;
    match &operation.flow {
        Flow::Single { outcome, .. } => {
            state::read::<IgnoredAny>(operation.id, state)?;
            outcome(&call, response).map(Step::Done).map_err(|failure| uncertain(operation, failure))
        }
        Flow::Several { resume, .. } => resume(&call, state, response),
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
