//! The last look at a finished recording.
//!
//! It trusts nothing of the redaction but the spelling of placeholders, and reads every
//! string in every encoding.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connector_core::records::Definition;
use serde_json::{Map, Value};

use super::finder::Finder;
use super::known::{self, Known};
use super::refused::{Finding, Leak};
use super::shapes::shapes;
use super::views::views;
use crate::placeholder::{Kind, Placeholder};
use crate::read::escape;

/// What a placeholder is while a text is scanned: a character of private use.
const PLACEHOLDER: char = '\u{10FFFD}';

/// How compressed data begin: gzip (RFC 1952 §2.3.1), Zstandard (RFC 8878 §3.1.1).
const COMPRESSED: [&[u8]; 2] = [&[0x1f, 0x8b], &[0x28, 0xb5, 0x2f, 0xfd]];

/// Lists what is left in the text of a recording, once for each value and leak.
pub(super) fn scan(text: &str, known: &Known, definition: &Definition, hosts: &[String]) -> Vec<Finding> {
    let (finder, values) = known.remains();
    let scanner = Scanner { finder, values, domains: &definition.domains, hosts };
    let mut found = Vec::new();
    match serde_json::from_str(text) {
        Ok(file) => scanner.value(&file, "", &mut found),
        Err(_) => found.extend(scanner.leaks(text).into_iter().map(|leak| Finding { pointer: String::new(), leak })),
    }
    if found.is_empty() {
        // Across the borders of its values.
        let whole = views(&stripped(text)).into_iter().find_map(|view| scanner.known(&view.text, false));
        found.extend(whole.map(|leak| Finding { pointer: String::new(), leak }));
    }
    found
}

struct Scanner<'a> {
    finder: Finder,
    values: Vec<&'a known::Value>,
    domains: &'a [String],
    hosts: &'a [String],
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
                if is_bare_authorization(members) {
                    add(&format!("{pointer}/value"), vec![Leak::Credentials]);
                }
                let is_base64 = members.get("encoding").and_then(Value::as_str) == Some("base64");
                for (name, member) in members {
                    let leaks = self.leaks(name);
                    let shown = if leaks.is_empty() { escape(name) } else { "…".to_owned() };
                    found.extend(leaks.into_iter().map(|leak| Finding { pointer: pointer.to_owned(), leak }));
                    let pointer = format!("{pointer}/{shown}");
                    match member.as_str().filter(|_| name == "text" && is_base64) {
                        Some(text) => found.extend(
                            self.bytes(text).into_iter().map(|leak| Finding { pointer: pointer.clone(), leak }),
                        ),
                        None => self.value(member, &pointer, found),
                    }
                }
            }
        }
    }

    /// Scans a body that is no text by its bytes: its base64 is one long token.
    fn bytes(&self, base64: &str) -> Vec<Leak> {
        let mut leaks = self.leaks(base64);
        leaks.retain(|leak| *leak != Leak::Token);
        let bytes = STANDARD.decode(base64).unwrap_or_default();
        // Bytes of a one-byte encoding such as Latin-1 are characters.
        let latin: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        let compressed = COMPRESSED.iter().any(|beginning| bytes.starts_with(beginning));
        let more = self.leaks(&String::from_utf8_lossy(&bytes)).into_iter().chain(self.leaks(&latin));
        for leak in more.chain(compressed.then_some(Leak::Compressed)) {
            if !leaks.contains(&leak) {
                leaks.push(leak);
            }
        }
        leaks
    }

    /// Lists what is in a text, in any encoding, each once.
    fn leaks(&self, text: &str) -> Vec<Leak> {
        let mut leaks = Vec::new();
        for view in views(&stripped(text)) {
            let known = self.known(&view.text, view.faithful);
            let other = view.faithful && self.domains.iter().any(|domain| self.has_other_host(&view.text, domain));
            let shapes = view.faithful.then(|| shapes(&view.text, view.clean));
            let found = known.into_iter().chain(other.then_some(Leak::OtherHost)).chain(shapes.into_iter().flatten());
            for leak in found {
                if !leaks.contains(&leak) {
                    leaks.push(leak);
                }
            }
        }
        leaks
    }

    fn known(&self, text: &str, short: bool) -> Option<Leak> {
        let (number, _) = self.finder.find(text, 0, short)?;
        Some(Leak::Known(self.values[number].name()))
    }

    /// Returns whether a text has a host under a domain that is neither written with a
    /// placeholder nor one of the connection's.
    fn has_other_host(&self, text: &str, domain: &str) -> bool {
        let lower = text.to_ascii_lowercase();
        let mut places = lower.match_indices(domain).map(|(at, _)| (at, at + domain.len()));
        places.any(|(at, end)| {
            let is_label = |c: char| c.is_alphanumeric() || "-_.".contains(c);
            let head = lower[..at].trim_end_matches(is_label);
            let labels = &lower[head.len()..at];
            let inside = labels.ends_with('.') && !lower[end..].starts_with(|c: char| c.is_alphanumeric() || c == '-');
            let own = (head.ends_with(PLACEHOLDER) && labels.starts_with(['.', '-']))
                || self.hosts.iter().any(|host| *host == lower[head.len()..end]);
            inside && labels != "." && !own
        })
    }
}

/// Puts one character in the place of each placeholder that exists, however its braces are
/// written.
fn stripped(text: &str) -> String {
    type Split = fn(&str) -> Option<(&str, Placeholder, &str)>;
    [Placeholder::split as Split, Placeholder::split_url].iter().fold(text.to_owned(), |text, split| {
        let mut stripped = String::new();
        let mut rest = text.as_str();
        while let Some((before, placeholder, after)) = split(rest) {
            stripped += before;
            // That of a brace is a brace and nothing else.
            stripped.push(if placeholder.kind == Kind::Open { '{' } else { PLACEHOLDER });
            rest = after;
        }
        stripped + rest
    })
}

/// Returns whether a header of credentials is anything but a scheme and a placeholder.
fn is_bare_authorization(header: &Map<String, Value>) -> bool {
    let text = |name: &str| header.get(name).and_then(Value::as_str).unwrap_or_default();
    let placeholder = || text("value").split_once(' ').and_then(|(_, value)| Placeholder::split(value));
    ["authorization", "proxy-authorization", "cookie", "set-cookie"]
        .iter()
        .any(|it| it.eq_ignore_ascii_case(text("name")))
        && !placeholder().is_some_and(|(before, _, after)| before.is_empty() && after.is_empty())
}
