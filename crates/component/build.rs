//! Builds the connector: `src/` at the root becomes `nexthink.wasm` in `OUT_DIR`.
//!
//! The crate is compiled for `wasm32-unknown-unknown`; then the module is wrapped into a
//! component, validated and stamped with what `Cargo.toml` says about it.

use std::fmt::{Debug, Display};
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use component_build::{Package, Toolchain, variable, watch};
use wasm_metadata::{AddMetadata, AddMetadataField};
use wit_component::ComponentEncoder;

/// The package that is the connector.
const PACKAGE: &str = "nexthink-connector";

/// What the artefact is made from. Anything else may change without a rebuild.
const SOURCES: [&str; 5] = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "src", "wit"];

fn main() {
    if let Err(message) = build() {
        // One line; cargo prints it as the error of this package.
        println!("cargo::error={}", message.replace('\n', " "));
    }
}

fn build() -> Result<(), String> {
    let root = watch(&SOURCES)?;
    let toolchain = Toolchain::choose()?;
    // Fuel depends on it.
    println!("cargo::rustc-env=CONNECTOR_COMPILER={}", toolchain.version());
    let module = toolchain.compile(&root, PACKAGE)?;
    let component = stamp(&wrap(&module)?, &Package::read(&root, PACKAGE)?)?;
    let artefact = PathBuf::from(variable("OUT_DIR")?).join("nexthink.wasm");
    fs::write(&artefact, component).map_err(|error| format!("{}: {error}", artefact.display()))
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
fn stamp(component: &[u8], package: &Package) -> Result<Vec<u8>, String> {
    fn field<T>(name: &str, value: &str) -> Result<AddMetadataField<T>, String>
    where
        T: FromStr<Err: Display> + Clone + Debug,
    {
        value.parse().map(AddMetadataField::Set).map_err(|error| format!("{name} in Cargo.toml: {error}"))
    }
    let mut metadata = AddMetadata::default();
    metadata.name = AddMetadataField::Set(package.name.clone());
    metadata.version = field("version", &package.version)?;
    metadata.description = field("description", &package.description)?;
    metadata.licenses = field("license", &package.license)?;
    metadata.authors = field("authors", &package.authors.join(", "))?;
    metadata.source = field("repository", &package.repository)?;
    metadata.to_wasm(component).map_err(|error| format!("the component cannot be stamped: {error:#}"))
}
