//! Deletions of devices: `POST /api/v1/data-management/device/deletions`.

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::context::{Answer, Context, error, invalid};
use crate::api::ids::is_uuid;
use crate::api::schema::{Rule, Violation, optional, required};
use crate::reply::Reply;
use crate::request::NoHeader;

#[derive(Deserialize)]
struct Deletions {
    #[serde(default)]
    devices: Vec<Device>,
}

#[derive(Deserialize)]
struct Device {
    uid: String,
    name: String,
}

/// No devices and too many have codes of their own. A `uid` that is no UUID is an error of its device, a blank one of
/// the request.
const DELETIONS: Rule = Rule::Object(&[optional(
    "devices",
    Rule::List(&Rule::Object(&[required("uid", FILLED), required("name", FILLED)]), 0, usize::MAX),
)]);

const FILLED: Rule = Rule::Form(|text| !text.trim().is_empty(), "not be blank");

/// Devices in a request; documented as configurable for each deployment.
const MAXIMUM: usize = 100;

/// The nil UUID, which the real service calls invalid.
const NIL: &str = "00000000-0000-0000-0000-000000000000";

/// The id of a device whose deletion fails, so that tests can see one.
const FAILING: &str = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/// Schedules deletions, with the ids of request and trace in every response.
pub(super) fn delete(context: &Context) -> Reply {
    let given = context.request.header("x-request-id");
    let request_id = given.ok().filter(|id| is_uuid(id)).map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
    let trace_id = context.request.header("traceparent").ok().and_then(trace_id).unwrap_or(&request_id).to_owned();
    let answer = match given {
        Err(NoHeader::Unusable) => Err(Violation::new("must occur once", "request-id-given-twice")),
        Ok(id) if !is_uuid(id) => Err(Violation::new("must be a UUID", "request-id-is-no-uuid")),
        Ok(_) | Err(NoHeader::Missing) => Ok(()),
    };
    let answer = answer.map_err(|problem| invalid(&problem.inside("x-request-id"))).and_then(|()| schedule(context));
    answer.unwrap_or_else(|refusal| refusal).header("x-request-id", request_id).header("x-trace-id", trace_id)
}

fn schedule(context: &Context) -> Answer {
    if !context.state.config.data_management_enabled {
        let text = "The feature is not enabled for this tenant.";
        return Err(error(403, "FEATURE_NOT_ENABLED", text).because("feature-not-enabled"));
    }
    let body: Deletions = context.body(&DELETIONS).map_err(|problem| invalid(&problem))?;
    if body.devices.is_empty() {
        return Err(error(400, "EMPTY_REQUEST", "devices is empty.").because("devices-missing"));
    }
    if body.devices.len() > MAXIMUM {
        return Err(error(400, "BATCH_SIZE_EXCEEDED", "At most 100 devices are allowed.").because("too-many-devices"));
    }
    let state = |device: &Device| match device.uid.to_ascii_lowercase().as_str() {
        FAILING => "FAILED",
        uid if uid != NIL && is_uuid(uid) => "SCHEDULED",
        _ => "INVALID",
    };
    let devices = body.devices.iter().map(|device| (device, state(device)));
    let devices: Vec<Value> =
        devices.map(|(device, state)| json!({"uid": device.uid, "name": device.name, "status": state})).collect();
    let count = devices.iter().filter(|device| device["status"] == "SCHEDULED").count();
    Ok(Reply::json(202, &json!({"scheduledCount": count, "status": "ACCEPTED", "devices": devices})))
}

/// Returns the trace id of a W3C `traceparent`: `version-traceid-parentid-flags`.
fn trace_id(traceparent: &str) -> Option<&str> {
    let parts: Vec<&str> = traceparent.split('-').collect();
    let hex = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match parts.as_slice() {
        [version, trace, parent, flags] if hex(version, 2) && hex(trace, 32) && hex(parent, 16) && hex(flags, 2) => {
            Some(trace)
        }
        _ => None,
    }
}
