//! What a person enters who follows the form, and changes of it.

use std::collections::BTreeMap;

use connector_host::records::{Definition, Field};
use connector_host::{Connector, Entries};

use crate::pattern::Pattern;

/// Part of every made-up secret: where it is found again, the secret was given away. Long
/// enough to be nowhere by chance, and of characters that most patterns allow.
pub(crate) const CANARY: &str = "canary5ecret0Q7zK4w";

/// Pairs of field key and made-up text.
#[derive(Clone)]
pub(crate) struct SampleEntries(pub(crate) Vec<(String, String)>);

impl SampleEntries {
    /// Enters what the definition shows: example, default or first choice, else what the
    /// pattern allows.
    pub(crate) fn new(definition: &Definition, patterns: &BTreeMap<String, Pattern>) -> Self {
        let entry = |field: &Field| (field.key.clone(), text(field, patterns.get(&field.key)));
        Self(definition.fields.iter().map(entry).collect())
    }

    /// Replaces the text under a key.
    pub(crate) fn with(&self, key: &str, text: &str) -> Self {
        let mut changed = self.without(key);
        changed.0.push((key.to_owned(), text.to_owned()));
        changed
    }

    /// Adds a text, also under a key that there is already.
    pub(crate) fn and(mut self, key: &str, text: String) -> Self {
        self.0.push((key.to_owned(), text));
        self
    }

    /// Leaves a key out.
    pub(crate) fn without(&self, key: &str) -> Self {
        Self(self.0.iter().filter(|(given, _)| given != key).cloned().collect())
    }

    /// Returns them as a connector takes them.
    pub(crate) fn entries(&self, connector: &Connector) -> Entries {
        connector.entries(self.0.clone())
    }
}

fn text(field: &Field, pattern: Option<&Pattern>) -> String {
    if field.is_secret() {
        return secret(field, pattern);
    }
    let choice = field.choices.first().map(|choice| choice.value.clone());
    let shown = field.example.clone().or_else(|| field.default.clone()).or(choice);
    shown.or_else(|| sample(pattern)).unwrap_or_else(|| "example".to_owned())
}

/// Makes a secret that contains the canary, or at least one that can be found.
fn secret(field: &Field, pattern: Option<&Pattern>) -> String {
    let short = field.max_length.is_some_and(|longest| (longest as usize) < CANARY.len());
    let fits = pattern.is_none_or(|pattern| pattern.matches(CANARY) != Some(false));
    if fits && !short {
        return CANARY.to_owned();
    }
    let long = pattern.and_then(|pattern| pattern.sample_of(CANARY.len()));
    long.or_else(|| sample(pattern)).unwrap_or_else(|| CANARY.to_owned())
}

fn sample(pattern: Option<&Pattern>) -> Option<String> {
    pattern.and_then(|pattern| pattern.samples(1).pop())
}
