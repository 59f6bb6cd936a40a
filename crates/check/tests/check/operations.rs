//! Operations and their schemas.

use connector_check::Rule;

use crate::common::made::Made;
use crate::{findings, judged};

fn whole(schema: &'static str, permission: &'static str, state: Option<u32>) -> Made {
    Made { whole: true, schema, permission, state, ..Made::default() }
}

#[tokio::test]
async fn operations_that_make_no_sense_are_found() {
    for (made, rule) in [
        (whole(r#"{"type":"object"}"#, "no-such", None), Rule::Operations),
        (whole(r#"{"type":7}"#, "read", None), Rule::Operations),
        (whole(r#"{"type":"object","examples":[7]}"#, "read", None), Rule::Operations),
        // It starts with anything.
        (whole(r#"{"type":"object","required":["a"]}"#, "read", Some(10)), Rule::Inputs),
        // It refuses its own example.
        (whole(r#"{"type":"object","examples":[{}]}"#, "read", None), Rule::Inputs),
    ] {
        let report = judged(&made).await;
        assert!(!findings(&report, rule).is_empty(), "{}, {rule:?}: {report:#?}", made.schema);
    }
}

#[tokio::test]
async fn a_schema_that_refers_to_itself_without_end_ends() {
    for schema in
        [r##"{"$ref":"#"}"##, r##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}"##]
    {
        assert!(!judged(&whole(schema, "read", Some(10))).await.is_sound(), "{schema}");
    }
}
