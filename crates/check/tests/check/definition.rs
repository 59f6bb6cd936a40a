//! The definition and its form.

use connector_check::Rule;
use test_support::{Behaviour, TestComponent};

use crate::{assert_finding, findings, judged};

/// Returns a component whose field `account` has a pattern.
fn with_pattern(pattern: &str) -> TestComponent {
    TestComponent::provider().with("/definition/fields/0/pattern", pattern)
}

#[tokio::test]
async fn a_pattern_that_does_not_agree_with_the_connector_is_found() {
    // It accepts anything.
    let report = judged(with_pattern("[a-z]*")).await;
    assert_finding(&report, Rule::Patterns, "the form of account refuses what the connector accepts");
    let what = "does not match an empty value, though the field is not required";
    assert_finding(&judged(with_pattern("[a-z]+")).await, Rule::Patterns, what);
}

#[tokio::test]
async fn a_pattern_that_is_none_is_found() {
    assert_finding(&judged(with_pattern("[a-z")).await, Rule::Definition, "is not an ECMA-262 expression");
}

#[tokio::test]
async fn a_pattern_that_takes_too_long_is_found() {
    let report = judged(with_pattern("(a+)+b")).await;
    assert_finding(&report, Rule::Definition, "takes longer than 200 ms on a value of");
    assert_eq!(findings(&report, Rule::Definition)[0].at, "`pattern` of field account");
}

#[tokio::test]
async fn an_example_that_does_not_match_its_pattern_is_found() {
    assert_finding(&judged(with_pattern("[0-9]*")).await, Rule::Definition, "does not match `pattern`");
}

#[tokio::test]
async fn a_form_whose_examples_are_refused_is_found() {
    let component = TestComponent::provider().behaving("token-request", Behaviour::Refuse);
    let report = judged(component.clone()).await;
    assert_finding(&report, Rule::Form, "`token-request` refuses the examples of the definition");
    let report = judged(component.behaving("resolve", Behaviour::Refuse)).await;
    assert_finding(&report, Rule::Form, "`resolve` refuses the examples of the definition");
}

#[tokio::test]
async fn a_version_that_is_none_is_found() {
    let component = TestComponent::provider().with("/definition/version", "one");
    assert_finding(&judged(component).await, Rule::Definition, "is not a semantic version");
}
