//! Compiled code that is kept in a directory.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use connector_core::Functions as _;
use connector_host::{Compiler, Component, Limits};
use test_support::{TestComponent, dummy};

fn load(directory: &Path, component: &[u8]) -> Component {
    Component::load_with(&Compiler::in_process().keep_in(directory), component, Limits::default()).unwrap()
}

fn kept(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn code_is_kept_and_used_again() {
    let directory = tempfile::tempdir().unwrap();
    let component = TestComponent::provider().build();
    load(directory.path(), &component);
    let files = kept(directory.path());
    assert_eq!(files.len(), 1, "{files:?}");
    let first = fs::metadata(&files[0]).unwrap();
    assert!(load(directory.path(), &component).describe().is_ok());
    assert_eq!(kept(directory.path()), files);
    let second = fs::metadata(&files[0]).unwrap();
    assert_eq!(first.created().ok(), second.created().ok(), "it was written again");
    assert!(first.modified().unwrap() < second.modified().unwrap(), "it is not marked as used");
}

#[test]
fn a_component_loads_where_nothing_can_be_kept() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    assert!(load(&missing, &TestComponent::provider().build()).describe().is_ok());
    assert!(!missing.exists());
}

#[test]
fn torn_and_foreign_code_is_compiled_anew() {
    let directory = tempfile::tempdir().unwrap();
    let component = TestComponent::provider().build();
    load(directory.path(), &component);
    let file = kept(directory.path()).remove(0);
    let code = fs::read(&file).unwrap();
    let torn = [0, 1, 4, 63, 64, 65, 4096, code.len() / 3, code.len() / 2, code.len() - 4096, code.len() - 1];
    let torn = torn.into_iter().map(|length| code[..length].to_vec());
    for other in torn.chain([component.clone(), vec![0; code.len()], vec![0xff; 100]]) {
        fs::write(&file, &other).unwrap();
        assert!(load(directory.path(), &component).describe().is_ok(), "{} bytes", other.len());
        assert!(fs::read(&file).unwrap() == code, "{} bytes are left", other.len());
    }
}

#[test]
fn code_behind_a_link_is_not_run() {
    let (directory, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let component = TestComponent::provider().build();
    load(directory.path(), &component);
    let file = kept(directory.path()).remove(0);
    let moved = elsewhere.path().join("code");
    fs::rename(&file, &moved).unwrap();
    symlink(&moved, &file).unwrap();
    let before = fs::metadata(&moved).unwrap().modified().unwrap();
    assert!(load(directory.path(), &component).describe().is_ok());
    assert!(fs::symlink_metadata(&file).unwrap().is_file(), "the link is replaced");
    assert_eq!(fs::metadata(&moved).unwrap().modified().unwrap(), before, "what it names is left alone");
}

#[test]
fn code_of_other_limits_is_not_mistaken() {
    let directory = tempfile::tempdir().unwrap();
    let component = TestComponent::provider().build();
    load(directory.path(), &component);
    let small = Limits { memory_bytes: 4 << 20, ..Limits::default() };
    let compiler = Compiler::in_process().keep_in(directory.path());
    assert!(Component::load_with(&compiler, &component, small).unwrap().describe().is_ok());
}

#[test]
fn the_code_of_the_last_components_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let sound = dummy::of_the_contract("provider-only");
    for number in 0..34_u8 {
        // A custom section makes another component of it.
        let component = [&sound[..], &[0, 3, 1, b'x', number]].concat();
        load(directory.path(), &component);
    }
    assert_eq!(kept(directory.path()).len(), 32);
}
