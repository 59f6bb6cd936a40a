//! Running workflows, on devices and users as either version of the API identifies
//! them.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::failure::Failure;
use crate::http::{Request, Response};
use crate::json::Pairs;
use crate::operations::call::{Call, Repeat};
use crate::operations::formats::{self, LINE, SID, SID_OR_ZERO, UPN, UUID, VALUES};
use crate::operations::operation::{Effect, Flow, Operation, Output};
use crate::operations::response;
use crate::operations::schema::{List, Member, Object, Rule};
use crate::operations::step::Outcome;
use crate::operations::workflows::common::{DOCUMENTATION, ID, PERMISSION, SOURCE, with_source};
use crate::problem::Problem;

const PARAMS: Member =
    Member::optional("params", Rule::Map(&VALUES), "Values of the workflow's parameters, by their ids.");

const OUTPUT: &[Member] = &[
    Member::required("requestUuid", Rule::Unchecked(&["string"]), "Names the request in NQL."),
    Member::required("executionsUuids", Rule::Unchecked(&["array"]), "Names the executions in NQL."),
];

/// `POST /api/v2/workflows/execute`.
pub static V2: Operation = Operation {
    id: "workflows.execute",
    title: "Run a workflow",
    description: "Runs a workflow on devices and users, named in any way Nexthink knows. It runs later; query its \
                  executions by the request id.",
    permission: PERMISSION,
    effect: Effect::Write,
    input: &Object::closed(&[
        ID,
        Member::optional(
            "devices",
            Rule::List(&List {
                item: Rule::Object(&Object::at_least_one(&[
                    Member::optional("collectorUid", Rule::Text(&UUID), "UUID of the Collector."),
                    Member::optional("uid", Rule::Text(&UUID), "UID of the device."),
                    Member::optional("name", Rule::Text(&LINE), "Name of the device."),
                ])),
                min: 0,
                max: Some(10_000),
            }),
            "The devices. Where several match, Nexthink takes the one seen last.",
        ),
        Member::optional(
            "users",
            Rule::List(&List {
                item: Rule::Object(&Object::at_least_one(&[
                    Member::optional("sid", Rule::Text(&SID), "SID of the user."),
                    Member::optional("upn", Rule::Text(&UPN), "User principal name."),
                    Member::optional("uid", Rule::Text(&UUID), "UID of the user."),
                ])),
                min: 0,
                max: Some(10_000),
            }),
            "The users. Where several match, Nexthink takes the one seen last.",
        ),
        PARAMS,
        SOURCE,
    ]),
    example: r##"{"workflowId":"#license_reclamation","users":[{"upn":"ada@example.com"}]}"##,
    output: Output::Json(&Object::open(OUTPUT)),
    documentation: DOCUMENTATION,
    flow: Flow::Single { request: |call| execute(call, "/api/v2/workflows/execute"), outcome: executed },
};

/// `POST /api/v1/workflows/execute`.
pub static V1: Operation = Operation {
    id: "workflows.execute-v1",
    title: "Run a workflow (version 1)",
    description: "Runs a workflow on devices by their Collector ids and on users by their SIDs.",
    permission: PERMISSION,
    effect: Effect::Write,
    input: &Object::closed(&[
        ID,
        Member::optional(
            "devices",
            Rule::List(&List { item: Rule::Text(&UUID), min: 0, max: Some(10_000) }),
            "Collector ids of the devices.",
        ),
        Member::optional(
            "users",
            Rule::List(&List { item: Rule::Text(&SID_OR_ZERO), min: 0, max: Some(10_000) }),
            "SIDs of the users.",
        ),
        PARAMS,
        SOURCE,
    ]),
    example: r##"{"workflowId":"#license_reclamation","users":["S-1-5-21-1004336348-1177238915-682003330-512"]}"##,
    output: Output::Json(&Object::open(OUTPUT)),
    documentation: DOCUMENTATION,
    flow: Flow::Single { request: |call| execute(call, "/api/v1/workflows/execute"), outcome: executed },
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input<'a> {
    workflow_id: String,
    #[serde(borrow)]
    devices: Option<&'a RawValue>,
    #[serde(borrow)]
    users: Option<&'a RawValue>,
    #[serde(default)]
    params: Pairs,
    source: Option<String>,
}

fn execute(call: &Call, path: &str) -> Result<Request, Vec<Problem>> {
    /// The specification requires both lists, while its text makes one of them
    /// optional: both are always sent.
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        workflow_id: String,
        devices: &'a RawValue,
        users: &'a RawValue,
        params: Pairs,
    }
    let input: Input = call.input()?;
    let none = RawValue::from_string("[]".to_owned()).unwrap_or_default();
    let body = Body {
        workflow_id: formats::with_hash(&input.workflow_id),
        devices: input.devices.unwrap_or(&none),
        users: input.users.unwrap_or(&none),
        params: input.params,
    };
    Ok(with_source(call.post(path, &body, Repeat::Never), input.source.as_deref()))
}

/// The response. The spelling is that of the API.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Executed {
    request_uuid: String,
    executions_uuids: Vec<String>,
}

fn executed(_: &Call, response: &Response) -> Result<Outcome, Failure> {
    Ok(Outcome::complete(&response::read::<Executed>(response)?))
}
