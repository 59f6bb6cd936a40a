//! Builds the connectors of `examples/` into `OUT_DIR`.

use std::fs;
use std::path::PathBuf;

use component_build::build_script::{project, report, toolchain, variable, watch};

const PACKAGES: [&str; 2] = ["datadog-connector", "zendesk-connector"];

/// What they are made from. Anything else may change without a rebuild.
const SOURCES: [&str; 8] = [
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "crates/kit",
    "examples/api-key/Cargo.toml",
    "examples/api-key/src",
    "examples/authorization-code",
    "wit",
];

fn main() {
    if let Err(message) = build() {
        report(&message);
    }
}

fn build() -> Result<(), String> {
    let root = watch(&SOURCES)?;
    let toolchain = toolchain(&root)?;
    for package in PACKAGES {
        let component = project(&root, package)?.component(&toolchain)?;
        let artefact = PathBuf::from(variable("OUT_DIR")?).join(package).with_extension("wasm");
        fs::write(&artefact, component).map_err(|error| format!("{}: {error}", artefact.display()))?;
    }
    Ok(())
}
