//! What is known to be secret, or to identify a tenant.

use std::sync::LazyLock;

use connector_core::encoding::{Form, json};
use connector_core::records::{Connection, Definition, Request};
use connector_core::{Entries, SHORTEST_SECRET, Secret, trim};
use regex::Regex;

use super::finder::{ANYWHERE, Finder};
use super::refused::Refused;
use crate::placeholder::{Kind, Placeholder};

/// Shortest text entry to replace, in characters. Shorter ones stay as they are: replacing
/// every "1" would leave no recording.
const SHORTEST_ENTRY: usize = 3;

/// Members of a response that are tokens (RFC 6749 §5.1, `OpenID` Connect Core §3.1.3.3),
/// as they are and in JSON inside of JSON. The end may be cut off.
static TOKENS: LazyLock<Regex> = LazyLock::new(|| {
    let names = "(access_token|refresh_token|id_token)";
    let plain = r#""\s*:\s*"((?s:[^"\\]|\\.)+)"#;
    let nested = r#"\\+"\s*:\s*\\+"((?:[^"\\]|\\+/|\\+u[0-9A-Fa-f]{4})+)"#;
    Regex::new(&format!("{names}(?:{plain}|{nested})")).expect("this is a pattern")
});

/// The values of one connection.
pub(super) struct Known {
    values: Vec<Value>,
}

/// One value and its placeholder.
pub(super) struct Value {
    pub(super) kind: Kind,
    number: u32,
    text: Secret,
}

impl Known {
    /// Takes the entries and what they resolve to.
    ///
    /// # Errors
    ///
    /// [`Refused::TooShort`]
    pub(super) fn new(definition: &Definition, entries: &Entries, connection: &Connection) -> Result<Self, Refused> {
        let mut known = Self { values: Vec::new() };
        let texts = |key: &str| {
            let given = entries.pairs().iter().filter(|(given, _)| given == key).map(|(_, text)| trim(text));
            given.filter(|text| !text.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        let (mut users, mut passwords) = (Vec::new(), Vec::new());
        for field in &definition.fields {
            let texts = texts(&field.key);
            if field.is_secret() {
                for text in &texts {
                    known.learn(Kind::Secret(field.key.clone()), text)?;
                }
                passwords.extend(texts.into_iter().map(|text| (&field.key, text)));
            } else if field.kind != "choice" {
                let setting = connection.settings.iter().find(|(key, _)| *key == field.key).map(|(_, text)| text);
                for text in texts.iter().filter(|text| Some(*text) != field.default.as_ref()) {
                    known.learn_entry(&field.key, text, setting.filter(|setting| !setting.is_empty()));
                }
                users.extend(setting.cloned().into_iter().chain(texts).map(|text| (&field.key, text)));
            }
        }
        for (user, name) in &users {
            for (password, word) in &passwords {
                let kind = Kind::Basic((*user).clone(), (*password).clone());
                known.add(kind.clone(), &format!("{name}:{word}"));
                // As RFC 6749 §2.3.1 asks.
                known.add(kind, &format!("{}:{}", Form::Form.write(name), Form::Form.write(word)));
            }
        }
        Ok(known)
    }

    /// Learns a text entry: what it resolves to where that is part of it, as of an address.
    fn learn_entry(&mut self, key: &str, text: &str, setting: Option<&String>) {
        let within = setting.is_some_and(|setting| text.to_lowercase().contains(&setting.to_lowercase()));
        let texts = setting.map(String::as_str).into_iter().chain(Some(text).filter(|_| !within));
        for text in texts.filter(|text| text.chars().count() >= SHORTEST_ENTRY) {
            self.add(Kind::Entry(key.to_owned()), text);
        }
    }

    /// Learns a secret.
    ///
    /// # Errors
    ///
    /// [`Refused::TooShort`]
    pub(super) fn learn(&mut self, kind: Kind, text: &str) -> Result<(), Refused> {
        if text.len() < SHORTEST_SECRET {
            return Err(Refused::TooShort(named(&kind)));
        }
        self.add(kind, text);
        Ok(())
    }

    /// Learns the token of a request.
    pub(super) fn learn_bearer(&mut self, request: &Request) -> Result<(), Refused> {
        match request.header("authorization").and_then(|value| value.split_once(' ')) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => self.learn(Kind::AccessToken, token),
            _ => Ok(()),
        }
    }

    /// Learns the tokens of a response, access tokens first.
    pub(super) fn learn_tokens(&mut self, body: &[u8]) -> Result<(), Refused> {
        let body = String::from_utf8_lossy(body);
        let found = TOKENS.captures_iter(&body).filter_map(|found| {
            let token = found.get(2).or(found.get(3))?.as_str();
            Some((&found[1] != "access_token", token))
        });
        let mut found: Vec<_> = found.collect();
        found.sort_by_key(|(other, _)| *other);
        for (_, token) in found {
            let plain = serde_json::from_str(&format!("\"{token}\"")).unwrap_or_else(|_| token.to_owned());
            self.learn(Kind::AccessToken, &plain)?;
        }
        Ok(())
    }

    fn add(&mut self, kind: Kind, text: &str) {
        if self.values.iter().any(|known| known.text.expose() == text) {
            return;
        }
        let number = match kind {
            Kind::AccessToken | Kind::Link => self.values.iter().filter(|known| known.kind == kind).count() + 1,
            _ => 1,
        };
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        self.values.push(Value { kind, number, text: Secret::new(text) });
    }

    /// Returns every way to write the values for which there is a placeholder, and those.
    pub(super) fn spellings(&self) -> (Finder, Vec<Placeholder>) {
        let (mut needles, mut placeholders) = (Vec::new(), Vec::new());
        for Value { kind, number, text } in &self.values {
            let text = text.expose();
            let short = text.chars().count() < ANYWHERE;
            let mut add = |form: Form, spelling: String| {
                needles.push((spelling, short));
                placeholders.push(Placeholder { kind: kind.clone(), number: *number, form });
            };
            if !matches!(kind, Kind::Basic(..)) {
                add(Form::Plain, text.to_owned());
                add(Form::Plain, json(text));
                add(Form::Percent, Form::Percent.write(text));
                add(Form::Percent, Form::Form.write(text).replace('+', "%20"));
                add(Form::Form, Form::Form.write(text));
            }
            for form in Form::BASE64.into_iter().filter(|_| !short) {
                // What a Basic header contains needs no form.
                let basic = matches!(kind, Kind::Basic(..)) && form == Form::Base64;
                add(if basic { Form::Plain } else { form }, form.write(text));
            }
        }
        (Finder::new(&needles), placeholders)
    }

    /// Returns what must not be left of the values in any encoding, and of which value each
    /// is: of secrets the first and the last half, for a text may be cut off.
    pub(super) fn remains(&self) -> (Finder, Vec<&Value>) {
        let (mut needles, mut values) = (Vec::new(), Vec::new());
        // What is secret of a pair is among the others.
        for value in self.values.iter().filter(|value| !matches!(value.kind, Kind::Basic(..))) {
            let text = value.text.expose();
            let squeezed: String = text.split_whitespace().collect();
            let mut whole = vec![text.to_owned(), squeezed];
            if text.len() >= ANYWHERE {
                whole.extend((0..3).flat_map(|before| inside_base64(text, before)));
            }
            for part in whole.iter().flat_map(|text| halves(text, value.is_secret())) {
                needles.push((part.to_owned(), part.chars().count() < ANYWHERE));
                values.push(value);
            }
        }
        (Finder::new(&needles), values)
    }
}

impl Value {
    /// Returns whether part of it is a secret too. Of a link, that is its signature alone.
    fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::Secret(_) | Kind::AccessToken)
    }

    /// Returns what it is, for people.
    pub(super) fn name(&self) -> String {
        named(&self.kind)
    }
}

fn named(kind: &Kind) -> String {
    match kind {
        Kind::Entry(key) => format!("entry of `{key}`"),
        Kind::Secret(key) => format!("secret `{key}`"),
        Kind::Basic(..) => "Basic credentials".to_owned(),
        Kind::AccessToken => "access token".to_owned(),
        Kind::Link | Kind::Open => "download link".to_owned(),
    }
}

/// Returns the first and the last half of a secret, or all of it where half is too little
/// to tell from other text.
fn halves(text: &str, secret: bool) -> Vec<&str> {
    let length = text.chars().count();
    let half = length.div_ceil(2).max(SHORTEST_SECRET);
    if !secret || half >= length {
        return vec![text];
    }
    let at = |count: usize| text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
    vec![&text[..at(half)], &text[at(length - half)..]]
}

/// Returns what base64 of a longer text shows of a text that so many bytes are before,
/// in both alphabets.
fn inside_base64(text: &str, before: usize) -> [String; 2] {
    let bytes = format!("{}{text}", "x".repeat(before));
    // Letters that also have bits of what is before or after go.
    let inner = (before * 8).div_ceil(6)..bytes.len() * 8 / 6;
    [Form::Base64Unpadded, Form::Base64UrlUnpadded].map(|form| form.write(&bytes)[inner.clone()].to_owned())
}
