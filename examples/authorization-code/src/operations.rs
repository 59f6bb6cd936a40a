//! Running operations: the next request, and what the response to the last one comes to.

use connector_kit::entries::Entries;
use connector_kit::failure::Failure;
use connector_kit::http::Response;
use connector_kit::operation::Operation;
use connector_kit::problem::{Problem, ProblemCode};
use connector_kit::response::object;
use connector_kit::schema::{Rule, check};
use connector_kit::state;
use connector_kit::step::{Outcome, Pending, Progress, Step};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::form_urlencoded::Serializer;

use crate::access::{self, API};
use crate::catalogue::{CATALOGUE, CURSOR, Flow};
use crate::connection;
use crate::definition::DEFINITION;

/// Most tickets of a page (Zendesk, *Pagination*).
const PAGE: usize = 100;

/// The members of all inputs.
#[derive(Deserialize)]
struct Input {
    limit: Option<f64>,
    after: Option<String>,
    subject: Option<String>,
    comment: Option<String>,
    priority: Option<String>,
    idempotency_key: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct User {
    id: u64,
    name: Option<String>,
    email: Option<String>,
    role: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Ticket {
    id: u64,
    subject: Option<String>,
    status: Option<String>,
    priority: Option<String>,
    updated_at: Option<String>,
}

/// A response with a single record.
#[derive(Deserialize)]
struct Single<T> {
    #[serde(alias = "user", alias = "ticket")]
    record: T,
}

#[derive(Deserialize)]
struct Page {
    tickets: Vec<Ticket>,
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    has_more: bool,
    after_cursor: Option<String>,
}

/// The state between two requests, and the output of `tickets.list`.
#[derive(Default, Serialize, Deserialize)]
struct Gathered {
    tickets: Vec<Ticket>,
    after: Option<String>,
}

/// Starts an operation.
///
/// # Errors
///
/// Returns every problem at once.
pub fn start(settings: &Entries, id: &str, input: &str) -> Result<Step, Vec<Problem>> {
    let Some(operation) = find(id) else {
        let problem = Problem::of_whole(ProblemCode::UnknownOperation, "There is no such operation.");
        return Err(vec![problem.hint("The catalogue lists them.")]);
    };
    next(settings, &operation, input, &Gathered::default())
}

/// Resumes an operation with a response.
///
/// # Errors
///
/// Returns what failed and what to do about it.
pub fn resume(settings: &Entries, id: &str, input: &str, state: &[u8], response: &Response) -> Result<Step, Failure> {
    let operation = find(id).ok_or_else(state::mismatch)?;
    let mut gathered: Gathered = state::read(id, state)?;
    access::response(response)?;
    match operation.flow {
        Flow::Me => object::<Single<User>>(response, DEFINITION.name).map(|body| done(&body.record)),
        Flow::Create => object::<Single<Ticket>>(response, DEFINITION.name).map(|body| done(&body.record)),
        Flow::List => {
            let page: Page = object(response, DEFINITION.name)?;
            let more = page.meta.has_more && !page.tickets.is_empty();
            gathered.after = page.meta.after_cursor.filter(|cursor| more && CURSOR.fits(cursor));
            gathered.tickets.extend(page.tickets);
            let limit = serde_json::from_str(input).map_err(|_| state::mismatch()).map(|input| limit(&input))?;
            if gathered.after.is_none() || gathered.tickets.len() >= limit {
                return Ok(done(&gathered));
            }
            next(settings, &operation, input, &gathered).map_err(|_| state::mismatch())
        }
    }
}

fn find(id: &str) -> Option<Operation<Flow>> {
    CATALOGUE.into_iter().find(|operation| operation.id == id)
}

/// Builds the next request.
fn next(
    settings: &Entries,
    operation: &Operation<Flow>,
    input: &str,
    gathered: &Gathered,
) -> Result<Step, Vec<Problem>> {
    let mut problems = check(&Rule::Object(operation.input), input);
    let connection = connection::resolve(settings).map_err(|found| problems.extend(found)).ok();
    let input = serde_json::from_str::<Input>(input).ok();
    let (Some(connection), Some(input), true) = (connection, input, problems.is_empty()) else { return Err(problems) };
    let get = |path: &str| API.get(&connection.base_url, path);
    let request = match operation.flow {
        Flow::Me => get("/api/v2/users/me.json"),
        Flow::Create => {
            let comment = json!({ "body": input.comment });
            let mut ticket = json!({ "subject": input.subject, "comment": comment });
            if let Some(priority) = input.priority {
                ticket["priority"] = priority.into();
            }
            let body = json!({ "ticket": ticket }).to_string().into_bytes();
            // Zendesk makes one ticket for all requests with the same key (*Idempotency*).
            let key = input.idempotency_key.as_deref();
            API.request("POST", &connection.base_url, "/api/v2/tickets.json", body, key.is_some())
                .with_optional_header("idempotency-key", key)
        }
        Flow::List => {
            let size = limit(&input).saturating_sub(gathered.tickets.len()).clamp(1, PAGE);
            let mut query = Serializer::new(String::new());
            query.append_pair("page[size]", &size.to_string());
            if let Some(after) = gathered.after.as_ref().or(input.after.as_ref()) {
                query.append_pair("page[after]", after);
            }
            get(&format!("/api/v2/tickets.json?{}", query.finish()))
        }
    };
    let progress = Progress::indeterminate("Waiting for Zendesk");
    Ok(Step::Send(Pending { request, wait: 0, state: state::write(operation.id, gathered), progress }))
}

/// Returns how many tickets to gather.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the rule: a whole number from 1 to 500")]
fn limit(input: &Input) -> usize {
    input.limit.map_or(PAGE, |limit| limit as usize)
}

fn done(output: &impl Serialize) -> Step {
    Step::Done(Outcome::complete(output))
}
