//! What a person entered, and which of it is secret.

use std::fmt;

use zeroize::Zeroize;

/// What a person entered: pairs of field key and text, in order. `Debug` shows the keys;
/// the texts are overwritten when dropped.
pub struct Entries {
    pairs: Vec<(String, String)>,
    secret_keys: Vec<String>,
}

impl Entries {
    /// Takes over the pairs. The texts under `secret_keys` are secret.
    pub fn new(pairs: Vec<(String, String)>, secret_keys: &[impl AsRef<str>]) -> Self {
        Self { pairs, secret_keys: secret_keys.iter().map(|key| key.as_ref().to_owned()).collect() }
    }

    /// Returns the pairs in order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// Returns a copy of the pairs that are not secret, in order.
    pub fn plain_pairs(&self) -> Vec<(String, String)> {
        self.pairs.iter().filter(|(key, _)| !self.is_secret(key)).cloned().collect()
    }

    fn is_secret(&self, key: &str) -> bool {
        self.secret_keys.iter().any(|secret| secret == key)
    }

    /// Returns whether there is an entry with this key.
    pub fn has(&self, key: &str) -> bool {
        self.pairs.iter().any(|(given, _)| given == key)
    }

    /// Returns the first text under this key.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(given, _)| given == key).map(|(_, text)| text.as_str())
    }

    /// Returns the texts that are secret.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().filter(|(key, _)| self.is_secret(key)).map(|(_, text)| text.as_str())
    }

    /// Returns the texts that are not secret.
    pub fn plain(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().filter(|(key, _)| !self.is_secret(key)).map(|(_, text)| text.as_str())
    }
}

/// Returns whether a character is white space that people paste along with a text,
/// the byte order mark included.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

/// Removes the white space around a text, as connectors do.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_blank)
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.pairs.iter().map(|(key, _)| key)).finish()
    }
}

impl Drop for Entries {
    fn drop(&mut self) {
        for (_, text) in &mut self.pairs {
            text.zeroize();
        }
    }
}
