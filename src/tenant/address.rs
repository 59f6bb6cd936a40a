//! A tenant's address, as people paste it from a browser.

use thiserror::Error;

use crate::tenant::hosts::{DOMAIN, Tenant};
use crate::tenant::instance::{Instance, InstanceError};
use crate::tenant::region::Region;
use crate::text;

/// Tells whether a text is meant as an address rather than a name.
pub fn is_meant_by(text: &str) -> bool {
    text.contains('.') || text.contains("://")
}

/// Reads a URL or a host name; path, query and fragment are ignored.
///
/// Known forms: `<instance>.<region>`, `<instance>.data.<region>`,
/// `<instance>.api.<region>`, `<instance>-login.<region>` and
/// `<instance>-engine-<n>.<region>`, each under `nexthink.cloud`.
///
/// # Errors
///
/// Standard parsers repair a good deal: backslashes, tabs, missing slashes,
/// encoded dots, numbers that stand for IP addresses. That is where they
/// disagree about the host, so nothing is repaired here: the address is cut
/// strictly, and its host has to be one of the known forms to the letter.
pub fn parse(address: &str) -> Result<Tenant, AddressError> {
    if address.contains(|c: char| c.is_control() || text::is_blank(c) || c == '\\') {
        return Err(AddressError::Characters);
    }
    let rest = match address.split_once("://") {
        // Behind one of these the separator belongs to the path or query.
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

/// Reads a host name in lower case.
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

/// Cuts `-login` or `-engine-<n>` off a host's first label, if an instance name
/// remains.
fn without_role(label: &str) -> &str {
    let engine = || {
        let (name, number) = label.rsplit_once("-engine-")?;
        (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then_some(name)
    };
    label.strip_suffix("-login").or_else(engine).filter(|name| Instance::parse(name).is_ok()).unwrap_or(label)
}

/// Says why a text is no address of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AddressError {
    /// It holds something that no host name holds.
    #[error("This is not a web address.")]
    Characters,
    /// Another scheme than `https`.
    #[error("The address does not start with https.")]
    Scheme,
    /// User information stands before the host.
    #[error("The address contains a user name.")]
    User,
    /// Another port than 443.
    #[error("The address names a port.")]
    Port,
    /// Another domain, or an IP address.
    #[error("The address does not lie under {DOMAIN}.")]
    Domain,
    /// Under the domain, but of no known form.
    #[error("The address is not one that a tenant has.")]
    Shape,
    /// The host that all tenants of a region share.
    #[error("This address is shared by all tenants of a region and names no instance.")]
    Shared,
    /// A region that is none of the four.
    #[error("The address names a region that is not known.")]
    Region,
    /// A first label that is no instance name.
    #[error(transparent)]
    Instance(#[from] InstanceError),
}

#[cfg(test)]
mod tests;
