//! The contract in `wit/` as a package of its own, and whether a new one may
//! follow an older one.

use std::path::Path;

use wasm_metadata::{AddMetadata, AddMetadataField};
use wit_component::DecodedWasm;
use wit_parser::{PackageId, Resolve, Span, WorldId};

use crate::error::Error;

/// The contract, encoded with its documentation, which a component does not have.
pub struct Contract {
    /// The part of its name before the colon.
    pub namespace: String,
    /// The part of its name after the colon.
    pub name: String,
    /// Major, minor and patch.
    pub version: (u64, u64, u64),
    /// Its first sentence.
    pub description: String,
    /// The WIT package as WebAssembly.
    pub bytes: Vec<u8>,
}

impl Contract {
    /// Reads and encodes the contract, with licence, authors and source from `about`.
    pub fn read(wit: &Path, about: &[(String, String)]) -> Result<Self, Error> {
        let broken = |error| Error::Contract(format!("{error:#}"));
        let mut resolve = Resolve::default();
        let (id, _) = resolve.push_dir(wit).map_err(broken)?;
        let package = &resolve.packages[id];
        let version = package.name.version.as_ref();
        let version = version.ok_or_else(|| Error::Contract("its `package` line names no version".to_owned()))?;
        let description = first_sentence(package.docs.contents.as_deref().unwrap_or_default());
        let mut metadata = AddMetadata::default();
        metadata.name = AddMetadataField::Set(format!("{}:{}", package.name.namespace, package.name.name));
        metadata.version = field("version", &version.to_string())?;
        metadata.description = field("description", &description)?;
        for (name, text) in about {
            match name.as_str() {
                "licenses" => metadata.licenses = field(name, text)?,
                "authors" => metadata.authors = field(name, text)?,
                "source" => metadata.source = field(name, text)?,
                _ => {}
            }
        }
        let bytes = wit_component::encode(&resolve, id).and_then(|bytes| metadata.to_wasm(&bytes)).map_err(broken)?;
        Ok(Self {
            namespace: package.name.namespace.clone(),
            name: package.name.name.clone(),
            version: (version.major, version.minor, version.patch),
            description,
            bytes,
        })
    }

    /// Returns its version as it is written.
    pub fn version(&self) -> String {
        let (major, minor, patch) = self.version;
        format!("{major}.{minor}.{patch}")
    }

    /// Returns the versions that may come before it in its track, latest first. A
    /// track has major and minor version in common, as in `0.1.x`.
    pub fn earlier(&self) -> impl Iterator<Item = String> {
        let (major, minor, patch) = self.version;
        (0..patch).rev().map(move |patch| format!("{major}.{minor}.{patch}"))
    }
}

fn field<T>(name: &str, text: &str) -> Result<AddMetadataField<T>, Error>
where
    T: std::str::FromStr<Err: std::fmt::Display> + Clone + std::fmt::Debug,
{
    let parsed = text.parse().map(AddMetadataField::Set);
    parsed.map_err(|error| Error::Contract(format!("{name} `{text}`: {error}")))
}

fn first_sentence(docs: &str) -> String {
    let paragraph = docs.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    paragraph.trim().trim_end_matches('.').to_owned()
}

/// Refuses a `newer` contract that may not follow `older` within a track.
///
/// A contract grows by adding interfaces and worlds, never by changing one
/// (`wit/README.md`). So every world of the older one must be there and be the
/// same, from the side of a connector and from that of a host: each must do where the
/// other is asked for. The check of `wkg publish` looks in one direction alone and
/// would let a function be added, which older connectors do not have.
///
/// # Errors
///
/// The world that differs, and what differs in it.
pub fn may_follow(older: &[u8], newer: &[u8]) -> Result<(), String> {
    let (older, older_id) = decode(older)?;
    let (newer, newer_id) = decode(newer)?;
    for (name, world) in &older.packages[older_id].worlds {
        let Some(&new_world) = newer.packages[newer_id].worlds.get(name) else {
            return Err(format!("the world `{name}` is gone"));
        };
        let mut both = newer.clone();
        let old_world = merged(&mut both, older.clone(), *world)?;
        let differs = |error| format!("the world `{name}` is not the same: {error:#}");
        wit_component::semver_check(both.clone(), new_world, old_world).map_err(differs)?;
        wit_component::semver_check(both, old_world, new_world).map_err(differs)?;
    }
    Ok(())
}

fn merged(into: &mut Resolve, other: Resolve, world: WorldId) -> Result<WorldId, String> {
    let remap = into.merge(other).map_err(|error| format!("{error:#}"))?;
    remap.map_world(world, Span::default()).map_err(|error| error.to_string())
}

fn decode(bytes: &[u8]) -> Result<(Resolve, PackageId), String> {
    match wit_component::decode(bytes) {
        Ok(DecodedWasm::WitPackage(resolve, id)) => Ok((resolve, id)),
        Ok(DecodedWasm::Component(..)) => Err("this is a component, not a WIT package".to_owned()),
        Err(error) => Err(format!("this is not a WIT package: {error:#}")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use wit_component::{DecodedWasm, OutputToString, WitPrinter};
    use wit_parser::Resolve;

    use super::{Contract, may_follow};

    /// The contract as it was frozen, without its documentation.
    const FROZEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/frozen/0.1.0.wit");

    fn current() -> Contract {
        let wit = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().join("wit");
        Contract::read(&wit, &[]).unwrap()
    }

    /// `WRITE_FROZEN=1 cargo test --package publish frozen` writes the copy, which is right only
    /// before its version is released.
    #[test]
    fn the_contract_is_the_frozen_one_or_grows_as_its_readme_allows() {
        let current = current();
        let printed = printed(&current.bytes);
        if std::env::var_os("WRITE_FROZEN").is_some() {
            fs::write(FROZEN, &printed).unwrap();
        }
        let frozen = fs::read_to_string(FROZEN).unwrap();
        if current.version() == "0.1.0" {
            // A version that is there does not change at all, its documentation apart.
            assert_eq!(printed, frozen);
        } else {
            assert_eq!(may_follow(&package(&frozen), &current.bytes), Ok(()));
        }
    }

    fn printed(package: &[u8]) -> String {
        let DecodedWasm::WitPackage(resolve, id) = wit_component::decode(package).unwrap() else {
            panic!("this is a component");
        };
        let mut printer = WitPrinter::new(OutputToString::default());
        printer.emit_docs(false);
        printer.print(&resolve, id, &[]).unwrap();
        printer.output.to_string()
    }

    /// Changes one thing in the frozen contract, each of a kind that `wit/README.md` forbids.
    #[test]
    fn no_change_that_the_readme_forbids_may_follow_the_frozen_contract() {
        // Without gates, so that an item can go without leaving its own behind.
        let frozen = fs::read_to_string(FROZEN).unwrap().replace("@since(version = 0.1.0)", "");
        let same = frozen.replacen("@0.1.0;", "@0.1.1;", 1);
        assert_eq!(may_follow(&package(&frozen), &package(&same)), Ok(()));
        for (kind, from, to) in [
            ("a function more", "describe: func() -> definition;", "describe: func() -> definition; more: func();"),
            ("a function less", "describe: func() -> definition;", ""),
            ("a field more", "record context {", "record context { more: u32,"),
            ("a field of another type", "timeout: u32", "timeout: u64"),
            ("a case more", "give-up,", "give-up, other,"),
            ("a case less", "give-up,", ""),
            ("a parameter more", "sign: func(", "sign: func(more: u32, "),
            ("another result", "describe: func() -> definition;", "describe: func() -> option<definition>;"),
            ("a world less", "world key-connector {", "world another-connector {"),
            ("an export less", "  export refresh;\n", ""),
        ] {
            assert!(frozen.contains(from), "{kind}");
            let newer = frozen.replacen(from, to, 1).replacen("@0.1.0;", "@0.1.1;", 1);
            assert!(may_follow(&package(&frozen), &package(&newer)).is_err(), "{kind} is let through");
        }
    }

    const OLDER: &str = "package test:connector@0.1.0;
        interface provider { record token { text: string } describe: func() -> token; }
        interface access { use provider.{token}; call: func(given: token) -> string; }
        world small { export provider; }
        world large { include small; export access; }";

    fn package(text: &str) -> Vec<u8> {
        let mut resolve = Resolve::default();
        let id = resolve.push_str("test.wit", text).unwrap();
        wit_component::encode(&resolve, id).unwrap()
    }

    fn next(from: &str, to: &str) -> Result<(), String> {
        assert!(from.is_empty() || OLDER.contains(from), "{from}");
        let newer = OLDER.replace("@0.1.0", "@0.1.1").replace(from, to);
        may_follow(&package(OLDER), &package(&newer))
    }

    #[test]
    fn what_the_track_allows_may_follow() {
        for (from, to) in [
            // Nothing but the version.
            ("world small", "world small"),
            ("describe: func", "/// Says more.\n describe: func"),
            // A new interface, and a world that includes it.
            ("world small", "interface more { f: func(); } world all { include large; export more; } world small"),
        ] {
            assert_eq!(next(from, to), Ok(()), "{from} -> {to}");
        }
    }

    #[test]
    fn whatever_would_break_a_connector_or_a_host_is_refused() {
        for (from, to, world) in [
            // A new function: older connectors do not have it.
            ("describe: func", "more: func(); describe: func", "small"),
            // A function less: older hosts ask for it.
            ("call: func(given: token) -> string;", "", "large"),
            ("text: string", "text: string, more: string", "small"),
            ("text: string", "text: u32", "small"),
            ("text: string", "words: string", "small"),
            ("describe: func() -> token", "describe: func(short: bool) -> token", "small"),
            ("call: func(given: token) -> string", "call: func(given: token) -> result<string>", "large"),
            // A host of the older one would not be asked for what this one imports.
            ("world small {", "interface clock { now: func() -> u64; } world small { import clock;", "small"),
        ] {
            let refusal = next(from, to).unwrap_err();
            assert!(
                refusal.starts_with(&format!("the world `{world}` is not the same: ")),
                "{from} -> {to}: {refusal}"
            );
        }
    }

    #[test]
    fn a_world_may_not_go() {
        let older = package("package test:connector@0.1.0; interface a { f: func(); } world one { export a; }");
        let newer = package("package test:connector@0.1.1; interface a { f: func(); } world two { export a; }");
        assert_eq!(may_follow(&older, &newer), Err("the world `one` is gone".to_owned()));
    }
}
