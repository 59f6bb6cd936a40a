//! Every operation does what it says.

use std::fs;

use fake_nexthink::Endpoint;
use serde_json::json;

use crate::fixture::Fixture;

#[test]
fn queries_run_and_exports_can_be_taken_step_by_step() {
    let fixture = Fixture::all();
    let one = r##"{"queryId":"#device_by_name","parameters":{"device_name":"PC-0000001"}}"##;
    for id in ["nql.execute", "nql.execute-v1"] {
        assert_eq!(fixture.succeeds(id, one)["outcome"]["output"]["rows"], 1, "{id}");
    }
    let started = fixture.succeeds("nql.export-start", r##"{"queryId":"#devices_overview"}"##);
    let input = json!({ "exportId": started["outcome"]["output"]["exportId"] }).to_string();
    for status in ["SUBMITTED", "IN_PROGRESS"] {
        assert_eq!(fixture.succeeds("nql.export-status", &input)["outcome"]["output"]["status"], status);
    }
    assert_eq!(fixture.tenant.calls().tokens_issued(), 5, "one for each run of the program");
}

#[test]
fn remote_actions_are_listed_described_and_triggered() {
    let fixture = Fixture::all();
    assert_eq!(fixture.succeeds("remote-actions.list", "{}")["outcome"]["partial"], false);
    fixture.succeeds("remote-actions.details", r##"{"remoteActionId":"#restart_service"}"##);
    let input = r##"{"remoteActionId":"#restart_service","devices":["3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001"]}"##;
    fixture.succeeds("remote-actions.execute", input);
    assert_eq!(fixture.tenant.calls().answered(Endpoint::ActExecute, 200), 1);
}

#[test]
fn workflows_are_listed_described_run_and_woken() {
    let fixture = Fixture::all();
    fixture.succeeds("workflows.list", r#"{"triggerMethod":"API"}"#);
    fixture.succeeds("workflows.details", r##"{"workflowId":"#welcome"}"##);
    let sid = r##"{"workflowId":"#welcome","users":["S-1-5-21-1004336348-1177238915-682003330-512"]}"##;
    fixture.succeeds("workflows.execute-v1", sid);
    let run =
        fixture.succeeds("workflows.execute", r##"{"workflowId":"#welcome","users":[{"upn":"ada@example.com"}]}"##);
    let execution = &run["outcome"]["output"]["executionsUuids"][0];
    let workflow = "7d1c2a52-2f5e-4d0b-8c36-5c9d3b0a0003";
    fixture.succeeds("workflows.resume", &json!({ "workflowUuid": workflow, "executionUuid": execution }).to_string());
    assert_eq!(fixture.tenant.calls().answered(Endpoint::WorkflowsTrigger, 200), 1);
}

#[test]
fn campaigns_fields_deletions_and_messages_take_effect() {
    let fixture = Fixture::all();
    let sid = "S-1-5-21-1004336348-1177238915-682003330-512";
    let campaign = json!({ "campaignNqlId": "#general_survey", "userSid": [sid], "expiresInMinutes": 60 });
    fixture.succeeds("campaigns.trigger", &campaign.to_string());
    let report = fixture.succeeds("enrichment.write", &enrichment(1, 0));
    assert_eq!(report["outcome"]["output"], json!({ "accepted": 1, "rejected": 0, "errors": [] }));
    let handoff = r#"{"userPrincipalName":"ada@example.com","message":"My laptop is slow."}"#;
    assert_eq!(fixture.succeeds("spark.handoff", handoff)["outcome"]["output"]["accepted"], true);
    let device = r#"{"devices":[{"uid":"3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001","name":"PC-1"}]}"#;
    fixture.call("devices.delete", device, &["--yes"]).ended_with(0);
}

#[test]
fn what_cannot_be_undone_needs_a_yes() {
    let fixture = Fixture::all();
    let device = r#"{"devices":[{"uid":"3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001","name":"PC-1"}]}"#;
    let ended = fixture.call("devices.delete", device, &[]).ended_with(2);
    assert_eq!(ended.err, "error: devices.delete is destructive; --yes skips the confirmation\n");
    assert_eq!(fixture.tenant.calls().requests, 0);
}

#[test]
fn many_objects_are_written_in_several_requests_and_counted() {
    let fixture = Fixture::all();
    fs::write(fixture.path("input.json"), enrichment(25_000, 3)).unwrap();
    let ended = fixture.call("enrichment.write", "@input.json", &["--json"]).ended_with(0);
    let outcome = &ended.json()["outcome"];
    assert_eq!((&outcome["output"]["accepted"], &outcome["output"]["rejected"]), (&json!(24_997), &json!(3)));
    assert_eq!(outcome["partial"], true);
    let calls = fixture.tenant.calls();
    assert_eq!((calls.total(Endpoint::EnrichmentFields), calls.tokens_issued()), (5, 1));
}

#[test]
fn a_tenant_that_takes_fewer_objects_at_once_gets_fewer() {
    let fixture = Fixture::with(|config| config.enrichment_objects = 2000);
    fs::write(fixture.path("input.json"), enrichment(10_000, 0)).unwrap();
    let ended = fixture.call("enrichment.write", "@input.json", &["--json"]).ended_with(0);
    assert_eq!(ended.json()["outcome"]["output"], json!({ "accepted": 10_000, "rejected": 0, "errors": [] }));
    // 5,000 and 2,500 are refused, after which there are eight of 1,250.
    assert_eq!(fixture.tenant.calls().total(Endpoint::EnrichmentFields), 10);
}

#[test]
fn a_list_is_read_up_to_16_mebibytes_and_a_longer_one_is_to_be_filtered() {
    let fixture = Fixture::with(|config| config.workflow_definition_bytes = 2 << 20);
    let ended = fixture.call("workflows.list", "{}", &["--json"]).ended_with(0);
    assert!(ended.out.len() > 10 << 20, "{}", ended.out.len());
    let fixture = Fixture::with(|config| config.workflow_definition_bytes = 4 << 20);
    let failure = &fixture.call("workflows.list", "{}", &["--json"]).ended_with(1).json()["failure"];
    assert_eq!((&failure["code"], &failure["recovery"]), (&json!("response-too-large"), &json!("give-up")));
    assert!(failure["hint"].as_str().unwrap().contains("filter"), "{failure}");
}

#[test]
fn a_partial_result_is_marked_and_no_failure() {
    let fixture = Fixture::all();
    fs::write(fixture.path("input.json"), enrichment(3, 1)).unwrap();
    let ended = fixture.call("enrichment.write", "@input.json", &[]).ended_with(0);
    assert!(ended.err.contains("partial: only a part of what was asked for"), "{}", ended.err);
    assert!(ended.err.contains("warning: Nexthink refused 1 of 3 objects"), "{}", ended.err);
    assert_eq!(ended.json()["rejected"], 1);
}

#[test]
fn problems_point_into_the_input_and_nothing_is_sent() {
    let fixture = Fixture::all();
    let report = fixture.call("nql.execute", r#"{"queryId":7}"#, &["--json"]).ended_with(2).json();
    assert_eq!(report["problems"][0]["field"], "/queryId");
    let report = fixture.call("nql.execute", "{", &["--json"]).ended_with(2).json();
    assert!(report["problems"][0]["message"].is_string());
    fs::write(fixture.path("long.json"), vec![b' '; (16 << 20) + (64 << 10) + 1]).unwrap();
    let report = fixture.call("nql.execute", "@long.json", &["--json"]).ended_with(2).json();
    assert_eq!(report["problems"][0]["code"], "too-long");
    assert_eq!(fixture.tenant.calls().requests, 0);
}

/// Writes an input with so many objects, the first of which are bad.
fn enrichment(count: usize, bad: usize) -> String {
    let object = |number: usize| {
        let field = if number < bad { "device/device/no_such_field" } else { "device/device/#cost_centre" };
        json!({
            "identification": [{ "name": "device/device/name", "value": format!("PC-{number}") }],
            "fields": [{ "name": field, "value": "4711" }],
        })
    };
    json!({ "domain": "test", "enrichments": (0..count).map(object).collect::<Vec<_>>() }).to_string()
}
