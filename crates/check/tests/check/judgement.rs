//! What a report contains.

use std::path::Path;

use connector_check::{Rule, Verdict};
use nexthink_component::NEXTHINK;
use test_support::TestComponent;

use crate::{assert_finding, fixtures, judged, report, verdict};

#[tokio::test]
async fn the_nexthink_connector_keeps_every_rule() {
    let report = report(NEXTHINK, &fixtures(Path::new(""))).await;
    assert!(report.is_sound(), "{report:#?}");
    for result in &report.rules {
        assert!(matches!(result.verdict, Verdict::Kept(_)), "{result:#?}");
    }
    assert_eq!(report.usage.len(), 12, "every function is called");
}

#[tokio::test]
async fn a_component_of_the_smallest_world_is_judged_too() {
    let report = judged(TestComponent::provider_only()).await;
    assert!(report.is_sound(), "{report:#?}");
    assert_eq!(report.name.as_deref(), Some("Made 1.0.0"));
    assert_eq!(report.rules.iter().map(|result| result.rule).collect::<Vec<_>>(), Rule::ALL);
    assert_eq!(*verdict(&report, Rule::Loads), Verdict::Kept("imports nothing, exports types, provider".to_owned()));
    let why = "the component does not export `operations`".to_owned();
    assert_eq!(*verdict(&report, Rule::Inputs), Verdict::NotTried(why));
    let why = "none were given; --recordings DIR plays them".to_owned();
    assert_eq!(*verdict(&report, Rule::Recordings), Verdict::NotTried(why));
}

#[tokio::test]
async fn a_file_that_is_no_component_breaks_loads_and_nothing_else_is_tried() {
    let report = report(b"hello", &[]).await;
    assert_finding(&report, Rule::Loads, "this is not a WebAssembly file");
    assert_eq!(report.name, None);
    for result in &report.rules[1..] {
        assert_eq!(result.verdict, Verdict::NotTried("the check ended before it".to_owned()));
    }
}

#[test]
fn each_rule_has_a_name_of_its_own_and_advice_in_sentences() {
    let mut names: Vec<_> = Rule::ALL.map(Rule::name).into();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Rule::ALL.len());
    for rule in Rule::ALL {
        assert!(rule.advice().ends_with('.'), "{rule:?}");
    }
}

#[test]
fn a_judgement_can_move_between_threads() {
    fn assert_send(_: impl Send) {}
    assert_send(connector_check::judge(
        || connector_host::Component::load(b"", connector_host::Limits::default()),
        &[],
        connector_check::DEFAULT_TIME,
    ));
}
