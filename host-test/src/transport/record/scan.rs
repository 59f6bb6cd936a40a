//! The last look at a finished recording: whatever is left that looks secret
//! refuses it.
//!
//! It trusts nothing of the redaction but the spelling of placeholders, and looks
//! at every string in every encoding.

mod token;
mod view;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use self::view::{View, views};
use super::Subject;
use super::pattern::{self, is_mark};
use super::subject::SHORTEST_SECRET;
use crate::har::{Form, Kind, Placeholder, escape};
use crate::model::Secret;

/// Stand for placeholders in a text that is scanned.
const INSTANCE: char = '\u{10FFFC}';
const PLACEHOLDER: char = '\u{10FFFD}';

/// Says where a finished recording still holds something secret. It never holds
/// the text itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// JSON Pointer to the value; empty for the whole file.
    pub pointer: String,
    /// What it looks like.
    pub leak: Leak,
}

/// Names what looks secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leak {
    /// Something that is known to be secret, in any encoding.
    Known(&'static str),
    /// The instance name.
    Instance,
    /// A host of a tenant.
    TenantHost,
    /// A JSON Web Token.
    Jwt,
    /// A value after `Bearer` or `Basic`, or an authorization without a
    /// placeholder.
    Credentials,
    /// A signature in a URL, or an access key.
    Signature,
    /// An e-mail address.
    Email,
    /// A security identifier.
    Sid,
    /// A long run of letters and digits.
    LongToken,
    /// Characters that this scan keeps for itself.
    PrivateUse,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = if self.pointer.is_empty() { "the file" } else { &self.pointer };
        match self.leak {
            Leak::Known(what) => write!(f, "{pointer}: the {what}"),
            Leak::Instance => write!(f, "{pointer}: the instance name"),
            Leak::TenantHost => write!(f, "{pointer}: the host name of a tenant"),
            Leak::Jwt => write!(f, "{pointer}: a JSON Web Token"),
            Leak::Credentials => write!(f, "{pointer}: credentials that are no placeholder"),
            Leak::Signature => write!(f, "{pointer}: the signature of a URL, or an access key"),
            Leak::Email => write!(f, "{pointer}: an e-mail address"),
            Leak::Sid => write!(f, "{pointer}: a security identifier"),
            Leak::LongToken => write!(f, "{pointer}: a long run of letters and digits"),
            Leak::PrivateUse => write!(f, "{pointer}: characters for private use"),
        }
    }
}

/// Lists what is left in the text of a recording, once for each value and leak.
pub(super) fn scan(text: &str, subject: &Subject) -> Vec<Finding> {
    let scanner = Scanner { subject, other: other_forms(subject) };
    let mut found = Vec::new();
    match serde_json::from_str(text) {
        Ok(file) => scanner.value(&file, "", &mut found),
        Err(_) => found.extend(scanner.leaks(text).into_iter().map(|leak| Finding { pointer: String::new(), leak })),
    }
    if found.is_empty() {
        // Across the borders of its values.
        let whole = views(&stripped(text)).into_iter().find_map(|view| scanner.known(&view));
        found.extend(whole.map(|leak| Finding { pointer: String::new(), leak }));
    }
    found
}

struct Scanner<'a> {
    subject: &'a Subject,
    /// The secrets in forms that no view undoes.
    other: Vec<(&'static str, Secret)>,
}

impl Scanner<'_> {
    fn value(&self, value: &Value, pointer: &str, found: &mut Vec<Finding>) {
        let mut add = |pointer: &str, leaks: Vec<Leak>| {
            found.extend(leaks.into_iter().map(|leak| Finding { pointer: pointer.to_owned(), leak }));
        };
        match value {
            Value::String(text) => add(pointer, self.leaks(text)),
            Value::Number(number) => add(pointer, self.leaks(&number.to_string())),
            Value::Bool(_) | Value::Null => {}
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.value(item, &format!("{pointer}/{i}"), found);
                }
            }
            Value::Object(members) => {
                if is_base64(members) {
                    return self.content(members, pointer, found);
                }
                if names_credentials(members) {
                    let text = members.get("value").and_then(Value::as_str).unwrap_or_default();
                    add(&format!("{pointer}/value"), authorization(text).into_iter().collect());
                }
                for (name, member) in members {
                    // Names are ours, or words of the contract: never the instance.
                    let mut leaks = self.leaks(name);
                    leaks.retain(|leak| *leak != Leak::Instance);
                    let shown = if leaks.is_empty() { escape(name) } else { "…".to_owned() };
                    found.extend(leaks.into_iter().map(|leak| Finding { pointer: pointer.to_owned(), leak }));
                    self.value(member, &format!("{pointer}/{shown}"), found);
                }
            }
        }
    }

    /// Scans a body that is no text by its bytes: its base64 is one long token.
    fn content(&self, members: &Map<String, Value>, pointer: &str, found: &mut Vec<Finding>) {
        for (name, member) in members {
            let at = format!("{pointer}/{}", escape(name));
            let Some(text) = member.as_str().filter(|_| name == "text") else {
                self.value(member, &at, found);
                continue;
            };
            let mut leaks = self.leaks(text);
            leaks.retain(|leak| *leak != Leak::LongToken);
            if let Ok(bytes) = STANDARD.decode(text) {
                leaks.extend(self.leaks(&String::from_utf8_lossy(&bytes)));
                // Bytes of a one-byte encoding such as Latin-1 are characters.
                leaks.extend(self.leaks(&bytes.iter().map(|byte| char::from(*byte)).collect::<String>()));
            }
            leaks.sort_by_key(|leak| format!("{leak:?}"));
            leaks.dedup();
            found.extend(leaks.into_iter().map(|leak| Finding { pointer: at.clone(), leak }));
        }
    }

    /// Lists what a text holds, in any encoding, each once.
    fn leaks(&self, text: &str) -> Vec<Leak> {
        let mut leaks = Vec::new();
        if text.contains(is_mark) {
            leaks.push(Leak::PrivateUse);
        }
        let text = stripped(&text.replace(is_mark, ""));
        for view in views(&text) {
            let mut found: Vec<Leak> = self.known(&view).into_iter().collect();
            if view.faithful {
                found.extend(self.shapes(&view));
            }
            for leak in found {
                if !leaks.contains(&leak) {
                    leaks.push(leak);
                }
            }
        }
        leaks
    }

    fn known(&self, view: &View) -> Option<Leak> {
        let plain = self.subject.secrets.iter().map(|known| (known.what, known.value.expose()));
        let other = self.other.iter().map(|(what, text)| (*what, text.expose()));
        plain.chain(other).find(|(_, secret)| view.text.contains(secret)).map(|(what, _)| Leak::Known(what))
    }

    fn shapes(&self, view: &View) -> Vec<Leak> {
        let text = &view.text;
        let named = self.subject.instance.as_deref().is_some_and(|name| pattern::name(text, name, 0).is_some());
        let hosts = self.subject.domains.iter().any(|domain| names_tenant(text, domain));
        let shapes = [
            (named, Leak::Instance),
            (hosts, Leak::TenantHost),
            (pattern::jwt(text, 0).is_some(), Leak::Jwt),
            (token::credentials(text), Leak::Credentials),
            (token::signature(text), Leak::Signature),
            (pattern::email(text, 0).is_some(), Leak::Email),
            (pattern::sid(text, 0).is_some(), Leak::Sid),
            (view.clean && token::long(text), Leak::LongToken),
        ];
        shapes.into_iter().filter(|(found, _)| *found).map(|(_, leak)| leak).collect()
    }
}

/// Puts one character in the place of each placeholder that exists, however its
/// braces are written.
fn stripped(text: &str) -> String {
    type Split = fn(&str) -> Option<(&str, Placeholder, &str)>;
    [Placeholder::split as Split, Placeholder::split_url].iter().fold(text.to_owned(), |text, split| {
        let mut stripped = String::new();
        let mut rest = text.as_str();
        while let Some((before, placeholder, after)) = split(rest) {
            stripped += before;
            stripped.push(match placeholder.kind {
                Kind::Instance => INSTANCE,
                // It is a brace and nothing else.
                Kind::Open => '{',
                _ => PLACEHOLDER,
            });
            rest = after;
        }
        stripped + rest
    })
}

/// Returns what base64 of a longer text shows of each secret, wherever in the
/// longer text it begins; and each secret without white space, as it reads once
/// line breaks are taken out.
fn other_forms(subject: &Subject) -> Vec<(&'static str, Secret)> {
    let mut forms = Vec::new();
    for known in &subject.secrets {
        for before in 0..3 {
            let bytes = format!("{}{}", "x".repeat(before), known.value.expose());
            // Letters that also hold bits of what stands before or after go.
            let encoded = Form::Base64Unpadded.write(&bytes);
            let inner = &encoded[(before * 8).div_ceil(6)..bytes.len() * 8 / 6];
            forms.push((known.what, Secret::new(inner)));
            forms.push((known.what, Secret::new(inner.replace('+', "-").replace('/', "_"))));
        }
        let squeezed: String = known.value.expose().split_whitespace().collect();
        if squeezed.chars().count() >= SHORTEST_SECRET {
            forms.push((known.what, Secret::new(squeezed)));
        }
    }
    forms
}

fn is_base64(members: &Map<String, Value>) -> bool {
    members.get("encoding").and_then(Value::as_str) == Some("base64")
}

fn names_credentials(members: &Map<String, Value>) -> bool {
    let name = members.get("name").and_then(Value::as_str).unwrap_or_default();
    ["authorization", "proxy-authorization", "cookie", "set-cookie"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

/// Accepts a scheme and a placeholder, and nothing else.
fn authorization(value: &str) -> Option<Leak> {
    let placeholder = value.split_once(' ').and_then(|(_, value)| Placeholder::split(value));
    let whole = placeholder.is_some_and(|(before, _, after)| before.is_empty() && after.is_empty());
    (!whole).then_some(Leak::Credentials)
}

/// Tells whether a text names a host under a domain whose first label is not the
/// placeholder of the instance.
fn names_tenant(text: &str, domain: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut places = lower.match_indices(domain).map(|(at, _)| (at, at + domain.len()));
    places.any(|(at, end)| {
        let is_label = |c: char| c.is_alphanumeric() || "-_.".contains(c);
        let head = lower[..at].trim_end_matches(is_label);
        let labels = &lower[head.len()..at];
        let inside = labels.ends_with('.') && !lower[end..].starts_with(|c: char| c.is_alphanumeric() || c == '-');
        let own = head.ends_with(INSTANCE) && labels.starts_with(['.', '-']);
        inside && labels != "." && !own
    })
}
