//! The name of a tenant within its region.

use thiserror::Error;

/// Longest name, in characters: with `-login` appended, it has to fit a DNS label
/// of 63 octets (RFC 1035 §2.3.4).
pub const MAX_LENGTH: usize = 63 - "-login".len();

/// An instance name: one DNS label in lower case, at most 57 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance(String);

impl Instance {
    /// Parses a name in any case.
    ///
    /// # Errors
    ///
    /// Fails on everything that is not `[a-z0-9]([a-z0-9-]*[a-z0-9])?` (RFC 1123
    /// §2.1) of at most 57 characters, and on names that begin with `xn--`. Repairs
    /// nothing.
    pub fn parse(name: &str) -> Result<Self, InstanceError> {
        let letters_digits_hyphens = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !letters_digits_hyphens || name.is_empty() {
            return Err(InstanceError::Characters);
        }
        if name.starts_with('-') || name.ends_with('-') {
            return Err(InstanceError::HyphenAtEdge);
        }
        if name.as_bytes().get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"xn--")) {
            return Err(InstanceError::Encoded);
        }
        if name.len() > MAX_LENGTH {
            return Err(InstanceError::TooLong);
        }
        Ok(Self(name.to_ascii_lowercase()))
    }

    /// Returns the name in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The reason why a string is no instance name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InstanceError {
    /// It is empty, or contains something other than letters, digits and hyphens.
    #[error("An instance name has only letters a to z, digits and hyphens.")]
    Characters,
    /// It begins or ends with a hyphen.
    #[error("An instance name neither begins nor ends with a hyphen.")]
    HyphenAtEdge,
    /// It is an encoded international name (RFC 5890 §2.3.1). With `-login`
    /// appended, it would mean another name or none.
    #[error("An instance name does not begin with xn--.")]
    Encoded,
    /// It is longer than a host name allows.
    #[error("An instance name has at most {MAX_LENGTH} characters.")]
    TooLong,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dns_label_is_an_instance_name_in_lower_case() {
        for name in ["a", "7", "acme", "ACME", "acme-prod", "a--b", "xn-a", "axn--a", &"a".repeat(57)] {
            assert_eq!(Instance::parse(name).unwrap().as_str(), name.to_lowercase());
        }
    }

    #[test]
    fn anything_else_is_refused_and_never_repaired() {
        use InstanceError::{Characters, Encoded, HyphenAtEdge, TooLong};
        for (name, error) in [
            ("", Characters),
            ("acme.eu", Characters),
            ("acme/x", Characters),
            ("acme@evil", Characters),
            ("acme:443", Characters),
            ("acme?", Characters),
            ("acme#", Characters),
            ("acme%2e", Characters),
            ("acme\\x", Characters),
            ("ac me", Characters),
            ("ac\0me", Characters),
            ("ac\nme", Characters),
            ("acmé", Characters),
            ("ａcme", Characters),
            ("acme_prod", Characters),
            ("-acme", HyphenAtEdge),
            ("acme-", HyphenAtEdge),
            ("-", HyphenAtEdge),
            ("xn--00gx", Encoded),
            ("XN--mnchen-3ya", Encoded),
            (&"a".repeat(58), TooLong),
        ] {
            assert_eq!(Instance::parse(name), Err(error), "{name:?}");
        }
    }
}
