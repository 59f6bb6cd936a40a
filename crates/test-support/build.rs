//! Compiles `test-guest` to the core module `guest.wasm` in `OUT_DIR`.

use std::fs;
use std::path::PathBuf;

use component_build::build_script::{project, report, toolchain, variable, watch};

/// What the module is made from. Anything else may change without a rebuild.
const SOURCES: [&str; 5] = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "crates/test-guest", "wit"];

fn main() {
    if let Err(message) = build() {
        report(&message);
    }
}

fn build() -> Result<(), String> {
    let root = watch(&SOURCES)?;
    let module = toolchain(&root)?.compile(&project(&root, "test-guest")?)?;
    let artefact = PathBuf::from(variable("OUT_DIR")?).join("guest.wasm");
    fs::copy(&module, &artefact).map_err(|error| format!("{}: {error}", artefact.display()))?;
    Ok(())
}
