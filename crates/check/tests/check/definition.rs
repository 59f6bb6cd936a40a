//! The definition and its form.

use connector_check::Rule;

use crate::common::made::Made;
use crate::{assert_finding, findings, judged};

#[tokio::test]
async fn a_pattern_that_does_not_agree_with_the_connector_is_found() {
    // It accepts anything.
    let made = Made { pattern: Some("[a-z]*"), ..Made::default() };
    assert_finding(&judged(&made).await, Rule::Patterns, "the form of account refuses what the connector accepts");
    let made = Made { pattern: Some("[a-z]+"), ..Made::default() };
    let what = "does not match an empty value, though the field is not required";
    assert_finding(&judged(&made).await, Rule::Patterns, what);
}

#[tokio::test]
async fn a_pattern_that_is_none_is_found() {
    let made = Made { pattern: Some("[a-z"), ..Made::default() };
    assert_finding(&judged(&made).await, Rule::Definition, "is not an ECMA-262 expression");
}

#[tokio::test]
async fn a_pattern_that_takes_too_long_is_found() {
    let made = Made { pattern: Some("(a+)+b"), ..Made::default() };
    let report = judged(&made).await;
    assert_finding(&report, Rule::Definition, "takes longer than 200 ms on a value of");
    assert_eq!(findings(&report, Rule::Definition)[0].at, "`pattern` of field account");
}

#[tokio::test]
async fn an_example_that_does_not_match_its_pattern_is_found() {
    let made = Made { pattern: Some("[0-9]*"), ..Made::default() };
    assert_finding(&judged(&made).await, Rule::Definition, "does not match `pattern`");
}

#[tokio::test]
async fn a_form_whose_examples_are_refused_is_found() {
    let refuses = |name| (name, "(global.get $refusal)".to_owned());
    let made = Made { bodies: ["resolve", "token-request"].map(refuses).into(), ..Made::default() };
    assert_finding(&judged(&made).await, Rule::Form, "`resolve` refuses the examples of the definition");
    let made = Made { bodies: vec![refuses("token-request")], ..Made::default() };
    assert_finding(&judged(&made).await, Rule::Form, "`token-request` refuses the examples of the definition");
}

#[tokio::test]
async fn a_version_that_is_none_is_found() {
    let made = Made { version: "one", ..Made::default() };
    assert_finding(&judged(&made).await, Rule::Definition, "is not a semantic version");
}
