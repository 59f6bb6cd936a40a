//! Components that keep the rules, and components that break one each.

mod flaws;
mod hostile;
mod judgement;
mod recordings;
mod time;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use connector_check::{Finding, Report, Rule, Verdict, judge};
use connector_host::{Component, Limits};
use connector_recordings::Recording;
use test_support::{TestComponent, root};

async fn report(component: &[u8], recordings: &[Arc<Recording>]) -> Report {
    // The tests run beside each other, without optimisation.
    let component = component.to_vec();
    let load = move || Component::load(&component, Limits::default());
    judge(load, recordings, Duration::from_mins(10)).await.unwrap()
}

/// Reads a recording from the workspace's fixtures.
fn fixture(name: &str) -> Recording {
    Recording::read(&root().join("fixtures").join(name)).unwrap()
}

/// Reads all recordings in a folder of the workspace's fixtures.
fn fixtures(folder: &Path) -> Vec<Arc<Recording>> {
    let files = connector_recordings::files(&root().join("fixtures").join(folder)).unwrap();
    files.iter().map(|file| Arc::new(Recording::read(file).unwrap())).collect()
}

fn verdict(report: &Report, rule: Rule) -> &Verdict {
    &report.rules.iter().find(|result| result.rule == rule).unwrap().verdict
}

/// Returns the findings of a rule; none where it is not broken.
fn findings(report: &Report, rule: Rule) -> &[Finding] {
    match verdict(report, rule) {
        Verdict::Broken { findings, .. } => findings,
        _ => &[],
    }
}

/// Asserts that a component breaks a rule, with a text in a finding.
#[track_caller]
fn assert_finding(report: &Report, rule: Rule, what: &str) {
    assert!(!report.is_sound());
    let findings = findings(report, rule);
    assert!(findings.iter().any(|finding| finding.what.contains(what)), "{rule:?}: {report:#?}");
}

async fn judged(component: TestComponent) -> Report {
    report(&component.build(), &[]).await
}
