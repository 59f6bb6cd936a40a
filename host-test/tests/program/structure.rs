//! Rules about the workspace itself: which crate may depend on which, and what no host
//! crate knows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::root;

/// Returns what `cargo metadata` reads from the workspace.
fn metadata() -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Returns the packages of the workspace, each with those that its code depends on.
/// Dependencies of tests alone are left out.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    let name = |package: &Value| package["name"].as_str().unwrap().to_owned();
    let ours: BTreeSet<_> = packages.iter().map(name).collect();
    let arrows = packages.iter().map(|package| {
        let normal = package["dependencies"].as_array().unwrap().iter().filter(|needed| needed["kind"].is_null());
        let needed = normal.map(name).filter(|needed| ours.contains(needed)).collect();
        (name(package), needed)
    });
    arrows.collect()
}

#[test]
fn crates_depend_on_each_other_as_designed_and_no_other_way() {
    let arrows = arrows();
    for (package, allowed) in [
        ("connector-kit", &[][..]),
        ("nexthink-connector", &["connector-kit"]),
        ("connector-core", &[]),
        ("fake-nexthink", &[]),
        ("nexthink-component", &[]),
        ("connector-host", &["connector-core"]),
        ("connector-recordings", &["connector-core", "connector-host"]),
        ("connector-check", &["connector-core", "connector-host", "connector-recordings"]),
        ("connector-page", &["connector-core", "connector-host", "connector-recordings"]),
    ] {
        let found: BTreeSet<_> = arrows[package].iter().map(String::as_str).collect();
        let allowed: BTreeSet<_> = allowed.iter().copied().collect();
        assert!(found.is_subset(&allowed), "{package} depends on {:?}", found.difference(&allowed).collect::<Vec<_>>());
    }
    for (package, needed) in &arrows {
        assert!(!needed.contains("host-test"), "{package} depends on the command line");
    }
}

/// Returns the Rust sources under a directory, tests left out.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let (mut files, mut directories) = (Vec::new(), vec![directory.to_owned()]);
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() && name != "tests" {
                directories.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs")
                && !matches!(name.as_str(), "tests.rs" | "testing.rs")
            {
                files.push(path);
            }
        }
    }
    files
}

#[test]
fn no_host_crate_knows_a_provider() {
    for package in ["core", "host", "recordings", "check", "page"] {
        let files = sources(&root().join("crates").join(package).join("src"));
        assert!(!files.is_empty(), "{package}");
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            let code =
                text.split("#[cfg(test)]\nmod tests").next().unwrap().split("pub(crate) mod tests {").next().unwrap();
            // Examples of the documentation name one.
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            for (number, line) in lines.enumerate() {
                for word in ["nexthink", "client_secret", "\"instance\""] {
                    let found = line.to_lowercase().contains(word);
                    assert!(!found, "{}: line of code {number} has {word}: {line}", file.display());
                }
            }
        }
    }
}
