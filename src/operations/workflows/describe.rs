//! Listing and describing workflows.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::failure::{Failure, FailureCode};
use crate::http::{Request, Response};
use crate::operations::call::Call;
use crate::operations::formats;
use crate::operations::operation::{Effect, Flow, Operation, Output};
use crate::operations::response;
use crate::operations::schema::{List, Member, Object, Rule};
use crate::operations::step::Outcome;
use crate::operations::workflows::common::{DOCUMENTATION, ID, PERMISSION};
use crate::problem::Problem;

/// A workflow, as the API describes it (the shape of the last two members was seen
/// in a lab, confidence B).
const WORKFLOW: &Object = &Object::open(&[
    Member::optional("id", Rule::Unchecked(&["string", "null"]), "NQL ID, with or without #."),
    Member::optional("uuid", Rule::Unchecked(&["string", "null"]), "UUID, as workflows.resume takes it."),
    Member::optional("name", Rule::Unchecked(&["string", "null"]), "Name in Nexthink."),
    Member::optional("description", Rule::Unchecked(&["string", "null"]), "What it does."),
    Member::optional("status", Rule::Unchecked(&["string", "null"]), "ACTIVE or INACTIVE."),
    Member::optional("lastUpdateTime", Rule::Unchecked(&["string", "null"]), "When it was changed."),
    Member::optional("triggerMethods", Rule::Unchecked(&[]), "How it may be triggered."),
    Member::optional("versions", Rule::Unchecked(&[]), "Its versions with their parameters."),
]);

/// `GET /api/v1/workflows`.
pub static LIST: Operation = Operation {
    id: "workflows.list",
    title: "List workflows",
    description: "Returns the workflows, all or those that match.",
    permission: Some(PERMISSION),
    effect: Effect::Read,
    // The specification requires the first two; calls without any were seen to work
    // (confidence B).
    input: &Object::closed(&[
        Member::optional(
            "dependency",
            Rule::Choice(&["USER", "DEVICE", "USER_AND_DEVICE", "NONE"]),
            "Only those that run on this.",
        ),
        Member::optional(
            "triggerMethod",
            Rule::Choice(&["API", "MANUAL", "MANUAL_MULTIPLE", "SCHEDULER"]),
            "Only those that may be triggered so.",
        ),
        Member::optional("fetchOnlyActiveWorkflows", Rule::Boolean, "Only those that are active."),
    ]),
    example: r#"{"triggerMethod":"API","fetchOnlyActiveWorkflows":true}"#,
    output: Output::Json(&Object::open(&[Member::required(
        "workflows",
        Rule::List(&List { item: Rule::Object(WORKFLOW), min: 0, max: None }),
        "In the order of the answer.",
    )])),
    documentation: DOCUMENTATION,
    flow: Flow::Single { request: list, outcome: listed },
};

/// `GET /api/v1/workflows/details`.
pub static DETAILS: Operation = Operation {
    id: "workflows.details",
    title: "Describe a workflow",
    description: "Returns one workflow with its versions and parameters.",
    permission: Some(PERMISSION),
    effect: Effect::Read,
    input: &Object::closed(&[ID]),
    example: r##"{"workflowId":"#license_reclamation"}"##,
    output: Output::Json(&Object::open(&[Member::required("workflow", Rule::Object(WORKFLOW), "The workflow.")])),
    documentation: DOCUMENTATION,
    flow: Flow::Single { request: describe, outcome: described },
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    dependency: Option<String>,
    trigger_method: Option<String>,
    fetch_only_active_workflows: Option<bool>,
}

fn list(call: &Call) -> Result<Request, Vec<Problem>> {
    let input: Filter = call.input()?;
    let active = input.fetch_only_active_workflows.map(|active| if active { "true" } else { "false" });
    let parameters = [
        ("dependency", input.dependency.as_deref()),
        ("triggerMethod", input.trigger_method.as_deref()),
        ("fetchOnlyActiveWorkflows", active),
    ];
    // The options consist of letters and underscores, which need no encoding.
    let parts: Vec<String> =
        parameters.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?))).collect();
    let mark = if parts.is_empty() { "" } else { "?" };
    Ok(call.get_long(&format!("/api/v1/workflows{mark}{}", parts.join("&"))))
}

fn listed(_: &Call, response: &Response) -> Result<Outcome, Failure> {
    #[derive(Serialize)]
    struct Listed<'a> {
        workflows: Vec<&'a RawValue>,
    }
    Ok(Outcome::complete(&Listed { workflows: response::objects(response)? }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Id {
    workflow_id: String,
}

fn describe(call: &Call) -> Result<Request, Vec<Problem>> {
    let input: Id = call.input()?;
    // Camel case here; the API of remote actions has `nql-id`.
    Ok(call.get_long(&format!(
        "/api/v1/workflows/details?nqlId={}",
        formats::encoded(&formats::with_hash(&input.workflow_id))
    )))
}

/// Reads an array, as specified, or one object, as seen in a lab (confidence B).
fn described(_: &Call, response: &Response) -> Result<Outcome, Failure> {
    #[derive(Serialize)]
    struct Described<'a> {
        workflow: &'a RawValue,
    }
    let found = response::one_or_many(response)?;
    match found.as_slice() {
        [] => Err(Failure::new(FailureCode::NotFound, "Nexthink does not know the workflow.")
            .hint("Check its NQL ID, and that API is ticked in its General tab.")),
        [workflow] => Ok(Outcome::complete(&Described { workflow })),
        [workflow, ..] => Ok(Outcome::complete(&Described { workflow })
            .warn("Nexthink returned several workflows for this id; this is the first of them.")),
    }
}
