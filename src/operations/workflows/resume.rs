//! Resuming executions of workflows that wait.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::failure::Failure;
use crate::http::{Request, Response};
use crate::json::Pairs;
use crate::operations::call::{Call, Repeat};
use crate::operations::formats::{MOST_VALUES, NON_EMPTY, PARAMETER_ID, UUID};
use crate::operations::operation::{Effect, Flow, Operation, Output};
use crate::operations::response;
use crate::operations::schema::{List, Map, Member, Object, Rule};
use crate::operations::step::Outcome;
use crate::operations::workflows::common::{DOCUMENTATION, PERMISSION, SOURCE};
use crate::problem::Problem;

/// `POST /api/v1/workflows/workflows/{workflowUuid}/execution/{executionUuid}/trigger`.
pub static RESUME: Operation = Operation {
    id: "workflows.resume",
    title: "Wake a workflow",
    description: "Wakes an execution of a workflow that waits for an event from outside.",
    permission: Some(PERMISSION),
    effect: Effect::Write,
    input: &Object::closed(&[
        Member::required("workflowUuid", Rule::Text(&UUID), "UUID of the workflow."),
        Member::required("executionUuid", Rule::Text(&UUID), "UUID of the execution that waits."),
        Member::optional(
            "parameters",
            Rule::Map(&Map { names: &PARAMETER_ID, values: Rule::Text(&NON_EMPTY), max: MOST_VALUES }),
            "What the workflow waits for, by the names of its parameters.",
        ),
        SOURCE,
    ]),
    example: r#"{"workflowUuid":"7c1d2a34-9a54-4c3e-8d1f-7f3a00010001","executionUuid":"7c1d2a34-9a54-4c3e-8d1f-7f3a00010002","parameters":{"approved":"yes"}}"#,
    output: Output::Json(&Object::open(&[Member::required(
        "requests",
        Rule::List(&List { item: Rule::Unchecked(&["object"]), min: 0, max: None }),
        "Each with its requestUuid.",
    )])),
    documentation: DOCUMENTATION,
    flow: Flow::Single { request: resume, outcome: resumed },
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResumeInput {
    workflow_uuid: String,
    execution_uuid: String,
    #[serde(default)]
    parameters: Pairs,
    source: Option<String>,
}

fn resume(call: &Call) -> Result<Request, Vec<Problem>> {
    #[derive(Serialize)]
    struct Body {
        parameters: Pairs,
    }
    let input: ResumeInput = call.input()?;
    // The path really contains `workflows` twice.
    let path =
        format!("/api/v1/workflows/workflows/{}/execution/{}/trigger", input.workflow_uuid, input.execution_uuid);
    let request = call.post(&path, &Body { parameters: input.parameters }, Repeat::Never);
    Ok(request.with_optional_header("source", input.source.as_deref()))
}

/// Reads an array, as specified, or one object, as a client expects (confidence C).
fn resumed(_: &Call, response: &Response) -> Result<Outcome, Failure> {
    #[derive(Serialize)]
    struct ResumeOutput<'a> {
        requests: Vec<&'a RawValue>,
    }
    Ok(Outcome::complete(&ResumeOutput { requests: response::one_or_many(response)? }))
}
