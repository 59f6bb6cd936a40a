//! Builds connectors: compiles a package to WebAssembly and makes a component of it.
//!
//! [`component`] does it all, from the folder of a package to the bytes of a validated
//! component, in any program that can run cargo. Its parts are a [`Toolchain`], which
//! compiles for `wasm32-unknown-unknown`, and a [`Project`], what cargo knows about the
//! package. [`build_script`] is for build scripts of this workspace.

pub mod build_script;
mod project;
mod toolchain;
mod wrap;

pub use project::{Package, Project};
pub use toolchain::{Programs, Toolchain};

use std::path::Path;

/// Builds the component of a package, which may lie in any workspace or in none.
///
/// `folder` has its `Cargo.toml`, or that of the workspace in which it is called
/// `package`. The files of the compiler go to the target directory of that workspace. A
/// package without `Cargo.lock` gets one; an existing one is brought up to date.
///
/// # Errors
///
/// Where there is no compiler for the target, the package does not compile, or the
/// module is no component. The message may have several lines, those of the compiler
/// first.
///
/// # Examples
///
/// ```no_run
/// # fn main() -> Result<(), String> {
/// let component = component_build::component("connectors/acme".as_ref(), None)?;
/// std::fs::write("acme.wasm", component).map_err(|error| error.to_string())
/// # }
/// ```
pub fn component(folder: &Path, package: Option<&str>) -> Result<Vec<u8>, String> {
    let programs = Programs::of_path();
    let toolchain = Toolchain::choose(&programs, folder)?;
    Project::read(&programs, folder, package, false)?.component(&toolchain)
}
