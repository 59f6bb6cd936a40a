//! Finds many texts in one pass.

use std::ops::Range;

use aho_corasick::{AhoCorasick, Input, MatchKind};

/// Characters from which on a text is found inside of other words.
pub(super) const ANYWHERE: usize = 8;

/// Texts to look for, in any case; short ones as words of their own.
pub(super) struct Finder {
    automaton: AhoCorasick,
    /// Which of them are short.
    short: Vec<bool>,
}

impl Finder {
    /// Takes pairs of a text and whether it is looked for as a word of its own. Of texts
    /// that begin at the same place the longest is found, of equal ones the first.
    pub(super) fn new(needles: &[(String, bool)]) -> Self {
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::LeftmostLongest).ascii_case_insensitive(true);
        // Secrets are short, so the automaton always fits.
        let automaton = builder.build(needles.iter().map(|(text, _)| text)).expect("the automaton fits");
        Self { automaton, short: needles.iter().map(|(_, short)| *short).collect() }
    }

    /// Returns number and place of the first text found at or after a position. Without
    /// `short`, short texts are not looked for.
    pub(super) fn find(&self, text: &str, mut from: usize, short: bool) -> Option<(usize, Range<usize>)> {
        while let Some(found) = self.automaton.find(Input::new(text).range(from..)) {
            let number = found.pattern().as_usize();
            if !self.short[number] || (short && is_word(text, found.range())) {
                return Some((number, found.range()));
            }
            from = found.start() + text[found.start()..].chars().next().map_or(1, char::len_utf8);
        }
        None
    }
}

/// Returns whether neither a letter nor a digit is next to a place, other than as part of
/// a percent-encoded byte.
fn is_word(text: &str, place: Range<usize>) -> bool {
    let before = &text[..place.start];
    let escape = before.len().checked_sub(3).is_some_and(|at| before.as_bytes()[at] == b'%');
    (escape || !before.ends_with(char::is_alphanumeric)) && !text[place.end..].starts_with(char::is_alphanumeric)
}
