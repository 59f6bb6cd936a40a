//! Client secrets.

use std::fmt;

use serde::Deserialize;
use zeroize::Zeroizing;

/// A client secret: overwritten when dropped, never shown by `Debug`.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Returns whether it is the same as the bytes that a client sent.
    pub fn matches(&self, other: &[u8]) -> bool {
        self.0.as_bytes() == other
    }

    /// Returns whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_never_shows_the_secret() {
        assert_eq!(format!("{:?}", Secret::from("canary")), "Secret(…)");
    }

    #[test]
    fn only_the_whole_secret_matches() {
        let secret = Secret::from("abc");
        for (other, same) in [("abc", true), ("abd", false), ("ab", false), ("abcd", false), ("", false)] {
            assert_eq!(secret.matches(other.as_bytes()), same, "{other}");
        }
    }
}
