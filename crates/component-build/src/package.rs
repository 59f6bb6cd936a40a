//! What `Cargo.toml` says about a package.

use std::env;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

/// What `Cargo.toml` says about a package.
#[derive(Deserialize)]
pub struct Package {
    /// Name.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// One sentence.
    pub description: String,
    /// SPDX expression.
    pub license: String,
    /// Names, and addresses in angle brackets.
    pub authors: Vec<String>,
    /// URL of the sources.
    pub repository: String,
}

impl Package {
    /// Asks cargo, which knows what a package inherits from the workspace at `root`.
    ///
    /// # Errors
    ///
    /// Where cargo does not answer, or does not know the package.
    pub fn read(root: &Path, name: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Metadata {
            packages: Vec<serde_json::Value>,
        }
        let cargo = env::var_os("CARGO").ok_or("cargo did not set CARGO")?;
        let output = Command::new(cargo)
            .current_dir(root)
            .args(["metadata", "--no-deps", "--locked", "--format-version", "1"])
            .output()
            .map_err(|error| format!("cargo cannot be started: {error}"))?;
        let unreadable = |error: serde_json::Error| format!("cargo metadata: {error}");
        let metadata: Metadata = serde_json::from_slice(&output.stdout).map_err(unreadable)?;
        let package = metadata.packages.into_iter().find(|package| package["name"] == name);
        serde_json::from_value(package.ok_or_else(|| format!("{name} is not in the workspace"))?).map_err(unreadable)
    }
}
