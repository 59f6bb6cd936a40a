//! From a core module to a component.

use std::fmt::{Debug, Display};
use std::fs;
use std::path::Path;
use std::str::FromStr;

use wasm_metadata::{AddMetadata, AddMetadataField};
use wit_component::ComponentEncoder;

use crate::project::Package;

/// Wraps a core module into a component and validates it.
pub fn wrap(module: &Path) -> Result<Vec<u8>, String> {
    let bytes = fs::read(module).map_err(|error| format!("{}: {error}", module.display()))?;
    ComponentEncoder::default()
        .validate(true)
        .module(&bytes)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| format!("the connector cannot be wrapped into a component: {error:#}"))
}

/// Writes name, version, description, licence, authors and source into the
/// component, where registries and `host-test inspect` find them.
pub fn stamp(component: &[u8], package: &Package) -> Result<Vec<u8>, String> {
    let mut metadata = AddMetadata::default();
    metadata.name = AddMetadataField::Set(package.name.clone());
    metadata.version = field("version", Some(&package.version))?;
    metadata.description = field("description", package.description.as_ref())?;
    metadata.licenses = field("license", package.license.as_ref())?;
    let authors = (!package.authors.is_empty()).then(|| package.authors.join(", "));
    metadata.authors = field("authors", authors.as_ref())?;
    metadata.source = field("repository", package.repository.as_ref())?;
    metadata.to_wasm(component).map_err(|error| format!("the component cannot be stamped: {error:#}"))
}

/// Parses a field of `Cargo.toml`; one that is missing stays out of the component.
fn field<T>(name: &str, value: Option<&String>) -> Result<AddMetadataField<T>, String>
where
    T: FromStr<Err: Display> + Clone + Debug,
{
    let Some(value) = value else { return Ok(AddMetadataField::default()) };
    value.parse().map(AddMetadataField::Set).map_err(|error| format!("{name} in Cargo.toml: {error}"))
}
