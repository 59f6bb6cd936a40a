//! Components that take all the time there is.

use std::time::Duration;

use connector_check::{Report, Rule, Verdict, judge};
use connector_host::{Component, Limits};
use serde_json::{Value, json};
use test_support::{Behaviour, TestComponent};

use crate::{assert_finding, verdict};

/// Judges within a second and a half, and asserts that this is what ends it.
async fn stopped(component: TestComponent) -> Report {
    let (component, time) = (Component::load(&component.build(), Limits::default()), Duration::from_millis(1500));
    let report = judge(move || component, &[], time).await.unwrap();
    assert_finding(&report, Rule::Limits, "the check was stopped after 1 seconds; not judged: ");
    report
}

fn repeated(item: &Value, count: usize, change: impl Fn(&mut Value, usize)) -> Value {
    let copy = |number| {
        let mut item = item.clone();
        change(&mut item, number);
        item
    };
    (0..count).map(copy).collect()
}

#[tokio::test]
async fn many_fields_with_patterns_that_are_hard_to_judge_end() {
    let component = TestComponent::provider();
    let field = component.value("/definition/fields/0").clone();
    let fields = repeated(&field, 191, |field, number| {
        field["key"] = json!(format!("field{number}"));
        field["pattern"] = json!("(?:(?:(?:(?:){999}){999}){999}){999}");
    });
    let report = stopped(component.with("/definition/fields", fields)).await;
    let why = "the check was stopped before its end".to_owned();
    assert_eq!(*verdict(&report, Rule::Answers), Verdict::NotTried(why));
    assert!(matches!(verdict(&report, Rule::Loads), Verdict::Kept(_)));
    assert_eq!(report.name.as_deref(), Some("Made 1.0.0"));
}

#[tokio::test]
async fn a_schema_of_doubled_references_ends() {
    // Each validation takes some seconds, and there are dozens.
    let mut schema = json!({ "$defs": { "a24": { "type": "object" } }, "$ref": "#/$defs/a0" });
    for level in 0..24 {
        let next = json!({ "$ref": format!("#/$defs/a{}", level + 1) });
        schema["$defs"][format!("a{level}")] = json!({ "allOf": [next, next] });
    }
    let schema = schema.to_string();
    let component = TestComponent::connector().with("/operations/0/input_schema", schema).with_step();
    stopped(component).await;
}

#[tokio::test]
async fn many_operations_just_under_the_fuel_limit_end() {
    let component = TestComponent::connector();
    let operation = component.value("/operations/0").clone();
    let operations =
        repeated(&operation, 100, |operation, number| operation["id"] = json!(format!("made.run{number}")));
    // 96 of 100 million units a call; what reaches the limit is not called again and again.
    let component = component.with("/operations", operations).behaving("start", Behaviour::Count(6_000_000));
    stopped(component).await;
}
