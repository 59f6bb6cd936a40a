//! The command line against the fake tenant, over TLS on loopback.

use std::fs;

use super::host_test;
use crate::fixture::{CLIENT_ID, CLIENT_SECRET, Fixture};
use fake_nexthink::Permission;

#[test]
fn connecting_tells_which_permissions_the_credentials_have() {
    let fixture = Fixture::new(&[Permission::Nql, Permission::Workflows], "[]");
    let report = fixture.connect().ended_with(0).json();
    assert_eq!(report["connection"]["label"], "nxdocs (European Union)");
    assert_eq!(report["token"]["expires-in"], 900);
    assert_eq!(report["token"]["value"], "•••");
    let proven: Vec<_> = report["permissions"].as_array().unwrap().iter().map(|row| &row["status"]["state"]).collect();
    // Remote actions, enrichment, data management, workflows, campaigns, NQL, Spark.
    assert_eq!(proven, ["missing", "missing", "unknown", "granted", "missing", "granted", "unknown"]);
    assert_eq!(fixture.tenant.calls().tokens_issued(), 1, "one exchange for all of it");
}

#[test]
fn wrong_credentials_name_the_field_to_correct() {
    let mut fixture = Fixture::new(&[], "[]");
    fixture.client.0 = "somebody-else".to_owned();
    let failure = &fixture.connect().ended_with(1).json()["failure"];
    assert_eq!((&failure["code"], &failure["field"]), (&"invalid-client".into(), &"client_id".into()));
}

#[test]
fn a_call_goes_through_with_the_token() {
    let fixture = Fixture::new(&[Permission::RemoteActions], "[]");
    let actions = fixture.run(&["request", "GET", "/api/v1/act/remote-action"]).ended_with(0).json();
    assert!(actions.as_array().is_some_and(|actions| !actions.is_empty()));
    let report = fixture.run(&["request", "GET", "/api/v1/workflows", "--json"]).ended_with(1).json();
    assert_eq!(report["failure"]["code"], "permission-missing");
}

#[test]
fn a_path_that_leaves_the_api_is_refused_before_anything_is_sent() {
    let fixture = Fixture::new(&[Permission::Nql], "[]");
    let report = fixture.run(&["request", "GET", "//evil.example/", "--json"]).ended_with(2).json();
    assert_eq!(report["problems"][0]["field"], "/path-and-query");
    assert_eq!(fixture.tenant.calls().requests, 0);
}

#[test]
fn each_fault_of_the_exchange_is_a_failure_of_its_own() {
    for (action, code) in [
        (r#"{"status":{"status":503}}"#, "unavailable"),
        (r#"{"status":{"status":429,"retry_after":{"seconds":7}}}"#, "rate-limited"),
        (r#""reset-before""#, "network"),
        (r#""reset-middle""#, "network"),
        (r#""truncated""#, "network"),
        (r#"{"oversized":{"bytes":1000000}}"#, "response-too-large"),
        (r#""html-page""#, "malformed-response"),
        (r#"{"redirect":{"location":"https://evil.example/"}}"#, "redirected"),
        (r#""wrong-content-type""#, "malformed-response"),
        (r#""expired-certificate""#, "tls"),
        (r#""wrong-host-certificate""#, "tls"),
    ] {
        // A certificate is shown before there is a call to name.
        let when = if code == "tls" { "{}" } else { r#"{"endpoint":"token"}"# };
        let fixture = Fixture::new(&[], &format!(r#"[{{"when":{when},"do":{action}}}]"#));
        assert_eq!(fixture.connect().ended_with(1).json()["failure"]["code"], code, "{action}");
    }
}

/// A wait until a date shrinks while the answer travels, so it lies in a range.
#[test]
fn every_form_of_a_wait_is_shown_in_seconds() {
    for (form, waits) in [
        (r#"{"seconds":600}"#, 600..=600),
        (r#"{"http-date":600}"#, 500..=600),
        (r#"{"iso-date":600}"#, 500..=600),
        (r#"{"rate-limit-reset":600}"#, 500..=600),
    ] {
        let fault = format!(r#"{{"status":{{"status":429,"retry_after":{form}}}}}"#);
        let fixture = Fixture::new(&[], &format!(r#"[{{"when":{{"endpoint":"token"}},"do":{fault}}}]"#));
        let report = fixture.connect().ended_with(1).json();
        assert_eq!(report["failure"]["code"], "rate-limited", "{form}");
        let waited = report["failure"]["retry-after"].as_u64().unwrap();
        assert!(waits.contains(&waited), "{form}: {waited}");
        let shown = fixture.run(&["connect"]).out;
        let line = shown.lines().find_map(|line| line.trim().strip_prefix("Wait ")?.strip_suffix(" s."));
        assert!(waits.contains(&line.unwrap().parse().unwrap()), "{form}: {shown}");
    }
}

#[test]
fn an_answer_that_comes_too_late_is_a_timeout() {
    let late = r#"[{"when":{"endpoint":"token"},"do":{"delay":{"milliseconds":600000}}}]"#;
    let fixture = Fixture::new(&[], late);
    let failure = &fixture.run(&["connect", "--json", "--timeout", "1"]).ended_with(1).json()["failure"];
    assert_eq!(failure["code"], "timeout");
    assert_eq!(failure["message"], "The host nxdocs-login.eu.nexthink.cloud did not answer within 1 second.");
    assert_eq!(fixture.tenant.calls().connections, 1, "it was not tried again");
}

#[test]
fn a_wrong_ca_file_is_refused_in_one_sentence() {
    let fixture = Fixture::new(&[], "[]");
    fs::write(&fixture.ca, "not a certificate").unwrap();
    assert_eq!(fixture.run(&["connect"]).ended_with(2).err.lines().count(), 1);
}

#[test]
fn a_recorded_connection_holds_no_secret_and_replays() {
    let fixture = Fixture::new(&[Permission::Nql], "[]");
    let record = ["record", "--out", "recorded.har"];
    fixture.run(&record).ended_with(0);
    let text = fixture.read("recorded.har");
    for secret in [CLIENT_SECRET, CLIENT_ID, "nxdocs"] {
        assert!(!text.contains(secret), "{text}");
    }
    for part in [r#""_origin": "observed""#, "Basic {{basic:client_id:client_secret}}"] {
        assert!(text.contains(part), "{text}");
    }
    host_test(&["run", fixture.path("recorded.har").to_str().unwrap()]).ended_with(0);

    assert!(fixture.run(&record).ended_with(2).err.contains("exists; --force overwrites it"));
    assert_eq!(fixture.tenant.calls().tokens_issued(), 1, "nothing was sent for a file that exists");
    fixture.run(&[&record[..], &["--force"]].concat()).ended_with(0);
}

#[test]
fn what_may_be_secret_is_refused_and_nothing_is_written() {
    let mut fixture = Fixture::new(&[], "[]");
    // The answer for an unknown id carries a long random id of its own.
    fixture.client.0 = "somebody-else".to_owned();
    let said = fixture.run(&["record", "--out", "failed.har"]).ended_with(1).err;
    assert!(said.contains("/log/entries/0/response/content/text: a long run of letters and digits"), "{said}");
    assert_eq!(fixture.files(), [""; 0]);
}
