//! Remote actions, workflows and campaigns.

use serde_json::{Value, json};

use crate::client::{Caller, start};

const DEVICE: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const SID: &str = "S-1-5-21-1-2-3-1001";

fn uuid(value: &Value) -> &str {
    let text = value.as_str().unwrap();
    assert_eq!((text.len(), text.matches('-').count()), (36, 4));
    text
}

#[test]
fn a_remote_action_runs_and_its_request_id_is_told() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let mut body = json!({"remoteActionId": "#restart_service", "devices": [DEVICE]});
    let answer = caller.post("/api/v1/act/execute", &body);
    assert_eq!(answer.status, 200);
    uuid(&answer.json()["requestId"]);
    body["params"] = json!({"service_name": "Spooler"});
    body["expiresInMinutes"] = json!(10_080);
    body["triggerInfo"] = json!({"externalSource": "x", "reason": "ä".repeat(500), "externalReference": "y"});
    assert_eq!(caller.post("/api/v1/act/execute", &body).json()["expiresInMinutes"], 10_080);
}

#[test]
fn a_remote_action_keeps_to_the_documented_limits() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    for (change, reason) in [
        (json!({"devices": []}), "device-count-out-of-range"),
        (json!({"devices": vec![DEVICE; 10_001]}), "device-count-out-of-range"),
        (json!({"devices": "x"}), "body-breaks-the-schema"),
        (json!({"devices": null}), "body-breaks-the-schema"),
        (json!({"expiresInMinutes": 59}), "expiry-out-of-range"),
        (json!({"expiresInMinutes": 10_081}), "expiry-out-of-range"),
        (json!({"params": {"a": 1}}), "body-breaks-the-schema"),
        (json!({"triggerInfo": {"reason": "x".repeat(501)}}), "reason-too-long"),
        (json!({"remoteActionId": "#nothing"}), "unknown-remote-action"),
        (json!({"remoteActionId": "#manual_only"}), "api-box-not-ticked"),
    ] {
        let mut body = json!({"remoteActionId": "#restart_service", "devices": [DEVICE]});
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = caller.refused(&fake, "/api/v1/act/execute", &body, 400, reason);
        assert!(answer.json()["code"].is_string() && answer.json()["message"].is_string());
    }
}

#[test]
fn remote_actions_are_listed_with_and_without_their_api_box() {
    let fake = start();
    let answer = Caller::new(&fake).get("/api/v1/act/remote-action");
    let list = answer.json();
    let enabled: Vec<bool> =
        list.as_array().unwrap().iter().map(|action| action["targeting"]["apiEnabled"].as_bool().unwrap()).collect();
    assert_eq!((answer.status, enabled), (200, vec![true, true, false]));
    for member in ["id", "uuid", "name", "description", "origin", "builtInContentVersion", "purpose", "scriptInfo"] {
        assert!(list[0].get(member).is_some(), "{member}");
    }
}

#[test]
fn a_remote_action_is_described_by_its_hyphenated_parameter() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let path = "/api/v1/act/remote-action/details";
    for id in ["%23restart_service", "restart_service"] {
        let answer = caller.get(&format!("{path}?nql-id={id}"));
        assert_eq!((answer.status, &answer.json()["id"]), (200, &json!("#restart_service")));
    }
    let answer = caller.get(&format!("{path}?nql-id=%23nothing"));
    assert_eq!(answer.status, 404);
    assert!(answer.json()["code"].is_string() && answer.json()["message"].is_string());
    for query in ["", "?nqlId=%23restart_service", "?nql-id=", "?nql-id=a&nql-id=b"] {
        assert_eq!(caller.get(&format!("{path}{query}")).status, 400, "{query}");
    }
}

#[test]
fn a_workflow_runs_with_collector_ids_and_sids() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let path = "/api/v1/workflows/execute";
    let body = json!({"workflowId": "#license_reclamation", "devices": [DEVICE, DEVICE], "users": [SID]});
    let answer = caller.post(path, &body);
    assert_eq!(answer.status, 200);
    uuid(&answer.json()["requestUuid"]);
    assert_eq!(answer.json()["executionsUuids"].as_array().unwrap().len(), 2);
    let only_devices = json!({"workflowId": "#disk_cleanup", "devices": [DEVICE]});
    assert_eq!(caller.post(path, &only_devices).status, 200);
    assert_eq!(caller.post(path, &json!({"workflowId": "#nightly_report"})).status, 200);
}

#[test]
fn a_workflow_refuses_what_breaks_the_schema_with_details() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let (v1, v2) = ("/api/v1/workflows/execute", "/api/v2/workflows/execute");
    let run = |devices: Value, users: Value| json!({"workflowId": "#license_reclamation", "devices": devices, "users": users});
    for (path, body, reason) in [
        (v1, run(json!(["PC-1"]), json!([SID])), "device-is-no-collector-id"),
        (v1, run(json!([DEVICE]), json!(["a@b.example"])), "user-is-no-sid"),
        (v1, run(json!([DEVICE]), json!([])), "targets-missing"),
        (v1, run(json!(vec![DEVICE; 10_001]), json!([SID])), "too-many-targets"),
        (v1, run(json!([{"name": "PC-1"}]), json!([SID])), "body-breaks-the-schema"),
        (v1, json!({"devices": [DEVICE], "users": []}), "body-breaks-the-schema"),
        (v1, json!({"workflowId": "#nothing"}), "unknown-workflow"),
        (v1, json!({"workflowId": "#manual_only"}), "api-box-not-ticked"),
        (v2, run(json!([{}]), json!([{"sid": SID}])), "device-is-not-identified"),
        (v2, run(json!([{"uid": "x"}]), json!([{"sid": SID}])), "device-is-not-identified"),
        (v2, run(json!([{"name": "PC-1"}]), json!([{"upn": "x"}])), "user-is-not-identified"),
        (v2, run(json!([{"name": "PC-1"}]), json!([{}])), "user-is-not-identified"),
        (v2, run(json!([DEVICE]), json!([])), "body-breaks-the-schema"),
    ] {
        let answer = caller.refused(&fake, path, &body, 400, reason);
        let members: Vec<String> = answer.json().as_object().unwrap().keys().cloned().collect();
        assert_eq!(members, ["code", "details"]);
    }
}

#[test]
fn version_2_takes_names_and_addresses() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let body = json!({
        "workflowId": "license_reclamation",
        "devices": [{"name": "PC-1"}, {"uid": DEVICE}, {"collectorUid": DEVICE}],
        "users": [{"upn": "a@b.example"}, {"sid": SID}, {"uid": DEVICE}],
        "params": {"reason": "x"},
    });
    let answer = caller.post_with("/api/v2/workflows/execute", &[("Source", "test")], &body);
    assert_eq!((answer.status, answer.json()["executionsUuids"].as_array().unwrap().len()), (200, 3));
}

#[test]
fn a_waiting_execution_can_be_woken() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let workflow = caller.get("/api/v1/workflows/details?nqlId=%23disk_cleanup").json()[0]["uuid"].clone();
    let run = caller.post("/api/v1/workflows/execute", &json!({"workflowId": "#disk_cleanup", "devices": [DEVICE]}));
    let execution = run.json()["executionsUuids"][0].clone();
    let path = |execution: &Value| {
        format!("/api/v1/workflows/workflows/{}/execution/{}/trigger", uuid(&workflow), uuid(execution))
    };
    let answer = caller.post(&path(&execution), &json!({"parameters": {"a": "b"}}));
    assert_eq!(answer.status, 200);
    uuid(&answer.json()[0]["requestUuid"]);
    let headers = [("Authorization", &*caller.authorization)];
    assert_eq!(caller.client.request("POST", &path(&execution), &headers, "").unwrap().status, 200);
    caller.refused(&fake, &path(&execution), &json!({"parameters": {"a": ""}}), 400, "parameter-empty");
    caller.refused(&fake, &path(&json!(DEVICE)), &json!({}), 400, "unknown-execution");
    caller.refused(&fake, "/api/v1/workflows/workflows/x/execution/y/trigger", &json!({}), 400, "path-without-uuids");
}

#[test]
fn workflows_are_listed_by_filter_and_without() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    for (query, expected) in [
        ("", vec!["license_reclamation", "disk_cleanup", "welcome", "nightly_report", "manual_only"]),
        ("?dependency=NONE&triggerMethod=API&fetchOnlyActiveWorkflows=true", vec!["nightly_report"]),
        ("?dependency=USER_AND_DEVICE&triggerMethod=API", vec!["license_reclamation"]),
        ("?dependency=DEVICE&triggerMethod=MANUAL", vec!["disk_cleanup"]),
        ("?dependency=USER", vec!["welcome"]),
        ("?triggerMethod=SCHEDULER", vec!["nightly_report"]),
        ("?triggerMethod=MANUAL_MULTIPLE", vec![]),
        ("?dependency=NONE&fetchOnlyActiveWorkflows=false", vec!["nightly_report", "manual_only"]),
    ] {
        let answer = caller.get(&format!("/api/v1/workflows{query}"));
        let list = answer.json();
        let ids: Vec<&str> = list.as_array().unwrap().iter().map(|workflow| workflow["id"].as_str().unwrap()).collect();
        assert_eq!((answer.status, ids), (200, expected), "{query}");
    }
    for query in ["dependency=none", "triggerMethod=x", "fetchOnlyActiveWorkflows=1"] {
        let answer = caller.get(&format!("/api/v1/workflows?{query}"));
        assert_eq!((answer.status, answer.json()["details"].is_string()), (400, true), "{query}");
    }
}

#[test]
fn a_workflow_is_described_in_an_array_by_its_camel_case_parameter() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    for id in ["%23disk_cleanup", "disk_cleanup"] {
        let answer = caller.get(&format!("/api/v1/workflows/details?nqlId={id}"));
        assert_eq!((answer.status, &answer.json()[0]["id"]), (200, &json!("disk_cleanup")));
        assert_eq!(answer.json()[0]["versions"][0]["hasDevice"], true);
    }
    for query in ["", "?nql-id=%23disk_cleanup", "?nqlId=%23nothing"] {
        assert_eq!(caller.get(&format!("/api/v1/workflows/details{query}")).status, 400, "{query}");
    }
}

#[test]
fn a_campaign_answers_for_each_user() {
    let fake = start();
    let body = json!({
        "campaignNqlId": "#general_survey",
        "userSid": [SID, "S-1-5-21-404", "someone", SID],
        "expiresInMinutes": 525_600,
    });
    let answer = Caller::new(&fake).post("/api/v1/euf/campaign/trigger", &body);
    assert_eq!(answer.status, 200);
    let requests = answer.json()["requests"].clone();
    // The one given twice is answered once.
    assert_eq!(requests.as_array().unwrap().len(), 3);
    assert_eq!(requests[0]["userSid"], SID);
    uuid(&requests[0]["requestId"]);
    for failed in [1, 2] {
        assert!(requests[failed]["message"].is_string() && requests[failed].get("requestId").is_none());
    }
}

#[test]
fn a_campaign_keeps_to_the_documented_limits() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let path = "/api/v1/euf/campaign/trigger";
    let many: serde_json::Map<String, Value> = (0..31).map(|number| (number.to_string(), json!("x"))).collect();
    for (change, code, reason) in [
        (json!({"userSid": []}), "INVALID_REQUEST", "user-count-out-of-range"),
        (json!({"userSid": vec![SID; 10_001]}), "INVALID_REQUEST", "user-count-out-of-range"),
        (json!({"expiresInMinutes": 0}), "INVALID_REQUEST", "expiry-out-of-range"),
        (json!({"expiresInMinutes": 525_601}), "INVALID_REQUEST", "expiry-out-of-range"),
        (json!({"expiresInMinutes": null}), "INVALID_REQUEST", "body-breaks-the-schema"),
        (json!({"parameters": many}), "INVALID_REQUEST", "too-many-parameters"),
        (json!({"campaignNqlId": "#nothing"}), "INVALID_REQUEST", "unknown-campaign"),
        (json!({"campaignNqlId": "#manual_only"}), "INVALID_CAMPAIGN_TRIGGER_TYPE", "api-box-not-ticked"),
        (
            json!({"campaignNqlId": "#reboot_request", "parameters": {"deadline": "x"}}),
            "INVALID_REQUEST",
            "parameters-differ-from-the-campaign",
        ),
    ] {
        let mut body = json!({"campaignNqlId": "#general_survey", "userSid": [SID], "expiresInMinutes": 60});
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = caller.refused(&fake, path, &body, 400, reason);
        assert_eq!((answer.json()["code"].as_str(), answer.json()["message"].is_string()), (Some(code), true));
    }
    let body = json!({
        "campaignNqlId": "#reboot_request", "userSid": [SID], "expiresInMinutes": 1,
        "parameters": {"device_name": "PC-1", "deadline": "noon"},
    });
    assert_eq!(caller.post(path, &body).status, 200);
}
