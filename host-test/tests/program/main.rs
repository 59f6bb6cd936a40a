//! Proves what the program prints and with which status it ends, through the
//! real binary in the root of the repository.

mod arguments;
mod attacks;
mod bad_input_live;
mod call;
mod canary;
mod canary_live;
mod compiling;
mod components;
mod connect;
mod connect_live;
mod describe;
mod digest;
mod fixture;
mod inspect;
mod operation_catalogue;
mod operation_downloads;
mod operation_interrupts;
mod operation_repeats;
mod output;
mod program;
mod readme;
mod recordings;
mod request;
mod run;
mod serve;
mod sign_in;
mod structure;
mod write_a_connector;

use std::path::{Path, PathBuf};

use program::{Ran, command, host_test, run};

/// Returns the root of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("host-test is in the repository")
}

/// Returns the path of a recording in `fixtures/`.
fn recording_path(name: &str) -> PathBuf {
    root().join("fixtures").join(name)
}

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
