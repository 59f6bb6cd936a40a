//! What cargo knows about a package and its workspace.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::toolchain::{Programs, Toolchain, command};
use crate::wrap::{stamp, wrap};

/// A package and the workspace that it is compiled in.
pub struct Project {
    /// The package.
    pub package: Package,
    /// Root of the workspace.
    pub(crate) root: PathBuf,
    /// Directory for the files of the compiler.
    pub(crate) target_directory: PathBuf,
    /// Whether `Cargo.lock` has to be there and stays as it is.
    pub(crate) locked: bool,
    /// Whether the workspace defines the profile `component`.
    pub(crate) has_profile: bool,
}

/// What `Cargo.toml` says about a package.
#[derive(Deserialize)]
pub struct Package {
    /// Name.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// One sentence. `None`: the file has none.
    pub description: Option<String>,
    /// SPDX expression. `None`: the file has none.
    pub license: Option<String>,
    /// Names, and addresses in angle brackets. Empty: the file has none.
    pub authors: Vec<String>,
    /// URL of the sources. `None`: the file has none.
    pub repository: Option<String>,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

impl Package {
    /// Returns the name of the file that the library is compiled to. `None`: the package
    /// has no library.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        let is_library = |target: &&Target| target.kind.iter().any(|kind| kind.ends_with("lib"));
        let library = self.targets.iter().find(is_library)?;
        Some(Path::new(&library.name.replace('-', "_")).with_extension("wasm"))
    }
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

impl Project {
    /// Asks cargo, which knows what a package inherits from its workspace. Without a
    /// name, the package is the one whose `Cargo.toml` is in `folder`.
    ///
    /// # Errors
    ///
    /// Where cargo does not answer, or does not know the package.
    pub fn read(programs: &Programs, folder: &Path, name: Option<&str>, locked: bool) -> Result<Self, String> {
        let mut metadata = command(&programs.cargo, folder);
        metadata.args(["metadata", "--no-deps", "--format-version", "1"]).args(locked.then_some("--locked"));
        let output = metadata.output().map_err(|error| format!("cargo cannot be started: {error}"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{}\ncargo cannot read the package in {}", said.trim_end(), folder.display()));
        }
        let Metadata { packages, workspace_root: root, target_directory } =
            serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))?;
        let manifest = folder.join("Cargo.toml").canonicalize().ok();
        let wanted = |package: &Package| match name {
            Some(name) => package.name == name,
            None => package.manifest_path.canonicalize().ok() == manifest,
        };
        let package = packages.into_iter().find(wanted).ok_or_else(|| match name {
            Some(name) => format!("{name} is not in the workspace"),
            None => format!("the Cargo.toml in {} is not that of a package", folder.display()),
        })?;
        let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap_or_default();
        let has_profile = manifest.lines().any(|line| line.trim() == "[profile.component]");
        Ok(Self { package, root, target_directory: target_directory.join("connector"), locked, has_profile })
    }

    /// Compiles the package, wraps the module into a component, validates it and stamps it
    /// with what `Cargo.toml` says.
    ///
    /// # Errors
    ///
    /// As [`component`](crate::component).
    pub fn component(&self, toolchain: &Toolchain) -> Result<Vec<u8>, String> {
        stamp(&wrap(&toolchain.compile(self)?)?, &self.package)
    }
}
