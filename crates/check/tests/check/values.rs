//! Results that differ, and secrets in them.

use connector_check::Rule;

use crate::common::made::Made;
use crate::{assert_finding, judged};

#[tokio::test]
async fn results_that_differ_between_two_identical_calls_are_found() {
    let counting = "(i32.store (global.get $free) (i32.add (i32.load (global.get $free)) (i32.const 1)))
        (if (i32.gt_u (i32.load (global.get $free)) (i32.const 1))
            (then (i32.store offset=16 (global.get $connection) (i32.const 3))))
        (global.get $connection)";
    let what = "the connector gave two results for the same call in `resolve`";
    assert_finding(&judged(&Made::body("resolve", counting)).await, Rule::Repeats, what);
}

#[tokio::test]
async fn a_secret_that_is_given_away_is_found() {
    // Passes the second entry, which is the secret, on as the name of the connection.
    let leaking = "(if (i32.ge_u (local.get $number) (i32.const 2)) (then
            (i32.store offset=12 (global.get $connection) (i32.load offset=24 (local.get $address)))
            (i32.store offset=16 (global.get $connection) (i32.load offset=28 (local.get $address)))))
        (global.get $connection)";
    let what = "breaks the contract: `label` contains a secret";
    assert_finding(&judged(&Made::body("resolve", leaking)).await, Rule::Secrets, what);
}

#[tokio::test]
async fn a_problem_that_quotes_an_entry_is_found() {
    // Refuses the last entry with its text as the message.
    let quoting = "(local $entry i32)
        (local.set $entry (i32.add (local.get $address) (i32.mul (i32.const 16) (i32.sub (local.get $number) (i32.const 1)))))
        (if (local.get $number) (then
            (i32.store offset=20 (i32.load offset=4 (global.get $refusal)) (i32.load offset=8 (local.get $entry)))
            (i32.store offset=24 (i32.load offset=4 (global.get $refusal)) (i32.load offset=12 (local.get $entry)))))
        (global.get $refusal)";
    let what = "a problem quotes what was entered";
    assert_finding(&judged(&Made::body("resolve", quoting)).await, Rule::Secrets, what);
}
