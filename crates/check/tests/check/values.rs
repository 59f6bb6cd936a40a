//! Results that differ, and secrets in them.

use connector_check::Rule;
use test_support::{Behaviour, TestComponent};

use crate::{assert_finding, judged};

fn resolving(behaviour: Behaviour) -> TestComponent {
    TestComponent::provider().behaving("resolve", behaviour)
}

#[tokio::test]
async fn results_that_differ_between_two_identical_calls_are_found() {
    let what = "the connector gave two results for the same call in `resolve`";
    assert_finding(&judged(resolving(Behaviour::CountCalls)).await, Rule::Repeats, what);
}

#[tokio::test]
async fn a_secret_that_is_given_away_is_found() {
    let what = "breaks the contract: `notes[0]` contains a secret";
    let leaking = TestComponent::provider().behaving("token-request", Behaviour::LeakSecondEntry);
    assert_finding(&judged(leaking).await, Rule::Secrets, what);
}

#[tokio::test]
async fn a_problem_that_quotes_an_entry_is_found() {
    let what = "a problem quotes what was entered";
    assert_finding(&judged(resolving(Behaviour::QuoteLastEntry)).await, Rule::Secrets, what);
}
