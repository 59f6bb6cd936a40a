use std::collections::BTreeSet;

use connector_kit::api::Call;
use connector_kit::entries::Entries;
use connector_kit::exchange;
use connector_kit::failure::{Failure, Recovery};
use connector_kit::http::Response;
use connector_kit::problem::Problem;
use connector_kit::step::{Outcome, Pending, Step};
use serde_json::{Value, json};

use crate::access::{authorize, request, resolve, response};
use crate::definition::{DEFINITION, NAME, SITES};
use crate::operations::CATALOGUE;

fn entries(pairs: &[(&str, &str)]) -> Entries {
    Entries::new(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Response { status, headers, body: body.as_bytes().to_vec(), received_at: 1_768_469_400 }
}

fn start(id: &str, input: &Value) -> Result<Pending, Vec<Problem>> {
    let base_url = |settings: &Entries| resolve(settings).map(|connection| connection.base_url);
    let settings = entries(&[("site", "us5.datadoghq.com")]);
    match exchange::start(&CATALOGUE, NAME, base_url, &settings, id, &input.to_string())? {
        Step::Send(pending) => Ok(pending),
        other => panic!("{other:?}"),
    }
}

fn run(id: &str, input: &Value, response: &Response) -> Result<Outcome, Failure> {
    let pending = start(id, input).unwrap();
    match exchange::resume(&CATALOGUE, id, &input.to_string(), &pending.state, response)? {
        Step::Done(outcome) => Ok(outcome),
        other => panic!("{other:?}"),
    }
}

/// Runs an operation and checks its output against the schema.
fn output(id: &str, input: &Value, response: &Response) -> Value {
    let output = serde_json::from_str(&run(id, input, response).unwrap().output).unwrap();
    let operation = CATALOGUE.iter().find(|operation| operation.id == id).unwrap();
    let schema = serde_json::from_str(&operation.output_schema()).unwrap();
    assert!(jsonschema::draft202012::is_valid(&schema, &output), "{output}");
    output
}

#[test]
fn every_site_has_its_api_host_under_a_domain_of_the_definition() {
    for site in &SITES {
        let connection = resolve(&entries(&[("site", &format!(" {} ", site.value.to_uppercase()))])).unwrap();
        assert_eq!(connection.base_url, format!("https://api.{}", site.value));
        assert_eq!(connection.settings, [("site", site.value.to_owned())]);
        assert!(DEFINITION.domains.iter().any(|domain| site.value.ends_with(domain)), "{}", site.value);
    }
}

#[test]
fn every_problem_of_the_entries_comes_at_once() {
    let problems = resolve(&entries(&[("site", "datadog.com"), ("region", "eu"), ("api_key", "a"), ("api_key", "b")]));
    let found: Vec<_> =
        problems.unwrap_err().into_iter().map(|problem| (problem.field.unwrap(), problem.code.as_str())).collect();
    let expected = [("region", "unknown-field"), ("api_key", "contradiction"), ("site", "not-an-option")];
    assert_eq!(found, expected.map(|(field, code)| (field.to_owned(), code)));
}

#[test]
fn the_keys_become_headers_and_never_print() {
    let both = authorize(&entries(&[("api_key", " canary1 "), ("application_key", "canary2")])).unwrap();
    let shown: Vec<_> = both.iter().map(|header| (&*header.name, header.value.expose())).collect();
    assert_eq!(shown, [("dd-api-key", "canary1"), ("dd-application-key", "canary2")]);
    assert!(!format!("{both:?}").contains("canary"));
    assert_eq!(authorize(&entries(&[("api_key", "canary1"), ("application_key", " ")])).unwrap().len(), 1);
    for pairs in [&[("application_key", "a")][..], &[("api_key", "a b")], &[("api_key", "a\r\nx: y")]] {
        let failure = authorize(&entries(pairs)).unwrap_err();
        assert_eq!((failure.code, failure.recovery), ("bad-credential", Recovery::Reconfigure));
        assert_eq!(failure.field, Some("api_key"));
    }
}

#[test]
fn a_request_to_any_path_cannot_present_a_key_of_its_own() {
    let call = |headers: &[(&str, &str)]| {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let path_and_query = "/api/v2/users".to_owned();
        request(
            &entries(&[("site", "datadoghq.eu")]),
            Call { method: "GET".to_owned(), path_and_query, headers, body: Vec::new() },
        )
    };
    let sent = call(&[("accept", "application/json")]).unwrap();
    assert_eq!(sent.url, "https://api.datadoghq.eu/api/v2/users");
    assert!(sent.authorized && sent.repeatable);
    assert_eq!(call(&[("DD-API-KEY", "x")]).unwrap_err()[0].field.as_deref(), Some("/headers/0"));
}

#[test]
fn each_status_has_its_failure() {
    let reset = [("x-ratelimit-reset", "27")];
    for (status, headers, code, recovery) in [
        (400, &[][..], "rejected", Recovery::Reconfigure),
        (401, &[], "invalid-client", Recovery::Reconfigure),
        (403, &[], "permission-missing", Recovery::Reconfigure),
        (404, &[], "not-found", Recovery::Reconfigure),
        (429, &reset, "rate-limited", Recovery::Retry(Some(27))),
        (429, &[], "rate-limited", Recovery::Retry(None)),
        (502, &reset, "unavailable", Recovery::RetryIfRepeatable(None)),
        (302, &[], "redirected", Recovery::Alarm),
        (418, &[], "unexpected-status", Recovery::GiveUp),
    ] {
        let failure = response(&answer(status, headers, r#"{"errors":["In their words."]}"#)).unwrap_err();
        assert_eq!((failure.code, failure.recovery), (code, recovery), "{status}");
        assert_eq!(failure.provider_message.as_deref(), Some("In their words."), "{status}");
        assert!(failure.hint.is_some(), "{status}");
    }
    for status in [200, 202, 204] {
        assert_eq!(response(&answer(status, &[], "")), Ok(()));
    }
}

#[test]
fn examples_are_accepted_and_schemas_are_valid() {
    for operation in CATALOGUE {
        let example: Value = serde_json::from_str(operation.example).unwrap();
        assert!(start(operation.id, &example).is_ok(), "{}", operation.id);
        for schema in [operation.input_schema(), operation.output_schema()] {
            let schema: Value = serde_json::from_str(&schema).unwrap();
            jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|error| panic!("{error}"));
        }
        let schema = serde_json::from_str(&operation.input_schema()).unwrap();
        assert!(jsonschema::draft202012::is_valid(&schema, &example), "{}", operation.id);
    }
}

#[test]
fn a_key_that_is_refused_is_to_blame_where_nothing_else_can_be() {
    assert_eq!(output("keys.validate", &json!({}), &answer(200, &[], r#"{"valid":true}"#)), json!({"valid": true}));
    let refused = answer(403, &[], r#"{"errors":["Forbidden"]}"#);
    for (id, input, code, field) in [
        ("keys.validate", json!({}), "invalid-client", Some("api_key")),
        ("events.post", json!({"title": "a", "text": "b"}), "invalid-client", Some("api_key")),
        ("monitors.list", json!({}), "permission-missing", None),
    ] {
        let failure = run(id, &input, &refused).unwrap_err();
        assert_eq!((failure.code, failure.field), (code, field), "{id}");
    }
}

#[test]
fn filters_of_monitors_are_encoded() {
    let input =
        json!({"name": "a&b #c", "tags": ["host:x", "env:y"], "monitorTags": null, "page": 2.0, "pageSize": 50});
    let sent = start("monitors.list", &input).unwrap().request;
    let query = "page=2&page_size=50&name=a%26b+%23c&tags=host%3Ax%2Cenv%3Ay";
    assert_eq!(sent.url, format!("https://api.us5.datadoghq.com/api/v1/monitor?{query}"));
    assert!(sent.repeatable);
}

#[test]
fn a_full_page_of_monitors_names_the_next() {
    let page = |monitors: &str| answer(200, &[("content-type", "application/json")], monitors);
    let input = json!({"page": 3, "pageSize": 2});
    let full = output("monitors.list", &input, &page(r#"[{"id":1},{"id":2}]"#));
    assert_eq!((full["monitors"].as_array().unwrap().len(), &full["nextPage"]), (2, &json!(4)));
    let last = output("monitors.list", &input, &page(r#"[{"id":1}]"#));
    assert_eq!(last, json!({"monitors": [{"id": 1}]}));
    for body in ["{}", "[1]", "[", "<html>"] {
        assert_eq!(run("monitors.list", &input, &page(body)).unwrap_err().code, "malformed-response", "{body}");
    }
}

#[test]
fn an_event_is_sent_as_it_is_and_without_null() {
    let input = json!({"title": "t", "text": "x", "host": null, "tags": ["a:b"]});
    let sent = start("events.post", &input).unwrap().request;
    assert_eq!(String::from_utf8(sent.body.clone()).unwrap(), r#"{"tags":["a:b"],"text":"x","title":"t"}"#);
    assert!(!sent.repeatable);
    let body = r#"{"status":"ok","event":{"id":7000000000000000001,"id_str":"7000000000000000001","url":"https://app.datadoghq.com/event/event?id=1"}}"#;
    let posted = output("events.post", &input, &answer(202, &[], body));
    assert_eq!(posted["id"], json!("7000000000000000001"));
    let bare = output("events.post", &input, &answer(202, &[], r#"{"event":{"id":7}}"#));
    assert_eq!(bare, json!({"id": "7"}));
}

#[test]
fn an_event_that_may_have_been_posted_is_to_be_looked_up() {
    let input = json!({"title": "t", "text": "x"});
    for (status, body) in [(202, "<html>"), (202, r#"{"status":"ok"}"#), (500, ""), (408, ""), (302, "")] {
        let failure = run("events.post", &input, &answer(status, &[], body)).unwrap_err();
        let warned = failure.hint.as_deref().unwrap().contains("posted all the same");
        assert_eq!(warned, status != 302, "{status}");
    }
}

#[test]
fn every_problem_of_an_input_has_its_pointer() {
    // In which order depends on how `serde_json` keeps the members of an object.
    let found = |id: &str, input: Value| -> BTreeSet<_> {
        let problems = start(id, &input).unwrap_err();
        problems.into_iter().map(|problem| (problem.field.unwrap_or_default(), problem.code.as_str())).collect()
    };
    let named = |pairs: &[(&str, &'static str)]| -> BTreeSet<_> {
        pairs.iter().map(|(pointer, code)| ((*pointer).to_owned(), *code)).collect()
    };
    assert_eq!(
        found("monitors.list", json!({"pageSize": 1001, "page": -1, "tags": []})),
        named(&[("/page", "out-of-range"), ("/pageSize", "out-of-range"), ("/tags", "too-few")])
    );
    assert_eq!(
        found("events.post", json!({"text": "x".repeat(4001), "priority": "high", "titel": "t"})),
        named(&[("/priority", "not-an-option"), ("/text", "too-long"), ("", "unknown-field"), ("/title", "required")])
    );
    assert_eq!(found("monitors.delete", json!({})), named(&[("", "unknown-operation")]));
}
