//! Enrichment, deletions and Spark.

use serde_json::{Value, json};

use crate::client::{Caller, start, start_with};

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
fn an_enrichment_request_keeps_to_the_documented_limits() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    for (body, code, reason) in [
        (json!({"enrichments": [good()]}), "ENRICH_001", "domain-missing"),
        (json!({"domain": "", "enrichments": [good()]}), "ENRICH_001", "domain-missing"),
        (json!({"domain": "test"}), "ENRICH_001", "enrichments-missing"),
        (write(&[]), "ENRICH_001", "enrichments-missing"),
        (write(&vec![good(); 10_001]), "ENRICH_042", "too-many-enrichments"),
        (json!({"domain": "test", "enrichments": {}}), "ENRICH_001", "body-breaks-the-schema"),
    ] {
        let answer = caller.refused(&fake, FIELDS, &body, 400, reason);
        let members: Vec<String> = answer.json().as_object().unwrap().keys().cloned().collect();
        assert_eq!((answer.json()["code"].as_str(), members), (Some(code), vec!["message".into(), "code".into()]));
    }
    assert_eq!(caller.post(FIELDS, &write(&vec![good(); 10_000])).status, 200);
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
    assert_eq!(answer.header("x-request-id").unwrap().len(), 36);
    assert_eq!(answer.header("x-request-id"), answer.header("x-trace-id"));
    assert!(caller.post(DELETIONS, &json!({})).header("x-request-id").is_some());
}

#[test]
fn a_deletion_request_keeps_to_the_documented_limits() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let device = json!({"uid": UID, "name": "PC-1"});
    for (body, code, reason) in [
        (json!({"devices": []}), "EMPTY_REQUEST", "devices-missing"),
        (json!({}), "EMPTY_REQUEST", "devices-missing"),
        (json!({"devices": vec![device; 101]}), "BATCH_SIZE_EXCEEDED", "too-many-devices"),
        (json!({"devices": [{"uid": UID}]}), "INVALID_REQUEST", "body-breaks-the-schema"),
        (json!({"devices": [{"name": "PC-1"}]}), "INVALID_REQUEST", "body-breaks-the-schema"),
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
fn a_handoff_that_is_wrong_is_refused_without_a_body_and_an_unknown_user_with_one() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let text = json!({"message": {"parts": [{"type": "TEXT", "text": "hello"}]}});
    let user = ("User-Principal-Name", "a@b.example");
    for (headers, body) in [
        (vec![], text.clone()),
        (vec![("User-Principal-Name", "")], text.clone()),
        (vec![user], json!({"message": {"parts": []}})),
        (vec![user], json!({"message": {"parts": [{"type": "TEXT"}]}})),
        (vec![user], json!({"message": {"parts": [{"type": "FILE", "text": "x"}]}})),
        (vec![user], json!({"message": {"parts": [{"type": "text", "text": "x"}]}})),
        (vec![user], json!({})),
    ] {
        let answer = caller.post_with(HANDOFF, &headers, &body);
        assert_eq!((answer.status, answer.body.len()), (400, 0), "{body}");
    }
    let answer = caller.post_with(HANDOFF, &[("User-Principal-Name", "unknown@b.example")], &text);
    assert_eq!((answer.status, answer.json()["message"].is_string()), (404, true));
}
