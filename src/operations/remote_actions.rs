//! Remote actions (Nexthink: Remote Actions API).

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::failure::Failure;
use crate::http::{Request, Response};
use crate::json::{Pairs, WholeNumber};
use crate::operations::call::{Call, Repeat};
use crate::operations::formats::{self, COLLECTOR_ID, NQL_ID, REASON, VALUE, VALUES};
use crate::operations::operation::{Effect, Flow, Operation, Output};
use crate::operations::response;
use crate::operations::schema::{List, MAX_SAFE_INTEGER, Member, Object, Rule};
use crate::operations::step::Outcome;
use crate::problem::Problem;

const PERMISSION: &str = "remote-actions";
const DOCUMENTATION: &str = "https://docs.nexthink.com/api/remote-actions/remote-actions-api";

const ID: Member =
    Member::required("remoteActionId", Rule::Text(&NQL_ID), "NQL ID of the remote action. A missing # is added.");

/// A remote action, as the API describes it; members have been added over time.
const ACTION: &Object = &Object::open(&[
    Member::optional("id", Rule::Unchecked(&["string", "null"]), "NQL ID."),
    Member::optional("uuid", Rule::Unchecked(&["string", "null"]), "UUID."),
    Member::optional("name", Rule::Unchecked(&["string", "null"]), "Name in Nexthink."),
    Member::optional("description", Rule::Unchecked(&["string", "null"]), "What it does."),
    Member::optional("origin", Rule::Unchecked(&["string", "null"]), "Where it comes from."),
    Member::optional("purpose", Rule::Unchecked(&["array", "null"]), "DATA_COLLECTION, REMEDIATION."),
    Member::optional(
        "targeting",
        Rule::Unchecked(&["object", "null"]),
        "How it may be triggered; apiEnabled says whether the API may.",
    ),
    Member::optional("scriptInfo", Rule::Unchecked(&["object", "null"]), "Scripts, inputs and outputs."),
]);

/// `GET /api/v1/act/remote-action`.
pub static LIST: Operation = Operation {
    id: "remote-actions.list",
    title: "List remote actions",
    description: "Returns every remote action, also those that may not be triggered through the API.",
    permission: Some(PERMISSION),
    effect: Effect::Read,
    input: &Object::closed(&[]),
    example: "{}",
    output: Output::Json(&Object::open(&[Member::required(
        "remoteActions",
        Rule::List(&List { item: Rule::Object(ACTION), min: 0, max: None }),
        "In the order of the answer.",
    )])),
    documentation: DOCUMENTATION,
    flow: Flow::Single { request: |call| Ok(call.get_long("/api/v1/act/remote-action")), outcome: listed },
};

/// `GET /api/v1/act/remote-action/details`.
pub static DETAILS: Operation = Operation {
    id: "remote-actions.details",
    title: "Describe a remote action",
    description: "Returns one remote action with its inputs and outputs.",
    permission: Some(PERMISSION),
    effect: Effect::Read,
    input: &Object::closed(&[ID]),
    example: r##"{"remoteActionId":"#restart_service"}"##,
    output: Output::Json(&Object::open(&[Member::required("remoteAction", Rule::Object(ACTION), "The action.")])),
    documentation: DOCUMENTATION,
    flow: Flow::Single { request: describe, outcome: described },
};

/// `POST /api/v1/act/execute`.
pub static EXECUTE: Operation = Operation {
    id: "remote-actions.execute",
    title: "Trigger a remote action",
    description: "Triggers a remote action on devices. It runs later; query its executions by the request id, which \
                  also show the devices that it did not reach: the answer names none.",
    permission: Some(PERMISSION),
    effect: Effect::Write,
    input: &Object::closed(&[
        ID,
        Member::required(
            "devices",
            Rule::List(&List { item: Rule::Text(&COLLECTOR_ID), min: 1, max: Some(10_000) }),
            "Collector ids of the devices, which are not their UIDs.",
        ),
        Member::optional("params", Rule::Map(&VALUES), "Values of the action's inputs, by their ids."),
        Member::optional(
            "expiresInMinutes",
            Rule::Integer(60, 10_080),
            "How long to wait for devices that are not there, in minutes. Left out, Nexthink decides.",
        ),
        Member::optional(
            "triggerInfo",
            Rule::Object(&Object::closed(&[
                Member::optional("externalSource", Rule::Text(&VALUE), "What triggers it."),
                Member::optional("reason", Rule::Text(&REASON), "Why."),
                Member::optional("externalReference", Rule::Text(&VALUE), "Such as the number of a ticket."),
            ])),
            "Who asks and why, for the record.",
        ),
    ]),
    example: r##"{"remoteActionId":"#restart_service","devices":["3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001"],"params":{"service_name":"Spooler"}}"##,
    output: Output::Json(&Object::open(&[
        Member::required("requestId", Rule::Unchecked(&["string"]), "Names the request in NQL."),
        Member::optional(
            "expiresInMinutes",
            Rule::Integer(0, MAX_SAFE_INTEGER),
            "How long Nexthink waits for devices.",
        ),
    ])),
    documentation: DOCUMENTATION,
    flow: Flow::Single { request: execute, outcome: executed },
};

fn listed(_: &Call, response: &Response) -> Result<Outcome, Failure> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Listed<'a> {
        remote_actions: Vec<&'a RawValue>,
    }
    Ok(Outcome::complete(&Listed { remote_actions: response::objects(response)? }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Id {
    remote_action_id: String,
}

fn describe(call: &Call) -> Result<Request, Vec<Problem>> {
    let input: Id = call.input()?;
    let id = formats::encoded(&formats::with_hash(&input.remote_action_id));
    Ok(call.get(&format!("/api/v1/act/remote-action/details?nql-id={id}")))
}

fn described(_: &Call, response: &Response) -> Result<Outcome, Failure> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Described<'a> {
        remote_action: &'a RawValue,
    }
    Ok(Outcome::complete(&Described { remote_action: response::object(response)? }))
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Execute<'a> {
    remote_action_id: String,
    #[serde(borrow)]
    devices: &'a RawValue,
    #[serde(default)]
    params: Pairs,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in_minutes: Option<WholeNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger_info: Option<TriggerInfo>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TriggerInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    external_source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_reference: Option<String>,
}

fn execute(call: &Call) -> Result<Request, Vec<Problem>> {
    let mut input: Execute = call.input()?;
    input.remote_action_id = formats::with_hash(&input.remote_action_id);
    Ok(call.post("/api/v1/act/execute", &input, Repeat::Never))
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Executed {
    request_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in_minutes: Option<WholeNumber>,
}

fn executed(_: &Call, response: &Response) -> Result<Outcome, Failure> {
    Ok(Outcome::complete(&response::read::<Executed>(response)?))
}
