//! Replaces what was found.

use std::ops::Range;

use super::HIDDEN;

/// Replaces spans of a text, which are in order.
pub(super) fn in_text(text: &str, spans: &[Range<usize>]) -> String {
    let mut hidden = String::with_capacity(text.len());
    let mut from = 0;
    for span in spans {
        hidden.extend([&text[from..span.start], HIDDEN]);
        from = span.end;
    }
    hidden + &text[from..]
}

/// Replaces spans of JSON inside of its strings and instead of its other values; what holds them
/// together stays.
pub(super) fn in_json(json: &str, spans: &[Range<usize>]) -> String {
    let mut writer = Writer { json, spans, hidden: String::with_capacity(json.len()), ended: None };
    let bytes = json.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'"' => writer.string(at),
            b'-' | b'0'..=b'9' | b'a'..=b'z' => {
                let end = bytes[at..]
                    .iter()
                    .position(|byte| !matches!(byte, b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'E'));
                let end = end.map_or(bytes.len(), |end| at + end);
                writer.value(at..end);
                end
            }
            // White space and punctuation are ASCII.
            _ => {
                writer.hidden.push_str(&json[at..=at]);
                at + 1
            }
        };
        at = end;
    }
    writer.hidden
}

struct Writer<'a> {
    json: &'a str,
    /// The spans that are not behind yet.
    spans: &'a [Range<usize>],
    hidden: String,
    /// The end of the span that was replaced last.
    ended: Option<usize>,
}

impl Writer<'_> {
    /// Writes the string that begins here. Returns where it ends.
    fn string(&mut self, begin: usize) -> usize {
        self.hidden.push('"');
        self.ended = None;
        let mut at = begin + 1;
        while at < self.json.len() {
            let rest = &self.json[at..];
            let length = unit(rest);
            if rest.starts_with('"') {
                self.hidden.push('"');
                return at + 1;
            }
            match self.span(at..at + length) {
                None => self.hidden.push_str(&rest[..length]),
                Some(end) if self.ended == Some(end) => {}
                Some(end) => {
                    self.hidden.push_str(HIDDEN);
                    self.ended = Some(end);
                }
            }
            at += length;
        }
        at
    }

    /// Writes a number or a literal.
    fn value(&mut self, range: Range<usize>) {
        if self.span(range.clone()).is_some() {
            self.hidden.extend(["\"", HIDDEN, "\""]);
        } else {
            self.hidden.push_str(&self.json[range]);
        }
    }

    /// Returns the end of the span that a range touches.
    fn span(&mut self, range: Range<usize>) -> Option<usize> {
        while self.spans.first().is_some_and(|span| span.end <= range.start) {
            self.spans = &self.spans[1..];
        }
        self.spans.first().filter(|span| span.start < range.end).map(|span| span.end)
    }
}

/// Returns the length of the character or escape with which the inside of a string begins, in
/// bytes. Two escapes that are one character are one.
fn unit(text: &str) -> usize {
    let surrogate = |text: &str, kinds: [&str; 4]| {
        text.strip_prefix("\\u")
            .and_then(|text| text.get(..2))
            .is_some_and(|kind| kinds.contains(&&*kind.to_ascii_lowercase()))
    };
    let length = match text.as_bytes() {
        [b'\\', b'u', ..] => {
            let high = surrogate(text, ["d8", "d9", "da", "db"]);
            let pair = high && text.get(6..).is_some_and(|next| surrogate(next, ["dc", "dd", "de", "df"]));
            if pair { 12 } else { 6 }
        }
        [b'\\', ..] => 2,
        _ => text.chars().next().map_or(1, char::len_utf8),
    };
    length.min(text.len())
}
