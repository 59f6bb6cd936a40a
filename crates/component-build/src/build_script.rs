//! For build scripts of this workspace: what cargo sets for them, and what they tell it.

use std::env;
use std::path::{Path, PathBuf};

use crate::project::Project;
use crate::toolchain::{DEBIAN_RUSTC, Programs, Toolchain};

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

/// Chooses a compiler, and has the build script run again when the choice may change.
///
/// # Errors
///
/// As [`Toolchain::choose`].
pub fn toolchain(root: &Path) -> Result<Toolchain, String> {
    println!("cargo::rerun-if-env-changed=CONNECTOR_TOOLCHAIN");
    let chosen = Toolchain::choose(&programs()?, root);
    if !matches!(chosen, Ok(Toolchain::Rustup(_))) {
        println!("cargo::rerun-if-changed={DEBIAN_RUSTC}");
    }
    chosen
}

/// Reads about a package of the workspace, whose `Cargo.lock` has to be up to date.
///
/// It compiles in a directory beside the profiles in the target directory, so that all
/// profiles share one build, and the outer cargo's lock on its own directory is not in
/// the way.
///
/// # Errors
///
/// As [`Project::read`].
pub fn project(root: &Path, package: &str) -> Result<Project, String> {
    // <target>/<profile>/build/<package>/out
    let out = PathBuf::from(variable("OUT_DIR")?);
    let target = out.ancestors().nth(4).ok_or("OUT_DIR has an unexpected form")?;
    let project = Project::read(&programs()?, root, Some(package), true)?;
    Ok(Project { target_directory: target.join("connector"), ..project })
}

/// Prints an error line by line, each of which cargo shows as an error of this package.
///
/// Cargo shows the standard error of a build script only when it panics, so what the
/// compiler says goes this way too.
pub fn report(message: &str) {
    for line in message.lines() {
        println!("cargo::error={line}");
    }
}

fn programs() -> Result<Programs, String> {
    Ok(Programs { cargo: variable("CARGO")?.into(), rustc: variable("RUSTC")?.into() })
}
