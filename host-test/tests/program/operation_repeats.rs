//! What is sent again, and what is not.

use fake_nexthink::Endpoint;

use crate::fixture::Fixture;

const ACTION: &str = r##"{"remoteActionId":"#restart_service","devices":["3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001"]}"##;
const EXPORT: &str = r##"{"queryId":"#devices_overview"}"##;
const WORKFLOW: &str = r##"{"workflowId":"#welcome","users":[{"upn":"ada@example.com"}]}"##;

#[test]
fn a_request_that_is_not_repeatable_is_sent_once() {
    for (fault, code) in [(r#"{"status":{"status":503}}"#, "unavailable"), (r#""reset-middle""#, "network")] {
        for (id, input, name, endpoint) in [
            ("remote-actions.execute", ACTION, "act-execute", Endpoint::ActExecute),
            ("workflows.execute", WORKFLOW, "workflows-execute-v2", Endpoint::WorkflowsExecuteV2),
        ] {
            let fixture = Fixture::faulty(&format!(r#"[{{"when":{{"endpoint":"{name}"}},"do":{fault}}}]"#));
            let report = fixture.call(id, input, &["--json"]).ended_with(1).json();
            assert_eq!(report["failure"]["code"], code, "{id}");
            assert_eq!(fixture.tenant.calls().total(endpoint), 1, "{id} {fault}");
        }
    }
}

#[test]
fn a_request_that_is_repeatable_is_sent_again() {
    let fixture = Fixture::faulty(r#"[{"when":{"endpoint":"nql-execute-v2","nth":1},"do":{"status":{"status":503}}}]"#);
    fixture.succeeds("nql.execute", r##"{"queryId":"#devices_overview"}"##);
    let calls = fixture.tenant.calls();
    assert_eq!(calls.answered(Endpoint::NqlExecuteV2, 503), 1);
    assert_eq!(calls.answered(Endpoint::NqlExecuteV2, 200), 1);
}

#[test]
fn an_answer_that_stays_a_failure_is_worded_by_the_connector() {
    let fixture = Fixture::all();
    let report = fixture.call("workflows.details", r##"{"workflowId":"#no_such"}"##, &["--json"]).ended_with(1).json();
    assert!(report["failure"]["code"].is_string(), "{report}");
    assert_eq!(fixture.tenant.calls().total(Endpoint::WorkflowsDetails), 1);
}

#[test]
fn advice_after_a_write_is_not_to_send_it_again() {
    let harmful = "It may have taken effect all the same: check that at the provider before you run it again.";
    for (endpoint, fault, id, input, hint) in [
        ("act-execute", r#""reset-middle""#, "remote-actions.execute", ACTION, harmful),
        ("act-execute", r#"{"status":{"status":503}}"#, "remote-actions.execute", ACTION, harmful),
        ("nql-export", r#""reset-middle""#, "nql.export-start", EXPORT, "Try again."),
    ] {
        let fixture = Fixture::faulty(&format!(r#"[{{"when":{{"endpoint":"{endpoint}"}},"do":{fault}}}]"#));
        let report = fixture.call(id, input, &["--json"]).ended_with(1).json();
        assert_eq!(report["failure"]["hint"], hint, "{id} {fault}");
        let ran = fixture.call(id, input, &["--state", "later.json"]).ended_with(1);
        assert!(ran.out.contains(hint), "{}", ran.out);
        assert_eq!((ran.err.as_str(), fixture.files()), ("", Vec::new()), "no second sentence");
    }
    let fixture = Fixture::faulty(r#"[{"when":{"path_prefix":"/api"},"do":"reset-middle"}]"#);
    let request = ["request", "POST", "/api/v1/act/execute", "--body", "{}", "--json"];
    assert_eq!(fixture.run(&request).ended_with(1).json()["failure"]["hint"], harmful);
}
