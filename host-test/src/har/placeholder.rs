//! What stands in a recording where a secret stood.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::entries::{Entries, trim};
use crate::model::Secret;
use crate::redact::Redactor;

/// Gives every placeholder of a recording a value: what was entered, or what
/// stands in for it.
pub struct Placeholders {
    values: [(&'static str, Secret); 4],
    /// Knows the secrets in forms that no placeholder stands for.
    redactor: Redactor,
}

/// Stand-ins of the shape that Nexthink's documentation shows. They open nothing.
const CLIENT_ID: &str = "replayedclientid00000000000000001";
const CLIENT_SECRET: &str = "replayedclientsecret00000000000000000000001";
const ACCESS_TOKEN: &str = "replayed.access.token-0000000000000000001";

impl Placeholders {
    /// Takes client id and secret as entered. None: a stand-in.
    pub fn new(client_id: Option<&str>, client_secret: Option<&str>) -> Self {
        let id = client_id.map_or(CLIENT_ID, trim);
        let secret = client_secret.map_or(CLIENT_SECRET, trim);
        let basic = STANDARD.encode(format!("{id}:{secret}"));
        let pairs = [("client_id", id), ("client_secret", secret), ("access_token", ACCESS_TOKEN)];
        let pairs = pairs.map(|(key, text)| (key.to_owned(), text.to_owned()));
        Self {
            redactor: Redactor::new(&Entries::new(pairs.into(), &["client_secret", "access_token"]), &[]),
            values: [
                // In the order to look for them in a text: the longest first.
                ("{{basic}}", Secret::new(basic)),
                ("{{client_secret}}", Secret::new(secret)),
                ("{{access_token}}", Secret::new(ACCESS_TOKEN)),
                ("{{client_id}}", Secret::new(id)),
            ],
        }
    }

    /// Replaces placeholders by their values.
    ///
    /// # Errors
    ///
    /// Returns a placeholder that does not exist.
    pub fn fill(&self, text: &str) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = text;
        // One pass, so that a value which looks like a placeholder is left alone.
        while let Some((before, from)) = rest.find("{{").map(|at| rest.split_at(at)) {
            let Some(end) = from.find("}}") else { break };
            let (name, after) = from.split_at(end + 2);
            let (_, value) = self.values.iter().find(|(known, _)| *known == name).ok_or(name)?;
            filled += before;
            filled += value.expose();
            rest = after;
        }
        Ok(filled + rest)
    }

    /// Replaces values by their placeholders, and hides secrets in any other form.
    pub fn restore(&self, text: &str) -> String {
        let restore = |text: String, (name, value): &(&str, Secret)| {
            // An id of a few letters would be found inside of other words.
            let told_apart = value.expose().len() >= 8 || *name != "{{client_id}}";
            if told_apart && !value.expose().is_empty() { text.replace(value.expose(), name) } else { text }
        };
        self.redactor.hide(&self.values.iter().fold(text.to_owned(), restore))
    }
}

impl Default for Placeholders {
    fn default() -> Self {
        Self::new(None, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_can_be_restored() {
        let placeholders = Placeholders::default();
        let text = "a {{client_id}} b {{basic}} c {{client_secret}}{{access_token}}";
        let filled = placeholders.fill(text).unwrap();
        assert!(!filled.contains("{{"));
        assert_eq!(placeholders.restore(&filled), text);
    }

    #[test]
    fn basic_is_made_of_what_was_entered() {
        let placeholders = Placeholders::new(Some(" Aladdin "), Some("open sesame\n"));
        assert_eq!(placeholders.fill("Basic {{basic}}").unwrap(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }

    #[test]
    fn a_value_that_looks_like_a_placeholder_is_left_alone() {
        let placeholders = Placeholders::new(Some("{{client_secret}}"), Some("a{{b}}c"));
        assert_eq!(placeholders.fill("{{client_id}} {{client_secret}}").unwrap(), "{{client_secret}} a{{b}}c");
    }

    #[test]
    fn braces_that_are_no_placeholder_stay() {
        for text in ["", "{}", "{{", "}}", "}} {{", "{\"a\":{\"b\":{}}}"] {
            assert_eq!(Placeholders::default().fill(text).unwrap(), text);
        }
    }

    #[test]
    fn an_encoded_secret_is_hidden_where_no_placeholder_stands_for_it() {
        let placeholders = Placeholders::new(Some("Aladdin"), Some("open+Sesame"));
        assert_eq!(placeholders.restore("a open%2BSesame b b3BlbitTZXNhbWU= c"), "a ••• b ••• c");
    }

    #[test]
    fn an_unknown_placeholder_is_named() {
        assert_eq!(Placeholders::default().fill("x {{tenant}} y"), Err("{{tenant}}".to_owned()));
    }
}
