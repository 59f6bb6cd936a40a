//! Compiles `test-guest` to the core module `guest.wasm` in `OUT_DIR`.

use std::fs;
use std::path::PathBuf;

use component_build::{Toolchain, variable, watch};

/// What the module is made from. Anything else may change without a rebuild.
const SOURCES: [&str; 5] = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "crates/test-guest", "wit"];

fn main() {
    if let Err(message) = build() {
        // One line; cargo prints it as the error of this package.
        println!("cargo::error={}", message.replace('\n', " "));
    }
}

fn build() -> Result<(), String> {
    let root = watch(&SOURCES)?;
    let module = Toolchain::choose()?.compile(&root, "test-guest")?;
    let artefact = PathBuf::from(variable("OUT_DIR")?).join("guest.wasm");
    fs::copy(&module, &artefact).map_err(|error| format!("{}: {error}", artefact.display()))?;
    Ok(())
}
