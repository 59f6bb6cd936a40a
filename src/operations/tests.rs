mod enrichment;
mod export;
mod nql;
mod schema;
mod triggers;

use serde_json::{Value, json};

use super::*;
use crate::definition::PERMISSIONS;
use crate::entries::Entries;
use crate::failure::Failure;
use crate::http::{HeaderValue, Request, Response};
use crate::operations::step::{Download, Outcome, Pending, Step};

pub(super) fn settings() -> Entries {
    let pairs = [("instance", "nxdocs"), ("region", "eu"), ("client_id", "some-client")];
    Entries::new(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into())
}

pub(super) fn begun(id: &str, input: &Value) -> Pending {
    match start(&settings(), id, &input.to_string()) {
        Ok(Step::Send(pending)) => pending,
        other => panic!("{id}: {other:?}"),
    }
}

pub(super) fn refused(id: &str, input: &Value) -> Vec<(String, &'static str)> {
    let problems = start(&settings(), id, &input.to_string()).unwrap_err();
    problems.into_iter().map(|problem| (problem.field.unwrap_or_default(), problem.code.as_str())).collect()
}

pub(super) fn answer(status: u16, kind: &str, body: &str) -> Response {
    Response {
        status,
        headers: vec![("content-type".to_owned(), kind.to_owned())],
        body: body.as_bytes().to_vec(),
        received_at: 1_000_000,
    }
}

pub(super) fn json_answer(status: u16, body: &Value) -> Response {
    answer(status, "application/json", &body.to_string())
}

pub(super) fn resumed(id: &str, input: &Value, pending: &Pending, response: &Response) -> Result<Step, Failure> {
    resume(&settings(), id, &input.to_string(), &pending.state, response)
}

/// Runs an operation of one exchange to its end.
pub(super) fn done(id: &str, input: &Value, response: &Response) -> Outcome {
    match resumed(id, input, &begun(id, input), response) {
        Ok(Step::Done(outcome)) => outcome,
        other => panic!("{id}: {other:?}"),
    }
}

pub(super) fn failed(id: &str, input: &Value, response: &Response) -> Failure {
    match resumed(id, input, &begun(id, input), response) {
        Err(failure) => failure,
        other => panic!("{id}: {other:?}"),
    }
}

pub(super) fn output(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.output).unwrap()
}

pub(super) fn sent_body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

pub(super) fn sent_header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let found = request.headers.iter().find(|header| header.name == name)?;
    assert!(matches!(found.value, HeaderValue::Plain(_)));
    Some(found.value.expose())
}

pub(super) fn downloading(step: Result<Step, Failure>) -> Download {
    match step {
        Ok(Step::Download(download)) => download,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_catalogue_describes_each_operation_once() {
    for (i, operation) in CATALOGUE.iter().enumerate() {
        assert!(CATALOGUE[..i].iter().all(|other| other.id != operation.id), "{}", operation.id);
        assert!(PERMISSIONS.iter().any(|permission| Some(permission.id) == operation.permission), "{}", operation.id);
        assert!(operation.documentation.starts_with("https://docs.nexthink.com/api/"), "{}", operation.id);
        assert!(!operation.title.is_empty() && operation.description.ends_with('.'), "{}", operation.id);
        for schema in [operation.input_schema(), operation.output_schema()] {
            let schema: Value = serde_json::from_str(&schema).unwrap();
            jsonschema::draft202012::meta::validate(&schema)
                .unwrap_or_else(|error| panic!("{}: {error}", operation.id));
        }
    }
    assert!(
        PERMISSIONS
            .iter()
            .all(|permission| CATALOGUE.iter().any(|operation| operation.permission == Some(permission.id)))
    );
}

#[test]
fn every_member_is_described() {
    fn described(schema: &Value, at: &str) {
        let members = schema["properties"].as_object().into_iter().flatten();
        // That one of several is there repeats their names.
        for (name, member) in members.filter(|(_, member)| member.get("not").is_none()) {
            assert!(member["description"].as_str().is_some_and(|text| text.ends_with('.')), "{at}/{name}");
            described(member, &format!("{at}/{name}"));
        }
        for inner in schema["anyOf"].as_array().into_iter().flatten().chain(schema.get("items")) {
            described(inner, at);
        }
    }
    for operation in CATALOGUE {
        described(&serde_json::from_str(&operation.input_schema()).unwrap(), operation.id);
        described(&serde_json::from_str(&operation.output_schema()).unwrap(), operation.id);
    }
}

#[test]
fn every_pattern_is_anchored_and_no_type_is_a_list() {
    fn search(schema: &Value) {
        match schema {
            Value::Object(members) => {
                assert!(!members.get("type").is_some_and(Value::is_array), "{schema}");
                if let Some(Value::String(pattern)) = members.get("pattern") {
                    let whole = pattern.starts_with('^') && pattern.ends_with('$') && !pattern.contains("$|");
                    assert!(whole, "{pattern}");
                }
                members.values().for_each(search);
            }
            Value::Array(items) => items.iter().for_each(search),
            _ => {}
        }
    }
    for operation in CATALOGUE {
        search(&serde_json::from_str(&operation.input_schema()).unwrap());
        search(&serde_json::from_str(&operation.output_schema()).unwrap());
    }
}

#[test]
fn every_description_of_a_batch_tells_what_of_it_may_be_left_out() {
    for id in ["enrichment.write", "campaigns.trigger", "devices.delete", "nql.export"] {
        let operation = CATALOGUE.into_iter().find(|operation| operation.id == id).unwrap();
        assert!(operation.description.contains("partial"), "{id}");
    }
}

#[test]
fn every_example_is_an_input() {
    for operation in CATALOGUE {
        let started = start(&settings(), operation.id, operation.example);
        assert!(started.is_ok(), "{}: {started:?}", operation.id);
        let schema: Value = serde_json::from_str(&operation.input_schema()).unwrap();
        let example: Value = serde_json::from_str(operation.example).unwrap();
        assert_eq!(schema["examples"], json!([example]), "{}", operation.id);
    }
}

#[test]
fn only_what_reads_or_leaves_the_same_behind_may_be_repeated() {
    let repeatable = |operation: &&&Operation| match start(&settings(), operation.id, operation.example) {
        Ok(Step::Send(pending)) => pending.request.repeatable,
        other => panic!("{other:?}"),
    };
    let ids: Vec<&str> = CATALOGUE.iter().filter(repeatable).map(|operation| operation.id).collect();
    assert_eq!(
        ids,
        [
            "nql.execute",
            "nql.execute-v1",
            "nql.export-status",
            "remote-actions.list",
            "remote-actions.details",
            "workflows.list",
            "workflows.details",
            "enrichment.write",
        ]
    );
}

#[test]
fn every_request_goes_to_the_api_host_with_the_token() {
    for operation in CATALOGUE {
        let Ok(Step::Send(pending)) = start(&settings(), operation.id, operation.example) else { panic!() };
        assert!(
            pending.request.url.starts_with("https://nxdocs.api.eu.nexthink.cloud/api/"),
            "{}",
            pending.request.url
        );
        assert!(pending.request.authorized && !pending.request.url.contains('#'), "{}", pending.request.url);
        assert_eq!(pending.wait, 0);
    }
}

#[test]
fn problems_of_settings_and_input_come_together() {
    let problems = start(&Entries::new(Vec::new()), "nql.execute", "{}").unwrap_err();
    let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_deref()).collect();
    assert_eq!(fields, [Some("/queryId"), Some("instance"), Some("region")]);
    assert_eq!(start(&settings(), "nql.drop", "{}").unwrap_err()[0].code.as_str(), "unknown-operation");
}

#[test]
fn a_state_belongs_to_one_operation_and_one_release() {
    let input = json!({"queryId": "#ab"});
    let response = json_answer(200, &json!({"data": []}));
    for state in [
        &b""[..],
        b"[1,\"nql.execute-v1\",null]",
        b"[2,\"nql.execute\",null]",
        b"[1,\"nql.execute\"]",
        b"[1,\"nql.execute\",null,1]",
        b"{}",
        b"\xff",
        &vec![b'['; 9 << 20],
    ] {
        let failure = resume(&settings(), "nql.execute", &input.to_string(), state, &response).unwrap_err();
        assert_eq!(failure.code, "operation-failed");
    }
    let good = b"[1,\"nql.execute\",null]";
    assert!(resume(&settings(), "nql.execute", &input.to_string(), good, &response).is_ok());
    assert!(resume(&settings(), "nql.execute", "[]", good, &response).is_err());
    assert!(resume(&settings(), "nothing", "{}", good, &response).is_err());
    assert!(resume(&Entries::new(Vec::new()), "nql.execute", &input.to_string(), good, &response).is_err());
}

#[test]
fn an_answer_that_repeats_a_member_that_is_read_is_malformed() {
    let response = answer(200, "application/json", r#"{"exportId":"e1","exportId":"e2"}"#);
    let failure = failed("nql.export-start", &json!({"queryId": "#ab"}), &response);
    assert_eq!(failure.code, "malformed-response");
    let response = answer(200, "application/json", r#"{"exportId":"e1","other":1,"other":2}"#);
    assert_eq!(output(&done("nql.export-start", &json!({"queryId": "#ab"}), &response)), json!({"exportId": "e1"}));
}

#[test]
fn failures_are_named_by_status_whatever_the_operation() {
    for operation in CATALOGUE {
        let input: Value = serde_json::from_str(operation.example).unwrap();
        for (status, body, code) in [
            (401, "", "token-expired"),
            (403, r#"{"message":"Forbidden"}"#, "permission-missing"),
            (404, "", "not-found"),
            (400, r#"{"code":"INVALID","message":"No."}"#, "rejected"),
            (429, "", "rate-limited"),
            (500, r#"{"code":500,"message":"Oops","source":"nql"}"#, "unavailable"),
            (503, "<html>", "unavailable"),
            (302, "", "redirected"),
        ] {
            let failure = failed(operation.id, &input, &answer(status, "application/json", body));
            assert_eq!(failure.code, code, "{} {status}", operation.id);
        }
        // A response of Spark is empty; objects that pass through may have any
        // member.
        let open = ["remote-actions.details", "workflows.details", "workflows.resume"].contains(&operation.id);
        if operation.id != "spark.handoff" {
            for body in ["", "[1", "<html>", r#"{"unrelated":true,"data":7,"errors":7}"#, "[7]", "null", "\"x\""] {
                if open && body.starts_with('{') {
                    continue;
                }
                let failure = failed(operation.id, &input, &answer(200, "application/json", body));
                assert_eq!(failure.code, "malformed-response", "{} {body}", operation.id);
            }
            let failure = failed(operation.id, &input, &answer(200, "text/html", "<html>Sign in</html>"));
            assert_eq!(failure.code, "malformed-response", "{}", operation.id);
        }
    }
}
