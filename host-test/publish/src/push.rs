//! What happens before, while and after something is pushed.
//!
//! Everything is asked before anything is changed. The contract goes first: a
//! contract without a component is of use, a component whose contract is not there
//! is not. If the second push fails, the next run resumes there: a contract
//! that is there with the same bytes is left as it is.

use std::path::Path;

use connector_host::Digest;
use nexthink_component::NEXTHINK;

use crate::commit::Commit;
use crate::contract::{Contract, may_follow};
use crate::error::Error;
use crate::package::Package;
use crate::wkg::Wkg;

/// What is in the registry now.
pub struct Pushed {
    component: (String, String),
    /// None when it was there already.
    contract: Option<(String, String)>,
}

impl Pushed {
    /// Returns names and digests, a line each, as `NAME=VALUE`.
    pub fn lines(&self) -> String {
        let lines = |what: &str, (name, digest): &(String, String)| format!("{what}={name}\n{what}-digest={digest}\n");
        let contract = self.contract.as_ref().map(|contract| lines("contract", contract));
        lines("component", &self.component) + &contract.unwrap_or_default()
    }
}

/// Refuses a tag of another version.
pub fn release_is(tag: Option<&str>, version: &str) -> Result<(), Error> {
    match tag {
        Some(tag) if tag != format!("v{version}") => Err(Error::Refused(format!(
            "the tag {tag} is not v{version}, the version in Cargo.toml; make them the same"
        ))),
        _ => Ok(()),
    }
}

/// Pushes the contract, unless it is there, and the component.
///
/// # Errors
///
/// Refuses a version of the component that is there, another contract of the same
/// version, and one that its track does not allow. Then nothing is pushed.
pub fn push(package: &Package, folder: &Path, commit: &Commit, wkg: &Wkg) -> Result<Pushed, Error> {
    let (namespace, name) = component_name(package.value("name")?)?;
    let contract = &package.contract;
    let component_at = wkg.repository(namespace, name);
    let contract_at = wkg.repository(&contract.namespace, &contract.name);
    let component_tag = format!("{component_at}:{}", package.version);
    let contract_tag = format!("{contract_at}:{}", contract.version());

    if wkg.pull(&component_tag)?.is_some() {
        return Err(Error::Refused(format!(
            "{component_tag} exists, and what is published does not change; raise `version` in Cargo.toml"
        )));
    }
    let is_there = is_there(contract, &contract_at, wkg)?;

    let pushed_contract = if is_there {
        println!("unchanged  {contract_tag}");
        None
    } else {
        let title = format!("{}:{}", contract.namespace, contract.name);
        let about = annotations(package, commit, &title, &contract.description, &contract.version())?;
        let digest = wkg.push(&contract_tag, &folder.join(&package.contract_file), &about)?;
        println!("pushed     {contract_tag}\n           {digest}");
        Some((contract_at.clone(), digest))
    };
    let file = folder.join(&package.component_file);
    let about = annotations(package, commit, package.value("name")?, package.value("description")?, &package.version)?;
    let digest = wkg.push(&component_tag, &file, &about).map_err(|error| {
        Error::Refused(format!(
            "{error}\nThe contract is there as {contract_tag}, the component is not; run the same again to push it"
        ))
    })?;
    println!("pushed     {component_tag}\n           {digest}");
    let pushed = Pushed { component: (component_at, digest), contract: pushed_contract };
    for (at, digest) in [Some(&pushed.component), pushed.contract.as_ref()].into_iter().flatten() {
        if wkg.pull(&format!("{at}@{digest}"))?.is_none() {
            return Err(Error::Refused(format!(
                "{at}@{digest} was pushed and is not there; ask who keeps the registry"
            )));
        }
    }
    println!("pull       wkg oci pull {}@{}", pushed.component.0, pushed.component.1);
    println!("run        host-test run --component FILE --digest {}", Digest::of(NEXTHINK));
    Ok(pushed)
}

/// Returns whether the registry has this contract.
fn is_there(contract: &Contract, at: &str, wkg: &Wkg) -> Result<bool, Error> {
    let version = contract.version();
    if let Some(published) = wkg.pull(&format!("{at}:{version}"))? {
        if published == contract.bytes {
            return Ok(true);
        }
        return Err(Error::Refused(format!(
            "{at}:{version} exists with other contents, and what is published does not change; raise the version in the \
             `package` line of wit/types.wit, or undo the change in wit/"
        )));
    }
    for earlier in contract.earlier() {
        if let Some(published) = wkg.pull(&format!("{at}:{earlier}"))? {
            may_follow(&published, &contract.bytes).map_err(|reason| {
                Error::Refused(format!(
                    "the contract {version} may not follow {earlier}: {reason}\nwit/README.md says how the contract grows; \
                     what it does not allow is a new track, beside this one"
                ))
            })?;
            break;
        }
    }
    Ok(false)
}

/// Splits the name of the connector as package managers do: what comes before the
/// first hyphen is the namespace.
fn component_name(name: &str) -> Result<(&str, &str), Error> {
    name.split_once('-').ok_or_else(|| Error::Refused(format!("the name `{name}` has no hyphen after a namespace")))
}

/// Returns what registries show of an artefact (OCI image specification, *Pre-defined
/// annotation keys*). Everything but title and version comes from `Cargo.toml`, by
/// way of the component, and from the commit.
fn annotations(
    package: &Package,
    commit: &Commit,
    title: &str,
    description: &str,
    version: &str,
) -> Result<Vec<(&'static str, String)>, Error> {
    let source = package.value("source")?;
    Ok(vec![
        ("title", title.to_owned()),
        ("description", description.to_owned()),
        ("version", version.to_owned()),
        ("licenses", package.value("licenses")?.to_owned()),
        ("authors", package.value("authors")?.to_owned()),
        ("source", source.to_owned()),
        // The README there.
        ("documentation", source.to_owned()),
        ("revision", commit.revision.clone()),
        ("created", commit.date.clone()),
    ])
}

#[cfg(test)]
mod tests {
    use super::{component_name, release_is};

    #[test]
    fn a_tag_names_the_version() {
        assert!(release_is(None, "0.1.0").is_ok());
        assert!(release_is(Some("v0.1.0"), "0.1.0").is_ok());
        for tag in ["", "v0.1.1", "0.1.0", "v0.1.0-rc.1"] {
            assert!(release_is(Some(tag), "0.1.0").unwrap_err().to_string().contains("v0.1.0"), "{tag}");
        }
    }

    #[test]
    fn the_namespace_is_the_first_word_of_the_name() {
        assert_eq!(component_name("nexthink-connector").unwrap(), ("nexthink", "connector"));
        assert!(component_name("nexthink").is_err());
    }
}
