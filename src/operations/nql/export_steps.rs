//! The steps of an export as operations of their own: starting it, and querying its
//! status.

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::http::{Request, Response};
use crate::json::Pairs;
use crate::operations::call::{Call, Repeat};
use crate::operations::formats::{self, EXPORT_ID};
use crate::operations::nql::download_link;
use crate::operations::nql::query::{COMPRESSION, PERMISSION, QUERY, Query, VALUES, answered, status_path, warnings};
use crate::operations::operation::{Effect, Flow, Operation, Output};
use crate::operations::response;
use crate::operations::schema::{Member, Object, Rule};
use crate::operations::step::Outcome;
use crate::problem::{Problem, ProblemCode};

/// `POST /api/v1/nql/export`, or `GET` where the input asks for it.
pub static START: Operation = Operation {
    id: "nql.export-start",
    title: "Start an export",
    description: "Starts an export of a saved NQL query and returns its id; nql.export does all steps in one.",
    permission: Some(PERMISSION),
    effect: Effect::Read,
    input: &Object::closed(&[
        QUERY,
        VALUES,
        COMPRESSION,
        Member::optional(
            "method",
            Rule::Choice(&["POST", "GET"]),
            "How to ask. GET is for callers who have to, and takes no parameters.",
        )
        .with_default(r#""POST""#),
    ]),
    example: r##"{"queryId":"#export_devices","compression":"GZIP"}"##,
    output: Output::Json(&Object::open(&[Member::required(
        "exportId",
        Rule::Text(&EXPORT_ID),
        "Names the export for nql.export-status.",
    )])),
    documentation: "https://docs.nexthink.com/api/nql/export-an-nql",
    flow: Flow::Single { request: start, outcome: started },
};

/// `GET /api/v1/nql/status/{exportId}`.
pub static STATUS: Operation = Operation {
    id: "nql.export-status",
    title: "Ask how far an export is",
    description: "Returns the status of an export and, once it is complete, the link to its file.",
    permission: Some(PERMISSION),
    effect: Effect::Read,
    input: &Object::closed(&[Member::required("exportId", Rule::Text(&EXPORT_ID), "What nql.export-start returned.")]),
    example: r#"{"exportId":"5f0c6a1e-9a54-4c3e-8d1f-7f3a00010002"}"#,
    output: Output::Json(&Object::open(&[
        Member::required("exportId", Rule::Text(&EXPORT_ID), "The export."),
        Member::required(
            "status",
            Rule::Unchecked(&["string"]),
            "SUBMITTED, IN_PROGRESS, COMPLETED or ERROR; there may be others.",
        ),
        Member::optional(
            "resultsFileUrl",
            Rule::Unchecked(&["string"]),
            "Link to the file, good for 15 minutes. Whoever has it can read the file; send no token to it.",
        ),
        Member::optional("errorDescription", Rule::Unchecked(&["string"]), "Why the export failed."),
    ])),
    documentation: "https://docs.nexthink.com/api/nql/export-an-nql",
    flow: Flow::Single { request: request_status, outcome: status_outcome },
};

/// The id of a new export: the response, and the output.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Started {
    export_id: String,
}

impl Started {
    /// Reads the id of a new export.
    ///
    /// # Errors
    ///
    /// Returns the failure that the status means, or that the body is not as
    /// documented.
    pub fn read(response: &Response) -> Result<String, Failure> {
        answered(response)?;
        let id = response::json::<Self>(response)?.export_id;
        if EXPORT_ID.fits(&id) {
            Ok(id)
        } else {
            Err(response::malformed("The answer names an export that cannot be asked for."))
        }
    }
}

/// The status of an export.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status {
    pub status: String,
    pub results_file_url: Option<String>,
    pub error_description: Option<String>,
}

impl Status {
    /// Reads the status of an export, and whether the licence's maximum number of
    /// rows truncated it (status 206).
    ///
    /// # Errors
    ///
    /// Returns the failure that the status means, that the body is not as
    /// documented, or that the link points to another host.
    pub fn read(response: &Response) -> Result<(Self, bool), Failure> {
        answered(response)?;
        let mut status: Self = response::json(response)?;
        status.results_file_url = status.results_file_url.filter(|url| !url.is_empty());
        status.results_file_url.as_deref().map_or(Ok(()), download_link::check)?;
        Ok((status, response.status == 206))
    }
}

/// Warning about an export that the licence truncated.
pub(super) const TRUNCATED: &str =
    "The export is incomplete: it reached the most rows that the tenant's licence allows. Narrow the query down.";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StartInput {
    query_id: String,
    #[serde(default)]
    parameters: Pairs,
    compression: Option<String>,
    method: Option<String>,
}

fn start(call: &Call) -> Result<Request, Vec<Problem>> {
    let input: StartInput = call.input()?;
    let get = input.method.as_deref() == Some("GET");
    let query = Query::new(&input.query_id, input.parameters, input.compression)?;
    if get && !query.parameters.is_empty() {
        let message = "How the GET form takes parameters is not documented.";
        return Err(vec![
            Problem::at("/parameters", ProblemCode::Contradiction, message)
                .hint("Leave out method, so that POST is used."),
        ]);
    }
    if get {
        // One of three words, which need no encoding.
        let compression = query.compression.map(|word| format!("&compression={word}")).unwrap_or_default();
        let id = formats::encoded(&query.query_id);
        let request = call.get(&format!("/api/v1/nql/export?queryId={id}{compression}"));
        return Ok(Request { repeatable: false, ..request });
    }
    // Another export would count against the quota of the tenant.
    Ok(call.post("/api/v1/nql/export", &query, Repeat::Never))
}

fn started(call: &Call, response: &Response) -> Result<Outcome, Failure> {
    let input: StartInput = call.input_on_resume()?;
    let export_id = Started::read(response)?;
    Ok(Outcome::complete(&Started { export_id }).warn_all(warnings(&input.parameters)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StatusInput {
    export_id: String,
}

fn request_status(call: &Call) -> Result<Request, Vec<Problem>> {
    let input: StatusInput = call.input()?;
    Ok(call.get(&status_path(&input.export_id)))
}

fn status_outcome(call: &Call, response: &Response) -> Result<Outcome, Failure> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct StatusOutput {
        export_id: String,
        status: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        results_file_url: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error_description: Option<String>,
    }
    let input: StatusInput = call.input_on_resume()?;
    let (status, truncated) = Status::read(response)?;
    let outcome = Outcome::complete(&StatusOutput {
        export_id: input.export_id,
        status: status.status,
        results_file_url: status.results_file_url,
        error_description: status.error_description,
    });
    Ok(if truncated { outcome.partial(true).warn(TRUNCATED) } else { outcome })
}
