//! Files that are no component, and connectors that break the contract.

use nexthink_component::NEXTHINK;
use test_support::{Behaviour, TestComponent, dummy};

use super::{assert_refused, host_test};
use crate::recordings::Folder;

const WRONG_USE: i32 = 2;
const MISBEHAVED: i32 = 3;
const NOT_LOADED: &str = "component-not-loaded";

/// Returns a component one function of which behaves like that.
fn behaving(function: &str, behaviour: Behaviour) -> Vec<u8> {
    TestComponent::provider().behaving(function, behaviour).build()
}

/// Asserts that a component is refused by commands that load it, and with which words after
/// its path.
#[track_caller]
fn assert_not_loaded(bytes: &[u8], commands: &[&[&str]], status: i32, reason: &str) {
    let folder = Folder::new();
    let file = folder.file("given.wasm", bytes);
    for command in commands {
        assert_refused(&[command, &[&*file][..]].concat(), status, NOT_LOADED, &format!("{file}: {reason}"));
    }
}

const LOADING: [&[&str]; 3] =
    [&["describe", "--component"], &["run", "--component"], &["resolve", "--set", "instance=nxdocs", "--component"]];
const ALL: [&[&str]; 4] = [LOADING[0], LOADING[1], LOADING[2], &["inspect"]];

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = Folder::new();
    let missing = folder.path().join("none.wasm").display().to_string();
    let directory = folder.path().display().to_string();
    for (file, reason) in [(missing, "there is no such file or directory"), (directory, "this is a directory")] {
        let sentence = format!("cannot read {file}: {reason}");
        assert_refused(&["describe", "--component", &file], WRONG_USE, "file", &sentence);
        assert_refused(&["inspect", &file], WRONG_USE, "file", &sentence);
    }
}

#[test]
fn files_of_another_kind_are_no_component() {
    for bytes in ["", "hello\n", "\0asm", "(component)"] {
        assert_not_loaded(bytes.as_bytes(), &ALL, WRONG_USE, "this is not a WebAssembly file");
    }
    let module = "this is a core module, not a component; wrap it with `wasm-tools component new`";
    assert_not_loaded(b"\0asm\x01\0\0\0", &ALL, WRONG_USE, module);
}

#[test]
fn a_truncated_component_is_damaged_where_it_ends() {
    // In the middle of the section that holds the module: its contents are read
    // up to the first item that is not whole.
    let folder = Folder::new();
    let file = folder.file("given.wasm", &NEXTHINK[..NEXTHINK.len() / 2]);
    let ran = host_test(&["describe", "--component", &file]).ended_with(WRONG_USE);
    let start = format!("error: {file}: this component is damaged at byte ");
    let offset = ran.err.strip_prefix(&start).unwrap_or_else(|| panic!("{}", ran.err)).trim_end();
    assert!((8..=NEXTHINK.len() / 2).contains(&offset.parse().unwrap()), "{offset}");
    let sentence = format!("{file}: this component is damaged at byte {offset}");
    assert_refused(&["inspect", &file], WRONG_USE, NOT_LOADED, &sentence);
}

#[test]
fn a_component_of_another_contract_is_refused_with_what_it_exports() {
    let bytes =
        dummy::of_another_contract("package other:thing@1.0.0; interface a { f: func(); } world test { export a; }");
    let reason = "this component does not export `integration:provider/provider@0.1`, the contract of this host; it \
                  exports `other:thing/a@1.0.0`";
    assert_not_loaded(&bytes, &LOADING, WRONG_USE, reason);
}

#[test]
fn a_connector_that_imports_something_misbehaves() {
    let bytes = dummy::beside_the_contract(
        "package test:env@1.0.0; interface clock { now: func() -> u64; }
        world test { import clock; include integration:provider/provider-only@0.1.0; }",
    );
    let reason = "the component imports `test:env/clock@1.0.0`; a component of this contract imports nothing";
    assert_not_loaded(&bytes, &LOADING, MISBEHAVED, reason);
    // Looking at it is not loading it.
    let folder = Folder::new();
    let ran = host_test(&["inspect", &folder.file("importing.wasm", bytes)]).succeeded();
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
    let ran = host_test(&["describe", "--component", &file]).ended_with(MISBEHAVED);
    let start = format!(
        "error: {file}: the component exports the interface, but not with the contract's functions and types: "
    );
    assert!(ran.err.starts_with(&start) && ran.err.lines().count() == 1, "{}", ran.err);
}

#[test]
fn a_connector_that_misbehaves_is_stopped_and_named() {
    let lying = TestComponent::provider().with("/definition/id", "No Word").build();
    for (bytes, commands, code, sentence) in [
        (
            dummy::of_the_contract("provider-only"),
            &["describe", "run", "resolve"][..],
            "connector-trapped",
            "the connector crashed (it gave up) in `describe`",
        ),
        (
            behaving("describe", Behaviour::Loop),
            &["describe"],
            "connector-out-of-fuel",
            "the connector used up its computing time of 100000000 units in `describe`",
        ),
        (
            behaving("describe", Behaviour::GrowMemory),
            &["describe"],
            "connector-out-of-memory",
            "the connector wanted more memory than 8388608 bytes in `describe`",
        ),
        (
            lying,
            &["describe"],
            "connector-bad-output",
            "what the connector returned from `describe` breaks the contract: `id` is not a word of lower-case \
             letters, digits and hyphens",
        ),
    ] {
        let folder = Folder::new();
        let file = folder.file("given.wasm", bytes);
        for command in commands {
            assert_refused(&[command, "--component", &file], MISBEHAVED, code, sentence);
        }
    }
}

#[test]
fn a_connector_that_crashes_on_the_way_fails_its_recording_and_misbehaves() {
    let folder = Folder::new();
    let file = folder.file("later.wasm", behaving("resolve", Behaviour::Panic));
    let arguments = ["run", "fixtures/problem-everything-missing.har", "--component", &file];
    let ran = host_test(&arguments).ended_with(MISBEHAVED);
    assert!(ran.out.contains("  stopped     the connector crashed (it gave up) in `resolve`\n"), "{}", ran.out);
    assert!(ran.out.ends_with("0 passed, 1 failed\n"), "{}", ran.out);
}

#[test]
fn limits_can_be_set_lower_than_the_connector_needs() {
    let fuel = "the connector used up its computing time of 1000 units in `describe`";
    assert_refused(&["describe", "--fuel", "1000"], MISBEHAVED, "connector-out-of-fuel", fuel);
    let minimum = host_test(&["inspect", "--json"]).json()["memory-minimum"].as_u64().unwrap();
    let memory = format!("the component starts with {minimum} bytes of memory; at most 65536 are allowed");
    for command in ["describe", "run"] {
        assert_refused(&[command, "--memory", "65536"], MISBEHAVED, "connector-out-of-memory", &memory);
    }
}
