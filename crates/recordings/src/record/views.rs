//! Reads a text in every way in which someone else might: what one encoding hides, another
//! shows.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

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

/// A text as it reads once an encoding is undone.
pub(super) struct View {
    pub(super) text: String,
    /// Whether words in it are those of the text, rather than glued together.
    pub(super) faithful: bool,
    /// Whether tokens in it can be told from noise.
    pub(super) clean: bool,
}

/// Returns a text and every other way to read it.
pub(super) fn views(text: &str) -> Vec<View> {
    let mut views = vec![View { text: text.to_owned(), faithful: true, clean: true }];
    let hasher = RandomState::new();
    let mut seen = HashSet::from([(true, true, hasher.hash_one(text))]);
    let mut level = 0..1;
    for _ in 0..DEPTH {
        for index in level.clone() {
            let View { text, faithful, clean } = &views[index];
            let percent = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
            let read = [
                (percent(text), *faithful, *clean),
                (percent(&text.replace('+', " ")), *faithful, *clean),
                (unescaped(text), *faithful, *clean),
                (entities_decoded(text), *faithful, *clean),
                (text.split_whitespace().collect(), false, false),
                (base64_decoded(text), *faithful, false),
            ];
            for (text, faithful, clean) in read {
                if !text.is_empty() && seen.insert((faithful, clean, hasher.hash_one(&text))) {
                    views.push(View { text, faithful, clean });
                }
            }
        }
        level = level.end..views.len();
    }
    views
}

/// Undoes JSON's escapes (RFC 8259 §7), leniently and without looking for quotes.
fn unescaped(text: &str) -> String {
    let mut units = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        units.extend(before.encode_utf16());
        let digits = after.strip_prefix('u').and_then(|after| after.get(..4));
        if let Some(unit) = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()) {
            units.push(unit);
            rest = &after[5..];
            continue;
        }
        let escaped = after.chars().next();
        units.extend(escaped.map(|c| match c {
            'n' | 'r' | 't' | 'b' | 'f' => u16::from(b' '),
            c => c.encode_utf16(&mut [0; 2])[0],
        }));
        rest = &after[escaped.map_or(0, char::len_utf8)..];
    }
    units.extend(rest.encode_utf16());
    String::from_utf16_lossy(&units)
}

/// Undoes character references of HTML, as far as pages that repeat what was sent use them.
fn entities_decoded(text: &str) -> String {
    let mut decoded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded += before;
        // No reference to a single character is longer than eight letters.
        let end = after.bytes().take(9).position(|b| b == b';');
        let found = end.and_then(|end| Some((entity(&after[..end])?, end + 1)));
        let (c, length) = found.unwrap_or(('&', 0));
        decoded.push(c);
        rest = &after[length..];
    }
    decoded + rest
}

fn entity(name: &str) -> Option<char> {
    let named = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\'')];
    let number = name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => number.parse().ok(),
    });
    let known = named.iter().find(|(known, _)| *known == name).map(|(_, c)| *c);
    known.or_else(|| number.and_then(char::from_u32))
}

/// Reads every run of base64 letters, a line each. A run can begin with letters that belong
/// to something else, so it is read from each of four positions.
fn base64_decoded(text: &str) -> String {
    // Bits left over belong to a neighbour; padding may be missing.
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&STANDARD, LENIENT);
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c);
    let mut decoded = String::new();
    for run in text.split(|c| !is_letter(c)).filter(|run| run.len() >= SHORTEST_RUN) {
        let run = run.replace('-', "+").replace('_', "/");
        for from in 0..4 {
            let run = &run[from..];
            // One letter alone is less than a byte.
            let run = if run.len() % 4 == 1 { &run[..run.len() - 1] } else { run };
            let text = engine.decode(run).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
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
            "Pa+ss\r\n word",
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
        let views = views("{\"message\": \"no\"}");
        assert_eq!(views.iter().filter(|view| view.faithful).count(), 1);
    }
}
