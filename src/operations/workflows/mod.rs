//! Listing, describing, running and waking workflows (Nexthink: Workflows API).

pub mod execute;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::call::{self, Call, Repeat};
use super::operation::{Course, Effect, Operation, Output};
use super::schema::{List, Map, Member, Object, Rule};
use super::step::Outcome;
use super::words::{HEADER, NQL_ID, PARAMETER_ID, SOME_VALUE, UUID};
use crate::failure::{Failure, FailureCode};
use crate::http::{Request, Response};
use crate::json::Pairs;
use crate::problem::Problem;

const PERMISSION: &str = "workflows";
const DOCUMENTATION: &str = "https://docs.nexthink.com/api/workflows/trigger-a-workflow";

const ID: Member = Member::required("workflowId", Rule::Text(&NQL_ID), "NQL ID of the workflow. A missing # is added.");

const SOURCE: Member =
    Member::optional("source", Rule::Text(&HEADER), "What triggers it, for the record; sent as the header Source.");

/// What the API says of a workflow (official; the shape of the last two is
/// confidence B, from a lab).
const WORKFLOW: &Object = &Object::open(&[
    Member::optional("id", Rule::Foreign(&["string"]), "NQL ID, with or without #."),
    Member::optional("uuid", Rule::Foreign(&["string"]), "UUID, as workflows.resume takes it."),
    Member::optional("name", Rule::Foreign(&["string", "null"]), "Name in Nexthink."),
    Member::optional("description", Rule::Foreign(&["string", "null"]), "What it does."),
    Member::optional("status", Rule::Foreign(&["string", "null"]), "ACTIVE or INACTIVE."),
    Member::optional("lastUpdateTime", Rule::Foreign(&["string", "null"]), "When it was changed."),
    Member::optional("triggerMethods", Rule::Foreign(&[]), "How it may be triggered."),
    Member::optional("versions", Rule::Foreign(&[]), "Its versions with their parameters."),
]);

/// `GET /api/v1/workflows`.
pub static LIST: Operation = Operation {
    id: "workflows.list",
    title: "List workflows",
    description: "Returns the workflows, all or those that match.",
    permission: PERMISSION,
    effect: Effect::Read,
    // The specification requires the first two; calls without any were seen to
    // work (confidence B).
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
    course: Course::Single { request: list, outcome: listed },
};

/// `GET /api/v1/workflows/details`.
pub static DETAILS: Operation = Operation {
    id: "workflows.details",
    title: "Describe a workflow",
    description: "Returns one workflow with its versions and parameters.",
    permission: PERMISSION,
    effect: Effect::Read,
    input: &Object::closed(&[ID]),
    example: r##"{"workflowId":"#license_reclamation"}"##,
    output: Output::Json(&Object::open(&[Member::required("workflow", Rule::Object(WORKFLOW), "The workflow.")])),
    documentation: DOCUMENTATION,
    course: Course::Single { request: describe, outcome: described },
};

/// `POST /api/v1/workflows/workflows/{workflowUuid}/execution/{executionUuid}/trigger`.
pub static RESUME: Operation = Operation {
    id: "workflows.resume",
    title: "Wake a workflow",
    description: "Wakes an execution of a workflow that waits for an event from outside.",
    permission: PERMISSION,
    effect: Effect::Write,
    input: &Object::closed(&[
        Member::required("workflowUuid", Rule::Text(&UUID), "UUID of the workflow."),
        Member::required("executionUuid", Rule::Text(&UUID), "UUID of the execution that waits."),
        Member::optional(
            "parameters",
            Rule::Map(&Map { names: &PARAMETER_ID, values: Rule::Text(&SOME_VALUE), max: 100 }),
            "What the workflow waits for, by the names of its parameters.",
        ),
        SOURCE,
    ]),
    example: r#"{"workflowUuid":"7c1d2a34-9a54-4c3e-8d1f-7f3a00010001","executionUuid":"7c1d2a34-9a54-4c3e-8d1f-7f3a00010002","parameters":{"approved":"yes"}}"#,
    output: Output::Json(&Object::open(&[Member::required(
        "requests",
        Rule::List(&List { item: Rule::Foreign(&["object"]), min: 0, max: None }),
        "Each with its requestUuid.",
    )])),
    documentation: DOCUMENTATION,
    course: Course::Single { request: wake, outcome: woken },
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
    // The options are words of letters and underscores.
    let parts: Vec<String> =
        parameters.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?))).collect();
    let mark = if parts.is_empty() { "" } else { "?" };
    Ok(call.get(&format!("/api/v1/workflows{mark}{}", parts.join("&"))))
}

fn listed(_: &Call, response: &Response) -> Result<Outcome, Failure> {
    #[derive(Serialize)]
    struct Listed<'a> {
        workflows: Vec<&'a RawValue>,
    }
    Ok(Outcome::whole(&Listed { workflows: call::objects(response)? }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Id {
    workflow_id: String,
}

fn describe(call: &Call) -> Result<Request, Vec<Problem>> {
    let input: Id = call.input()?;
    // Camel case here, hyphens for remote actions.
    Ok(call.get(&format!("/api/v1/workflows/details?nqlId={}", call::in_query(&input.workflow_id))))
}

/// An array by the specification, one object in a lab (confidence B).
fn described(_: &Call, response: &Response) -> Result<Outcome, Failure> {
    #[derive(Serialize)]
    struct Described<'a> {
        workflow: &'a RawValue,
    }
    let found = call::one_or_many(response)?;
    match found.as_slice() {
        [] => Err(Failure::new(FailureCode::NotFound, "Nexthink does not know the workflow.")
            .hint("Check its NQL ID, and that API is ticked in its General tab.")),
        [workflow] => Ok(Outcome::whole(&Described { workflow })),
        [workflow, ..] => Ok(Outcome::whole(&Described { workflow })
            .warn("Nexthink returned several workflows for this id; this is the first of them.")),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wake {
    workflow_uuid: String,
    execution_uuid: String,
    #[serde(default)]
    parameters: Pairs,
    source: Option<String>,
}

fn wake(call: &Call) -> Result<Request, Vec<Problem>> {
    #[derive(Serialize)]
    struct Body {
        parameters: Pairs,
    }
    let input: Wake = call.input()?;
    // The doubled `workflows` is real.
    let path =
        format!("/api/v1/workflows/workflows/{}/execution/{}/trigger", input.workflow_uuid, input.execution_uuid);
    let request = call.post(&path, &Body { parameters: input.parameters }, Repeat::Never);
    Ok(sourced(request, input.source.as_deref()))
}

/// An array by the specification, one object in a client (confidence C).
fn woken(_: &Call, response: &Response) -> Result<Outcome, Failure> {
    #[derive(Serialize)]
    struct Woken<'a> {
        requests: Vec<&'a RawValue>,
    }
    Ok(Outcome::whole(&Woken { requests: call::one_or_many(response)? }))
}

fn sourced(request: Request, source: Option<&str>) -> Request {
    match source {
        Some(source) => request.with("source", source),
        None => request,
    }
}
