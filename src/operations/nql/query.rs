//! What the operations on saved queries share.

use serde::Serialize;

use crate::access;
use crate::failure::{Failure, FailureCode};
use crate::http::Response;
use crate::json::Pairs;
use crate::operations::formats::{self, PARAMETERS, QUERY_ID};
use crate::operations::schema::{Member, Rule};
use crate::problem::{Problem, ProblemCode};
use crate::text;

/// Id of the permission that the operations need.
pub const PERMISSION: &str = "nql";

/// Member of an input: the query.
pub const QUERY: Member =
    Member::required("queryId", Rule::Text(&QUERY_ID), "Id of a saved query. A missing # is added.");

/// Member of an input: the values of its parameters.
pub const VALUES: Member = Member::optional(
    "parameters",
    Rule::Map(&PARAMETERS),
    "Values of the parameters that the query declares, by their names without $.",
);

/// Member of an input: the compression of an exported file.
pub const COMPRESSION: Member =
    Member::optional("compression", Rule::Choice(&["NONE", "GZIP", "ZSTD"]), "How Nexthink compresses the file.")
        .with_default(r#""NONE""#);

/// A query and the values of its parameters, as the API takes them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Query {
    pub query_id: String,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    pub parameters: Pairs,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression: Option<String>,
}

impl Query {
    /// Adds the `#` to the id and drops the `$` of parameters.
    ///
    /// # Errors
    ///
    /// Fails when a parameter is given both with and without `$`.
    pub fn new(id: &str, parameters: Pairs, compression: Option<String>) -> Result<Self, Vec<Problem>> {
        let mut plain: Vec<(String, String)> = Vec::new();
        for (name, value) in parameters.0 {
            let name = name.strip_prefix('$').map(str::to_owned).unwrap_or(name);
            if plain.iter().any(|(given, _)| *given == name) {
                let message = "A parameter is there with and without $.";
                return Err(vec![
                    Problem::at("/parameters", ProblemCode::Contradiction, message)
                        .hint("Give each parameter once, without $."),
                ]);
            }
            plain.push((name, value));
        }
        Ok(Self { query_id: formats::with_hash(id), parameters: Pairs(plain), compression })
    }
}

/// Returns a warning when names of parameters begin with `$`.
pub fn warnings(parameters: &Pairs) -> Vec<String> {
    let names: Vec<&str> =
        parameters.0.iter().map(|(name, _)| name.as_str()).filter(|name| name.starts_with('$')).collect();
    let shown = text::clean(&names.join(", "));
    shown.map(|names| format!("The $ before the name of a parameter was dropped: {names}.")).into_iter().collect()
}

/// Checks that a response about a query is a success.
///
/// # Errors
///
/// Returns the failure that the status means, with a hint on queries.
pub fn answered(response: &Response) -> Result<(), Failure> {
    access::response(response).map_err(|failure| {
        if failure.is(FailureCode::NotFound) {
            failure.hint(
                "Check the id under Administration, NQL API queries: a query saved elsewhere, such as in \
                 Investigations, cannot be run, and an export is forgotten after a while.",
            )
        } else if failure.is(FailureCode::RateLimited) {
            failure.hint("Wait before trying again; queries also have a limit for each day.")
        } else {
            failure
        }
    })
}

/// Returns the path of the status of an export.
pub fn status_path(id: &str) -> String {
    format!("/api/v1/nql/status/{}", formats::encoded(id))
}
