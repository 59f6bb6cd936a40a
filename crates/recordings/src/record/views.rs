//! Reads a text in every way in which someone else might: what one encoding hides, another
//! shows.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode_str;

/// How many encodings can be inside of each other: base64 in JSON in a form.
const DEPTH: usize = 3;

/// Shortest run of letters to read as base64: that of a secret of eight bytes, less what
/// its neighbours share.
const SHORTEST_RUN: usize = 8;

/// Shortest text to keep of what base64 gives, in characters: words that are no base64 give
/// shorter ones by chance.
const SHORTEST_TEXT: usize = 4;

/// A text as it reads once encodings are undone.
#[derive(PartialEq)]
pub(super) struct View {
    pub(super) text: String,
    /// Whether it was read from base64, which turns any word into noise.
    pub(super) noisy: bool,
}

/// Returns a text and every other way to read it. Texts without encodings read as
/// themselves, so most have one or two; none has more than there are rows of three
/// decodings, so the work grows with the text and no faster.
pub(super) fn views(text: &str) -> Vec<View> {
    let mut views = vec![View { text: text.to_owned(), noisy: false }];
    let mut level = 0..1;
    for _ in 0..DEPTH {
        for index in level.clone() {
            let View { text, noisy } = &views[index];
            let percent = percent_decode_str(text).decode_utf8_lossy().into_owned();
            let read = [(percent, *noisy), (unescaped(text), *noisy), (base64_decoded(text), true)];
            for (text, noisy) in read {
                let view = View { text, noisy };
                if !view.text.is_empty() && !views.contains(&view) {
                    views.push(view);
                }
            }
        }
        level = level.end..views.len();
    }
    views
}

/// Undoes JSON's escapes (RFC 8259 §7), leniently and without looking for quotes, and the
/// character references of HTML that pages use when they repeat what was sent.
fn unescaped(text: &str) -> String {
    // JSON escapes half of a character at a time.
    let mut units = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '&']) {
        units.extend(rest[..at].encode_utf16());
        let (sign, after) = rest[at..].split_at(1);
        let (unit, length) = if sign == "&" { entity(after) } else { escape(after) };
        units.extend(unit);
        rest = &after[length..];
    }
    units.extend(rest.encode_utf16());
    String::from_utf16_lossy(&units)
}

/// Reads what follows a backslash: what it stands for, and its length in bytes.
fn escape(after: &str) -> (Vec<u16>, usize) {
    let digits = after.strip_prefix('u').and_then(|after| after.get(..4));
    if let Some(unit) = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()) {
        return (vec![unit], 5);
    }
    match after.chars().next() {
        Some('n' | 'r' | 't' | 'b' | 'f') => (vec![u16::from(b' ')], 1),
        Some(c) => (c.encode_utf16(&mut [0; 2]).to_vec(), c.len_utf8()),
        None => (Vec::new(), 0),
    }
}

/// Reads what follows an ampersand: what it stands for, and its length in bytes.
fn entity(after: &str) -> (Vec<u16>, usize) {
    const NAMED: [(&str, char); 5] = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\'')];
    // No reference to a single character is longer than eight letters.
    let end = after.bytes().take(9).position(|byte| byte == b';');
    let found = end.and_then(|end| {
        let name = &after[..end];
        let number = name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => number.parse().ok(),
        });
        let named = NAMED.iter().find(|(known, _)| *known == name).map(|(_, c)| *c);
        Some((named.or(number.and_then(char::from_u32))?, end + 1))
    });
    let (c, length) = found.unwrap_or(('&', 0));
    (c.encode_utf16(&mut [0; 2]).to_vec(), length)
}

/// Reads every run of base64 letters, a line each; lines may break it. A run can begin with
/// letters that belong to something else, so it is read from each of four positions.
fn base64_decoded(text: &str) -> String {
    // Bits left over belong to a neighbour; padding may be missing.
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&STANDARD, LENIENT);
    let is_other = |c: char| !(c.is_ascii_alphanumeric() || "+/-_".contains(c) || c.is_ascii_whitespace());
    let mut decoded = String::new();
    for run in text.split(is_other) {
        let standard = |byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            byte => byte,
        };
        let run: Vec<u8> = run.bytes().filter(|byte| !byte.is_ascii_whitespace()).map(standard).collect();
        for from in (0..4).filter(|_| run.len() >= SHORTEST_RUN) {
            let run = &run[from..];
            // One letter alone is less than a byte.
            let run = if run.len() % 4 == 1 { &run[..run.len() - 1] } else { run };
            let bytes = engine.decode(run).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            let ends = |c: char| c == char::REPLACEMENT_CHARACTER || (c.is_control() && !c.is_whitespace());
            for piece in text.split(ends).filter(|piece| piece.chars().nth(SHORTEST_TEXT - 1).is_some()) {
                decoded += piece;
                decoded.push('\n');
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_is_undone_and_its_combinations() {
        for text in [
            "Pa%2bss%77ord",
            r"Pa\u002bss\u0077ord",
            r"Pa\\u002bssword",
            "Pa&#43;ss&#x77;ord",
            "UGErc3N3b3Jk",
            "xUGErc3N3b3Jk",
            "VUdFcmMzTjNiM0pr",
            "UGErc3\nN3b3Jk",
            "a%3DUGErc3N3b3Jk%26",
            "Pa%25252bssword",
        ] {
            assert!(views(text).iter().any(|view| view.text.contains("Pa+ssword")), "{text}");
        }
    }

    #[test]
    fn text_without_encodings_reads_as_itself() {
        assert_eq!(views("{\"message\": \"no\"}").len(), 1);
    }
}
