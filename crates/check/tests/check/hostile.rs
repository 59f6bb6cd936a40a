//! Components that do harm: each breaks its rule.

#[path = "../../../../host-test/tests/hostile/calls.rs"]
mod calls;
#[path = "../../../../host-test/tests/hostile/loading.rs"]
mod loading;
#[path = "../../../../host-test/tests/hostile/values.rs"]
mod values;

use connector_check::Rule;

use crate::common::made::Made;
use crate::{findings, judged, report};

/// A component that does harm, and the rule that it breaks.
#[expect(dead_code, reason = "error codes and texts are for the tests of the host")]
struct Case {
    name: &'static str,
    component: Vec<u8>,
    code: &'static str,
    message: &'static str,
    rule: &'static str,
}

#[tokio::test]
async fn each_hostile_component_breaks_its_rule() {
    let mut wrong = Vec::new();
    for Case { name, component, rule, .. } in [loading::cases(), calls::cases(), values::cases()].into_iter().flatten()
    {
        let report = report(&component, &[]).await;
        let rule = Rule::ALL.into_iter().find(|known| known.name() == rule).unwrap();
        if findings(&report, rule).is_empty() {
            wrong.push(format!("{name}, {rule:?}: {:?}", report.rules));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_token_request_to_another_host_breaks_hosts() {
    for url in [
        "https://evil.example/token",
        "https://api.made.example.evil.example/",
        "https://other.made.example/token",
        "http://api.made.example/token",
        "https://user:word@api.made.example/token",
        "https://api.made.example@evil.example/",
        "https://203.0.113.7/",
        "https://api.made.example:8443/token",
        "https://evil.example\\@api.made.example/",
        "https://api.made.example/token\r\nhost: evil.example",
    ] {
        let report = judged(&Made { url, ..Made::default() }).await;
        assert!(!findings(&report, Rule::Hosts).is_empty(), "{url}: {report:#?}");
    }
    let elsewhere = Made { hosts: vec!["evil.example"], base_url: "https://evil.example", ..Made::default() };
    assert!(!findings(&judged(&elsewhere).await, Rule::Hosts).is_empty());
}

#[tokio::test]
async fn a_header_that_smuggles_another_breaks_answers() {
    for header in [("accept", "a\r\nhost: evil.example"), ("accept", "a\0b"), ("accept\r\nhost", "evil.example")] {
        let report = judged(&Made { header, ..Made::default() }).await;
        assert!(!findings(&report, Rule::Answers).is_empty(), "{header:?}: {report:#?}");
    }
}
