//! Compiles crates of this workspace to WebAssembly, for build scripts.
//!
//! [`Toolchain`] finds a compiler for `wasm32-unknown-unknown` and has a nested cargo
//! compile a crate in a target directory of its own; [`Package`] is what `Cargo.toml`
//! says about it.

mod package;
mod toolchain;

pub use package::Package;
pub use toolchain::Toolchain;

use std::env;
use std::path::{Path, PathBuf};

/// Returns the root of the workspace and has the build script run again when one of
/// these files in it changes.
///
/// # Errors
///
/// Where this is not a build script of a crate in `crates/`.
pub fn watch(sources: &[&str]) -> Result<PathBuf, String> {
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let root = here.ancestors().nth(2).ok_or("this package is not in its workspace")?;
    println!("cargo::rerun-if-changed=build.rs");
    for source in sources {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
    }
    Ok(root.to_owned())
}

/// Returns a variable that cargo sets for build scripts.
///
/// # Errors
///
/// Where it is not set.
pub fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("cargo did not set {name}"))
}

/// Returns a directory beside the profiles in the target directory, so that all
/// profiles share one build, and the outer cargo's lock on its own directory is not in
/// the way.
fn target_directory() -> Result<PathBuf, String> {
    // <target>/<profile>/build/<package>/out
    let out = PathBuf::from(variable("OUT_DIR")?);
    let target = out.ancestors().nth(4).ok_or("OUT_DIR has an unexpected form")?;
    Ok(target.join("connector"))
}

/// Returns the name of the file that a crate is compiled to.
fn file_of(package: &str) -> PathBuf {
    Path::new(&package.replace('-', "_")).with_extension("wasm")
}
