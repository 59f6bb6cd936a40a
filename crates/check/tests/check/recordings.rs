//! Recordings.

use std::sync::Arc;

use connector_check::{Rule, Verdict};
use nexthink_component::NEXTHINK;
use serde_json::json;

use crate::{assert_finding, fixture, report};

#[tokio::test]
async fn a_recording_that_ends_otherwise_is_found() {
    let mut recording = fixture("success-eu.har");
    recording.expect["token"]["kind"] = json!("Other");
    let report = report(NEXTHINK, &[Arc::new(recording)]).await;
    assert_finding(&report, Rule::Recordings, "/token/kind: expected \"Other\", found \"Bearer\"");
    let kept = report.rules.iter().filter(|result| matches!(result.verdict, Verdict::Kept(_)));
    assert_eq!(kept.count(), 11, "{report:#?}");
}
