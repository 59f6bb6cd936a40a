//! Remote actions, workflows and campaigns.

use serde_json::{Value, json};

use crate::client::{Caller, start, start_with};

const DEVICE: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
/// The UUID of `#welcome`.
const WORKFLOW: &str = "7d1c2a52-2f5e-4d0b-8c36-5c9d3b0a0003";
/// The UUID of `#restart_service`.
const ACTION: &str = "3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001";
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
fn a_remote_action_is_known_by_its_nql_id_and_has_its_api_box_ticked() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    for (id, reason) in [
        ("#nothing", "unknown-remote-action"),
        ("restart_service", "unknown-remote-action"),
        (ACTION, "id-is-a-uuid"),
        (&format!("#{ACTION}"), "id-is-a-uuid"),
        ("#manual_only", "api-box-not-ticked"),
    ] {
        let body = json!({"remoteActionId": id, "devices": [DEVICE]});
        let answer = caller.refused(&fake, "/api/v1/act/execute", &body, 400, reason);
        assert!(answer.json()["code"].is_string() && answer.json()["message"].is_string());
    }
}

#[test]
fn minutes_are_a_whole_number_in_any_spelling() {
    let fake = start();
    let body = r##"{"remoteActionId":"#restart_service","devices":["x"],"expiresInMinutes":120.0}"##;
    let answer = Caller::new(&fake).post("/api/v1/act/execute", &serde_json::from_str(body).unwrap());
    assert_eq!((answer.status, &answer.json()["expiresInMinutes"]), (200, &json!(120)));
}

#[test]
fn remote_actions_are_listed_with_and_without_their_api_box() {
    let fake = start();
    let answer = Caller::new(&fake).get("/api/v1/act/remote-action");
    let list = answer.json();
    let enabled: Vec<bool> =
        list.as_array().unwrap().iter().map(|action| action["targeting"]["apiEnabled"].as_bool().unwrap()).collect();
    assert_eq!((answer.status, enabled), (200, vec![true, true, false, false]));
    for member in ["id", "uuid", "name", "description", "origin", "builtInContentVersion", "purpose", "scriptInfo"] {
        assert!(list[0].get(member).is_some(), "{member}");
    }
    // Not in the schema, but seen at real tenants.
    assert_eq!(list[0]["targeting"]["sparkEnabled"], false);
    let entity: Vec<&String> = list[0]["targetingEntity"].as_object().unwrap().keys().collect();
    assert_eq!(
        entity,
        ["deviceEnabled", "vdiSessionEnabled", "vdiSessionTargeting", "allowUserOverrideVDISessionTargeting"]
    );
    assert_eq!((&list[3]["id"], &list[3]["uuid"]), (&json!(null), &json!(null)));
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
    for id in ["%23nothing", ACTION, &format!("%23{ACTION}")] {
        let answer = caller.get(&format!("{path}?nql-id={id}"));
        assert_eq!(answer.status, 404, "{id}");
        assert!(answer.json()["code"].is_string() && answer.json()["message"].is_string());
    }
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
    // The user `0` is the schema's own.
    for (id, devices, users) in [
        ("#disk_cleanup", json!([DEVICE]), json!([])),
        ("#nightly_report", json!([]), json!([])),
        ("#welcome", json!([]), json!(["0"])),
    ] {
        let body = json!({"workflowId": id, "devices": devices, "users": users, "params": {}});
        assert_eq!(caller.post(path, &body).status, 200, "{id}");
    }
}

#[test]
fn a_workflow_is_known_by_its_nql_id_has_its_api_box_ticked_and_its_targets_given() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    for path in ["/api/v1/workflows/execute", "/api/v2/workflows/execute"] {
        for (id, reason) in [
            ("#nothing", "unknown-workflow"),
            (WORKFLOW, "id-is-a-uuid"),
            (&format!("#{WORKFLOW}"), "id-is-a-uuid"),
            ("#manual_only", "api-box-not-ticked"),
            ("#welcome", "targets-missing"),
        ] {
            let body = json!({"workflowId": id, "devices": [], "users": []});
            let answer = caller.refused(&fake, path, &body, 400, reason);
            let members: Vec<String> = answer.json().as_object().unwrap().keys().cloned().collect();
            assert_eq!(members, ["code", "details"]);
        }
    }
}

#[test]
fn version_2_takes_names_and_addresses() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let body = json!({
        "workflowId": "license_reclamation",
        "devices": [{"name": "PC-1"}, {"uid": DEVICE}, {"collectorUid": DEVICE}],
        "users": [{"upn": "a@b.example"}, {"sid": SID}, {"uid": DEVICE}, {"sid": "0"}],
        "params": {"reason": "x"},
    });
    // `Source` is nullable.
    for headers in [&[("Source", "test")][..], &[("Source", "")], &[]] {
        let answer = caller.post_with("/api/v2/workflows/execute", headers, &body);
        assert_eq!((answer.status, answer.json()["executionsUuids"].as_array().unwrap().len()), (200, 4));
    }
}

#[test]
fn a_waiting_execution_can_be_woken() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let workflow = caller.get("/api/v1/workflows/details?nqlId=%23disk_cleanup").json()[0]["uuid"].clone();
    let run = caller
        .post("/api/v1/workflows/execute", &json!({"workflowId": "#disk_cleanup", "devices": [DEVICE], "users": []}));
    let execution = run.json()["executionsUuids"][0].clone();
    let path = |execution: &Value| {
        format!("/api/v1/workflows/workflows/{}/execution/{}/trigger", uuid(&workflow), uuid(execution))
    };
    let answer = caller.post(&path(&execution), &json!({"parameters": {"a": "b"}}));
    assert_eq!(answer.status, 200);
    uuid(&answer.json()[0]["requestUuid"]);
    assert_eq!(caller.post(&path(&execution), &json!({})).status, 200);
    caller.refused(&fake, &path(&json!(DEVICE)), &json!({}), 400, "unknown-execution");
    caller.refused(&fake, "/api/v1/workflows/workflows/x/execution/y/trigger", &json!({}), 400, "path-without-uuids");
}

#[test]
fn workflows_are_listed_by_filter_and_without() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    for (query, expected) in [
        ("", vec!["license_reclamation", "disk_cleanup", "welcome", "nightly_report", "manual_only", "null"]),
        ("?dependency=NONE&triggerMethod=API&fetchOnlyActiveWorkflows=true", vec!["nightly_report"]),
        ("?dependency=USER_AND_DEVICE&triggerMethod=API", vec!["license_reclamation"]),
        ("?dependency=DEVICE&triggerMethod=MANUAL", vec!["disk_cleanup"]),
        ("?dependency=USER", vec!["welcome"]),
        ("?triggerMethod=SCHEDULER", vec!["nightly_report"]),
        ("?triggerMethod=MANUAL_MULTIPLE", vec![]),
        ("?dependency=NONE&fetchOnlyActiveWorkflows=false", vec!["nightly_report", "manual_only", "null"]),
    ] {
        let answer = caller.get(&format!("/api/v1/workflows{query}"));
        let list = answer.json();
        let ids: Vec<&str> =
            list.as_array().unwrap().iter().map(|workflow| workflow["id"].as_str().unwrap_or("null")).collect();
        assert_eq!((answer.status, ids), (200, expected), "{query}");
    }
    for query in ["dependency=none", "triggerMethod=x", "fetchOnlyActiveWorkflows=1"] {
        let answer = caller.get(&format!("/api/v1/workflows?{query}"));
        assert_eq!((answer.status, answer.json()["details"].is_string()), (400, true), "{query}");
    }
}

#[test]
fn definitions_have_the_configured_size_so_that_lists_exceed_4_mib() {
    let fake = start_with(|config| config.workflow_definition_bytes = 1 << 20);
    let answer = Caller::new(&fake).get("/api/v1/workflows");
    assert!(answer.body.len() > 6 << 20, "{}", answer.body.len());
    assert_eq!(answer.json()[0]["versions"][0]["definition"].as_str().unwrap().len(), 1 << 20);
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
    for query in ["", "?nql-id=%23disk_cleanup", "?nqlId=%23nothing", &format!("?nqlId={WORKFLOW}")] {
        assert_eq!(caller.get(&format!("/api/v1/workflows/details{query}")).status, 400, "{query}");
    }
}

#[test]
fn a_campaign_answers_for_each_user() {
    let fake = start();
    let body = json!({
        "campaignNqlId": "#general_survey",
        "userSid": [SID, "S-1-5-21-404", "someone", SID, ""],
        "expiresInMinutes": 525_600,
    });
    let answer = Caller::new(&fake).post("/api/v1/euf/campaign/trigger", &body);
    assert_eq!(answer.status, 200);
    let requests = answer.json()["requests"].clone();
    // The one given twice is answered once.
    assert_eq!(requests.as_array().unwrap().len(), 4);
    assert_eq!(requests[0]["userSid"], SID);
    uuid(&requests[0]["requestId"]);
    for failed in [1, 2, 3] {
        assert!(requests[failed]["message"].is_string() && requests[failed].get("requestId").is_none());
    }
}

#[test]
fn a_campaign_is_known_has_its_api_box_ticked_and_takes_its_own_parameters() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let path = "/api/v1/euf/campaign/trigger";
    let body = |id: &str, parameters: Value| json!({"campaignNqlId": id, "userSid": [SID], "expiresInMinutes": 60.0, "parameters": parameters});
    for (body, code, reason) in [
        (body("#nothing", json!({})), "INVALID_REQUEST", "unknown-campaign"),
        (body("#manual_only", json!({})), "INVALID_CAMPAIGN_TRIGGER_TYPE", "api-box-not-ticked"),
        (body("#reboot_request", json!({"deadline": "x"})), "INVALID_REQUEST", "parameters-differ-from-the-campaign"),
    ] {
        let answer = caller.refused(&fake, path, &body, 400, reason);
        assert_eq!((answer.json()["code"].as_str(), answer.json()["message"].is_string()), (Some(code), true));
    }
    let body = body("#reboot_request", json!({"device_name": "PC-1", "deadline": "noon"}));
    assert_eq!(caller.post(path, &body).status, 200);
}
