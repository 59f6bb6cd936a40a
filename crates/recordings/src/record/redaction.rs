//! Puts placeholders in the place of known values.

use std::sync::LazyLock;

use connector_core::encoding::Form;
use connector_core::records::Definition;
use regex::Regex;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::finder::Finder;
use super::known::Known;
use crate::outcome::texts;
use crate::placeholder::{Kind, Placeholder, Placeholders};

/// How deep JSON inside of JSON strings is followed. What is deeper is left to the scan.
const DEPTH: usize = 4;

/// Characters that the parser of URLs leaves and RFC 3986 does not know.
const NOT_OF_A_URL: &str = "{}|^`\\[]\"<>";

/// How texts and URLs write a brace.
const BRACE: &str = "{";
const BRACE_OF_A_URL: &str = "%7B";

/// A string literal of JSON.
static LITERAL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#""(?s:[^"\\]|\\.)*""#).expect("this is a pattern"));

/// The placeholders of a connection's values.
pub(super) struct Redaction {
    finder: Finder,
    placeholders: Vec<Placeholder>,
    /// What a replay fills in.
    replayed: Placeholders,
}

impl Redaction {
    pub(super) fn new(known: &Known, definition: &Definition) -> Self {
        let (finder, placeholders) = known.spellings();
        Self { finder, placeholders, replayed: Placeholders::new(definition) }
    }

    /// Redacts a header, a body or an entry, which a replay fills. JSON is redacted string
    /// by string, so that no escape hides anything and the rest keeps its spelling.
    pub(super) fn text(&self, text: &str) -> String {
        self.nested(text, DEPTH)
    }

    /// Redacts a URL.
    pub(super) fn url(&self, url: &str) -> String {
        self.plain(url, BRACE_OF_A_URL)
    }

    /// Returns what a text will be in a replay.
    pub(super) fn replayed(&self, redacted: &str) -> String {
        self.replayed.fill(redacted).unwrap_or_else(|_| redacted.to_owned())
    }

    /// Redacts an outcome: what a replay fills in and finds again.
    pub(super) fn outcome(&self, outcome: Value) -> Value {
        texts(outcome, &|text| self.replayed.restore(&self.replayed(&self.text(text))))
    }

    fn nested(&self, text: &str, depth: usize) -> String {
        if depth == 0 || !text.contains('"') || serde_json::from_str::<IgnoredAny>(text).is_err() {
            return self.plain(text, BRACE);
        }
        let mut redacted = String::new();
        let mut from = 0;
        for literal in LITERAL.find_iter(text) {
            redacted += &self.plain(&text[from..literal.start()], BRACE);
            let plain: String = serde_json::from_str(literal.as_str()).unwrap_or_default();
            let inner = self.nested(&plain, depth - 1);
            redacted += &if inner == plain { literal.as_str().to_owned() } else { Value::from(inner).to_string() };
            from = literal.end();
        }
        redacted + &self.plain(&text[from..], BRACE)
    }

    /// Redacts what is no JSON. `open` is how it writes a brace.
    fn plain(&self, text: &str, open: &'static str) -> String {
        let mut redacted = String::new();
        let mut from = 0;
        while let Some((number, found)) = self.finder.find(text, from) {
            redacted += &literal(&text[from..found.start], true, open);
            redacted += &written(&self.placeholders[number], open);
            from = found.end;
        }
        redacted + &literal(&text[from..], false, open)
    }
}

fn written(placeholder: &Placeholder, open: &'static str) -> String {
    if open == BRACE { placeholder.to_string() } else { placeholder.in_url() }
}

/// Writes a text so that no brace of it is read as the beginning of a placeholder, also
/// not together with one that follows.
fn literal(text: &str, followed: bool, open: &'static str) -> String {
    let text: String = if open == BRACE { text.to_owned() } else { text.chars().map(encoded).collect() };
    let mut literal = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once(open) {
        let opens = after.starts_with(open) || (followed && after.is_empty());
        literal += before;
        literal += &if opens { written(&Placeholder::new(Kind::Open), open) } else { open.to_owned() };
        rest = after;
    }
    literal + rest
}

fn encoded(c: char) -> String {
    if NOT_OF_A_URL.contains(c) { Form::Percent.write(c.encode_utf8(&mut [0; 4])) } else { c.to_string() }
}
