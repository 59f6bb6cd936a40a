//! Compiling in a child process.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use connector_host::{Compiler, Component, Limits};
use nexthink_component::NEXTHINK;
use test_support::TestComponent;
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
fn the_child_compiles_components_as_long_as_the_host_allows() {
    // A custom section named x: its id, its length in LEB128, the length of the name, the name, 17 MiB.
    let content = [&b"\x01x"[..], &vec![0; 17 << 20]].concat();
    let length = u32::try_from(content.len()).unwrap();
    let leb = [length | 0x80, length >> 7 | 0x80, length >> 14 | 0x80, length >> 21].map(|part| part.to_le_bytes()[0]);
    let component = [NEXTHINK, &[0], &leb, &content].concat();
    let limits = Limits { component_bytes: 20 << 20, ..Limits::default() };
    let compiler = Compiler::in_child(env!("CARGO_BIN_EXE_host-test"), ["compile-component"]);
    assert!(Component::load_with(&compiler, &component, limits).is_ok());
}

/// Loads a component with a place for caches, and returns how many files are kept there.
fn kept(cache: &Path) -> usize {
    let file = cache.parent().unwrap().join("component.wasm");
    fs::write(&file, TestComponent::provider().build()).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_host-test"));
    let output = program.args(["describe", "--component"]).arg(&file).env("XDG_CACHE_HOME", cache).output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::read_dir(cache.join("host-test/compiled")).map_or(0, Iterator::count)
}

#[test]
fn code_is_kept_only_where_nobody_else_can_replace_it() {
    let mode = |path: &Path, mode: u32| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    for (shared, bits, expected) in [
        ("", 0o700, 1),
        ("", 0o755, 1),
        ("", 0o1777, 1),
        ("", 0o777, 0),
        ("", 0o775, 0),
        ("host-test", 0o777, 0),
        ("host-test/compiled", 0o755, 0),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let cache = directory.path().join("cache");
        fs::create_dir_all(cache.join("host-test/compiled")).unwrap();
        mode(&cache.join("host-test/compiled"), 0o700);
        mode(&cache.join(shared), bits);
        assert_eq!(kept(&cache), expected, "{shared:?} {bits:o}");
    }
}

#[test]
fn code_is_kept_where_a_link_leads() {
    let directory = tempfile::tempdir().unwrap();
    let (real, cache) = (directory.path().join("real"), directory.path().join("cache"));
    fs::create_dir(&real).unwrap();
    symlink(&real, &cache).unwrap();
    assert_eq!(kept(&cache), 1);
    // Its target is in a directory of everyone's.
    fs::remove_dir_all(real.join("host-test")).unwrap();
    let shared = directory.path().join("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, Permissions::from_mode(0o777)).unwrap();
    fs::create_dir(shared.join("target")).unwrap();
    symlink(shared.join("target"), real.join("host-test")).unwrap();
    assert_eq!(kept(&cache), 0);
}

#[test]
fn a_component_that_takes_a_compiler_too_long_is_refused() {
    let (status, error) = inspect(&laborious());
    assert_eq!(status, Some(2), "{error}");
    assert!(error.contains("compiling this component takes longer than 10 s"), "{error}");
}
