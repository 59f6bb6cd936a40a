//! Components that do harm: each breaks its rule.

use connector_check::Rule;
use serde_json::json;
use test_support::TestComponent;
use test_support::hostile::{self, Case};

use crate::{assert_finding, findings, judged, report};

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

// More URLs and headers are among the hostile components.

#[tokio::test]
async fn a_token_request_to_another_host_breaks_hosts() {
    let component = TestComponent::provider();
    let elsewhere = component.clone().with("/exchange/request/url", "https://evil.example/token");
    let what = "`request.url` names a host that is not among the connection's hosts";
    assert_finding(&judged(elsewhere).await, Rule::Hosts, what);
    // The connection has the host of the request, the definition does not have its domain.
    let elsewhere = component
        .with("/connection/hosts", json!(["evil.example"]))
        .with("/connection/base_url", "https://evil.example")
        .with("/exchange/request/url", "https://evil.example/token");
    let what = "`hosts[0]` lies outside the domains of the definition";
    assert_finding(&judged(elsewhere).await, Rule::Hosts, what);
}

#[tokio::test]
async fn a_header_that_smuggles_another_breaks_answers() {
    for (header, what) in [
        (["accept", "a\r\nhost: evil.example"], "`request.headers[0]` has a value that no header can carry"),
        (["accept\r\nhost", "evil.example"], "`request.headers[0]` has a name that is not one in lower case"),
    ] {
        let component = TestComponent::provider().with("/exchange/request/headers", json!([header]));
        assert_finding(&judged(component).await, Rule::Answers, what);
    }
}
