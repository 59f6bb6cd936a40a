//! Deletion of devices (Nexthink: Data management API).

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::access;
use crate::failure::Failure;
use crate::http::{Request, Response};
use crate::operations::call::{Call, Repeat};
use crate::operations::formats::{NON_BLANK, UUID};
use crate::operations::operation::{Effect, Flow, Operation, Output};
use crate::operations::response;
use crate::operations::schema::{List, MAX_SAFE_INTEGER, Member, Object, Rule};
use crate::operations::step::Outcome;
use crate::problem::Problem;
use crate::text;

/// `POST /api/v1/data-management/device/deletions`.
pub static DELETE: Operation = Operation {
    id: "devices.delete",
    title: "Delete devices",
    description: "Schedules the deletion of devices. It happens later, and Nexthink does not report when. It skips devices \
                  that it does not take: the output is partial then, and devices has the status of each. A malformed UID \
                  is refused here, with the whole list, before anything is deleted.",
    permission: Some("data-management"),
    effect: Effect::Destructive,
    input: &Object::closed(&[
        Member::required(
            "devices",
            Rule::List(&List {
                item: Rule::Object(&Object::closed(&[
                    Member::required("uid", Rule::Text(&UUID), "UID of the device."),
                    Member::required("name", Rule::Text(&NON_BLANK), "Name of the device."),
                ])),
                min: 1,
                // Nexthink documents the limit as configurable for each deployment.
                max: Some(100),
            }),
            "The devices to delete.",
        ),
        Member::optional(
            "requestId",
            Rule::Text(&UUID),
            "A UUID of the caller's, by which Nexthink's support finds the request. Left out, Nexthink makes one.",
        ),
    ]),
    example: r#"{"devices":[{"uid":"3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001","name":"PC-1"}]}"#,
    output: Output::Json(&Object::open(&[
        Member::required("scheduledCount", Rule::Integer(0, MAX_SAFE_INTEGER), "How many will be deleted."),
        Member::optional("requestId", Rule::Unchecked(&["string"]), "What Nexthink's support asks for."),
        Member::required(
            "devices",
            Rule::List(&List {
                item: Rule::Object(&Object::open(&[
                    Member::required("uid", Rule::Unchecked(&["string"]), "UID of the device."),
                    Member::optional("name", Rule::Unchecked(&["string", "null"]), "Name of the device."),
                    Member::required(
                        "status",
                        Rule::Unchecked(&["string"]),
                        "SCHEDULED, INVALID or FAILED; there may be others.",
                    ),
                ])),
                min: 0,
                max: None,
            }),
            "In the order of the input.",
        ),
    ])),
    documentation: "https://docs.nexthink.com/api/data-management/schedule-device-deletions",
    flow: Flow::Single { request: delete, outcome: scheduled },
};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delete<'a> {
    #[serde(borrow)]
    devices: Vec<&'a RawValue>,
    #[serde(skip_serializing)]
    request_id: Option<String>,
}

fn delete(call: &Call) -> Result<Request, Vec<Problem>> {
    let input: Delete = call.input()?;
    let request = call.post("/api/v1/data-management/device/deletions", &input, Repeat::Never);
    Ok(request.with_optional_header("x-request-id", input.request_id.as_deref()))
}

#[derive(Serialize, Deserialize)]
struct Device {
    uid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    status: String,
}

#[derive(Deserialize)]
struct Answer {
    devices: Vec<Device>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Scheduled<'a> {
    scheduled_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    devices: Vec<Device>,
}

fn scheduled(call: &Call, response: &Response) -> Result<Outcome, Failure> {
    let input: Delete = call.input_on_resume()?;
    access::response(response).map_err(|failure| match failure.provider_code.as_deref() {
        Some("BATCH_SIZE_EXCEEDED") => failure.hint("This tenant takes fewer devices at once: delete them in parts."),
        _ => with_id(failure, response),
    })?;
    let devices = response::json::<Answer>(response)?.devices;
    let count = devices.iter().filter(|device| device.status == "SCHEDULED").count();
    let left = devices.iter().filter(|device| ["INVALID", "FAILED"].contains(&device.status.as_str())).count();
    let unclear = input.devices.len().saturating_sub(count + left);
    let request_id = response.header("x-request-id");
    let outcome = Outcome::complete(&Scheduled { scheduled_count: count, request_id, devices });
    let mut outcome = outcome.partial(left + unclear > 0);
    if unclear > 0 {
        outcome = outcome.warn(format!(
            "Nexthink does not say plainly what becomes of {unclear} of {} devices.",
            input.devices.len()
        ));
    }
    Ok(if left > 0 {
        outcome.warn(format!("{left} of {} devices will not be deleted; devices says which.", input.devices.len()))
    } else {
        outcome
    })
}

/// Adds the request id that Nexthink's support asks for. It is the provider's text, like what is
/// there already: a host looks for secrets in it.
fn with_id(mut failure: Failure, response: &Response) -> Failure {
    if let Some(id) = response.header("x-request-id").and_then(text::clean) {
        let said = failure.provider_message.take().unwrap_or_default();
        failure.provider_message = text::clean(&format!("(request id {id}) {said}"));
    }
    failure
}
