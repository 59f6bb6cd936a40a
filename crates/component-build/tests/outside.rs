//! Packages outside the workspace.

use std::fs;
use std::path::Path;

use component_build::component;
use tempfile::TempDir;
use wasmparser::{Parser, Payload};

const MANIFEST: &str = r#"
[package]
name = "acme-connector"
version = "1.2.3"
edition = "2024"

[lib]
name = "acme"
crate-type = ["cdylib", "rlib"]

[workspace]
"#;

/// Writes a package with the toolchain of the workspace, but without `Cargo.lock`.
fn package(manifest: &str, library: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let toolchain = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rust-toolchain.toml");
    fs::copy(toolchain, folder.path().join("rust-toolchain.toml")).unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.path().join("src/lib.rs"), library).unwrap();
    folder
}

#[test]
fn a_package_of_its_own_becomes_a_component_without_imports() {
    let folder = package(MANIFEST, "//! Nothing.");
    let bytes = component(folder.path(), None).unwrap();
    let payloads: Vec<_> = Parser::new(0).parse_all(&bytes).map(Result::unwrap).collect();
    assert!(matches!(payloads[0], Payload::Version { encoding: wasmparser::Encoding::Component, .. }));
    assert!(payloads.iter().all(|payload| !matches!(payload, Payload::ComponentImportSection(_))));
    assert!(bytes.windows(5).any(|window| window == b"1.2.3"), "the version is stamped");
    assert!(folder.path().join("target/connector").is_dir());
}

#[test]
fn what_the_compiler_says_is_in_the_error() {
    let folder = package(MANIFEST, "pub fn broken() -> u8 { missing_name }");
    let error = component(folder.path(), Some("acme-connector")).unwrap_err();
    assert!(error.contains("missing_name") && error.ends_with("acme-connector does not compile"), "{error}");
}

#[test]
fn a_folder_without_a_package_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = component(folder.path(), None).unwrap_err();
    assert!(error.ends_with(&format!("cargo cannot read the package in {}", folder.path().display())), "{error}");
    let folder = package(MANIFEST, "");
    let error = component(folder.path(), Some("other")).unwrap_err();
    assert_eq!(error, "other is not in the workspace");
}

#[test]
fn a_package_without_a_library_is_refused() {
    let (manifest, _) = MANIFEST.split_once("[lib]").unwrap();
    let folder = package(&format!("{manifest}[workspace]"), "");
    fs::rename(folder.path().join("src/lib.rs"), folder.path().join("src/main.rs")).unwrap();
    assert_eq!(component(folder.path(), None).unwrap_err(), "acme-connector has no library to compile");
}
