//! The values of the form, by key.

use std::fmt;

use zeroize::Zeroize;

use crate::definition::{Choice, Field};
use crate::failure::{Failure, Kind, Recovery, kinds};
use crate::problem::{Problem, ProblemCode};
use crate::secret::Secret;
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
    pub fn field_value(&self, key: impl Into<&'static str>) -> FieldValue<'_> {
        let key = key.into();
        let mut values = self.0.iter().filter(|(name, _)| name == key);
        match (values.next(), values.next()) {
            (None, _) => FieldValue::Missing,
            (Some((_, value)), None) if text::trim(value).is_empty() => FieldValue::Missing,
            (Some((_, value)), None) => FieldValue::Single(value),
            (Some(_), Some(_)) => FieldValue::Repeated,
        }
    }

    /// Returns the option of a choice that is entered, in any case.
    ///
    /// # Errors
    ///
    /// Returns the problem; `None` when the field occurs more than once, which
    /// [`key_problems`](Self::key_problems) reports.
    pub fn choice(&self, field: &Field) -> Result<&'static Choice, Option<Problem>> {
        let options = field.kind.choices();
        match self.field_value(field.key) {
            FieldValue::Single(text) => {
                let text = text::trim(text);
                options.iter().find(|option| option.value.eq_ignore_ascii_case(text)).ok_or_else(|| {
                    let options: Vec<&str> = options.iter().map(|option| option.value).collect();
                    let message = format!("{} is none of the options.", field.label);
                    let problem = Problem::of(field.key, ProblemCode::NotAnOption, message);
                    Some(problem.hint(format!("The options are {}.", options.join(", "))))
                })
            }
            FieldValue::Missing => {
                let message = format!("{} is missing.", field.label);
                Err(Some(Problem::of(field.key, ProblemCode::Required, message).hint("Choose one of the options.")))
            }
            FieldValue::Repeated => Err(None),
        }
    }

    /// Returns a secret for a header, such as an API key, without white space around it.
    /// `None`: it is neither required nor there.
    ///
    /// # Errors
    ///
    /// Fails for a secret that is missing where it is required, that is longer than the
    /// field allows, or that no header can have.
    pub fn header_secret(&self, field: &Field) -> Result<Option<Secret>, Failure> {
        let unusable = |what: &str| {
            let kind = Kind::new(kinds::BAD_CREDENTIAL.code, Recovery::Reconfigure);
            let failure = Failure::new(kind, &format!("{} {what}.", field.label));
            Err(failure.hint("Enter it once, as it was shown when it was created.").field(field.key))
        };
        match self.field_value(field.key) {
            FieldValue::Single(text) => {
                let text = text::trim(text);
                if !text.bytes().all(|b| b.is_ascii_graphic()) {
                    return unusable("contains a character that no key has");
                }
                if field.max_length.is_some_and(|max| text.len() > max as usize) {
                    return unusable("is too long");
                }
                Ok(Some(Secret::new(text)))
            }
            FieldValue::Missing if field.required => unusable("is missing"),
            FieldValue::Missing => Ok(None),
            FieldValue::Repeated => unusable("was entered more than once"),
        }
    }

    /// Returns a problem for each key that the form does not have and for each key that
    /// occurs more than once. Takes pairs of key and label, in the order of the form.
    pub fn key_problems(&self, fields: &[(&'static str, &'static str)]) -> Vec<Problem> {
        let mut unknown: Vec<&str> = Vec::new();
        for (name, _) in &self.0 {
            if fields.iter().all(|(key, _)| key != name) && !unknown.contains(&name.as_str()) {
                unknown.push(name);
            }
        }
        let unknown = unknown.into_iter().map(|name| {
            Problem::at(name, ProblemCode::UnknownField, "This form has no such field.").hint(known(fields))
        });
        let repeated = fields.iter().filter(|(key, _)| matches!(self.field_value(*key), FieldValue::Repeated));
        let repeated = repeated.map(|(key, label)| {
            Problem::of(*key, ProblemCode::Contradiction, format!("{label} was entered more than once."))
                .hint("Enter it once.")
        });
        unknown.chain(repeated).collect()
    }
}

/// Returns a sentence with the keys of the form.
fn known(fields: &[(&'static str, &'static str)]) -> String {
    let keys: Vec<&str> = fields.iter().map(|(key, _)| *key).collect();
    match keys.split_last() {
        None => "The form has no fields.".to_owned(),
        Some((only, [])) => format!("The only field is {only}."),
        Some((last, others)) => format!("The fields are {} and {last}.", others.join(", ")),
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
pub enum FieldValue<'a> {
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

    const FIELDS: [(&str, &str); 3] = [("site", "Site"), ("region", "Region"), ("key", "API key")];

    #[test]
    fn each_unknown_key_is_reported_once() {
        let problems = entries(&[("tenant", "a"), ("tenant", "b"), ("Region", "eu")]).key_problems(&FIELDS);
        let fields: Vec<_> = problems.iter().map(|p| p.field.as_deref()).collect();
        assert_eq!(fields, [Some("tenant"), Some("Region")]);
        assert!(problems.iter().all(|p| p.code == ProblemCode::UnknownField));
        assert!(problems.iter().all(|p| p.hint.as_deref() == Some("The fields are site, region and key.")));
    }

    #[test]
    fn an_option_is_found_in_any_case_and_every_other_value_is_a_problem() {
        const OPTIONS: [Choice; 2] =
            [Choice { value: "eu", label: "Europe" }, Choice { value: "us", label: "America" }];
        let field = Field::choice("region", "Region", &OPTIONS, "Where it is.");
        let code = |pairs: &[(&str, &str)]| entries(pairs).choice(&field).map_err(|problem| problem.map(|p| p.code));
        assert_eq!(code(&[("region", " US ")]).map(|option| option.value), Ok("us"));
        assert_eq!(code(&[("region", "u")]), Err(Some(ProblemCode::NotAnOption)));
        assert_eq!(code(&[("region", " ")]), Err(Some(ProblemCode::Required)));
        assert_eq!(code(&[("region", "eu"), ("region", "eu")]), Err(None));
    }

    #[test]
    fn a_secret_for_a_header_is_visible_ascii_and_names_its_field_otherwise() {
        let field = Field::secret("key", "API key", "A key.", 8);
        let read = |pairs: &[(&str, &str)], field| {
            let secret = entries(pairs).header_secret(field);
            secret
                .map(|secret| secret.map(|s| s.expose().to_owned()))
                .map_err(|failure| (failure.field, failure.recovery))
        };
        let blamed = Err((Some("key"), Recovery::Reconfigure));
        assert_eq!(read(&[("key", " abc\n")], &field), Ok(Some("abc".to_owned())));
        for text in ["a b", "k\u{e9}y", "a\r\nb", "123456789", ""] {
            assert_eq!(read(&[("key", text)], &field), blamed, "{text:?}");
        }
        assert_eq!(read(&[], &field), blamed);
        assert_eq!(read(&[("key", "a"), ("key", "a")], &field), blamed);
        let optional = Field::secret("key", "API key", "A key.", 8).optional();
        assert_eq!(read(&[], &optional), Ok(None));
    }

    #[test]
    fn hint_about_an_unknown_key_lists_the_others() {
        let hint = |fields| entries(&[("tenant", "a")]).key_problems(fields).remove(0).hint;
        assert_eq!(hint(&FIELDS[..2]).as_deref(), Some("The fields are site and region."));
        assert_eq!(hint(&FIELDS[..1]).as_deref(), Some("The only field is site."));
        assert_eq!(hint(&[]).as_deref(), Some("The form has no fields."));
    }

    #[test]
    fn a_repeated_key_is_a_contradiction_even_with_equal_values() {
        let problems = entries(&[("region", "eu"), ("region", "eu")]).key_problems(&FIELDS);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].code, ProblemCode::Contradiction);
        assert_eq!(problems[0].message, "Region was entered more than once.");
    }
}
