//! Finds many texts in one pass.

use std::ops::Range;

use aho_corasick::{AhoCorasick, Input, MatchKind};

/// Characters from which on a text is found inside of other words.
const ANYWHERE: usize = 8;

/// Texts to look for, in any case; short ones as words of their own.
pub(super) struct Finder {
    automaton: AhoCorasick,
    /// Which of them are short.
    short: Vec<bool>,
}

impl Finder {
    /// Takes the texts. Of those that begin at the same place the longest is found, of
    /// equal ones the first.
    pub(super) fn new(needles: &[String]) -> Self {
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::LeftmostLongest).ascii_case_insensitive(true);
        // The length of what is known is limited, so the automaton always fits.
        let automaton = builder.build(needles).expect("the automaton fits");
        Self { automaton, short: needles.iter().map(|needle| is_short(needle)).collect() }
    }

    /// Returns number and place of the first text found at or after a position.
    pub(super) fn find(&self, text: &str, mut from: usize) -> Option<(usize, Range<usize>)> {
        while let Some(found) = self.automaton.find(Input::new(text).range(from..)) {
            let number = found.pattern().as_usize();
            if !self.short[number] || is_word(text, found.range()) {
                return Some((number, found.range()));
            }
            from = found.start() + text[found.start()..].chars().next().map_or(1, char::len_utf8);
        }
        None
    }
}

pub(super) fn is_short(text: &str) -> bool {
    text.chars().count() < ANYWHERE
}

/// Returns whether neither a letter nor a digit is next to a place, other than as part of
/// a percent-encoded byte.
fn is_word(text: &str, place: Range<usize>) -> bool {
    let before = &text[..place.start];
    let escape = before.len().checked_sub(3).is_some_and(|at| before.as_bytes()[at] == b'%');
    (escape || !before.ends_with(char::is_alphanumeric)) && !text[place.end..].starts_with(char::is_alphanumeric)
}
