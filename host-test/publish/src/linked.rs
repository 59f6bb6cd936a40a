//! What is linked into the component.

use std::fs;
use std::path::Path;

use crate::error::{Error, printed, read};

/// What the connector is compiled for.
const TARGET: &str = "wasm32-unknown-unknown";

/// The separator of the columns that cargo is asked for; in no name, licence or URL.
const SEPARATOR: char = '\t';

/// A crate that is linked into the component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crate {
    /// Its name on crates.io.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Licence as an SPDX expression; empty when it names none.
    pub license: String,
    /// Where its source is kept; empty when it does not say.
    pub repository: String,
    /// SHA-256 of the package as `Cargo.lock` holds it, in hexadecimal digits; none
    /// for the connector itself.
    pub checksum: Option<String>,
    /// Places in the list of what it depends on.
    pub depends_on: Vec<usize>,
}

/// Lists the connector, first, and the crates that are linked into it.
///
/// Cargo is asked for what the component is compiled from: not what only runs while
/// it is compiled (macros, build scripts), nor what tests or the host need.
pub fn crates() -> Result<Vec<Crate>, Error> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let format = format!("{SEPARATOR}{{p}}{SEPARATOR}{{l}}{SEPARATOR}{{r}}");
    let arguments = ["tree", "--quiet", "--locked", "--package", "nexthink-connector", "--target", TARGET];
    let shape = ["--edges", "normal,no-proc-macro", "--no-dedupe", "--prefix", "depth", "--format", &format];
    let tree = printed(&cargo, &[&arguments[..], &shape[..]].concat())?;
    let mut crates = parse(&tree)?;
    let lock = String::from_utf8_lossy(&read(Path::new("Cargo.lock"))?).into_owned();
    for linked in &mut crates {
        linked.checksum = checksum(&lock, &linked.name, &linked.version);
    }
    Ok(crates)
}

/// Reads the tree: in each line its depth, then the columns.
fn parse(tree: &str) -> Result<Vec<Crate>, Error> {
    let mut crates: Vec<Crate> = Vec::new();
    // From the root down to the line before.
    let mut path: Vec<usize> = Vec::new();
    for line in tree.lines() {
        let unreadable = || Error::Refused(format!("`cargo tree` printed a line of another form: {line}"));
        let mut columns = line.split(SEPARATOR);
        let mut next = || columns.next().ok_or_else(unreadable);
        let depth: usize = next()?.trim().parse().map_err(|_| unreadable())?;
        let mut words = next()?.split(' ');
        let (license, repository) = (next()?.replace('/', " OR "), next()?.to_owned());
        let (Some(name), Some(version)) = (words.next(), words.next().and_then(|word| word.strip_prefix('v'))) else {
            return Err(unreadable());
        };
        let known = crates.iter().position(|linked| linked.name == name && linked.version == version);
        let place = known.unwrap_or(crates.len());
        if known.is_none() {
            let (name, version) = (name.to_owned(), version.to_owned());
            crates.push(Crate { name, version, license, repository, checksum: None, depends_on: Vec::new() });
        }
        path.truncate(depth);
        if let Some(&parent) = path.last()
            && !crates[parent].depends_on.contains(&place)
        {
            crates[parent].depends_on.push(place);
        }
        path.push(place);
    }
    if crates.is_empty() { Err(Error::Refused("`cargo tree` printed nothing".to_owned())) } else { Ok(crates) }
}

fn checksum(lock: &str, name: &str, version: &str) -> Option<String> {
    let is_it = |package: &&str| {
        package.contains(&format!("name = \"{name}\"\n")) && package.contains(&format!("version = \"{version}\"\n"))
    };
    let package = lock.split("[[package]]\n").find(is_it)?;
    let line = package.lines().find_map(|line| line.strip_prefix("checksum = \""))?;
    Some(line.trim_end_matches('"').to_owned())
}

/// Returns the standard library in a component: its version, and the commit of its
/// source if the component shows it.
///
/// A component has paths in its panics. Where rustup's toolchain built it they name
/// the commit; Debian's builds the standard library along, from its own sources.
pub fn standard_library(component: &[u8]) -> Result<(String, Option<String>), Error> {
    let text = String::from_utf8_lossy(component);
    let commit = text.split("/rustc/").skip(1).find_map(|rest| rest.split_once("/library/")).map(|(commit, _)| commit);
    let compiler = match commit {
        Some(_) => "rustc",
        None if fs::exists("/usr/bin/rustc").unwrap_or_default() => "/usr/bin/rustc",
        None => return Err(Error::Refused("the component does not show which standard library is in it".to_owned())),
    };
    let about = printed(compiler, &["--version", "--verbose"])?;
    let said = |name: &str| about.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
    if commit.is_some_and(|commit| commit != said("commit-hash: ")) {
        return Err(Error::Refused(format!(
            "the component was built by another compiler than the `rustc` of this directory, {}",
            said("release: ")
        )));
    }
    Ok((said("release: "), commit.map(str::to_owned)))
}

#[cfg(test)]
mod tests {
    use super::{checksum, parse};

    const TREE: &str = "0\tour-own v0.1.0 (/a path/of ours)\tApache-2.0\thttps://example.com/own
1\tone v1.2.3\tMIT/Apache-2.0\t
2\tshared v0.4.0\tMIT\thttps://example.com/shared
1\tshared v0.4.0\tMIT\thttps://example.com/shared";

    #[test]
    fn a_tree_becomes_a_list_with_each_crate_once() {
        let crates = parse(TREE).unwrap();
        let names: Vec<_> = crates.iter().map(|linked| (linked.name.as_str(), linked.version.as_str())).collect();
        assert_eq!(names, [("our-own", "0.1.0"), ("one", "1.2.3"), ("shared", "0.4.0")]);
        let edges: Vec<_> = crates.iter().map(|linked| linked.depends_on.clone()).collect();
        assert_eq!(edges, [vec![1, 2], vec![2], vec![]]);
        // Older packages write `/`, which SPDX does not know.
        assert_eq!((crates[1].license.as_str(), crates[1].repository.as_str()), ("MIT OR Apache-2.0", ""));
    }

    #[test]
    fn another_form_is_an_error() {
        for tree in ["", "one v1.2.3", "x\tone v1.2.3\tMIT\t", "0\tone\tMIT\t", "0\tone v1.2.3"] {
            assert!(parse(tree).is_err(), "{tree}");
        }
    }

    #[test]
    fn the_checksum_is_that_of_the_version() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"11\"\n\n[[package]]\n\
                    name = \"a\"\nversion = \"2.0.0\"\nchecksum = \"22\"\n\n[[package]]\nname = \"b\"\nversion = \"1.0.0\"\n";
        assert_eq!(checksum(lock, "a", "2.0.0").as_deref(), Some("22"));
        assert_eq!(checksum(lock, "b", "1.0.0"), None);
        assert_eq!(checksum(lock, "c", "1.0.0"), None);
    }
}
