//! Running an operation: starting it, and resuming it after each exchange.

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

/// Starts an operation with its input as JSON.
///
/// Takes the settings of a connection; returns the first request.
///
/// # Errors
///
/// Returns every problem at once: those of the settings, and those of the input
/// with a JSON Pointer (RFC 6901).
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
        Flow::Single { request, .. } => request(&call).map(|request| call.single_exchange(request)),
        Flow::Several { start, .. } => start(&call),
    }
    .map(Step::Send)
}

/// Resumes an operation with the response to the pending request, whatever its
/// status, or to a download that was no success.
///
/// Takes the same settings, id and input as [`start`].
///
/// # Errors
///
/// Returns what failed and what to do about it; never the body.
pub fn resume(settings: &Entries, id: &str, input: &str, state: &[u8], response: &Response) -> Result<Step, Failure> {
    let operation = find(id).ok_or_else(state::mismatch)?;
    let call = Call::new(operation.id, operation.title, settings, input).map_err(|_| state::mismatch())?;
    match &operation.flow {
        Flow::Single { outcome, .. } => {
            state::read::<IgnoredAny>(operation.id, state)?;
            outcome(&call, response).map(Step::Done).map_err(|failure| advise_check_before_retry(operation, failure))
        }
        Flow::Several { resume, .. } => resume(&call, state, response),
    }
}

/// Replaces the advice to try again where the request may have taken effect.
fn advise_check_before_retry(operation: &Operation, failure: Failure) -> Failure {
    use FailureCode::{MalformedResponse, Timeout, Unavailable, UnexpectedStatus};
    let unclear = [MalformedResponse, Timeout, Unavailable, UnexpectedStatus].iter().any(|code| failure.is(*code));
    if unclear && operation.effect != Effect::Read {
        return failure.hint("It may have taken effect all the same: look in Nexthink before you try again.");
    }
    failure
}
