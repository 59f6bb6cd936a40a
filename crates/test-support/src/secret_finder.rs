//! Finds secrets in a text.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::json;
use url::form_urlencoded;

/// A search for secrets in every form in which they travel.
///
/// It encodes the secrets and looks for what comes out; what hides them in the host decodes the
/// texts. So a fault of one is not one of the other.
///
/// ```
/// let mut finder = test_support::SecretFinder::default();
/// finder.add("password", "pass word");
/// assert!(finder.found_in("a=pass+word").is_some());
/// ```
#[derive(Default)]
pub struct SecretFinder(Vec<(String, String)>);

impl SecretFinder {
    /// Adds a secret: as it is, in JSON, percent- and form-encoded, and each of
    /// these in base64 at any place of what was encoded. That includes Basic
    /// headers, which encode it behind an id and a colon.
    pub fn add(&mut self, name: &str, secret: &str) {
        let forms = encoded_forms(secret);
        for (form, text) in &forms {
            self.0.push((format!("{name}, {form}"), text.clone()));
        }
        for (form, text) in &forms {
            let traces = base64_traces(text).into_iter();
            self.0.extend(traces.map(|trace| (format!("{name}, base64 of {form}"), trace)));
        }
    }

    /// Returns which secret is in a text, and in which form.
    pub fn found_in(&self, text: &str) -> Option<&str> {
        self.0.iter().find(|(_, needle)| text.contains(needle)).map(|(name, _)| name.as_str())
    }

    /// Asserts that no secret is in a text.
    ///
    /// # Panics
    ///
    /// Where there is one, or nothing to look for.
    #[track_caller]
    pub fn assert_silent(&self, text: &str, place: &str) {
        assert!(!self.0.is_empty());
        assert_eq!(self.found_in(text), None, "{place}: {text}");
    }
}

/// Returns a text in every form but base64, with the name of the form.
pub fn encoded_forms(text: &str) -> Vec<(&'static str, String)> {
    let form: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let percent = form.replace('+', "%20");
    // RFC 3986 leaves what forms encode.
    let strict = percent.replace("%7E", "~");
    let json = json!(text).to_string();
    vec![
        ("as it is", text.to_owned()),
        ("in JSON", json[1..json.len() - 1].to_owned()),
        ("percent-encoded in lower case", lower_hex(&percent)),
        ("percent-encoded", percent),
        ("form-encoded in lower case", lower_hex(&form)),
        ("form-encoded", form),
        ("percent-encoded for URLs", strict),
    ]
}

/// Writes the digits of `%2F` in lower case.
fn lower_hex(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (digits, rest) = part.split_at(2);
        format!("{text}%{}{rest}", digits.to_lowercase())
    })
}

/// Returns what base64 makes of a text, whatever is before and after it.
fn base64_traces(text: &str) -> Vec<String> {
    let trace = |before: usize| {
        let bytes = [vec![0; before], text.as_bytes().to_vec()].concat();
        let (begin, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        [STANDARD, URL_SAFE].map(|engine| engine.encode(&bytes)[begin..end].to_owned())
    };
    (0..3).flat_map(trace).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_found_at_any_offset() {
        let secret = "cAnArY-5ecret+/%&=?\"\\ü~0123456789";
        let mut finder = SecretFinder::default();
        finder.add("secret", secret);
        for before in ["", "x", "xy", "xyz", "id:"] {
            for engine in [STANDARD, URL_SAFE] {
                let encoded = engine.encode(format!("{before}{secret}ü"));
                assert!(finder.found_in(&encoded).is_some(), "{before}");
            }
        }
        assert_eq!(finder.found_in(&STANDARD.encode("another text of about the same length")), None);
    }
}
