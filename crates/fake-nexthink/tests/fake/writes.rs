//! Enrichment, deletions and Spark.

use serde_json::{Value, json};

use crate::client::{Caller, config, start, start_with};

const FIELDS: &str = "/api/v1/enrichment/data/fields";
const DELETIONS: &str = "/api/v1/data-management/device/deletions";
const HANDOFF: &str = "/api/v1/spark/handoff";
const UID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

fn object(field: &str, value: &Value) -> Value {
    json!({
        "identification": [{"name": "device/device/name", "value": "PC-1"}],
        "fields": [{"name": field, "value": value}],
    })
}

fn good() -> Value {
    object("device/device/#custom_field", &json!("x"))
}

fn bad() -> Value {
    object("device/device/#custom_field", &json!(1))
}

fn write(objects: &[Value]) -> Value {
    json!({"domain": "test", "enrichments": objects})
}

#[test]
fn enrichment_succeeds_for_all_some_or_none() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let answer = caller.post(FIELDS, &write(&[good(), object("device/device/virtualization/type", &json!(2))]));
    assert_eq!((answer.status, answer.json()), (200, json!({"status": "success"})));

    let answer = caller.post(FIELDS, &write(&[good(), bad()]));
    assert_eq!((answer.status, &answer.json()["status"]), (207, &json!("partial_success")));
    let errors = answer.json()["errors"].clone();
    assert_eq!(errors.as_array().unwrap().len(), 1);
    assert_eq!(errors[0]["identification"], json!([{"name": "device/device/name", "value": "PC-1"}]));
    assert_eq!(errors[0]["errors"][0]["code"], "ENRICH_011");

    let answer = caller.refused(&fake, FIELDS, &write(&[bad(), bad()]), 400, "every-object-bad");
    assert_eq!((&answer.json()["status"], answer.json()["errors"].as_array().unwrap().len()), (&json!("error"), 2));
}

#[test]
fn an_object_needs_exactly_one_known_identification_and_known_fields() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let identified = |identification: Value| {
        let mut object = good();
        object["identification"] = identification;
        object
    };
    let name = json!({"name": "device/device/name", "value": "PC-1"});
    for object in [
        identified(json!([])),
        identified(json!([name, name])),
        identified(json!([{"name": "device/device/colour", "value": "x"}])),
        identified(json!([{"name": "device/device/name", "value": 1}])),
        json!({"identification": [name], "fields": []}),
        object("device/device/colour", &json!("x")),
    ] {
        assert_eq!(caller.post(FIELDS, &write(&[good(), object.clone()])).status, 207, "{object}");
    }
}

#[test]
fn an_enrichment_request_has_at_most_the_configured_objects() {
    for limit in [10_000, 5_000] {
        let fake = start_with(|config| config.enrichment_objects = limit);
        let mut caller = Caller::new(&fake);
        let body = write(&vec![good(); limit + 1]);
        let answer = caller.refused(&fake, FIELDS, &body, 400, "too-many-enrichments").json();
        let members: Vec<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!((&answer["code"], members), (&json!("ENRICH_042"), vec!["message", "code"]));
        assert!(answer["message"].as_str().unwrap().ends_with(&format!("The limit is {limit}")), "{answer}");
        assert_eq!(caller.post(FIELDS, &write(&vec![good(); limit])).status, 200);
    }
    assert_eq!(config().enrichment_objects, 10_000);
}

#[test]
fn an_enrichment_request_has_at_most_the_configured_bytes() {
    let body = write(&[good(), good()]);
    let fake = start_with(|config| config.enrichment_bytes = Some(body.to_string().len()));
    let mut caller = Caller::new(&fake);
    assert_eq!(caller.post(FIELDS, &body).status, 200);
    let answer = caller.refused(&fake, FIELDS, &write(&vec![good(); 3]), 413, "too-many-enrichment-bytes");
    assert!(answer.body.is_empty());
}

#[test]
fn deletions_are_accepted_device_by_device_in_order() {
    let fake = start();
    let devices = json!([
        {"uid": UID, "name": "PC-1"},
        {"uid": "nonsense", "name": "PC-2"},
        {"uid": "00000000-0000-0000-0000-000000000000", "name": "PC-3"},
        {"uid": "ffffffff-ffff-ffff-ffff-ffffffffffff", "name": "PC-4"},
    ]);
    let answer = Caller::new(&fake).post(DELETIONS, &json!({"devices": devices}));
    assert_eq!(answer.status, 202);
    let body = answer.json();
    assert_eq!((&body["scheduledCount"], &body["status"]), (&json!(1), &json!("ACCEPTED")));
    let states: Vec<&str> =
        body["devices"].as_array().unwrap().iter().map(|device| device["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["SCHEDULED", "INVALID", "INVALID", "FAILED"]);
    assert_eq!(body["devices"][1]["name"], "PC-2");
}

#[test]
fn deletions_echo_the_ids_of_request_and_trace() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let body = json!({"devices": [{"uid": UID, "name": "PC-1"}]});
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let traceparent = format!("00-{trace}-b7ad6b7169203331-01");
    let answer = caller.post_with(DELETIONS, &[("X-Request-Id", UID), ("traceparent", &traceparent)], &body);
    assert_eq!((answer.header("x-request-id"), answer.header("x-trace-id")), (Some(UID), Some(trace)));
    let answer = caller.post_with(DELETIONS, &[("X-Request-Id", "no uuid")], &body);
    assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("INVALID_REQUEST")));
    assert_eq!(answer.header("x-request-id").unwrap().len(), 36);
    assert_eq!(answer.header("x-request-id"), answer.header("x-trace-id"));
    assert!(caller.post(DELETIONS, &json!({})).header("x-request-id").is_some());
}

#[test]
fn a_deletion_request_has_1_to_100_devices() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let device = json!({"uid": UID, "name": "PC-1"});
    for (body, code, reason) in [
        (json!({"devices": []}), "EMPTY_REQUEST", "devices-missing"),
        (json!({}), "EMPTY_REQUEST", "devices-missing"),
        (json!({"devices": vec![device; 101]}), "BATCH_SIZE_EXCEEDED", "too-many-devices"),
    ] {
        let answer = caller.refused(&fake, DELETIONS, &body, 400, reason);
        assert_eq!((answer.json()["code"].as_str(), answer.json()["message"].is_string()), (Some(code), true));
    }
}

#[test]
fn deletions_can_be_off_for_the_tenant() {
    let fake = start_with(|config| config.data_management_enabled = false);
    let body = json!({"devices": []});
    let answer = Caller::new(&fake).refused(&fake, DELETIONS, &body, 403, "feature-not-enabled");
    assert_eq!(answer.json()["code"], "FEATURE_NOT_ENABLED");
}

#[test]
fn a_chat_is_handed_over_with_204_and_nothing_else() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let body = json!({
        "message": {"parts": [
            {"type": "TEXT", "text": "hello"},
            {"type": "FILE", "mimeType": "text/plain", "fileContent": "aGVsbG8="},
        ]},
        "metadata": {"k": "v"},
    });
    let headers = [("User-Principal-Name", "a@b.example"), ("Timezone", "Europe/Zurich")];
    let answer = caller.post_with(HANDOFF, &headers, &body);
    assert_eq!((answer.status, answer.body.len(), answer.header("Content-Length")), (204, 0, None));
    let without = json!({"message": {"parts": [{"type": "TEXT", "text": "hello"}]}, "metadata": null});
    assert_eq!(caller.post_with(HANDOFF, &headers[..1], &without).status, 204);
}

#[test]
fn a_chat_may_have_its_parts_in_any_order_and_any_number() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let text = json!({"type": "TEXT", "text": "hello"});
    // Nothing says that the content is base64, or that there is any.
    let file = json!({"type": "FILE", "mimeType": "text/plain", "fileContent": "no base64!"});
    let empty = json!({"type": "FILE", "mimeType": "image/png", "fileContent": ""});
    for parts in [json!([file]), json!([text, text]), json!([file, text]), json!([empty, text, file, text])] {
        let body = json!({"message": {"parts": parts}});
        let answer = caller.post_with(HANDOFF, &[("User-Principal-Name", "a@b.example")], &body);
        assert_eq!(answer.status, 204, "{body}");
    }
}

#[test]
fn a_handoff_needs_an_employee_and_an_unknown_one_is_told_in_a_body() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let text = json!({"message": {"parts": [{"type": "TEXT", "text": "hello"}]}});
    for headers in [&[][..], &[("User-Principal-Name", "")]] {
        let answer = caller.post_with(HANDOFF, headers, &text);
        assert_eq!((answer.status, answer.body.len()), (400, 0));
    }
    let answer = caller.post_with(HANDOFF, &[("User-Principal-Name", "unknown@b.example")], &text);
    assert_eq!((answer.status, answer.json()["message"].is_string()), (404, true));
}
