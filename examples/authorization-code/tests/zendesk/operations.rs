//! Operations against the fake account, and their schemas.

use connector_kit::http::Response;
use connector_kit::step::Step;
use serde_json::{Value, json};
use zendesk_connector::catalogue::CATALOGUE;
use zendesk_connector::operations::{resume, start};

use crate::person::{Person, entries};

fn signed_in() -> (Person, zendesk_connector::sign_in::Token) {
    let mut person = Person::new(None);
    let code = person.code();
    let token = person.exchange_code(&code).unwrap();
    (person, token)
}

fn run(operation: &str, input: &Value) -> Value {
    let (mut person, token) = signed_in();
    let output = person.run(&token, operation, &input.to_string()).unwrap().output;
    let output = serde_json::from_str(&output).unwrap();
    let described = CATALOGUE.into_iter().find(|described| described.id == operation).unwrap();
    let schema = serde_json::from_str(&described.output_schema()).unwrap();
    assert!(jsonschema::is_valid(&schema, &output), "{operation}: {output}");
    output
}

#[test]
fn tickets_come_in_pages_until_there_are_enough() {
    for (limit, begin, last) in [(3, None, 3), (100, None, 100), (230, None, 230), (9, Some("after=100"), 109)] {
        let output = run("tickets.list", &json!({ "limit": limit, "after": begin }));
        let tickets = output["tickets"].as_array().unwrap();
        assert_eq!((tickets.len(), &tickets[limit - 1]["id"]), (limit, &json!(last)));
        assert_eq!(output["after"], format!("after={last}"));
    }
    for limit in [250, 500] {
        let all = run("tickets.list", &json!({ "limit": limit }));
        assert_eq!((all["tickets"].as_array().unwrap().len(), &all["after"]), (250, &Value::Null));
    }
}

#[test]
fn a_ticket_is_created_and_repeatable_only_with_a_key() {
    let input = json!({ "subject": "Printer on fire", "comment": "It smokes.", "priority": "urgent" });
    let ticket = run("tickets.create", &input);
    assert_eq!((&ticket["id"], &ticket["priority"]), (&json!(251), &json!("urgent")));
    let mut keyed = input.clone();
    keyed["idempotency_key"] = json!("9b2e7d1c");
    for (input, repeatable) in [(input, false), (keyed, true)] {
        let step = start(&entries([("subdomain", "acme")]), "tickets.create", &input.to_string()).unwrap();
        assert!(matches!(step, Step::Send(pending) if pending.request.repeatable == repeatable));
    }
}

#[test]
fn every_problem_of_an_input_is_reported_at_once() {
    let input = r#"{"subject":"","priority":"yesterday","idempotency_key":"a b","when":7}"#;
    let problems = start(&entries([]), "tickets.create", input).unwrap_err();
    let found: Vec<_> = problems.iter().map(|problem| problem.field.as_deref()).collect();
    let pointers = [Some("/subject"), Some("/priority"), Some("/idempotency_key"), None, Some("/comment")];
    assert_eq!(found, [&pointers[..], &[Some("subdomain")]].concat());
}

#[test]
fn examples_fit_their_schemas_and_start() {
    for operation in CATALOGUE {
        let schema: Value = serde_json::from_str(&operation.input_schema()).unwrap();
        assert!(jsonschema::draft202012::meta::is_valid(&schema), "{}", operation.id);
        assert!(jsonschema::is_valid(&schema, &schema["examples"][0]), "{}", operation.id);
        assert!(start(&entries([("subdomain", "acme")]), operation.id, operation.example).is_ok(), "{}", operation.id);
    }
}

#[test]
fn an_empty_page_ends_the_list_whatever_it_promises() {
    let settings = entries([("subdomain", "acme")]);
    let Step::Send(pending) = start(&settings, "tickets.list", "{}").unwrap() else { panic!("a request comes first") };
    let body = br#"{"tickets":[],"meta":{"has_more":true,"after_cursor":"more"}}"#.to_vec();
    let response = Response { status: 200, headers: Vec::new(), body, received_at: 0 };
    let step = resume(&settings, "tickets.list", "{}", &pending.state, &response).unwrap();
    assert!(matches!(step, Step::Done(outcome) if outcome.output == r#"{"tickets":[],"after":null}"#));
}

#[test]
fn a_state_of_another_operation_is_refused() {
    let settings = entries([("subdomain", "acme")]);
    let Step::Send(pending) = start(&settings, "users.me", "{}").unwrap() else { panic!("a request comes first") };
    let response = Response { status: 200, headers: Vec::new(), body: Vec::new(), received_at: 0 };
    let failure = resume(&settings, "tickets.list", "{}", &pending.state, &response).unwrap_err();
    assert_eq!(failure.code, "operation-failed");
}
