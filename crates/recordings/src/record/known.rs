//! What is known to be secret, or to identify a tenant.

use std::collections::HashMap;
use std::sync::LazyLock;

use connector_core::encoding::{Form, json, unescaped};
use connector_core::records::{Connection, Definition, Request};
use connector_core::{Entries, SHORTEST_SECRET, Secret, trim};
use regex::Regex;

use super::finder::{Finder, is_short};
use super::refused::Refused;
use crate::placeholder::{Kind, Placeholder};

/// Shortest text entry to replace, in characters. Shorter ones stay as they are: replacing
/// every "1" would leave no recording.
const SHORTEST_ENTRY: usize = 3;

/// Most bytes of all values together: a session has a token or two of a few KB each, and
/// what is known is looked for at every place of every text.
const MOST_BYTES: usize = 64 << 10;

/// Length of the parts of a secret that are secret as well, in bytes: of a shorter secret
/// nothing is known at all.
const RUN: usize = SHORTEST_SECRET;

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
struct Value {
    kind: Kind,
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
        if self.values.iter().map(|known| known.text.expose().len()).sum::<usize>() + text.len() > MOST_BYTES {
            return Err(Refused::Unwritable("it has more tokens or longer ones than a session needs"));
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
            let mut add = |form: Form, spelling: String| {
                needles.push(spelling);
                placeholders.push(Placeholder { kind: kind.clone(), number: *number, form });
            };
            let basic = matches!(kind, Kind::Basic(..));
            if !basic {
                add(Form::Plain, text.to_owned());
                add(Form::Plain, json(text));
                add(Form::Percent, Form::Percent.write(text));
                add(Form::Percent, Form::Form.write(text).replace('+', "%20"));
                add(Form::Form, Form::Form.write(text));
            }
            for form in Form::BASE64.into_iter().filter(|_| !is_short(text)) {
                // What a Basic header contains needs no form.
                add(if basic && form == Form::Base64 { Form::Plain } else { form }, form.write(text));
            }
        }
        (Finder::new(&needles), placeholders)
    }

    /// Returns what must not be left of the values.
    pub(super) fn traces(&self) -> Traces {
        let (mut needles, mut names, mut runs) = (Vec::new(), Vec::new(), HashMap::new());
        // What is secret of a pair is among the others.
        for Value { kind, text, .. } in self.values.iter().filter(|value| !matches!(value.kind, Kind::Basic(..))) {
            // What looks like an escape is read as one where something else is escaped.
            let unescaped = String::from_utf8_lossy(&unescaped(text.expose().as_bytes())).into_owned();
            for text in [text.expose(), &unescaped] {
                let squeezed = squeezed(text);
                // Part of an entry is no secret, and of a link that is its signature alone.
                if matches!(kind, Kind::Secret(_) | Kind::AccessToken) {
                    runs.extend(squeezed.as_bytes().windows(RUN).map(|run| (run.to_vec(), names.len())));
                }
                for needle in [text.to_lowercase(), squeezed] {
                    needles.push(needle);
                    names.push(named(kind));
                }
            }
        }
        Traces { finder: Finder::new(&needles), names, runs }
    }
}

/// What must not be left of the values of a connection: of secrets any eight bytes in a
/// row, for a text may be cut off or changed; of others the whole.
pub(super) struct Traces {
    finder: Finder,
    /// What each text of the finder is, for people.
    names: Vec<String>,
    runs: HashMap<Vec<u8>, usize>,
}

impl Traces {
    /// Returns the name of a value that is in a text, in any case and with any white space.
    pub(super) fn find(&self, text: &str) -> Option<&str> {
        let squeezed = squeezed(text);
        let run = || squeezed.as_bytes().windows(RUN).find_map(|run| self.runs.get(run).copied());
        let whole = |text: &str| self.finder.find(text, 0).map(|(number, _)| number);
        let number = run().or_else(|| whole(&text.to_lowercase())).or_else(|| whole(&squeezed))?;
        Some(&self.names[number])
    }
}

/// Leaves out the case and all white space, also that of a form.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '+').flat_map(char::to_lowercase).collect()
}

fn named(kind: &Kind) -> String {
    match kind {
        Kind::Entry(key) => format!("entry of `{key}`"),
        Kind::Secret(key) => format!("secret `{key}`"),
        Kind::Basic(..) => "Basic credentials".to_owned(),
        Kind::AccessToken => "access token".to_owned(),
        Kind::RefreshToken => "refresh token".to_owned(),
        Kind::SignIn(_) => "word of a sign-in".to_owned(),
        Kind::Link | Kind::Open => "download link".to_owned(),
    }
}
