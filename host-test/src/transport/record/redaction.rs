//! Puts placeholders in the place of what a recording must not give away.

use std::collections::HashMap;

use serde::de::IgnoredAny;
use url::{Url, form_urlencoded};

use super::pattern::{self, FIRST_MARK, is_mark, replace_each};
use super::{Refused, Subject};
use crate::har::{Form, Kind, Placeholder};
use crate::model::Secret;
use crate::redact::HIDDEN;

/// How deep JSON inside of JSON strings is followed. What lies deeper is refused
/// by the last scan.
const DEPTH: usize = 4;

/// Names where a text will stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A header, a body or an entry: the replay fills it.
    Filled,
    /// A URL, which the replay fills too; braces are none of its characters.
    Url,
    /// The outcome: the replay compares it with what it restores.
    Outcome,
}

/// Replaces secrets, the same one always by the same placeholder.
pub(super) struct Redaction<'a> {
    /// Longest first, so that no part of a longer form is left over.
    needles: Vec<(Secret, Placeholder)>,
    /// Whether a needle begins with a byte.
    begins: [bool; 256],
    instance: Option<&'a str>,
    /// Which number each of a kind has, and how many there are.
    numbers: HashMap<(Kind, String), u32>,
    counts: HashMap<Kind, u32>,
    /// What the marks stand for, in their order, and the other way round.
    placeholders: Vec<Placeholder>,
    marks: HashMap<Placeholder, char>,
}

impl<'a> Redaction<'a> {
    pub(super) fn new(subject: &'a Subject) -> Self {
        let mut needles = Vec::new();
        for kind in [Kind::ClientId, Kind::ClientSecret, Kind::AccessToken] {
            for (secret, number) in subject.of(kind).zip(1..) {
                add(&mut needles, secret, |form| Placeholder { kind, number, form });
            }
        }
        // The form that RFC 6749 §2.3.1 asks for differs in special characters.
        for id in subject.of(Kind::ClientId) {
            for secret in subject.of(Kind::ClientSecret) {
                for pair in [format!("{id}:{secret}"), format!("{}:{}", Form::Form.write(id), Form::Form.write(secret))]
                {
                    add_base64(&mut needles, &pair, |form| {
                        let form = if form == Form::Base64 { Form::Plain } else { form };
                        Placeholder { form, ..Placeholder::new(Kind::Basic) }
                    });
                }
            }
        }
        let instance = subject.instance.as_deref();
        // Shorter ones give too little base64 to be told from other text.
        if let Some(name) = instance.filter(|name| name.len() >= 6) {
            add_base64(&mut needles, name, |form| Placeholder { form, ..Placeholder::new(Kind::Instance) });
        }
        // Stable, so the first form of those that look the same wins.
        needles.sort_by_key(|(needle, _)| std::cmp::Reverse(needle.expose().len()));
        let mut begins = [false; 256];
        for (needle, _) in &needles {
            begins[usize::from(needle.expose().as_bytes()[0])] = true;
        }
        Self {
            needles,
            begins,
            instance,
            numbers: HashMap::new(),
            counts: HashMap::new(),
            placeholders: Vec::new(),
            marks: HashMap::new(),
        }
    }

    /// Redacts a text.
    ///
    /// # Errors
    ///
    /// Refuses a text that uses the characters kept for placeholders, and a URL
    /// that no HAR file can hold.
    pub(super) fn redact(&mut self, text: &str, place: Place) -> Result<String, Refused> {
        if text.contains(is_mark) {
            return Err(Refused::Unwritable("a text uses characters of plane 16, which are for private use"));
        }
        let marked = self.marked(text, 0);
        if marked.contains(char::MAX) {
            return Err(Refused::Unwritable("it needs more than 65,535 different placeholders"));
        }
        match place {
            Place::Url => self.url(&marked),
            Place::Filled | Place::Outcome => Ok(self.written(&marked, place)),
        }
    }

    /// Redacts JSON string by string, so that no escape hides anything and the
    /// rest keeps its spelling; anything else as it is.
    fn marked(&mut self, text: &str, depth: usize) -> String {
        if depth == DEPTH || !text.contains('"') || serde_json::from_str::<IgnoredAny>(text).is_err() {
            return self.plain(text);
        }
        let mut marked = String::new();
        let mut rest = text;
        while let Some(start) = rest.find('"') {
            let (between, from) = rest.split_at(start);
            let (literal, after) = from.split_at(literal_end(from));
            marked += &self.plain(between);
            marked += &self.literal(literal, depth);
            rest = after;
        }
        marked + &self.plain(rest)
    }

    fn literal(&mut self, literal: &str, depth: usize) -> String {
        let Ok(text) = serde_json::from_str::<String>(literal) else { return self.plain(literal) };
        let marked = self.marked(&text, depth + 1);
        if marked == text {
            return literal.to_owned();
        }
        serde_json::to_string(&marked).unwrap_or_default()
    }

    fn plain(&mut self, text: &str) -> String {
        let mut text = self.known(text);
        for (kind, find) in [
            (Kind::SignedUrl, pattern::signed_url as pattern::Find),
            (Kind::Jwt, pattern::jwt),
            (Kind::Email, pattern::email),
            (Kind::Sid, pattern::sid),
        ] {
            text = replace_each(&text, find, |found| self.numbered(kind, found));
        }
        let Some(instance) = self.instance else { return text };
        let mut named = String::new();
        let mut from = 0;
        while let Some(found) = pattern::name(&text, instance, from) {
            named += &text[from..found.start];
            named.push(self.mark(Placeholder::new(Kind::Instance)));
            from = found.end;
        }
        named + &text[from..]
    }

    /// Replaces known secrets in one pass, the longest first at each position.
    fn known(&mut self, text: &str) -> String {
        let mut marked = String::new();
        let mut from = 0;
        let mut at = 0;
        while at < text.len() {
            let found = self.begins[usize::from(text.as_bytes()[at])]
                .then(|| {
                    self.needles
                        .iter()
                        .find(|(needle, _)| text.as_bytes()[at..].starts_with(needle.expose().as_bytes()))
                })
                .flatten();
            let Some((length, placeholder)) = found.map(|(needle, placeholder)| (needle.expose().len(), *placeholder))
            else {
                at += 1;
                continue;
            };
            marked += &text[from..at];
            marked.push(self.mark(placeholder));
            at += length;
            from = at;
        }
        marked + &text[from..]
    }

    fn numbered(&mut self, kind: Kind, found: &str) -> String {
        let form = if kind == Kind::Email && !found.contains('@') { Form::Percent } else { Form::Plain };
        // Addresses, identifiers and host names are the same in any case.
        let same = match (kind, form) {
            (Kind::Email, Form::Percent) => pattern::percent_decoded(found).to_lowercase(),
            (Kind::Email | Kind::Sid, _) => found.to_lowercase(),
            _ => found.to_owned(),
        };
        let count = self.counts.entry(kind).or_default();
        let number = *self.numbers.entry((kind, same)).or_insert_with(|| {
            *count += 1;
            *count
        });
        self.mark(Placeholder { kind, number, form }).to_string()
    }

    /// Returns the character that stands for a placeholder while texts are worked
    /// on: nothing that is looked for matches it.
    fn mark(&mut self, placeholder: Placeholder) -> char {
        if let Some(mark) = self.marks.get(&placeholder) {
            return *mark;
        }
        // Too many: `redact` refuses what has the last one.
        let index = u32::try_from(self.placeholders.len()).ok();
        let mark = index.and_then(|i| char::from_u32(u32::from(FIRST_MARK) + i)).unwrap_or(char::MAX);
        self.placeholders.push(placeholder);
        self.marks.insert(placeholder, mark);
        mark
    }

    fn placeholder(&self, mark: char) -> Option<Placeholder> {
        let index = usize::try_from(u32::from(mark).checked_sub(u32::from(FIRST_MARK))?).ok()?;
        self.placeholders.get(index).copied()
    }

    /// Writes placeholders for marks.
    fn written(&self, marked: &str, place: Place) -> String {
        let mut written = String::new();
        let mut rest = marked.chars().peekable();
        while let Some(c) = rest.next() {
            let opens = rest.peek().is_some_and(|next| *next == '{' || is_mark(*next));
            match self.placeholder(c) {
                // As the guard and the replay hide them.
                Some(placeholder) if place == Place::Outcome && is_hidden(placeholder) => written += HIDDEN,
                Some(placeholder) => written += &placeholder.to_string(),
                None if c == '{' && opens && place == Place::Filled => {
                    written += &Placeholder::new(Kind::Open).to_string();
                }
                None => written.push(c),
            }
        }
        written
    }

    /// Writes a URL whose every character is one of RFC 3986.
    fn url(&self, marked: &str) -> Result<String, Refused> {
        let unsafe_in_query = |c: char| "{}|^`\\[]\"<>".contains(c);
        let (path, query) = marked.split_once('?').map_or((marked, None), |(path, query)| (path, Some(query)));
        if path.contains(['|', '^', '`', '\\', '[', ']', '"', '<', '>', '{', '}']) {
            return Err(Refused::Unwritable("the path of a URL has characters that no URI may have"));
        }
        let mut text = path.to_owned();
        for c in query.iter().flat_map(|query| std::iter::once('?').chain(query.chars())) {
            match c {
                c if unsafe_in_query(c) => text.extend(form_urlencoded::byte_serialize(c.to_string().as_bytes())),
                c => text.push(c),
            }
        }
        let mut url = String::new();
        let mut rest = text.as_str();
        while let Some(c) = rest.chars().next() {
            if let Some(after) =
                rest.strip_prefix("%7B").filter(|after| after.starts_with("%7B") || after.starts_with(is_mark))
            {
                url += &Placeholder::new(Kind::Open).in_url();
                rest = after;
                continue;
            }
            match self.placeholder(c) {
                Some(placeholder) => url += &placeholder.in_url(),
                None => url.push(c),
            }
            rest = &rest[c.len_utf8()..];
        }
        if Url::parse(&url).is_err() {
            return Err(Refused::Unwritable("a URL is none any more once placeholders stand in it"));
        }
        Ok(url)
    }
}

/// Tells whether [`crate::har::Placeholders::restore`] knows the value, but not
/// this form of it.
fn is_hidden(placeholder: Placeholder) -> bool {
    let secret = matches!(placeholder.kind, Kind::ClientSecret | Kind::AccessToken | Kind::Basic);
    secret && placeholder.form != Form::Plain
}

/// Returns where a string literal ends that a text begins with. The text is JSON,
/// so it does end.
fn literal_end(text: &str) -> usize {
    let mut escaped = false;
    let inner = text.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    inner.map_or(text.len(), |at| at + 2)
}

fn add(needles: &mut Vec<(Secret, Placeholder)>, secret: &str, placeholder: impl Fn(Form) -> Placeholder) {
    needles.push((Secret::new(secret), placeholder(Form::Plain)));
    let form = Form::Form.write(secret);
    for (form, encoded) in
        [(Form::Percent, Form::Percent.write(secret)), (Form::Percent, form.replace('+', "%20")), (Form::Form, form)]
    {
        needles.push((Secret::new(lower_hex(&encoded)), placeholder(form)));
        needles.push((Secret::new(encoded), placeholder(form)));
    }
    add_base64(needles, secret, placeholder);
}

fn add_base64(needles: &mut Vec<(Secret, Placeholder)>, text: &str, placeholder: impl Fn(Form) -> Placeholder) {
    needles.extend(Form::base64().map(|form| (Secret::new(form.write(text)), placeholder(form))));
}

/// Writes the digits of `%2F` in lower case, and leaves all other letters.
fn lower_hex(encoded: &str) -> String {
    let mut left = 0;
    let lower = |c: char| {
        left = if c == '%' { 3 } else { usize::saturating_sub(left, 1) };
        if left > 0 { c.to_ascii_lowercase() } else { c }
    };
    encoded.chars().map(lower).collect()
}
