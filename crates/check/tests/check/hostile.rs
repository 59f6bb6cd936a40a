//! Components that do harm: each breaks its rule.

use connector_check::Rule;
use test_support::hostile::{self, Case};

use crate::{findings, report};

#[tokio::test]
async fn each_hostile_component_breaks_its_rule() {
    let mut wrong = Vec::new();
    for Case { name, component, message, rule, .. } in hostile::cases() {
        let report = report(&component, &[]).await;
        let rule = Rule::ALL.into_iter().find(|known| known.name() == rule).unwrap();
        if !findings(&report, rule).iter().any(|finding| finding.what == message) {
            wrong.push(format!("{name}, {rule:?}: {:?}", report.rules));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
