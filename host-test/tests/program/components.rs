//! Files that are no component, and connectors that break the contract.

use nexthink_component::NEXTHINK;

use super::assert_refused;
use crate::recordings::Folder;
use test_support::{Behaviour, TestComponent, dummy};

const WRONG_USE: i32 = 2;
const MISBEHAVED: i32 = 3;

/// Returns a component one function of which behaves like that.
fn behaving(function: &str, behaviour: Behaviour) -> Vec<u8> {
    TestComponent::provider().behaving(function, behaviour).build()
}

/// Asserts that a component is refused by every command that loads it, and with
/// which words after its path.
#[track_caller]
fn assert_not_loaded(file: &str, status: i32, code: &str, reason: &str) {
    let sentence = format!("{file}: {reason}");
    for command in [vec!["describe"], vec!["run"], vec!["resolve", "--set", "instance=nxdocs"]] {
        let arguments = [&command[..], &["--component", file]].concat();
        assert_refused(&arguments, status, code, &sentence);
    }
}

/// Asserts that neither loading nor inspecting goes on with a file.
#[track_caller]
fn assert_no_component(bytes: &[u8], reason: &str) {
    let folder = Folder::new();
    let file = folder.file("given.wasm", bytes);
    assert_not_loaded(&file, WRONG_USE, "component-not-loaded", reason);
    assert_refused(&["inspect", &file], WRONG_USE, "component-not-loaded", &format!("{file}: {reason}"));
}

#[test]
fn a_missing_component_is_named() {
    let folder = Folder::new();
    let file = folder.path().join("none.wasm").display().to_string();
    let sentence = format!("cannot read {file}: there is no such file or directory");
    assert_refused(&["describe", "--component", &file], WRONG_USE, "file", &sentence);
    assert_refused(&["inspect", &file], WRONG_USE, "file", &sentence);
}

#[test]
fn a_directory_is_no_component() {
    let folder = Folder::new();
    let path = folder.path().display().to_string();
    let sentence = format!("cannot read {path}: this is a directory");
    assert_refused(&["describe", "--component", &path], WRONG_USE, "file", &sentence);
    assert_refused(&["inspect", &path], WRONG_USE, "file", &sentence);
}

#[test]
fn files_of_another_kind_are_no_component() {
    for bytes in ["", "hello\n", "\0asm", "(component)"] {
        assert_no_component(bytes.as_bytes(), "this is not a WebAssembly file");
    }
}

#[test]
fn a_core_module_is_no_component() {
    assert_no_component(
        b"\0asm\x01\0\0\0",
        "this is a core module, not a component; wrap it with `wasm-tools component new`",
    );
}

#[test]
fn a_truncated_component_is_damaged_where_it_ends() {
    // In the middle of the section that holds the module: its contents are read
    // up to the first item that is not whole.
    let folder = Folder::new();
    let file = folder.file("given.wasm", &NEXTHINK[..NEXTHINK.len() / 2]);
    let ran = super::host_test(&["describe", "--component", &file]).ended_with(WRONG_USE);
    let offset = ran
        .err
        .strip_prefix(&format!("error: {file}: this component is damaged at byte "))
        .and_then(|rest| rest.strip_suffix('\n'))
        .unwrap_or_else(|| panic!("{}", ran.err));
    assert!((8..=NEXTHINK.len() / 2).contains(&offset.parse().unwrap()), "{offset}");
    let sentence = format!("{file}: this component is damaged at byte {offset}");
    assert_refused(&["inspect", &file], WRONG_USE, "component-not-loaded", &sentence);
}

#[test]
fn a_component_of_another_contract_is_refused_with_what_it_exports() {
    let folder = Folder::new();
    let bytes =
        dummy::of_another_contract("package other:thing@1.0.0; interface a { f: func(); } world test { export a; }");
    let file = folder.file("other.wasm", bytes);
    assert_not_loaded(
        &file,
        WRONG_USE,
        "component-not-loaded",
        "this component does not export `integration:provider/provider@0.1`, the contract of this host; it exports \
         `other:thing/a@1.0.0`",
    );
}

#[test]
fn a_connector_that_imports_something_misbehaves() {
    let folder = Folder::new();
    let bytes = dummy::beside_the_contract(
        "package test:env@1.0.0; interface clock { now: func() -> u64; }
        world test { import clock; export integration:provider/provider@0.1.0; }",
    );
    let file = folder.file("importing.wasm", bytes);
    assert_not_loaded(
        &file,
        MISBEHAVED,
        "component-not-loaded",
        "the component imports `test:env/clock@1.0.0`; a component of this contract imports nothing",
    );
    // Looking at it is not loading it.
    let ran = super::host_test(&["inspect", &file]).succeeded();
    assert!(ran.out.contains("  imports     test:env/clock@1.0.0\n"), "{}", ran.out);
}

#[test]
fn a_connector_with_other_types_misbehaves() {
    let folder = Folder::new();
    let bytes = dummy::of_another_contract(
        "package integration:provider@0.1.0; interface provider { describe: func() -> string; }
        world test { export provider; }",
    );
    let file = folder.file("other-types.wasm", bytes);
    let ran = super::host_test(&["describe", "--component", &file]).ended_with(MISBEHAVED);
    let start = format!(
        "error: {file}: the component exports the interface, but not with the contract's functions and types: "
    );
    assert!(ran.err.starts_with(&start) && ran.err.lines().count() == 1, "{}", ran.err);
}

#[test]
fn a_connector_that_crashes_misbehaves() {
    let folder = Folder::new();
    let file = folder.file("crashing.wasm", dummy::of_the_contract("provider-only"));
    for command in ["describe", "run", "resolve"] {
        let sentence = "the connector crashed (it gave up) in `describe`";
        assert_refused(&[command, "--component", &file], MISBEHAVED, "connector-trapped", sentence);
    }
}

#[test]
fn a_connector_that_never_ends_is_stopped() {
    let folder = Folder::new();
    let file = folder.file("endless.wasm", behaving("describe", Behaviour::Loop));
    let sentence = "the connector used up its computing time of 100000000 units in `describe`";
    assert_refused(&["describe", "--component", &file], MISBEHAVED, "connector-out-of-fuel", sentence);
}

#[test]
fn a_connector_that_takes_all_memory_is_stopped() {
    let folder = Folder::new();
    let file = folder.file("greedy.wasm", behaving("describe", Behaviour::GrowMemory));
    let sentence = "the connector wanted more memory than 8388608 bytes in `describe`";
    assert_refused(&["describe", "--component", &file], MISBEHAVED, "connector-out-of-memory", sentence);
}

#[test]
fn a_connector_that_returns_nonsense_misbehaves() {
    let folder = Folder::new();
    let file = folder.file("lying.wasm", TestComponent::provider().with("/definition/id", "No Word").build());
    let sentence = "what the connector returned from `describe` breaks the contract: `id` is not a word of lower-case \
                    letters, digits and hyphens";
    assert_refused(&["describe", "--component", &file], MISBEHAVED, "connector-bad-output", sentence);
}

#[test]
fn a_connector_that_crashes_on_the_way_fails_its_recording_and_misbehaves() {
    let folder = Folder::new();
    let file = folder.file("later.wasm", behaving("resolve", Behaviour::Panic));
    let arguments = ["run", "fixtures/problem-everything-missing.har", "--component", &file];
    let ran = super::host_test(&arguments).ended_with(MISBEHAVED);
    assert!(ran.out.contains("  stopped     the connector crashed (it gave up) in `resolve`\n"), "{}", ran.out);
    assert!(ran.out.ends_with("0 passed, 1 failed\n"), "{}", ran.out);
}

#[test]
fn limits_can_be_set_lower_than_the_connector_needs() {
    let fuel = "the connector used up its computing time of 1000 units in `describe`";
    assert_refused(&["describe", "--fuel", "1000"], MISBEHAVED, "connector-out-of-fuel", fuel);
    let minimum = super::host_test(&["inspect", "--json"]).json()["memory-minimum"].as_u64().unwrap();
    let memory = format!("the component starts with {minimum} bytes of memory; at most 65536 are allowed");
    for command in ["describe", "run"] {
        assert_refused(&[command, "--memory", "65536"], MISBEHAVED, "connector-out-of-memory", &memory);
    }
}
