//! Compiling in a child process.

use std::fs;
use std::process::Command;

use nexthink_component::NEXTHINK;
use test_support::hostile::compiling::laborious;

fn inspect(component: &[u8]) -> (Option<i32>, String) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("component.wasm");
    fs::write(&file, component).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_host-test"));
    program.args(["describe", "--no-cache", "--component"]).arg(&file).env("HOME", directory.path());
    let output = program.output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_component_from_a_file_is_compiled_in_a_child() {
    assert_eq!(inspect(NEXTHINK), (Some(0), String::new()));
}

#[test]
fn a_component_that_takes_a_compiler_too_long_is_refused() {
    let (status, error) = inspect(&laborious());
    assert_eq!(status, Some(2), "{error}");
    assert!(error.contains("compiling this component takes longer than 10 s"), "{error}");
}
