//! The address of a tenant, as people paste it from a browser.

use thiserror::Error;

use crate::tenant::hosts::{DOMAIN, Tenant};
use crate::tenant::instance::{Instance, InstanceError};
use crate::tenant::region::Region;
use crate::text;

/// Returns whether a string is meant as an address rather than a name.
pub fn looks_like_address(text: &str) -> bool {
    text.contains('.') || text.contains("://")
}

/// Parses a URL or a host name; path, query and fragment are ignored.
///
/// Known forms (Nexthink: *Connectivity requirements*): `<instance>.<region>`,
/// `<instance>.data.<region>`, `<instance>.api.<region>`,
/// `<instance>-login.<region>` and `<instance>-engine-<n>.<region>`, each under
/// `nexthink.cloud`.
///
/// # Errors
///
/// Fails on everything else. Standard parsers repair a good deal: backslashes,
/// tabs, missing slashes, encoded dots, numbers that mean IP addresses. That is
/// where they disagree about the host, so nothing is repaired here: the address is
/// split strictly, and its host has to match one of the known forms exactly.
pub fn parse(address: &str) -> Result<Tenant, AddressError> {
    if address.contains(|c: char| c.is_control() || text::is_blank(c) || c == '\\') {
        return Err(AddressError::Characters);
    }
    let rest = match address.split_once("://") {
        // After one of these the separator is part of the path or query.
        Some((scheme, rest)) if !scheme.contains(['/', '?', '#']) => {
            if !scheme.eq_ignore_ascii_case("https") {
                return Err(AddressError::Scheme);
            }
            rest
        }
        _ => address,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(AddressError::User);
    }
    if authority.starts_with('[') {
        return Err(AddressError::Domain);
    }
    let (typed, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    if port.is_some_and(|port| port != "443") {
        return Err(AddressError::Port);
    }
    if typed.is_empty() {
        return Err(AddressError::Characters);
    }
    tenant_of(&typed.to_ascii_lowercase())
}

/// Parses a host name in lower case.
fn tenant_of(host: &str) -> Result<Tenant, AddressError> {
    let host = host.strip_suffix('.').unwrap_or(host);
    let below = host.strip_suffix(DOMAIN).and_then(|below| below.strip_suffix('.')).ok_or(AddressError::Domain)?;
    let (first, region) = match *below.split('.').collect::<Vec<_>>().as_slice() {
        ["agora", _] => return Err(AddressError::Shared),
        [first, region] => (without_role(first), region),
        [first, "data" | "api", region] => (first, region),
        _ => return Err(AddressError::Shape),
    };
    let instance = Instance::parse(first)?;
    let region = Region::parse(region).ok_or(AddressError::Region)?;
    Ok(Tenant { instance, region })
}

/// Removes `-login` or `-engine-<n>` from a host's first label, if an instance name
/// remains.
fn without_role(label: &str) -> &str {
    let engine = || {
        let (name, number) = label.rsplit_once("-engine-")?;
        (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then_some(name)
    };
    label.strip_suffix("-login").or_else(engine).filter(|name| Instance::parse(name).is_ok()).unwrap_or(label)
}

/// The reason why a string is not the address of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AddressError {
    /// It contains a character that no host name has, or no host at all.
    #[error("This is not a web address.")]
    Characters,
    /// Its scheme is not `https`.
    #[error("The address does not start with https.")]
    Scheme,
    /// It contains user information.
    #[error("The address contains a user name.")]
    User,
    /// Its port is not 443.
    #[error("The address names a port.")]
    Port,
    /// Its host is under another domain, or an IP address.
    #[error("The address does not lie under {DOMAIN}.")]
    Domain,
    /// Its host is under the domain, but has none of the known forms.
    #[error("The address is not one that a tenant has.")]
    Shape,
    /// Its host is shared by all tenants of a region.
    #[error("This address is shared by all tenants of a region and names no instance.")]
    Shared,
    /// Its region is none of the four.
    #[error("The address names a region that is not known.")]
    Region,
    /// Its first label is no instance name.
    #[error(transparent)]
    Instance(#[from] InstanceError),
}

#[cfg(test)]
mod tests;
