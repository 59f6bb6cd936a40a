//! Packages two checkouts in different directories, and compares the bytes.
//! `make test-package` runs it: it takes minutes, and needs what `make package`
//! needs.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// How two builds differ that must give the same.
struct Surroundings {
    directory: &'static str,
    time_zone: &'static str,
    language: &'static str,
    mask: &'static str,
}

const BUILDS: [Surroundings; 2] = [
    Surroundings { directory: "one", time_zone: "UTC", language: "C", mask: "022" },
    Surroundings { directory: "another/much/longer/way", time_zone: "Asia/Tokyo", language: "C.UTF-8", mask: "077" },
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

/// Returns the directory with the profile's artefacts of this build.
fn profile() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_publish")).parent().unwrap()
}

fn run(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}");
}

/// Checks out the commit anew and packages it there, compiling the component with
/// all that it is made of. What belongs to the host alone is taken from this build,
/// for it is in no package.
fn package(build: &Surroundings) -> PathBuf {
    let place = profile().join("reproducible").join(build.directory);
    if place.exists() {
        fs::remove_dir_all(&place).unwrap();
    }
    run(Command::new("git").args(["clone", "--quiet", "--no-hardlinks"]).arg(root()).arg(&place));
    let target = place.join("target");
    fs::create_dir(&target).unwrap();
    symlink(profile(), target.join("debug")).unwrap();
    let script = format!("umask {} && exec make --silent package", build.mask);
    let mut make = Command::new("sh");
    make.args(["-c", &script]).current_dir(&place).env("TZ", build.time_zone).env("LC_ALL", build.language);
    // What the cargo of this test sets is not for the other.
    for (name, _) in std::env::vars() {
        if name.starts_with("CARGO") && name != "CARGO_HOME" && name != "CARGO_NET_OFFLINE" {
            make.env_remove(name);
        }
    }
    run(make.env_remove("MAKEFLAGS").env("CARGO_INCREMENTAL", "0"));
    place
}

/// Returns names and bytes of what was packaged.
fn packaged(place: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(place.join("target/package")).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Returns names of the crates that were compiled for the component: the directory
/// was empty before.
fn compiled(place: &Path) -> BTreeSet<String> {
    let builds = fs::read_dir(place.join("target/connector")).unwrap().map(|entry| entry.unwrap().path());
    let folders = builds.map(|build| build.join("wasm32-unknown-unknown/component/deps"));
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap());
    let names = files.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let crates = names.filter_map(|name| {
        let (stem, _) = name.strip_prefix("lib")?.strip_suffix(".rlib")?.rsplit_once('-')?;
        Some(stem.to_owned())
    });
    crates.collect()
}

#[test]
fn two_builds_in_different_directories_are_the_same_to_the_bit() {
    let [one, another] = BUILDS.map(|build| package(&build));
    let (first, second) = (packaged(&one), packaged(&another));
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&first), names(&second));
    assert_eq!(first.len(), 5, "component, contract, SBOM, kit and sums: {:?}", names(&first));
    for ((name, here), (_, there)) in first.iter().zip(&second) {
        assert!(here == there, "{name} differs");
    }

    // The bill names what was compiled, and the standard library.
    let (_, bill) = first.iter().find(|(name, _)| name.ends_with(".cdx.json")).unwrap();
    let bill: Value = serde_json::from_slice(bill).unwrap();
    let components = bill["components"].as_array().unwrap().iter();
    let named: BTreeSet<_> = components.map(|one| one["name"].as_str().unwrap().replace('-', "_")).collect();
    for place in [&one, &another] {
        let mut built = compiled(place);
        assert!(built.len() > 10, "the component was built here: {built:?}");
        // Debian's way compiles the standard library along.
        if built.remove("std") {
            built = built.intersection(&named).cloned().collect();
        }
        built.insert("rust_std".to_owned());
        assert_eq!(built, named);
    }
    for place in [one, another] {
        fs::remove_dir_all(place).unwrap();
    }
}
