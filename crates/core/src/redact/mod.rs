//! Finding and hiding secrets in texts that someone else wrote.
//!
//! A text is read as it is and with its encodings undone, layer by layer (`Views`); an index of
//! what the secrets consist of finds them in each view (`index`); what was found is replaced in
//! the text itself (`replace`).

mod index;
mod needle;
mod replace;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use self::index::Index;
use self::needle::{Needle, Public};
use crate::encoding::Views;
use crate::entries::Entries;
use crate::secret::Secret;

/// Shortest secret to look for, and shortest part of one, in bytes. Shorter ones occur in any
/// text by chance, and no provider issues them.
pub const SHORTEST_SECRET: usize = 8;

/// What replaces a secret.
pub const HIDDEN: &str = "•••";

/// Text to read at once, in bytes: what is decoded of it fits into caches, and positions into
/// 32 bits.
const PART: usize = 1 << 20;

/// Most bytes to decode for each byte of text. A layer of real text decodes to less than one, or
/// two where it has many lines.
const DECODED: usize = 4;

/// Bytes to decode of any text, so that a short one is read in every way.
const DECODED_AT_LEAST: usize = 64 << 10;

/// Longest reach of an escape, in bytes.
const REACH: usize = 16 << 10;

/// The secrets of one connection.
///
/// What is found, in any text that repeats them:
///
/// - **A whole secret** of [eight bytes](SHORTEST_SECRET) or more.
/// - **A part of one** of eight bytes or more, or an eighth of a longer one; of a token, whose
///   beginning others share, half. A part that reads like words or a number takes 16 bytes, because
///   ordinary text has such parts: one with at most two changes between small letters, capitals,
///   digits and others, or any part of a secret that changes at less than two of five places. A
///   part of another entry or of a host is none.
/// - **The beginning of one** at the end of a text, of eight bytes or more: the text was cut.
///
/// Each as it is or in up to three layers of encodings, of all characters or some: percent
/// encoding, form encoding, the escapes of JSON, numeric character references of HTML and the named
/// ones of XML, quoted-printable, base64 (both alphabets, also where something else is encoded
/// before it, such as the id of a Basic header), hexadecimal; and with line breaks inside of it or
/// of the encoding, where its eight bytes are counted without white space.
///
/// **Not** found is what is changed in any other way: cut into shorter parts, reversed, in other
/// letters (small for capital ones), encrypted, compressed, hashed, or in a character set other
/// than UTF-8. No search helps against someone who wants to hide a secret; this one is for those
/// who repeat it. The work grows with the length of the text: of one that is encoded over and over,
/// no more than four times its length is decoded.
#[derive(Clone, Default)]
pub struct Redactor(Arc<Index>);

/// What was found in a text.
#[derive(Default)]
struct Findings {
    /// Where, in order, and none touches another.
    spans: Vec<Range<usize>>,
    /// Whether one of them is a secret that stands nowhere in the open.
    proven: bool,
    /// Whether one of them is a whole one.
    whole: bool,
}

impl Redactor {
    /// Learns the secret entries. One that is also part of another entry is hidden like the rest
    /// but never found: its presence proves nothing. One that is part of a text in `known`, such
    /// as a host of the connection, is no secret.
    pub fn new(entries: &Entries, known: &[String]) -> Self {
        let known = Public::new(known.iter().map(String::as_str));
        let public = Public::new(entries.plain());
        let mut needles = Vec::new();
        entries.secrets().for_each(|secret| needle::learn(&mut needles, secret, &public, &known));
        let before = entries.plain().flat_map(|entry| [entry, crate::trim(entry)]).map(|entry| format!("{entry}:"));
        Self(Arc::new(Index::new(needles, before.collect())))
    }

    /// Returns whether a secret has a stretch in common with one of some texts. Where none has,
    /// it makes no difference whether they are known.
    pub(crate) fn shares_with(&self, texts: &[String]) -> bool {
        let texts = Public::new(texts.iter().map(String::as_str));
        self.0.needles.iter().any(|needle| needle.shares_with(&texts))
    }

    /// Learns one more secret, such as a token.
    pub fn and(self, secret: &Secret) -> Self {
        self.and_all([secret])
    }

    /// Learns more secrets at once: each time anew costs an index of all of them.
    pub(crate) fn and_all<'a>(&self, secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut needles = self.0.needles.clone();
        secrets.into_iter().for_each(|secret| needles.extend(Needle::token(secret.expose())));
        Self(Arc::new(Index::new(needles, self.0.before.clone())))
    }

    /// Returns whether a text contains a secret or part of one.
    pub fn finds_in(&self, text: &str) -> bool {
        self.search(text).proven
    }

    /// Returns whether a text contains a whole secret.
    pub(crate) fn finds_whole_in(&self, text: &str) -> bool {
        self.search(text).whole
    }

    /// Replaces every secret in a text, every part of one, and the beginning of one where the
    /// text was cut.
    pub fn hide(&self, text: &str) -> String {
        self.hidden(text).unwrap_or_else(|| text.to_owned())
    }

    /// Does the same. None: there is none.
    pub(crate) fn hidden(&self, text: &str) -> Option<String> {
        let spans = self.search(text).spans;
        (!spans.is_empty()).then(|| replace::in_text(text, &spans))
    }

    /// Does the same in JSON, which stays JSON: a number that is hidden becomes a string.
    pub(crate) fn hidden_in_json(&self, json: &str) -> Option<String> {
        let spans = self.search(json).spans;
        (!spans.is_empty()).then(|| replace::in_json(json, &spans))
    }

    fn search(&self, text: &str) -> Findings {
        let mut findings = Findings::default();
        if self.0.needles.is_empty() || text.len() < SHORTEST_SECRET {
            return findings;
        }
        let mut begin = 0;
        loop {
            let end = text.len().min(begin + PART);
            self.search_part(text, begin..end, &mut findings);
            if end == text.len() {
                break;
            }
            begin = end - self.0.reading.reach;
        }
        findings.spans.sort_unstable_by_key(|span| span.start);
        findings.spans.dedup_by(|next, span| {
            let touches = next.start <= span.end;
            span.end = if touches { span.end.max(next.end) } else { span.end };
            touches
        });
        findings
    }

    fn search_part(&self, text: &str, part: Range<usize>, findings: &mut Findings) {
        let bytes = &text.as_bytes()[part.clone()];
        let mut views = Views::new(bytes, &self.0.reading, DECODED_AT_LEAST.max(bytes.len() * DECODED));
        views.add_layers();
        for (number, view) in views.all().iter().enumerate() {
            self.0.search(view, |run| {
                let source = views.source(number, &run.range);
                let span = part.start + source.start..part.start + source.end;
                let cut = run.begins && span.end == text.len() && run.range.end == view.bytes.len();
                if run.counts || cut {
                    findings.spans.push(text.floor_char_boundary(span.start)..text.ceil_char_boundary(span.end));
                    findings.proven |= run.counts && !run.public;
                    findings.whole |= run.whole && !run.public;
                }
            });
        }
    }
}
