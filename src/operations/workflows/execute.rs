//! Running workflows, on devices and users as either version of the API identifies
//! them.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::http::{Request, Response};
use crate::json::Pairs;
use crate::operations::call::{Call, Repeat};
use crate::operations::formats::{self, NON_EMPTY, SID, UUID, VALUES, WORKFLOW_UPN};
use crate::operations::operation::{Effect, Flow, Operation, Output};
use crate::operations::response;
use crate::operations::schema::{List, Member, Object, Rule};
use crate::operations::step::Outcome;
use crate::operations::workflows::common::{DOCUMENTATION, ID, PERMISSION, SOURCE};
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
                  executions by the request id. A malformed one fails the whole call, and the answer does not name those \
                  that were not found.",
    permission: Some(PERMISSION),
    effect: Effect::Write,
    input: &Object::closed(&[
        ID,
        Member::optional(
            "devices",
            Rule::List(&List {
                item: Rule::Object(&Object::at_least_one(&[
                    Member::optional("collectorUid", Rule::Text(&UUID), "UUID of the Collector."),
                    Member::optional("uid", Rule::Text(&UUID), "UID of the device."),
                    Member::optional("name", Rule::Text(&NON_EMPTY), "Name of the device."),
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
                    Member::optional("sid", Rule::Text(&SID), "SID of the user, or 0."),
                    Member::optional("upn", Rule::Text(&WORKFLOW_UPN), "User principal name."),
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
    flow: Flow::Single {
        request: |call| execute::<Device, User>(call, "/api/v2/workflows/execute"),
        outcome: executed,
    },
};

/// `POST /api/v1/workflows/execute`.
pub static V1: Operation = Operation {
    id: "workflows.execute-v1",
    title: "Run a workflow (version 1)",
    description: "Runs a workflow on devices by their Collector ids and on users by their SIDs. A malformed one fails \
                  the whole call, and the answer does not name those that were not found.",
    permission: Some(PERMISSION),
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
            Rule::List(&List { item: Rule::Text(&SID), min: 0, max: Some(10_000) }),
            "SIDs of the users.",
        ),
        PARAMS,
        SOURCE,
    ]),
    example: r##"{"workflowId":"#license_reclamation","users":["S-1-5-21-1004336348-1177238915-682003330-512"]}"##,
    output: Output::Json(&Object::open(OUTPUT)),
    documentation: DOCUMENTATION,
    flow: Flow::Single {
        request: |call| execute::<String, String>(call, "/api/v1/workflows/execute"),
        outcome: executed,
    },
};

/// The input. `D` and `U` are how the version names devices and users.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input<D, U> {
    workflow_id: String,
    devices: Option<Vec<D>>,
    users: Option<Vec<U>>,
    #[serde(default)]
    params: Pairs,
    source: Option<String>,
}

/// A device of version 2.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Device {
    #[serde(skip_serializing_if = "Option::is_none")]
    collector_uid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// A user of version 2.
#[derive(Serialize, Deserialize)]
struct User {
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
}

fn execute<D, U>(call: &Call, path: &str) -> Result<Request, Vec<Problem>>
where
    D: Serialize + DeserializeOwned,
    U: Serialize + DeserializeOwned,
{
    /// The specification requires both lists, while its text makes one of them
    /// optional: both are always sent.
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<D, U> {
        workflow_id: String,
        devices: Vec<D>,
        users: Vec<U>,
        params: Pairs,
    }
    let input: Input<D, U> = call.input()?;
    let body = Body {
        workflow_id: formats::with_hash(&input.workflow_id),
        devices: input.devices.unwrap_or_default(),
        users: input.users.unwrap_or_default(),
        params: input.params,
    };
    Ok(call.post(path, &body, Repeat::Never).with_optional_header("source", input.source.as_deref()))
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
