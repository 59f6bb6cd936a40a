//! Operations and their schemas.

use connector_check::Rule;
use test_support::TestComponent;

use crate::{findings, judged};

/// Returns a component whose operation refuses every input.
fn with_schema(schema: &str) -> TestComponent {
    TestComponent::connector().with("/operations/0/input_schema", schema).with("/operations/0/output_schema", schema)
}

#[tokio::test]
async fn operations_that_make_no_sense_are_found() {
    for (name, component, rule) in [
        (
            "an unknown permission",
            TestComponent::connector().with("/operations/0/permission", "no-such"),
            Rule::Operations,
        ),
        ("no schema", with_schema(r#"{"type":7}"#), Rule::Operations),
        ("an example that its schema refuses", with_schema(r#"{"type":"object","examples":[7]}"#), Rule::Operations),
        ("it starts with anything", with_schema(r#"{"type":"object","required":["a"]}"#).with_step(), Rule::Inputs),
        ("it refuses its own example", with_schema(r#"{"type":"object","examples":[{}]}"#), Rule::Inputs),
    ] {
        let report = judged(component).await;
        assert!(!findings(&report, rule).is_empty(), "{name}, {rule:?}: {report:#?}");
    }
}

#[tokio::test]
async fn a_schema_that_refers_to_itself_without_end_ends() {
    for schema in
        [r##"{"$ref":"#"}"##, r##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}"##]
    {
        assert!(!judged(with_schema(schema).with_step()).await.is_sound(), "{schema}");
    }
}
