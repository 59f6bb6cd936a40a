//! Operations of one request and one response.

use crate::entries::Entries;
use crate::failure::Failure;
use crate::http::{Request, Response};
use crate::json::Unreadable;
use crate::operation::Operation;
use crate::problem::{Problem, ProblemCode};
use crate::schema::{self, Rule};
use crate::state;
use crate::step::{Outcome, Pending, Progress, Step};

/// One request and one response.
#[derive(Debug)]
pub struct Exchange {
    /// Builds the request from the root URL of the API and the input.
    pub request: fn(&str, &str) -> Result<Request, Unreadable>,
    /// Reads the response, given the input.
    pub outcome: fn(&str, &Response) -> Result<Outcome, Failure>,
}

/// The operations of a connector.
pub type Catalogue = [&'static Operation<Exchange>];

/// Starts an operation with its input as JSON. `base_url` finds the root URL of the API in
/// the settings; `provider` is the name to show.
///
/// # Errors
///
/// Returns every problem at once: those of the input, with a JSON Pointer, and those of the
/// settings.
pub fn start(
    catalogue: &Catalogue,
    provider: &str,
    base_url: impl FnOnce(&Entries) -> Result<String, Vec<Problem>>,
    settings: &Entries,
    id: &str,
    input: &str,
) -> Result<Step, Vec<Problem>> {
    let Some(operation) = catalogue.iter().find(|operation| operation.id == id) else {
        let problem = Problem::of_whole(ProblemCode::UnknownOperation, "There is no such operation.");
        return Err(vec![problem.hint("The catalogue lists them.")]);
    };
    let mut problems = schema::check(&Rule::Object(operation.input), input);
    let base_url = base_url(settings).map_err(|found| problems.extend(found));
    let (Ok(base_url), true) = (base_url, problems.is_empty()) else { return Err(problems) };
    let request = (operation.flow.request)(&base_url, input)
        .map_err(|_| vec![Problem::of_whole(ProblemCode::BadFormat, "The input cannot be read.")])?;
    let progress = Progress::indeterminate(format!("{}: waiting for {provider}", operation.title));
    Ok(Step::Send(Pending { request, wait: 0, state: state::write(id, &()), progress }))
}

/// Resumes an operation with the response.
///
/// # Errors
///
/// Returns what failed and what to do about it.
pub fn resume(
    catalogue: &Catalogue,
    id: &str,
    input: &str,
    state: &[u8],
    response: &Response,
) -> Result<Step, Failure> {
    let operation = catalogue.iter().find(|operation| operation.id == id).ok_or_else(state::mismatch)?;
    state::read::<()>(id, state)?;
    (operation.flow.outcome)(input, response).map(Step::Done)
}
