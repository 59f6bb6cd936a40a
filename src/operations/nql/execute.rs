//! Running a query immediately, for up to 1,000 rows.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::failure::Failure;
use crate::http::{Request, Response};
use crate::json::{Pairs, WholeNumber};
use crate::operations::call::{Call, Repeat};
use crate::operations::formats::{self, QUERY_ID};
use crate::operations::nql::csv;
use crate::operations::nql::query::{PERMISSION, QUERY, Query, VALUES, answered, warnings};
use crate::operations::nql::table::{Objects, execution_time};
use crate::operations::operation::{Effect, Flow, Operation, Output};
use crate::operations::response;
use crate::operations::schema::{List, MAX_SAFE_INTEGER, Member, Object, Rule};
use crate::operations::step::Outcome;
use crate::problem::Problem;

/// Longest response to accept, in bytes: 1,000 rows of 100 columns, whose names
/// version 2 repeats in each row.
const RESPONSE_LIMIT: u32 = 8 << 20;

/// Number of rows at which the API truncates without notice (confidence C, three
/// independent reports).
const ROW_LIMIT: usize = 1000;

const FORMAT: Member =
    Member::optional("format", Rule::Choice(&["json", "csv"]), "How the rows come back.").with_default(r#""json""#);

const UTC: Member = Member::optional(
    "utc",
    Rule::Boolean,
    "Whether times come in UTC instead of the time zone of the tenant's region.",
)
.with_default("false");

const OUTPUT: &[Member] = &[
    Member::required("queryId", Rule::Text(&QUERY_ID), "The query that ran."),
    Member::required("rows", Rule::Integer(0, MAX_SAFE_INTEGER), "How many rows came back."),
    Member::optional("executedQuery", Rule::Unchecked(&["string"]), "The text of the query."),
    Member::optional("executionDateTime", Rule::Unchecked(&["string"]), "When it ran, as ISO 8601 without a zone."),
    Member::optional(
        "data",
        Rule::List(&List { item: Rule::Unchecked(&["object"]), min: 0, max: None }),
        "One object for each row, values by column.",
    ),
    Member::optional("csv", Rule::Unchecked(&["string"]), "The rows as CSV with a header line, when asked for."),
];

/// `POST /api/v2/nql/execute`.
pub static V2: Operation = Operation {
    id: "nql.execute",
    title: "Run a query",
    description: "Runs a saved NQL query and returns its rows. Nexthink stops at 1,000 without notice, and after some \
                  seconds: exactly 1,000 rows come with a warning, and nql.export returns all, however long it takes.",
    permission: Some(PERMISSION),
    effect: Effect::Read,
    input: &Object::closed(&[QUERY, VALUES, FORMAT, UTC]),
    example: r##"{"queryId":"#device_by_name","parameters":{"device_name":"PC-0000001"},"utc":true}"##,
    output: Output::Json(&Object::open(OUTPUT)),
    documentation: "https://docs.nexthink.com/api/nql/execute-an-nql",
    flow: Flow::Single { request: request_v2, outcome: outcome_v2 },
};

/// `POST /api/v1/nql/execute`.
pub static V1: Operation = Operation {
    id: "nql.execute-v1",
    title: "Run a query (version 1)",
    description: "Runs a saved NQL query through the older endpoint; rows come back as from nql.execute, and end at \
                  1,000 as there.",
    permission: Some(PERMISSION),
    effect: Effect::Read,
    input: &Object::closed(&[QUERY, VALUES, FORMAT, UTC]),
    example: r##"{"queryId":"#devices_overview"}"##,
    output: Output::Json(&Object::open(OUTPUT)),
    documentation: "https://docs.nexthink.com/api/nql/execute-an-nql",
    flow: Flow::Single { request: request_v1, outcome: outcome_v1 },
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    query_id: String,
    #[serde(default)]
    parameters: Pairs,
    format: Option<String>,
    utc: Option<bool>,
}

impl Input {
    fn wants_csv(&self) -> bool {
        self.format.as_deref() == Some("csv")
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rows<T> {
    query_id: String,
    rows: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    executed_query: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    execution_date_time: Option<String>,
    data: T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CsvRows<'a> {
    query_id: String,
    rows: usize,
    csv: &'a str,
}

fn request_v2(call: &Call) -> Result<Request, Vec<Problem>> {
    request(call, "/api/v2/nql/execute")
}

fn request_v1(call: &Call) -> Result<Request, Vec<Problem>> {
    request(call, "/api/v1/nql/execute")
}

fn request(call: &Call, path: &str) -> Result<Request, Vec<Problem>> {
    let input: Input = call.input()?;
    let csv = input.wants_csv();
    let query = Query::new(&input.query_id, input.parameters, None)?;
    let request = Request { response_limit: RESPONSE_LIMIT, ..call.post(path, &query, Repeat::Harmless) };
    // Without the second header, times are in the zone of the region.
    Ok(request
        .with_optional_header("accept", csv.then_some("text/csv"))
        .with_optional_header("x-utc-times", input.utc.filter(|utc| *utc).map(|_| "true")))
}

/// Checks that a query ran. One that Nexthink stopped for its time, after about 5
/// seconds (confidence C), can be exported instead.
fn executed(response: &Response) -> Result<(), Failure> {
    answered(response).map_err(|failure| match response.status {
        408 | 504 => failure.hint(
            "Nexthink stops a query that takes longer than some seconds: get its rows with nql.export, which waits, or \
             narrow the query down.",
        ),
        _ => failure,
    })
}

/// A response of version 2.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ObjectRows<'a> {
    executed_query: Option<String>,
    #[serde(borrow)]
    execution_date_time: Option<&'a RawValue>,
    rows: Option<WholeNumber>,
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
}

fn outcome_v2(call: &Call, response: &Response) -> Result<Outcome, Failure> {
    let input: Input = call.input_on_resume()?;
    executed(response)?;
    if input.wants_csv() {
        return outcome_csv(&input, response);
    }
    let answer: ObjectRows = response::json(response)?;
    if !answer.data.iter().all(|row| row.get().starts_with('{')) {
        return Err(response::malformed("A row of the answer is no object."));
    }
    let count = answer.data.len();
    let outcome = Outcome::complete(&Rows {
        query_id: formats::with_hash(&input.query_id),
        rows: count,
        executed_query: answer.executed_query,
        execution_date_time: answer.execution_date_time.and_then(execution_time),
        data: answer.data,
    });
    Ok(check_row_count(outcome, count, answer.rows).warn_all(warnings(&input.parameters)))
}

/// A response of version 1.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MatrixRows<'a> {
    executed_query: Option<String>,
    #[serde(borrow)]
    execution_date_time: Option<&'a RawValue>,
    rows: Option<WholeNumber>,
    headers: Vec<String>,
    #[serde(borrow)]
    data: Vec<Vec<&'a RawValue>>,
}

fn outcome_v1(call: &Call, response: &Response) -> Result<Outcome, Failure> {
    let input: Input = call.input_on_resume()?;
    executed(response)?;
    if input.wants_csv() {
        return outcome_csv(&input, response);
    }
    let answer: MatrixRows = response::json(response)?;
    let count = answer.data.len();
    let (objects, renamed) = Objects::new(answer.headers, answer.data)?;
    let mut outcome = Outcome::complete(&Rows {
        query_id: formats::with_hash(&input.query_id),
        rows: count,
        executed_query: answer.executed_query,
        execution_date_time: answer.execution_date_time.and_then(execution_time),
        data: objects,
    });
    if renamed {
        outcome = outcome.warn("Several columns have the same name; a number was added to tell them apart.");
    }
    Ok(check_row_count(outcome, count, answer.rows).warn_all(warnings(&input.parameters)))
}

fn outcome_csv(input: &Input, response: &Response) -> Result<Outcome, Failure> {
    if response.media_type().is_none_or(|kind| kind != "text/csv") {
        return Err(response::malformed("Something other than CSV came back."));
    }
    if response.is_cut_short() {
        return Err(response::malformed("The answer ends too early."));
    }
    let text = std::str::from_utf8(&response.body).map_err(|_| response::malformed("The CSV is not UTF-8."))?;
    let count = csv::records(text).saturating_sub(1);
    let output = CsvRows { query_id: formats::with_hash(&input.query_id), rows: count, csv: text };
    Ok(check_row_count(Outcome::complete(&output), count, None).warn_all(warnings(&input.parameters)))
}

/// Adds warnings when rows are missing, or may be.
fn check_row_count(outcome: Outcome, count: usize, announced: Option<WholeNumber>) -> Outcome {
    let missing = announced.is_some_and(|WholeNumber(announced)| announced > count as u64);
    let outcome =
        if missing { outcome.warn("Nexthink announced more rows than it sent.").partial(true) } else { outcome };
    if count == ROW_LIMIT {
        return outcome.warn("Exactly 1,000 rows came back, where Nexthink stops: use nql.export to get all of them.");
    }
    outcome
}
