//! What stands in a recording where a secret stood.

use std::borrow::Cow;

use super::stand_in::{Form, Kind, Placeholder, decoded, restore_numbered};
use crate::entries::{Entries, trim};
use crate::model::Secret;
use crate::redact::Redactor;

/// Gives every placeholder of a recording a value: what was entered, or what
/// stands in for it.
pub struct Placeholders {
    /// In the order to look for them in a text: the longest first.
    values: [(Kind, Secret); 5],
    /// Knows the secrets in forms that no placeholder stands for.
    redactor: Redactor,
}

impl Placeholders {
    /// Takes client id and secret as entered. None: a stand-in.
    pub fn new(client_id: Option<&str>, client_secret: Option<&str>) -> Self {
        let entered =
            |text: Option<&str>, kind: Kind| text.map_or_else(|| kind.stand_in(1), |text| trim(text).to_owned());
        let (id, secret) = (entered(client_id, Kind::ClientId), entered(client_secret, Kind::ClientSecret));
        let token = Kind::AccessToken.stand_in(1);
        let pairs = [("client_id", &id), ("client_secret", &secret), ("access_token", &token)];
        let pairs = pairs.map(|(key, text)| (key.to_owned(), text.clone()));
        Self {
            redactor: Redactor::new(&Entries::new(pairs.into(), &["client_secret", "access_token"]), &[]),
            values: [
                (Kind::Basic, Secret::new(format!("{id}:{secret}"))),
                (Kind::ClientSecret, Secret::new(secret)),
                (Kind::AccessToken, Secret::new(token)),
                (Kind::ClientId, Secret::new(id)),
                (Kind::Instance, Secret::new(Kind::Instance.stand_in(1))),
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
            let placeholder = Placeholder::parse(&name[2..end]).ok_or(name)?;
            filled += before;
            filled += &self.value(placeholder);
            rest = after;
        }
        Ok(filled + rest)
    }

    /// Replaces placeholders in a URL, where their braces are percent-encoded.
    ///
    /// # Errors
    ///
    /// Returns a placeholder that does not exist.
    pub fn fill_url(&self, url: &str) -> Result<String, String> {
        let mut plain = String::new();
        let mut rest = url;
        while let Some((before, from)) = rest.split_once("%7B%7B") {
            let Some((name, after)) = from.split_once("%7D%7D") else { break };
            plain.extend([before, "{{", &decoded(name), "}}"]);
            rest = after;
        }
        self.fill(&(plain + rest))
    }

    /// Replaces values by their placeholders, and hides secrets in any other form.
    pub fn restore(&self, text: &str) -> String {
        let restore = |text: String, (kind, value): &(Kind, Secret)| {
            let value = if *kind == Kind::Basic {
                Cow::from(Form::Base64.write(value.expose()))
            } else {
                Cow::from(value.expose())
            };
            // An id of a few letters would be found inside of other words.
            let told_apart = value.len() >= 8 || *kind != Kind::ClientId;
            if told_apart && !value.is_empty() {
                text.replace(&*value, &Placeholder::new(*kind).to_string())
            } else {
                text
            }
        };
        self.redactor.hide(&restore_numbered(&self.values.iter().fold(text.to_owned(), restore)))
    }

    fn value(&self, placeholder: Placeholder) -> String {
        let Placeholder { kind, number, form } = placeholder;
        let known = self.values.iter().find(|(known, _)| *known == kind && number == 1);
        let value = known.map_or_else(|| Cow::from(kind.stand_in(number)), |(_, value)| Cow::from(value.expose()));
        // Never plain: it is what a Basic header holds.
        let form = if kind == Kind::Basic && form == Form::Plain { Form::Base64 } else { form };
        form.write(&value)
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
    fn a_form_is_written_as_the_placeholder_asks() {
        let placeholders = Placeholders::new(Some("Aladdin"), Some("open sesame"));
        for (text, filled) in [
            ("{{client_secret|percent}}", "open%20sesame"),
            ("{{client_secret|form}}", "open+sesame"),
            ("{{client_secret|base64}}", "b3BlbiBzZXNhbWU="),
            ("{{client_secret|base64url-unpadded}}", "b3BlbiBzZXNhbWU"),
            ("{{basic|base64-unpadded}}", "QWxhZGRpbjpvcGVuIHNlc2FtZQ"),
            ("{{email:3|percent}}", "person-3%40example.invalid"),
        ] {
            assert_eq!(placeholders.fill(text).as_deref(), Ok(filled));
        }
    }

    #[test]
    fn a_brace_that_is_no_placeholder_has_one() {
        let placeholders = Placeholders::default();
        assert_eq!(placeholders.fill("a{{open}}{b}}{{open}}{{sid}}").unwrap(), "a{{b}}{S-1-5-21-0-0-0-1001");
    }

    #[test]
    fn braces_are_encoded_in_a_url() {
        let url =
            "https://%7B%7Binstance%7D%7D.api.eu.nexthink.cloud/a?b={{sid}}&c=%7B%7Bemail%3A2%7Cpercent%7D%7D&d=%7B%7B";
        let filled = "https://replayed-instance.api.eu.nexthink.cloud/a?b=S-1-5-21-0-0-0-1001&c=person-2%40example.invalid&d=%7B%7B";
        assert_eq!(Placeholders::default().fill_url(url).as_deref(), Ok(filled));
        assert_eq!(Placeholders::default().fill_url("x%7B%7Btenant%7D%7D"), Err("{{tenant}}".to_owned()));
    }

    #[test]
    fn what_stands_in_can_be_restored() {
        let placeholders = Placeholders::default();
        let text = "{{instance}} {{access_token}} {{access_token:2}} {{jwt}} {{email}} {{email:2|percent}} {{sid:7}} {{signed_url}}";
        assert_eq!(placeholders.restore(&placeholders.fill(text).unwrap()), text);
    }

    #[test]
    fn an_unknown_placeholder_is_named() {
        assert_eq!(Placeholders::default().fill("x {{tenant}} y"), Err("{{tenant}}".to_owned()));
    }
}
