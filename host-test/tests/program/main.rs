//! Proves what the program prints and with which status it ends, through the
//! real binary in the root of the repository.

#[path = "../common/mod.rs"]
mod common;

mod arguments;
mod call;
mod components;
mod connect;
mod describe;
mod digest;
mod inspect;
mod output;
mod request;
mod run;

use common::program::{Ran, command, host_test, run};

/// Asserts that a command is refused with one sentence on standard error. Asks
/// for JSON, so that the same sentence comes on standard output for scripts.
#[track_caller]
fn assert_refused(arguments: &[&str], status: i32, code: &str, sentence: &str) {
    let ran = refused_in_json(arguments, status, code, sentence);
    assert_eq!(ran.err, format!("error: {sentence}\n"));
}

#[track_caller]
fn refused_in_json(arguments: &[&str], status: i32, code: &str, sentence: &str) -> Ran {
    let ran = host_test(&[arguments, &["--json"]].concat()).ended_with(status);
    assert_eq!(ran.json(), serde_json::json!({ "error": { "code": code, "message": sentence } }));
    ran
}
