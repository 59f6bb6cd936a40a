//! Remote actions: `/api/v1/act/…`.

use serde::Deserialize;
use serde_json::{Number, Value, json};
use uuid::Uuid;

use crate::api::context::{Answer, Context, error, invalid};
use crate::api::ids::{is_uuid, same_id};
use crate::api::schema::{Rule, TEXT, TEXTS, optional, required, whole};
use crate::reply::Reply;
use crate::samples::{REMOTE_ACTIONS, RemoteAction};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Execute {
    remote_action_id: String,
    #[serde(default)]
    expires_in_minutes: Option<Number>,
}

const EXECUTE: Rule = Rule::Object(&[
    required("remoteActionId", Rule::Text(1, usize::MAX)),
    // The form of a Collector id is not documented, but an empty one finds no device.
    required("devices", Rule::List(&Rule::Text(1, usize::MAX), 1, 10_000)),
    optional("params", TEXTS),
    optional("expiresInMinutes", Rule::Whole(60, 10_080)),
    optional(
        "triggerInfo",
        Rule::Object(&[
            optional("externalSource", TEXT),
            optional("reason", Rule::Text(0, 500)),
            optional("externalReference", TEXT),
        ]),
    ),
]);

/// Runs a remote action on devices.
pub(super) fn execute(context: &Context) -> Answer {
    let refuse = |text, reason| error(400, "INVALID_REQUEST", text).because(reason);
    let body: Execute = context.body(&EXECUTE).map_err(|problem| invalid(&problem))?;
    if is_uuid(body.remote_action_id.trim_start_matches('#')) {
        return Err(refuse("remoteActionId must be an NQL ID, not a UUID.", "id-is-a-uuid"));
    }
    // No 404 is documented here.
    let action = REMOTE_ACTIONS.iter().find(|action| action.id == Some(&body.remote_action_id));
    let action = action.ok_or_else(|| refuse("There is no such remote action.", "unknown-remote-action"))?;
    if !action.api_enabled {
        return Err(refuse("The remote action cannot be triggered through the API.", "api-box-not-ticked"));
    }
    let minutes = body.expires_in_minutes.as_ref().and_then(whole).unwrap_or(60);
    Ok(Reply::json(200, &json!({"requestId": Uuid::new_v4(), "expiresInMinutes": minutes})))
}

/// Lists remote actions, those without API access included.
pub(super) fn list() -> Reply {
    Reply::json(200, &REMOTE_ACTIONS.iter().map(describe).collect::<Vec<Value>>())
}

/// Returns one remote action.
pub(super) fn details(context: &Context) -> Answer {
    let id = context.request.parameter("nql-id").filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| error(400, "INVALID_REQUEST", "nql-id is missing.").because("nql-id-missing"))?;
    let action = REMOTE_ACTIONS.iter().find(|action| action.id.is_some_and(|own| same_id(own, &id)));
    let reason = if is_uuid(id.trim_start_matches('#')) { "id-is-a-uuid" } else { "unknown-remote-action" };
    let unknown = || error(404, "NOT_FOUND", "There is no remote action with this NQL ID.").because(reason);
    Ok(Reply::json(200, &describe(action.ok_or_else(unknown)?)))
}

fn describe(action: &RemoteAction) -> Value {
    json!({
        "id": action.id,
        "uuid": action.uuid,
        "name": action.name,
        "description": "A remote action of the fake.",
        "origin": "CUSTOM",
        "builtInContentVersion": "",
        "purpose": ["REMEDIATION"],
        "targeting": {
            "apiEnabled": action.api_enabled,
            "manualEnabled": true,
            "workflowEnabled": true,
            "manualAllowMultipleDevices": false,
            // Not in the schema, but seen at real tenants, like the next member.
            "sparkEnabled": false,
        },
        "targetingEntity": {
            "deviceEnabled": true,
            "vdiSessionEnabled": false,
            "vdiSessionTargeting": null,
            "allowUserOverrideVDISessionTargeting": false,
        },
        "scriptInfo": {
            "executionServiceDelegate": null,
            "runAs": "LOCAL_SYSTEM",
            "timeoutSeconds": 120,
            "hasScriptWindows": true,
            "hasScriptMacOs": false,
            "inputs": [{
                "id": "service_name",
                "name": "ServiceName",
                "description": "The name of the service.",
                "usedByWindows": true,
                "usedByMacOs": false,
                "options": ["Spooler"],
                "allowCustomValue": true,
            }],
            "outputs": [{
                "id": "state",
                "name": "State",
                "type": "string",
                "description": "The state of the service.",
                "usedByWindows": true,
                "usedByMacOs": false,
            }],
        },
    })
}
