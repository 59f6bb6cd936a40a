//! Workflows: `/api/v1/workflows…` and `/api/v2/workflows/execute`.

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::context::{Answer, Context, Texts};
use crate::api::ids::{is_sid, is_upn, is_uuid, same_id, uuid};
use crate::reply::Reply;
use crate::samples::{WORKFLOWS, Workflow};

/// The body of either version; they differ in how devices and users are identified. The specification marks both lists
/// as required while its text makes one of them optional: either is accepted.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Execute<Device, User> {
    workflow_id: String,
    #[serde(default = "Vec::new")]
    devices: Vec<Device>,
    #[serde(default = "Vec::new")]
    users: Vec<User>,
    #[serde(default)]
    #[expect(dead_code, reason = "only its shape is documented")]
    params: Option<Texts>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Device {
    collector_uid: Option<String>,
    uid: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct User {
    sid: Option<String>,
    upn: Option<String>,
    uid: Option<String>,
}

#[derive(Deserialize)]
struct Trigger {
    #[serde(default)]
    parameters: Option<Texts>,
}

/// Documented for devices and for users, each.
const MAXIMUM: usize = 10_000;

/// Starts a workflow for Collector ids and SIDs.
pub(super) fn execute_v1(context: &Context) -> Answer {
    let body: Execute<String, String> = context.request.json().map_err(unreadable)?;
    if !body.devices.iter().all(|device| is_uuid(device)) {
        return Err(invalid("devices must be Collector ids.", "device-is-no-collector-id"));
    }
    if !body.users.iter().all(|user| user == "0" || is_sid(user)) {
        return Err(invalid("users must be SIDs.", "user-is-no-sid"));
    }
    run(context, &body.workflow_id, body.devices.len(), body.users.len())
}

/// Starts a workflow for devices and users in any documented identification.
pub(super) fn execute_v2(context: &Context) -> Answer {
    let body: Execute<Device, User> = context.request.json().map_err(unreadable)?;
    let device_named = |device: &Device| {
        let ids = [device.collector_uid.as_deref(), device.uid.as_deref()];
        ids.into_iter().flatten().all(is_uuid)
            && device.name.as_deref() != Some("")
            && (device.name.is_some() || ids.iter().any(Option::is_some))
    };
    if !body.devices.iter().all(device_named) {
        return Err(invalid("Each device needs collectorUid, uid or name.", "device-is-not-identified"));
    }
    let user_named = |user: &User| {
        user.sid.as_deref().is_none_or(is_sid)
            && user.upn.as_deref().is_none_or(is_upn)
            && user.uid.as_deref().is_none_or(is_uuid)
            && (user.sid.is_some() || user.upn.is_some() || user.uid.is_some())
    };
    if !body.users.iter().all(user_named) {
        return Err(invalid("Each user needs sid, upn or uid.", "user-is-not-identified"));
    }
    run(context, &body.workflow_id, body.devices.len(), body.users.len())
}

fn run(context: &Context, id: &str, devices: usize, users: usize) -> Answer {
    if devices > MAXIMUM || users > MAXIMUM {
        return Err(invalid("At most 10000 devices and 10000 users are allowed.", "too-many-targets"));
    }
    // No 404 is documented for workflows.
    let workflow = WORKFLOWS.iter().find(|workflow| same_id(workflow.id, id));
    let workflow = workflow.ok_or_else(|| invalid("There is no such workflow.", "unknown-workflow"))?;
    if !workflow.api_enabled {
        return Err(invalid("The workflow cannot be triggered through the API.", "api-box-not-ticked"));
    }
    if workflow.has_device && devices == 0 || workflow.has_user && users == 0 {
        return Err(invalid("The workflow needs devices or users that are not given.", "targets-missing"));
    }
    let count = devices.max(users).max(1);
    let executions: Vec<Uuid> = (0..count).map(|_| Uuid::new_v4()).collect();
    context.state.executions.add(context.instance, workflow.uuid, &executions);
    Ok(Reply::json(200, &json!({"requestUuid": Uuid::new_v4(), "executionsUuids": executions})))
}

/// Resumes a waiting execution.
pub(super) fn trigger(context: &Context) -> Answer {
    let [workflow, execution] = context.parameters else {
        return Err(invalid("The path is incomplete.", "path-incomplete"));
    };
    let (Some(_), Some(execution)) = (uuid(workflow), uuid(execution)) else {
        return Err(invalid("The path must contain two UUIDs.", "path-without-uuids"));
    };
    // The body may be empty.
    if !context.request.body().is_empty() {
        let body: Trigger = context.request.json().map_err(unreadable)?;
        if body.parameters.is_some_and(|texts| texts.values().any(String::is_empty)) {
            return Err(invalid("Values of parameters need at least one character.", "parameter-empty"));
        }
    }
    if !context.state.executions.contains(context.instance, workflow, execution) {
        return Err(invalid("There is no such execution.", "unknown-execution"));
    }
    Ok(Reply::json(200, &json!([{"requestUuid": Uuid::new_v4()}])))
}

/// Lists workflows. The parameters are documented as required, but the real service also accepts requests without.
pub(super) fn list(context: &Context) -> Answer {
    let request = context.request;
    let (dependency, method) = (request.parameter("dependency"), request.parameter("triggerMethod"));
    let active = request.parameter("fetchOnlyActiveWorkflows");
    for (name, value, choices, reason) in [
        ("dependency", &dependency, &["USER", "DEVICE", "USER_AND_DEVICE", "NONE"][..], "unknown-dependency"),
        ("triggerMethod", &method, &["API", "MANUAL", "MANUAL_MULTIPLE", "SCHEDULER"], "unknown-trigger-method"),
        ("fetchOnlyActiveWorkflows", &active, &["true", "false"], "not-a-boolean"),
    ] {
        if value.as_deref().is_some_and(|value| !choices.contains(&value)) {
            return Err(invalid(&format!("{name} must be one of {}.", choices.join(", ")), reason));
        }
    }
    let wanted = |workflow: &&Workflow| {
        let by_method = match method.as_deref() {
            None => true,
            Some("API") => workflow.api_enabled,
            Some("MANUAL") => workflow.manual_enabled,
            Some("SCHEDULER") => workflow.scheduling_enabled,
            // No sample is of the kind `MANUAL_MULTIPLE`.
            Some(_) => false,
        };
        by_method
            && dependency.as_deref().is_none_or(|dependency| dependency == workflow.dependency())
            && (workflow.active || active.as_deref() != Some("true"))
    };
    Ok(Reply::json(200, &WORKFLOWS.iter().filter(wanted).map(describe).collect::<Vec<Value>>()))
}

/// Returns one workflow, in an array as documented.
pub(super) fn details(context: &Context) -> Answer {
    let id = context.request.parameter("nqlId").filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| invalid("nqlId is missing.", "nql-id-missing"))?;
    let workflow = WORKFLOWS.iter().find(|workflow| same_id(workflow.id, &id));
    let workflow = workflow.ok_or_else(|| invalid("There is no such workflow.", "unknown-workflow"))?;
    Ok(Reply::json(200, &json!([describe(workflow)])))
}

fn describe(workflow: &Workflow) -> Value {
    let status = if workflow.active { "ACTIVE" } else { "INACTIVE" };
    json!({
        "id": workflow.id,
        "uuid": workflow.uuid,
        "name": workflow.name,
        "description": "A workflow of the fake.",
        "status": status,
        "lastUpdateTime": "2026-01-15T09:00:00Z",
        "triggerMethods": {
            "apiEnabled": workflow.api_enabled,
            "manualEnabled": workflow.manual_enabled,
            "manualAllowMultipleInstances": false,
            "schedulingEnabled": workflow.scheduling_enabled,
        },
        "versions": [{
            "version": 1,
            "uuid": workflow.uuid,
            "status": status,
            "definition": "",
            "parameters": [{"id": "reason", "allowCustomValue": true, "options": []}],
            "valid": true,
            "hasDevice": workflow.has_device,
            "hasUser": workflow.has_user,
        }],
    })
}

fn unreadable(reason: &'static str) -> Reply {
    invalid("The request cannot be read.", reason)
}

fn invalid(details: &str, reason: &'static str) -> Reply {
    error(400, "INVALID_REQUEST", details).because(reason)
}

/// Returns an error in the form of this API: `details`, where others have `message`.
pub(super) fn error(status: u16, code: &str, details: &str) -> Reply {
    Reply::json(status, &json!({"code": code, "details": details}))
}
