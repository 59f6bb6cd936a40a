//! Components with one flaw each.

use connector_check::Rule;
use serde_json::json;
use test_support::{Behaviour, TestComponent};

use crate::{assert_finding, findings, judged};

/// Returns a component whose field `account` has a pattern.
fn with_pattern(pattern: &str) -> TestComponent {
    TestComponent::provider().with("/definition/fields/0/pattern", pattern)
}

/// Returns a component whose operation refuses every input.
fn with_schema(schema: &str) -> TestComponent {
    TestComponent::connector().with("/operations/0/input_schema", schema).with("/operations/0/output_schema", schema)
}

/// Returns a component of which a function does something else.
fn behaving(function: &str, behaviour: Behaviour) -> TestComponent {
    TestComponent::provider().behaving(function, behaviour)
}

/// Returns a component with other headers in its token request.
fn with_header(header: [&str; 2]) -> TestComponent {
    TestComponent::provider().with("/exchange/request/headers", json!([header]))
}

/// Asserts that each component breaks its rule, with a text in a finding.
async fn assert_found<const N: usize>(flaws: [(TestComponent, Rule, &str); N]) {
    for (component, rule, what) in flaws {
        assert_finding(&judged(component).await, rule, what);
    }
}

#[tokio::test]
async fn flaws_of_a_form_are_found() {
    let refusing = behaving("token-request", Behaviour::Refuse);
    assert_found([
        // It accepts anything.
        (with_pattern("[a-z]*"), Rule::Patterns, "the form of account refuses what the connector accepts"),
        (with_pattern("[a-z]+"), Rule::Patterns, "does not match an empty value, though the field is not required"),
        (with_pattern("[a-z"), Rule::Definition, "is not an ECMA-262 expression"),
        (with_pattern("[0-9]*"), Rule::Definition, "does not match `pattern`"),
        (refusing.clone(), Rule::Form, "`token-request` refuses the examples of the definition"),
        (
            refusing.behaving("resolve", Behaviour::Refuse),
            Rule::Form,
            "`resolve` refuses the examples of the definition",
        ),
        (TestComponent::provider().with("/definition/version", "one"), Rule::Definition, "is not a semantic version"),
    ])
    .await;
}

#[tokio::test]
async fn a_pattern_that_takes_too_long_is_found() {
    let report = judged(with_pattern("(a+)+b")).await;
    assert_finding(&report, Rule::Definition, "takes longer than 200 ms on a value of");
    assert_eq!(findings(&report, Rule::Definition)[0].at, "`pattern` of field account");
}

#[tokio::test]
async fn results_that_differ_and_secrets_in_them_are_found() {
    assert_found([
        (
            behaving("resolve", Behaviour::CountCalls),
            Rule::Repeats,
            "the connector gave two results for the same call in `resolve`",
        ),
        (
            behaving("token-request", Behaviour::LeakSecondEntry),
            Rule::Secrets,
            "breaks the contract: `notes[0]` contains a secret",
        ),
        (behaving("resolve", Behaviour::QuoteLastEntry), Rule::Secrets, "a problem quotes what was entered"),
    ])
    .await;
}

// More URLs and headers are among the hostile components.
#[tokio::test]
async fn token_requests_to_another_host_and_smuggled_headers_are_found() {
    let elsewhere = TestComponent::provider().with("/exchange/request/url", "https://evil.example/token");
    // A template gives the host of the request, and the definition does not have its domain.
    let described = elsewhere.clone().with("/definition/hosts/0/template", "evil.example");
    let api = TestComponent::provider().with("/definition/hosts/0/role", "Web");
    let value = "`request.headers[0]` has a value that no header can carry";
    let name = "`request.headers[0]` has a name that is not one in lower case";
    assert_found([
        (elsewhere, Rule::Hosts, "`request.url` names a host that is none of the connection's `token` hosts"),
        (api, Rule::Hosts, "`request.url` names a host that is none of the connection's `token` hosts"),
        (described, Rule::Hosts, "`hosts[0].template` lies outside the domains of the definition"),
        (with_header(["accept", "a\r\nhost: evil.example"]), Rule::Answers, value),
        (with_header(["accept\r\nhost", "evil.example"]), Rule::Answers, name),
    ])
    .await;
}

#[tokio::test]
async fn operations_that_make_no_sense_are_found() {
    let permission = TestComponent::connector().with("/operations/0/permission", "no-such");
    let any = with_schema(r#"{"type":"object","required":["a"]}"#).with_step();
    assert_found([
        // An unknown permission.
        (permission, Rule::Operations, "permission"),
        (with_schema(r#"{"type":7}"#), Rule::Operations, "is not a JSON Schema 2020-12"),
        (
            with_schema(r#"{"type":"object","examples":[7]}"#),
            Rule::Operations,
            "an example does not fit its own schema",
        ),
        (any, Rule::Inputs, "starts with an input that its schema refuses"),
        (with_schema(r#"{"type":"object","examples":[{}]}"#), Rule::Inputs, "an example is refused"),
    ])
    .await;
}

#[tokio::test]
async fn a_schema_that_refers_to_itself_without_end_ends() {
    for schema in
        [r##"{"$ref":"#"}"##, r##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}"##]
    {
        assert!(!judged(with_schema(schema).with_step()).await.is_sound(), "{schema}");
    }
}
