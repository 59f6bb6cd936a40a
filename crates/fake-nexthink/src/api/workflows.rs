//! Workflows: `/api/v1/workflows…` and `/api/v2/workflows/execute`.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::context::{Answer, Context};
use crate::api::ids::{is_sid, is_upn, is_uuid, same_id, uuid};
use crate::api::schema::{Rule, TEXT, TEXTS, Violation, optional, required};
use crate::reply::Reply;
use crate::samples::{WORKFLOWS, Workflow};

/// The body of either version; they differ in how devices and users are identified.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Execute {
    workflow_id: String,
    devices: Vec<Value>,
    users: Vec<Value>,
}

const UUID: Rule =
    Rule::Form(is_uuid, "match ^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$");

const SID: Rule = Rule::Form(|text| text == "0" || is_sid(text), r"match ^S(-\d+){2,10}$|^0$");

const UPN: Rule = Rule::Form(is_upn, r"match ^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$");

/// Documented for devices and for users, each.
const MAXIMUM: usize = 10_000;

/// The text of the documentation makes one of the lists optional. Its schema does not, so a client that sends both is
/// right either way.
const EXECUTE_V1: Rule = Rule::Object(&[
    required("workflowId", TEXT),
    required("devices", Rule::List(&UUID, 0, MAXIMUM)),
    required("users", Rule::List(&SID, 0, MAXIMUM)),
    optional("params", TEXTS),
]);

/// An empty name finds no device; the other forms are those of the schema.
const EXECUTE_V2: Rule = Rule::Object(&[
    required("workflowId", TEXT),
    required(
        "devices",
        Rule::List(
            &Rule::AnyOf(&[
                optional("collectorUid", UUID),
                optional("uid", UUID),
                optional("name", Rule::Text(1, usize::MAX)),
            ]),
            0,
            MAXIMUM,
        ),
    ),
    required(
        "users",
        Rule::List(&Rule::AnyOf(&[optional("sid", SID), optional("upn", UPN), optional("uid", UUID)]), 0, MAXIMUM),
    ),
    optional("params", TEXTS),
]);

const TRIGGER: Rule = Rule::Object(&[optional("parameters", Rule::Map(&Rule::Text(1, usize::MAX), usize::MAX))]);

/// Starts a workflow for Collector ids and SIDs.
pub(super) fn execute_v1(context: &Context) -> Answer {
    run(context, &EXECUTE_V1)
}

/// Starts a workflow for devices and users in any documented identification.
pub(super) fn execute_v2(context: &Context) -> Answer {
    run(context, &EXECUTE_V2)
}

fn run(context: &Context, rule: &Rule) -> Answer {
    let body: Execute = context.body(rule).map_err(|problem| violates(&problem))?;
    let (id, devices, users) = (body.workflow_id.as_str(), body.devices.len(), body.users.len());
    if is_uuid(id.trim_start_matches('#')) {
        return Err(invalid("workflowId must be an NQL ID, not a UUID.", "id-is-a-uuid"));
    }
    // No 404 is documented for workflows.
    let workflow = find(id).ok_or_else(|| invalid("There is no such workflow.", "unknown-workflow"))?;
    if !workflow.api_enabled {
        return Err(invalid("The workflow cannot be triggered through the API.", "api-box-not-ticked"));
    }
    if workflow.has_device && devices == 0 || workflow.has_user && users == 0 {
        return Err(invalid("The workflow needs devices or users that are not given.", "targets-missing"));
    }
    let count = devices.max(users).max(1);
    let executions: Vec<Uuid> = (0..count).map(|_| Uuid::new_v4()).collect();
    context.state.executions.add(context.instance, workflow.uuid.unwrap_or_default(), &executions);
    Ok(Reply::json(200, &json!({"requestUuid": Uuid::new_v4(), "executionsUuids": executions})))
}

fn find(id: &str) -> Option<&'static Workflow> {
    WORKFLOWS.iter().find(|workflow| workflow.id.is_some_and(|own| same_id(own, id)))
}

/// Resumes a waiting execution.
pub(super) fn trigger(context: &Context) -> Answer {
    let [workflow, execution] = context.parameters else {
        return Err(invalid("The path is incomplete.", "path-incomplete"));
    };
    let (Some(_), Some(execution)) = (uuid(workflow), uuid(execution)) else {
        return Err(invalid("The path must contain two UUIDs.", "path-without-uuids"));
    };
    let _: IgnoredAny = context.body(&TRIGGER).map_err(|problem| violates(&problem))?;
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
    let bytes = context.state.config.workflow_definition_bytes;
    let workflows: Vec<Value> = WORKFLOWS.iter().filter(wanted).map(|workflow| describe(workflow, bytes)).collect();
    Ok(Reply::json(200, &workflows))
}

/// Returns one workflow, in an array as documented.
pub(super) fn details(context: &Context) -> Answer {
    let id = context.request.parameter("nqlId").filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| invalid("nqlId is missing.", "nql-id-missing"))?;
    let reason = if is_uuid(id.trim_start_matches('#')) { "id-is-a-uuid" } else { "unknown-workflow" };
    let workflow = find(&id).ok_or_else(|| invalid("There is no workflow with this NQL ID.", reason))?;
    Ok(Reply::json(200, &json!([describe(workflow, context.state.config.workflow_definition_bytes)])))
}

/// Describes a workflow with a definition of a size.
fn describe(workflow: &Workflow, definition_bytes: usize) -> Value {
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
            "definition": "x".repeat(definition_bytes),
            "parameters": [{"id": "reason", "allowCustomValue": true, "options": []}],
            "valid": true,
            "hasDevice": workflow.has_device,
            "hasUser": workflow.has_user,
        }],
    })
}

fn violates(problem: &Violation) -> Reply {
    invalid(&problem.message(), problem.reason)
}

fn invalid(details: &str, reason: &'static str) -> Reply {
    error(400, "INVALID_REQUEST", details).because(reason)
}

/// Returns an error in the form of this API: `details`, where others have `message`.
pub(super) fn error(status: u16, code: &str, details: &str) -> Reply {
    Reply::json(status, &json!({"code": code, "details": details}))
}
