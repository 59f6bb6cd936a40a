//! Where the component's bytes are: by section, and by the crate that its code is from.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use nexthink_component::NEXTHINK;
use rustc_demangle::demangle;
use wasmparser::{KnownCustom, Name, Parser, Payload};

use crate::subject::root;

/// Crates with less code than this, in bytes, are summed up.
const SMALL: usize = 1000;

/// Returns the tables.
pub fn report() -> String {
    let mut table = String::from("| Component | Bytes |\n| --- | --: |\n");
    let mut row = |name: &str, bytes: usize| table += &format!("| {name} | {bytes} |\n");
    row("as it is", NEXTHINK.len());
    row("with gzip", gzip(NEXTHINK));
    #[cfg(feature = "zstd")]
    row("with Zstandard, level 19", zstd::encode_all(NEXTHINK, 19).map_or(0, |bytes| bytes.len()));
    for (name, bytes) in sections(NEXTHINK) {
        row(&format!("of it: {name}"), bytes);
    }
    table += "\n| Code of | Bytes | Functions |\n| --- | --: | --: |\n";
    match named() {
        Ok(module) => {
            let mut rest = (0, 0);
            let mut crates: Vec<_> = by_crate(&module).into_iter().collect();
            crates.sort_by_key(|(_, (bytes, _))| std::cmp::Reverse(*bytes));
            for (name, (bytes, functions)) in crates {
                if bytes < SMALL {
                    rest = (rest.0 + bytes, rest.1 + functions);
                } else {
                    let _ = writeln!(table, "| `{name}` | {bytes} | {functions} |");
                }
            }
            let _ = writeln!(table, "| others | {} | {} |", rest.0, rest.1);
        }
        Err(why) => {
            let _ = writeln!(table, "\nNot by crate: {why}.");
        }
    }
    table
}

/// Returns the length with gzip, as a registry transfers it.
fn gzip(bytes: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).map_or(0, |compressed| compressed.len())
}

/// Returns the large sections, and the rest as one.
fn sections(component: &[u8]) -> Vec<(&'static str, usize)> {
    let (mut code, mut data) = (0, 0);
    for payload in Parser::new(0).parse_all(component).flatten() {
        match payload {
            Payload::CodeSectionStart { size, .. } => code += size as usize,
            Payload::DataSection(section) => data += section.range().len(),
            _ => {}
        }
    }
    vec![("code", code), ("data", data), ("types, names and the rest", component.len() - code - data)]
}

/// Builds the module once more, with the names of its functions.
fn named() -> Result<Vec<u8>, String> {
    let target = root().join("target/size");
    let output = Command::new("cargo")
        .current_dir(root())
        .args(["rustc", "--quiet", "--locked", "--lib", "--crate-type", "cdylib", "--package", "nexthink-connector"])
        .args(["--profile", "component", "--target", "wasm32-unknown-unknown", "--target-dir"])
        .arg(&target)
        .env("CARGO_PROFILE_COMPONENT_STRIP", "none")
        .output()
        .map_err(|error| format!("cargo cannot be started: {error}"))?;
    if !output.status.success() {
        return Err("the running toolchain does not compile for wasm32-unknown-unknown".to_owned());
    }
    let module: PathBuf = target.join("wasm32-unknown-unknown/component/nexthink_connector.wasm");
    fs::read(&module).map_err(|error| format!("{}: {error}", module.display()))
}

/// Sums up bytes and number of functions by crate. A generic function counts for the
/// crate that wrote it.
fn by_crate(module: &[u8]) -> BTreeMap<String, (usize, usize)> {
    let (mut bodies, mut names, mut imported) = (Vec::new(), BTreeMap::new(), 0);
    for payload in Parser::new(0).parse_all(module).flatten() {
        match payload {
            Payload::ImportSection(imports) => imported = imports.count(),
            Payload::CodeSectionEntry(body) => bodies.push(body.range().len()),
            Payload::CustomSection(section) => {
                let KnownCustom::Name(parts) = section.as_known() else { continue };
                for part in parts.into_iter().flatten() {
                    if let Name::Function(map) = part {
                        names.extend(map.into_iter().flatten().map(|naming| (naming.index, naming.name.to_owned())));
                    }
                }
            }
            _ => {}
        }
    }
    let mut crates = BTreeMap::<_, (usize, usize)>::new();
    for (index, bytes) in (imported..).zip(bodies) {
        let sum = crates.entry(names.get(&index).map_or("unnamed".to_owned(), |name| origin(name))).or_default();
        *sum = (sum.0 + bytes, sum.1 + 1);
    }
    crates
}

/// Returns the crate of a function: the first path in its name.
fn origin(mangled: &str) -> String {
    // As in `integration:provider/operations@0.1.0#resume`.
    if mangled.contains('#') {
        return "exports of the contract".to_owned();
    }
    let name = format!("{:#}", demangle(mangled));
    let path = name.trim_start_matches(|c: char| !(c.is_alphanumeric() || c == '_'));
    let path = path.strip_prefix("dyn ").unwrap_or(path);
    match path.split_once("::") {
        // Methods of types that belong to no crate are in `core`.
        Some((first, _)) if first.contains(['>', ' ']) => "core".to_owned(),
        Some((first, _)) => first.to_owned(),
        None => "C and the linker".to_owned(),
    }
}
