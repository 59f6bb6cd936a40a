//! Remote actions: `/api/v1/act/…`.

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::context::{Answer, Context, Texts, error};
use crate::api::ids::same_id;
use crate::reply::Reply;
use crate::samples::{REMOTE_ACTIONS, RemoteAction};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Execute {
    remote_action_id: String,
    devices: Vec<String>,
    #[serde(default)]
    #[expect(dead_code, reason = "only its shape is documented")]
    params: Option<Texts>,
    #[serde(default)]
    expires_in_minutes: Option<i64>,
    #[serde(default)]
    trigger_info: Option<TriggerInfo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only the shape of two of its members is documented")]
struct TriggerInfo {
    #[serde(default)]
    external_source: Option<String>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    external_reference: Option<String>,
}

/// Runs a remote action on devices.
pub(super) fn execute(context: &Context) -> Answer {
    let refuse = |text, reason| error(400, "INVALID_REQUEST", text).because(reason);
    let body: Execute = context.request.json().map_err(|reason| refuse("The request cannot be read.", reason))?;
    if !(1..=10_000).contains(&body.devices.len()) || body.devices.iter().any(String::is_empty) {
        return Err(refuse("devices must contain 1 to 10000 Collector ids.", "device-count-out-of-range"));
    }
    if body.expires_in_minutes.is_some_and(|minutes| !(60..=10_080).contains(&minutes)) {
        return Err(refuse("expiresInMinutes must lie between 60 and 10080.", "expiry-out-of-range"));
    }
    let reason = body.trigger_info.as_ref().and_then(|info| info.reason.as_deref());
    if reason.is_some_and(|reason| reason.chars().count() > 500) {
        return Err(refuse("reason must not be longer than 500 characters.", "reason-too-long"));
    }
    // No 404 is documented here.
    let action = REMOTE_ACTIONS.iter().find(|action| action.id == body.remote_action_id);
    let action = action.ok_or_else(|| refuse("There is no such remote action.", "unknown-remote-action"))?;
    if !action.api_enabled {
        return Err(refuse("The remote action cannot be triggered through the API.", "api-box-not-ticked"));
    }
    let minutes = body.expires_in_minutes.unwrap_or(60);
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
    let action = REMOTE_ACTIONS.iter().find(|action| same_id(action.id, &id));
    let unknown = || error(404, "NOT_FOUND", "There is no such remote action.").because("unknown-remote-action");
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
