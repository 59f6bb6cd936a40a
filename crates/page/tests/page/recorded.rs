//! Connections and operations over recordings.

use serde_json::{Value, json};

use super::server::{SECRET, Server, entries};

#[test]
fn a_secret_and_a_token_never_come_back() {
    let server = Server::recorded();
    let secret_field = json!({ "entries": [["instance", SECRET], ["client_secret", SECRET]] });
    let mut answers = vec![
        server.post("/api/connect", &format!(r#"{{"entries":{{"client_secret":"{SECRET}"}}}}"#)),
        server.post("/api/connect", &format!(r#"{{"entries":[["client_secret","{SECRET}"]],"recording":"{SECRET}"}}"#)),
        server.post("/api/connect", &format!("{SECRET} is no JSON")),
        server.post("/api/resolve", &secret_field.to_string()),
        server.post(&format!("/api/{SECRET}"), "{}").replace(&format!("/api/{SECRET}"), ""),
    ];
    for file in ["success-eu.har", "failure-echoed-secret.har", "failure-429-seconds.har", "fault-timeout.har"] {
        let asked = json!({ "entries": entries(), "recording": server.number_of(file) });
        let result = server.result("/api/connect", &asked);
        answers.push(result.to_string());
        let Some(connection) = result["connected"].get("id") else { continue };
        answers.push(server.result("/api/permissions", &json!({ "connection": connection })).to_string());
        let input = r##"{"queryId":"#device_by_name","parameters":{"device_name":"PC-0000001"}}"##;
        let recording = server.number_of("nql-execute.har");
        let call =
            json!({ "connection": connection, "operation": "nql.execute", "input": input, "recording": recording });
        let outcome = server.result("/api/call", &call);
        assert!(outcome["outcome"]["output"].as_str().unwrap().contains("PC-0000001"), "{outcome}");
        answers.push(outcome.to_string());
        // What does not fit the recording is explained without the secret.
        let input = json!({ "queryId": "#other", "parameters": { "a": SECRET } }).to_string();
        let other =
            json!({ "connection": connection, "operation": "nql.execute", "input": input, "recording": recording });
        let mismatch = server.result("/api/call", &other);
        assert_eq!(mismatch["error"]["code"], "recording-mismatch", "{mismatch}");
        answers.push(mismatch.to_string());
        answers.push(server.ask("/api/disconnect", &json!({ "connection": connection })).to_string());
        assert_eq!(server.result("/api/call", &call)["error"]["code"], "no-connection");
    }
    answers.extend(["/", "/api/facts", "/api/operations"].map(|path| server.get(path)));
    for answer in answers {
        for secret in [SECRET, "ZGVtbzph", "replayed.access.token", "replayedclientsecret"] {
            assert!(!answer.contains(secret), "{secret}: {answer}");
        }
    }
}

#[test]
fn recordings_answer_for_every_tenant() {
    let server = Server::recorded();
    let connect = |entries: Value, file: &str| {
        server.result("/api/connect", &json!({ "entries": entries, "recording": server.number_of(file) }))
    };
    let connected = &connect(entries(), "success-eu.har")["connected"];
    assert_eq!(connected["connection"]["hosts"][0]["name"], "acme-login.eu.nexthink.cloud");
    assert_eq!(connected["token"]["refresh-after"], 840);
    assert!(connected["token"].get("value").is_none());
    // Another region than the recorded one.
    let american = json!([["instance", "acme"], ["region", "us"], ["client_id", "demo"], ["client_secret", SECRET]]);
    let connected = &connect(american, "success-eu.har")["connected"];
    assert_eq!(connected["connection"]["hosts"][0]["name"], "acme-login.us.nexthink.cloud");
    assert_eq!(connect(entries(), "failure-429-seconds.har")["failure"]["retry-after"], 120);
    let refused = connect(json!([["instance", "acme"]]), "success-eu.har");
    assert_eq!(refused["problems"].as_array().map(Vec::len), Some(3));
    let pasted = json!({ "entries": [["instance", "https://nxdocs.data.eu.nexthink.cloud/dashboards"]] });
    assert_eq!(server.ask("/api/resolve", &pasted)["connection"]["settings"]["region"], "eu");
}

#[test]
fn permissions_are_shown_as_recorded_and_unknown_otherwise() {
    let server = Server::recorded();
    for (file, expected) in [("permissions-some-missing.har", "missing"), ("success-eu.har", "unknown")] {
        let asked = json!({ "entries": entries(), "recording": server.number_of(file) });
        let connection = server.result("/api/connect", &asked)["connected"]["id"].clone();
        let checks = server.result("/api/permissions", &json!({ "connection": connection }))["permissions"].clone();
        let checks = checks.as_array().unwrap();
        assert!(checks.iter().any(|check| check["status"]["state"] == expected), "{file}: {checks:?}");
        assert!(checks.iter().all(|check| check["status"]["detail"].is_string()), "{file}: {checks:?}");
    }
}

#[test]
fn every_recording_ends_on_the_page_as_it_was_recorded() {
    let server = Server::recorded();
    let facts = server.get("/api/facts");
    let facts: Value = serde_json::from_str(facts.split_once("\r\n\r\n").unwrap().1).unwrap();
    let recordings = facts["recordings"].as_array().unwrap();
    assert!(recordings.len() > 100, "{}", recordings.len());
    for (at, recording) in recordings.iter().enumerate().filter(|(_, recording)| recording["operation"].is_null()) {
        let expected = match recording["outcome"].as_str().unwrap() {
            "token" => "connected",
            "failure" => "failure",
            // Entries that are right leave nothing to refuse.
            _ => continue,
        };
        let result = server.result("/api/connect", &json!({ "entries": entries(), "recording": at }));
        assert!(result.get(expected).is_some(), "{}: {result}", recording["file"]);
    }
    let asked = json!({ "entries": entries(), "recording": server.number_of("success-eu.har") });
    let connected = server.result("/api/connect", &asked);
    let connection = &connected["connected"]["id"];
    for (at, recording) in recordings.iter().enumerate().filter(|(_, recording)| recording["operation"].is_string()) {
        let asked = json!({
            "connection": connection, "operation": recording["operation"], "recording": at, "confirmed": true,
            "input": match &recording["input"] { Value::String(text) => text.clone(), input => input.to_string() },
        });
        let result = server.result("/api/call", &asked);
        let expected = recording["outcome"].as_str().unwrap();
        // An operation that the connector does not offer does not get as far as its problem.
        let unknown = result["error"]["code"] == "no-operation" && expected == "problems";
        assert!(result.get(expected).is_some() || unknown, "{}: {result}", recording["file"]);
    }
}
