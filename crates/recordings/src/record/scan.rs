//! The last look at a finished recording.
//!
//! It trusts nothing of the redaction but the spelling of placeholders, and reads every
//! string in every encoding.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connector_core::encoding::decoded;
use connector_core::records::{Definition, Host};
use serde_json::{Map, Value};

use super::known::{Known, Traces};
use super::refused::{Finding, Leak};
use super::shapes::shapes;
use crate::placeholder::{Kind, Placeholder};
use crate::read::{escape, shortened};

/// What a placeholder is while a text is scanned: a character of private use.
const PLACEHOLDER: char = '\u{10FFFD}';

/// How compressed data begin: gzip (RFC 1952 §2.3.1), Zstandard (RFC 8878 §3.1.1).
const COMPRESSED: [&[u8]; 2] = [&[0x1f, 0x8b], &[0x28, 0xb5, 0x2f, 0xfd]];

/// Longest name of a host, in characters (RFC 1035 §2.3.4).
const HOST: usize = 253;

/// Lists what is left in the text of a recording, once for each value and leak.
pub(super) fn scan(text: &str, file: &Value, known: &Known, definition: &Definition, hosts: &[Host]) -> Vec<Finding> {
    let mut scan =
        Scan { traces: known.traces(), domains: &definition.domains, hosts, pointer: String::new(), found: Vec::new() };
    scan.value(file);
    if scan.found.is_empty() {
        // Across the borders of its values.
        let (clean, noisy) = readings(&stripped(text));
        let whole = clean.iter().chain([&noisy]).find_map(|text| scan.known(text));
        scan.add(whole);
    }
    scan.found
}

struct Scan<'a> {
    traces: Traces,
    domains: &'a [String],
    hosts: &'a [Host],
    /// JSON Pointer to what is looked at.
    pointer: String,
    found: Vec<Finding>,
}

impl Scan<'_> {
    fn add(&mut self, leaks: impl IntoIterator<Item = Leak>) {
        let found = leaks.into_iter().map(|leak| Finding { pointer: shortened(&self.pointer), leak });
        self.found.extend(found);
    }

    /// Does something at a member or an item of the value that is looked at.
    fn within(&mut self, name: &str, scan: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer.extend(["/", name]);
        scan(self);
        self.pointer.truncate(length);
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.add(self.leaks(text)),
            Value::Number(number) => self.add(self.leaks(&number.to_string())),
            Value::Bool(_) | Value::Null => {}
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.within(&i.to_string(), |scan| scan.value(item));
                }
            }
            Value::Object(members) => self.members(members),
        }
    }

    fn members(&mut self, members: &Map<String, Value>) {
        if is_bare_authorization(members) {
            self.within("value", |scan| scan.add([Leak::Credentials]));
        }
        let is_base64 = members.get("encoding").and_then(Value::as_str) == Some("base64");
        for (name, member) in members {
            let leaks = self.leaks(name);
            let shown = if leaks.is_empty() { escape(name) } else { "…".to_owned() };
            self.add(leaks);
            self.within(&shown, |scan| match member.as_str().filter(|_| name == "text" && is_base64) {
                Some(text) => scan.add(scan.bytes(text)),
                None => scan.value(member),
            });
        }
    }

    /// Scans a body that is no text by its bytes: its base64 is one long token.
    fn bytes(&self, base64: &str) -> Vec<Leak> {
        let bytes = STANDARD.decode(base64).unwrap_or_default();
        // Bytes of a one-byte encoding such as Latin-1 are characters.
        let latin: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        let compressed = COMPRESSED.iter().any(|beginning| bytes.starts_with(beginning));
        let encoded = self.leaks(base64).into_iter().filter(|leak| *leak != Leak::Token);
        let decoded = self.leaks(&String::from_utf8_lossy(&bytes)).into_iter().chain(self.leaks(&latin));
        each_once(encoded.chain(decoded).chain(compressed.then_some(Leak::Compressed)))
    }

    /// Lists what is in a text, in any encoding, each once.
    fn leaks(&self, text: &str) -> Vec<Leak> {
        let (clean, noisy) = readings(&stripped(text));
        let texts = clean.iter().map(|text| (text, true)).chain([(&noisy, false)]);
        each_once(texts.flat_map(|(text, clean)| {
            let other = self.domains.iter().any(|domain| self.has_other_host(text, domain));
            self.known(text).into_iter().chain(other.then_some(Leak::OtherHost)).chain(shapes(text, clean))
        }))
    }

    fn known(&self, text: &str) -> Option<Leak> {
        self.traces.find(text).map(|name| Leak::Known(name.to_owned()))
    }

    /// Returns whether a text has a host under a domain that is neither written with a
    /// placeholder nor one of the connection's.
    fn has_other_host(&self, text: &str, domain: &str) -> bool {
        let lower = text.to_ascii_lowercase();
        let mut places = lower.match_indices(domain).map(|(at, _)| (at, at + domain.len()));
        places.any(|(at, end)| {
            let is_label = |c: &char| c.is_alphanumeric() || "-_.".contains(*c);
            let before = lower[..at].chars().rev().take(HOST).take_while(is_label).map(char::len_utf8).sum::<usize>();
            let (head, labels) = lower[..at].split_at(at - before);
            let inside = labels.ends_with('.') && !lower[end..].starts_with(|c: char| c.is_alphanumeric() || c == '-');
            let own = (head.ends_with(PLACEHOLDER) && labels.starts_with(['.', '-']))
                || self.hosts.iter().any(|host| host.name == lower[head.len()..end]);
            inside && labels != "." && !own
        })
    }
}

/// Returns the ways to read a text in which a token can be told from noise, and all others as
/// lines of one text: most are a few letters long.
fn readings(text: &str) -> (Vec<String>, String) {
    let mut clean: Vec<String> = Vec::new();
    let mut noisy = String::new();
    // White space of any kind may break base64.
    let joined: String = text.split_whitespace().collect();
    let joined = Some(joined).filter(|joined| joined != text);
    for reading in joined.iter().flat_map(|joined| decoded(joined)) {
        noisy.extend([&reading.text, "\n"]);
    }
    for reading in decoded(text) {
        if reading.is_noisy {
            noisy.extend([&reading.text, "\n"]);
        } else if !clean.contains(&reading.text) {
            clean.push(reading.text);
        }
    }
    (clean, noisy)
}

fn each_once(leaks: impl Iterator<Item = Leak>) -> Vec<Leak> {
    leaks.fold(Vec::new(), |mut leaks, leak| {
        if !leaks.contains(&leak) {
            leaks.push(leak);
        }
        leaks
    })
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
