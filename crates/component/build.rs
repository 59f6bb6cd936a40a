//! Builds the connector: `src/` at the root becomes `nexthink.wasm` in `OUT_DIR`.
//!
//! The crate is compiled for `wasm32-unknown-unknown`; then the module is wrapped into a
//! component, validated and stamped with what `Cargo.toml` says about it.

use std::fs;
use std::path::PathBuf;

use component_build::build_script::{project, report, toolchain, variable, watch};

/// The package that is the connector.
const PACKAGE: &str = "nexthink-connector";

/// What the artefact is made from. Anything else may change without a rebuild.
const SOURCES: [&str; 6] = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "crates/kit", "src", "wit"];

fn main() {
    if let Err(message) = build() {
        report(&message);
    }
}

fn build() -> Result<(), String> {
    let root = watch(&SOURCES)?;
    let toolchain = toolchain(&root)?;
    // Fuel depends on it.
    println!("cargo::rustc-env=CONNECTOR_COMPILER={}", toolchain.version(&root));
    let component = project(&root, PACKAGE)?.component(&toolchain)?;
    let artefact = PathBuf::from(variable("OUT_DIR")?).join("nexthink.wasm");
    fs::write(&artefact, component).map_err(|error| format!("{}: {error}", artefact.display()))
}
