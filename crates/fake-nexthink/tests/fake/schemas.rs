//! Bodies that break the official schemas: each is refused in the form of its API, with the member named.

use serde_json::{Value, json};

use crate::client::{Caller, start};

const DEVICE: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const SID: &str = "S-1-5-21-1-2-3-1001";

/// A change of a good body: the member as a JSON pointer with its new value (none removes it), the reason of the
/// refusal, and the member that the response names.
type Case = (&'static str, Option<Value>, &'static str, &'static str);

/// Sends a good body, changed by each case, and checks code and text (the member of the response that has it; empty
/// where the API answers without a body).
fn refuse(path: &str, good: &Value, code: &Value, text: &str, cases: &[Case]) {
    let fake = start();
    let mut caller = Caller::new(&fake);
    for (pointer, value, reason, member) in cases {
        let body = changed(good.clone(), pointer, value.as_ref());
        let before = fake.calls().rejected_because(reason);
        // Only Spark needs the header.
        let answer = caller.post_with(path, &[("User-Principal-Name", "a@b.example")], &body);
        assert_eq!(answer.status, 400, "{pointer} {value:?}: {}", answer.text());
        assert_eq!(
            fake.calls().rejected_because(reason),
            before + 1,
            "{pointer} {value:?}: {:?}",
            fake.calls().rejected
        );
        if text.is_empty() {
            assert!(answer.body.is_empty(), "{}", answer.text());
            continue;
        }
        let answer = answer.json();
        let told = answer[text].as_str().unwrap();
        assert!(told.starts_with(&format!("{member} ")), "{pointer}: {told}");
        assert_eq!(&answer["code"], code, "{pointer}: {told}");
    }
}

fn changed(mut body: Value, pointer: &str, value: Option<&Value>) -> Value {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return value.unwrap().clone() };
    match (body.pointer_mut(parent).unwrap(), value) {
        (Value::Object(members), Some(value)) => drop(members.insert(name.to_owned(), value.clone())),
        (Value::Object(members), None) => drop(members.remove(name)),
        (parent, value) => parent[name.parse::<usize>().unwrap()] = value.unwrap().clone(),
    }
    body
}

#[test]
fn a_query_keeps_to_its_schema() {
    let good = json!({"queryId": "#device_by_name", "parameters": {"device_name": "PC-1"}});
    let cases = [
        ("", Some(json!([])), "wrong-type", "The body"),
        ("/queryId", None, "member-missing", "queryId"),
        ("/queryId", Some(json!(null)), "wrong-type", "queryId"),
        ("/queryId", Some(json!("device_by_name")), "query-id-breaks-its-pattern", "queryId"),
        // Nullable are only the members of which the schema says it.
        ("/parameters", Some(json!(null)), "wrong-type", "parameters"),
        ("/parameters", Some(json!([])), "wrong-type", "parameters"),
        ("/parameters/device_name", Some(json!(1)), "wrong-type", "parameters.device_name"),
    ];
    for path in ["/api/v1/nql/execute", "/api/v2/nql/execute", "/api/v1/nql/export"] {
        refuse(path, &good, &json!(400), "message", &cases);
    }
    let cases = [
        ("/compression", Some(json!("gzip")), "unknown-choice", "compression"),
        ("/compression", Some(json!(true)), "wrong-type", "compression"),
    ];
    refuse("/api/v1/nql/export", &good, &json!(400), "message", &cases);
}

#[test]
fn a_body_is_one_json_object_of_its_media_type_without_repeated_members() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let good = r##"{"queryId":"#devices_overview"}"##;
    for (media_type, body, status, reason) in [
        ("application/json; charset=utf-8", good, 200, ""),
        ("text/plain", good, 400, "content-type-is-not-json"),
        ("application/json", "", 400, "body-is-not-json"),
        ("application/json", "{", 400, "body-is-not-json"),
        ("application/json", r##"{"queryId":"#no_devices","queryId":"#no_devices"}"##, 400, "member-given-twice"),
        // No official schema closes an object.
        ("application/json", r##"{"queryId":"#devices_overview","colour":null}"##, 200, ""),
    ] {
        let headers = [("Authorization", &*caller.authorization), ("Content-Type", media_type)];
        let answer = caller.client.request("POST", "/api/v2/nql/execute", &headers, body).unwrap();
        assert_eq!(answer.status, status, "{media_type} {body}");
        assert!(reason.is_empty() || fake.calls().rejected_because(reason) > 0, "{reason}");
    }
}

#[test]
fn a_remote_action_keeps_to_its_schema() {
    let good = json!({
        "remoteActionId": "#restart_service", "devices": [DEVICE], "params": {"service_name": "Spooler"},
        "expiresInMinutes": 60, "triggerInfo": {"externalSource": "x", "reason": "y", "externalReference": "z"},
    });
    let cases = [
        ("/remoteActionId", None, "member-missing", "remoteActionId"),
        ("/remoteActionId", Some(json!("")), "too-short", "remoteActionId"),
        ("/devices", None, "member-missing", "devices"),
        ("/devices", Some(json!(null)), "wrong-type", "devices"),
        ("/devices", Some(json!([])), "too-few", "devices"),
        ("/devices", Some(json!(vec![DEVICE; 10_001])), "too-many", "devices"),
        ("/devices/0", Some(json!(1)), "wrong-type", "devices[0]"),
        ("/devices/0", Some(json!("")), "too-short", "devices[0]"),
        ("/params", Some(json!(null)), "wrong-type", "params"),
        ("/params/service_name", Some(json!(null)), "wrong-type", "params.service_name"),
        ("/expiresInMinutes", Some(json!(null)), "wrong-type", "expiresInMinutes"),
        ("/expiresInMinutes", Some(json!("60")), "wrong-type", "expiresInMinutes"),
        ("/expiresInMinutes", Some(json!(60.5)), "wrong-type", "expiresInMinutes"),
        ("/expiresInMinutes", Some(json!(59)), "out-of-range", "expiresInMinutes"),
        ("/expiresInMinutes", Some(json!(10_081)), "out-of-range", "expiresInMinutes"),
        ("/triggerInfo", Some(json!("x")), "wrong-type", "triggerInfo"),
        ("/triggerInfo/externalSource", Some(json!(1)), "wrong-type", "triggerInfo.externalSource"),
        ("/triggerInfo/reason", Some(json!("x".repeat(501))), "too-long", "triggerInfo.reason"),
        ("/triggerInfo/externalReference", Some(json!(null)), "wrong-type", "triggerInfo.externalReference"),
    ];
    refuse("/api/v1/act/execute", &good, &json!("INVALID_REQUEST"), "message", &cases);
}

#[test]
fn a_workflow_keeps_to_its_schema() {
    let v1 = json!({"workflowId": "#license_reclamation", "devices": [DEVICE], "users": [SID], "params": {"a": "b"}});
    let v2 = json!({
        "workflowId": "#license_reclamation", "params": {"a": "b"},
        "devices": [{"collectorUid": DEVICE, "uid": DEVICE, "name": "PC-1"}],
        "users": [{"sid": SID, "upn": "a@b.example", "uid": DEVICE}],
    });
    let both = [
        ("/workflowId", None, "member-missing", "workflowId"),
        ("/workflowId", Some(json!(1)), "wrong-type", "workflowId"),
        ("/devices", None, "member-missing", "devices"),
        ("/users", None, "member-missing", "users"),
        ("/users", Some(json!(null)), "wrong-type", "users"),
        ("/params", Some(json!(null)), "wrong-type", "params"),
        ("/params/a", Some(json!(1)), "wrong-type", "params.a"),
    ];
    let cases_v1 = [
        ("/devices", Some(json!(vec![DEVICE; 10_001])), "too-many", "devices"),
        ("/devices/0", Some(json!("PC-1")), "wrong-form", "devices[0]"),
        ("/devices/0", Some(json!({"name": "PC-1"})), "wrong-type", "devices[0]"),
        ("/users", Some(json!(vec![SID; 10_001])), "too-many", "users"),
        ("/users/0", Some(json!("a@b.example")), "wrong-form", "users[0]"),
        ("/users/0", Some(json!("00")), "wrong-form", "users[0]"),
    ];
    let cases_v2 = [
        ("/devices", Some(json!(vec![json!({"name": "PC-1"}); 10_001])), "too-many", "devices"),
        ("/devices/0", Some(json!(DEVICE)), "wrong-type", "devices[0]"),
        ("/devices/0", Some(json!({})), "member-missing", "devices[0]"),
        ("/devices/0/collectorUid", Some(json!("x")), "wrong-form", "devices[0].collectorUid"),
        ("/devices/0/uid", Some(json!(null)), "wrong-type", "devices[0].uid"),
        ("/devices/0/name", Some(json!("")), "too-short", "devices[0].name"),
        ("/users/0", Some(json!({"name": "x"})), "member-missing", "users[0]"),
        ("/users/0/sid", Some(json!("S-1")), "wrong-form", "users[0].sid"),
        // One such address fails the whole batch.
        ("/users/0/upn", Some(json!("ada@localhost")), "wrong-form", "users[0].upn"),
        ("/users/0/upn", Some(json!("o'brien@b.example")), "wrong-form", "users[0].upn"),
        ("/users/0/uid", Some(json!("x")), "wrong-form", "users[0].uid"),
    ];
    let code = json!("INVALID_REQUEST");
    for (path, good, cases) in
        [("/api/v1/workflows/execute", v1, &cases_v1[..]), ("/api/v2/workflows/execute", v2, &cases_v2)]
    {
        refuse(path, &good, &code, "details", &both);
        refuse(path, &good, &code, "details", cases);
    }
    let path = format!("/api/v1/workflows/workflows/{DEVICE}/execution/{DEVICE}/trigger");
    let cases = [
        ("", Some(json!(null)), "wrong-type", "The body"),
        ("/parameters", Some(json!(null)), "wrong-type", "parameters"),
        ("/parameters/a", Some(json!("")), "too-short", "parameters.a"),
        ("/parameters/a", Some(json!(1)), "wrong-type", "parameters.a"),
    ];
    refuse(&path, &json!({"parameters": {"a": "b"}}), &code, "details", &cases);
}

#[test]
fn a_campaign_keeps_to_its_schema() {
    let good = json!({
        "campaignNqlId": "#reboot_request", "userSid": [SID], "expiresInMinutes": 60,
        "parameters": {"device_name": "PC-1", "deadline": "noon"},
    });
    let many: Value = (0..31).map(|number| (number.to_string(), json!("x"))).collect::<serde_json::Map<_, _>>().into();
    let cases = [
        ("/campaignNqlId", None, "member-missing", "campaignNqlId"),
        ("/campaignNqlId", Some(json!("")), "too-short", "campaignNqlId"),
        ("/userSid", None, "member-missing", "userSid"),
        ("/userSid", Some(json!([])), "too-few", "userSid"),
        ("/userSid", Some(json!(vec![SID; 10_001])), "too-many", "userSid"),
        ("/userSid/0", Some(json!(0)), "wrong-type", "userSid[0]"),
        ("/expiresInMinutes", None, "member-missing", "expiresInMinutes"),
        ("/expiresInMinutes", Some(json!(null)), "wrong-type", "expiresInMinutes"),
        ("/expiresInMinutes", Some(json!(0)), "out-of-range", "expiresInMinutes"),
        ("/expiresInMinutes", Some(json!(525_601)), "out-of-range", "expiresInMinutes"),
        ("/parameters", Some(many), "too-many", "parameters"),
        ("/parameters", Some(json!(null)), "wrong-type", "parameters"),
        ("/parameters/deadline", Some(json!(1)), "wrong-type", "parameters.deadline"),
    ];
    refuse("/api/v1/euf/campaign/trigger", &good, &json!("INVALID_REQUEST"), "message", &cases);
}

#[test]
fn an_enrichment_keeps_to_its_schema() {
    let good = json!({"domain": "test", "enrichments": [{
        "identification": [{"name": "device/device/name", "value": "PC-1"}],
        "fields": [{"name": "device/device/#custom_field", "value": "x"}],
    }]});
    let cases = [
        ("", Some(json!([])), "wrong-type", "The body"),
        ("/domain", None, "member-missing", "domain"),
        ("/domain", Some(json!("")), "too-short", "domain"),
        ("/domain", Some(json!(null)), "wrong-type", "domain"),
        ("/enrichments", None, "member-missing", "enrichments"),
        ("/enrichments", Some(json!([])), "too-few", "enrichments"),
        ("/enrichments", Some(json!({})), "wrong-type", "enrichments"),
        ("/enrichments/0", Some(json!([])), "wrong-type", "enrichments[0]"),
        ("/enrichments/0/identification", None, "member-missing", "enrichments[0].identification"),
        ("/enrichments/0/fields", None, "member-missing", "enrichments[0].fields"),
        ("/enrichments/0/fields", Some(json!({})), "wrong-type", "enrichments[0].fields"),
        ("/enrichments/0/fields/0/name", Some(json!(1)), "wrong-type", "enrichments[0].fields[0].name"),
        ("/enrichments/0/fields/0/value", None, "member-missing", "enrichments[0].fields[0].value"),
    ];
    refuse("/api/v1/enrichment/data/fields", &good, &json!("ENRICH_001"), "message", &cases);
}

#[test]
fn a_deletion_keeps_to_its_schema() {
    let good = json!({"devices": [{"uid": DEVICE, "name": "PC-1"}]});
    let cases = [
        ("/devices", Some(json!(null)), "wrong-type", "devices"),
        ("/devices", Some(json!({})), "wrong-type", "devices"),
        ("/devices/0/uid", None, "member-missing", "devices[0].uid"),
        ("/devices/0/uid", Some(json!("")), "wrong-form", "devices[0].uid"),
        ("/devices/0/uid", Some(json!(" ")), "wrong-form", "devices[0].uid"),
        ("/devices/0/uid", Some(json!(null)), "wrong-type", "devices[0].uid"),
        ("/devices/0/name", None, "member-missing", "devices[0].name"),
        ("/devices/0/name", Some(json!("\t ")), "wrong-form", "devices[0].name"),
    ];
    refuse("/api/v1/data-management/device/deletions", &good, &json!("INVALID_REQUEST"), "message", &cases);
}

#[test]
fn a_handoff_keeps_to_its_schema_and_is_refused_without_a_body() {
    let good = json!({
        "message": {"parts": [
            {"type": "TEXT", "text": "hello"},
            {"type": "FILE", "mimeType": "text/plain", "fileContent": ""},
        ]},
        "metadata": {"k": "v"},
    });
    let cases = [
        ("/message", None, "member-missing", ""),
        ("/message/parts", None, "member-missing", ""),
        ("/message/parts", Some(json!([])), "too-few", ""),
        ("/message/parts/0", Some(json!("hello")), "wrong-type", ""),
        ("/message/parts/0/type", None, "member-missing", ""),
        ("/message/parts/0/type", Some(json!("text")), "unknown-choice", ""),
        ("/message/parts/0/type", Some(json!("FILE")), "member-missing", ""),
        ("/message/parts/0/text", None, "member-missing", ""),
        ("/message/parts/0/text", Some(json!("")), "too-short", ""),
        ("/message/parts/1/mimeType", Some(json!("")), "too-short", ""),
        ("/message/parts/1/fileContent", Some(json!(null)), "wrong-type", ""),
        ("/metadata/k", Some(json!(1)), "wrong-type", ""),
    ];
    refuse("/api/v1/spark/handoff", &good, &json!(null), "", &cases);
}
