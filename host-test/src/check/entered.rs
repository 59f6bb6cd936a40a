//! What a person enters who follows the form, and changes of that.

use crate::entries::Entries;
use crate::guard::Connector;
use crate::model::{Definition, Field};
use crate::pattern::Pattern;

/// Stands in every secret: found again, it was given away. Long enough that it stands
/// nowhere by chance, and of characters that most patterns let pass.
pub(super) const CANARY: &str = "canary5ecret0Q7zK4w";

/// Holds pairs of key and text.
#[derive(Clone)]
pub(super) struct Entered(pub(super) Vec<(String, String)>);

impl Entered {
    /// Enters what the definition shows: example, default, first choice, or else what
    /// the pattern allows.
    pub(super) fn new(definition: &Definition) -> Self {
        Self(definition.fields.iter().map(|field| (field.key.clone(), text(field))).collect())
    }

    /// Replaces what is entered under a key.
    pub(super) fn with(&self, key: &str, text: &str) -> Self {
        let mut changed = self.clone();
        changed.0.retain(|(given, _)| given != key);
        changed.0.push((key.to_owned(), text.to_owned()));
        changed
    }

    /// Leaves a key out.
    pub(super) fn without(&self, key: &str) -> Self {
        Self(self.0.iter().filter(|(given, _)| given != key).cloned().collect())
    }

    pub(super) fn entries(&self, connector: &Connector) -> Entries {
        connector.entries(self.0.clone())
    }
}

fn text(field: &Field) -> String {
    if field.kind == "secret" {
        return secret(field);
    }
    let choice = field.choices.first().map(|choice| choice.value.clone());
    let given = field.example.clone().or_else(|| field.default.clone()).or(choice);
    given.or_else(|| sample(field)).unwrap_or_else(|| "example".to_owned())
}

/// Makes a secret that holds the canary, or at least one that can be found.
fn secret(field: &Field) -> String {
    let fits = |text: &String| pattern(field).is_none_or(|pattern| pattern.matches(text) != Ok(false));
    let short = field.max_length.is_some_and(|longest| (longest as usize) < CANARY.len());
    let canary = Some(CANARY.to_owned()).filter(|canary| !short && fits(canary));
    let long = || pattern(field).and_then(|pattern| pattern.sample_of(CANARY.len()));
    canary.or_else(long).or_else(|| sample(field)).unwrap_or_else(|| CANARY.to_owned())
}

fn sample(field: &Field) -> Option<String> {
    pattern(field).and_then(|pattern| pattern.samples(1).pop())
}

/// Returns the pattern of a field, if it has one that this host can read.
pub(super) fn pattern(field: &Field) -> Option<Pattern> {
    field.pattern.as_deref().and_then(|text| Pattern::new(text).ok())
}
