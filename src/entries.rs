//! The values of the form, by key.

use std::fmt;

use zeroize::Zeroize;

use crate::key::Key;
use crate::problem::{Problem, ProblemCode};
use crate::text;

/// Pairs of key and value, as a person typed them. `Debug` shows the keys alone;
/// the values are overwritten when dropped.
pub struct Entries(Vec<(String, String)>);

impl Entries {
    /// Takes pairs of key and value.
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// Returns the value of a field.
    pub(crate) fn field_value(&self, key: Key) -> FieldValue<'_> {
        let mut values = self.0.iter().filter(|(name, _)| name == key.name());
        match (values.next(), values.next()) {
            (None, _) => FieldValue::Missing,
            (Some((_, value)), None) if text::trim(value).is_empty() => FieldValue::Missing,
            (Some((_, value)), None) => FieldValue::Single(value),
            (Some(_), Some(_)) => FieldValue::Repeated,
        }
    }

    /// Returns a problem for each key that the form does not have and for each key
    /// that occurs more than once.
    pub(crate) fn key_problems(&self) -> Vec<Problem> {
        let mut unknown: Vec<&str> = Vec::new();
        for (name, _) in &self.0 {
            if Key::ALL.iter().all(|key| key.name() != name) && !unknown.contains(&name.as_str()) {
                unknown.push(name);
            }
        }
        let unknown = unknown.into_iter().map(|name| Problem {
            field: Some(name.to_owned()),
            code: ProblemCode::UnknownField,
            message: "This form has no such field.".to_owned(),
            hint: Some("The fields are instance, region, client_id and client_secret.".to_owned()),
        });
        let repeated = Key::ALL.into_iter().filter(|key| matches!(self.field_value(*key), FieldValue::Repeated));
        let repeated = repeated.map(|key| {
            Problem::of(key, ProblemCode::Contradiction, format!("{} was entered more than once.", key.label()))
                .hint("Enter it once.")
        });
        unknown.chain(repeated).collect()
    }
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(key, _)| key)).finish()
    }
}

impl Drop for Entries {
    fn drop(&mut self) {
        for (_, value) in &mut self.0 {
            value.zeroize();
        }
    }
}

/// The value of one field.
#[derive(Clone, Copy)]
pub(crate) enum FieldValue<'a> {
    /// No value, or nothing but white space.
    Missing,
    /// One value, white space around it included.
    Single(&'a str),
    /// Several values, so none that could be meant.
    Repeated,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(pairs: &[(&str, &str)]) -> Entries {
        Entries::new(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn debug_shows_keys_and_no_values() {
        let entries = entries(&[("client_secret", "hunter2"), ("instance", "acme")]);
        assert_eq!(format!("{entries:?}"), r#"{"client_secret", "instance"}"#);
    }

    #[test]
    fn each_unknown_key_is_reported_once() {
        let problems = entries(&[("tenant", "a"), ("tenant", "b"), ("Region", "eu")]).key_problems();
        let fields: Vec<_> = problems.iter().map(|p| p.field.as_deref()).collect();
        assert_eq!(fields, [Some("tenant"), Some("Region")]);
        assert!(problems.iter().all(|p| p.code == ProblemCode::UnknownField));
    }

    #[test]
    fn a_repeated_key_is_a_contradiction_even_with_equal_values() {
        let problems = entries(&[("region", "eu"), ("region", "eu")]).key_problems();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].code, ProblemCode::Contradiction);
        assert_eq!(problems[0].message, "Region was entered more than once.");
    }
}
