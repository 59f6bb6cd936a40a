//! Builds the connector: `src/` at the root becomes `nexthink.wasm` in `OUT_DIR`.
//!
//! A nested cargo compiles the crate for `wasm32-unknown-unknown` in a target
//! directory of its own; then the module is wrapped into a component, validated
//! and stamped with what `Cargo.toml` says about it.

#[path = "build/toolchain.rs"]
mod toolchain;

use std::fmt::{Debug, Display};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::{env, fs};

use toolchain::Toolchain;
use wasm_metadata::{AddMetadata, AddMetadataField};
use wit_component::ComponentEncoder;

/// What the artefact is made from. Anything else may change without a rebuild.
const SOURCES: [&str; 5] = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "src", "wit"];

fn main() {
    if let Err(message) = build() {
        // One line; cargo prints it as the error of this package.
        println!("cargo::error={}", message.replace('\n', " "));
    }
}

fn build() -> Result<(), String> {
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let root = here.ancestors().nth(2).ok_or("this package is not in its workspace")?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
    }
    let out = PathBuf::from(variable("OUT_DIR")?);

    let toolchain = Toolchain::choose()?;
    // Fuel depends on it.
    println!("cargo::rustc-env=CONNECTOR_COMPILER={}", toolchain.version());
    let module = toolchain.compile(root, &target_directory(&out)?)?;
    let component = stamp(&wrap(&module)?, root)?;
    let artefact = out.join("nexthink.wasm");
    fs::write(&artefact, component).map_err(|error| format!("{}: {error}", artefact.display()))
}

/// Returns a directory beside the profiles in the target directory, so that all
/// profiles share one build of the connector, and the outer cargo's lock on its
/// own directory is not in the way.
fn target_directory(out: &Path) -> Result<PathBuf, String> {
    // <target>/<profile>/build/<package>/out
    let target = out.ancestors().nth(4).ok_or("OUT_DIR has an unexpected form")?;
    Ok(target.join("connector"))
}

fn wrap(module: &Path) -> Result<Vec<u8>, String> {
    let bytes = fs::read(module).map_err(|error| format!("{}: {error}", module.display()))?;
    ComponentEncoder::default()
        .validate(true)
        .module(&bytes)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| format!("the connector cannot be wrapped into a component: {error:#}"))
}

/// Writes name, version, description, licence, authors and source into the
/// component, where registries and `host-test inspect` find them.
fn stamp(component: &[u8], root: &Path) -> Result<Vec<u8>, String> {
    fn field<T>(name: &str, value: &str) -> Result<AddMetadataField<T>, String>
    where
        T: FromStr<Err: Display> + Clone + Debug,
    {
        value.parse().map(AddMetadataField::Set).map_err(|error| format!("{name} in Cargo.toml: {error}"))
    }
    let package = toolchain::package(root)?;
    let mut metadata = AddMetadata::default();
    metadata.name = AddMetadataField::Set(package.name);
    metadata.version = field("version", &package.version)?;
    metadata.description = field("description", &package.description)?;
    metadata.licenses = field("license", &package.license)?;
    metadata.authors = field("authors", &package.authors.join(", "))?;
    metadata.source = field("repository", &package.repository)?;
    metadata.to_wasm(component).map_err(|error| format!("the component cannot be stamped: {error:#}"))
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("cargo did not set {name}"))
}
