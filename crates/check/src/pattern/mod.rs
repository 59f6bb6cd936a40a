//! Patterns of fields: matched as a form matches them, and turned into values.

mod matcher;
mod structure;

#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use regress::Regex;

pub(crate) use matcher::{DEADLINE, Matcher};
use structure::Structure;

/// Most values to try for each one that is asked for: a random one may not match.
const TRIES: usize = 4;

/// A pattern that a whole value has to match.
pub(crate) struct Pattern {
    regex: Arc<Regex>,
    /// None: it has something that cannot be turned into values, such as a reference to a
    /// group.
    structure: Option<Structure>,
    matcher: Arc<Matcher>,
    /// Length of a value that took too long, in characters.
    slow: OnceLock<usize>,
}

impl Pattern {
    /// Reads a pattern. None for what the guard lets no component return.
    pub(crate) fn new(text: &str, matcher: &Arc<Matcher>) -> Option<Self> {
        // As HTML does (HTML Standard, the `pattern` attribute).
        let regex = Regex::with_flags(&format!("^(?:{text})$"), "v").ok()?;
        let (regex, matcher) = (Arc::new(regex), Arc::clone(matcher));
        Some(Self { regex, structure: Structure::read(text), matcher, slow: OnceLock::new() })
    }

    /// Returns whether a value matches. None where this value or one before took too long,
    /// or where patterns are no longer matched at all.
    pub(crate) fn matches(&self, value: &str) -> Option<bool> {
        if self.slow.get().is_some() || self.matcher.is_exhausted() {
            return None;
        }
        let matched = self.matcher.matches(&self.regex, value);
        if matched.is_none() {
            self.slow.get_or_init(|| value.chars().count());
        }
        matched
    }

    /// Returns the length of a value that took too long so far, in characters.
    pub(crate) fn slow(&self) -> Option<usize> {
        self.slow.get().copied()
    }

    /// Looks for a short value that takes too long: each part that may be repeated is, and
    /// then the value continues as it must not. Returns the length of such a value. That
    /// none was found proves nothing.
    pub(crate) fn find_slow_value(&self) -> Option<usize> {
        let values = match &self.structure {
            Some(structure) => structure.pumped(),
            None => structure::pumped_blindly(),
        };
        values.into_iter().all(|value| self.matches(&value).is_some());
        self.slow()
    }

    /// Returns up to `count` values that match, the same ones each time; none where they
    /// are hard to find.
    pub(crate) fn samples(&self, count: usize) -> Vec<String> {
        let Some(structure) = &self.structure else { return Vec::new() };
        let values = structure.values(TRIES * count).into_iter();
        let mut found: Vec<_> = values.filter(|value| self.matches(value) == Some(true)).collect();
        found.sort_unstable();
        found.dedup();
        found.truncate(count);
        found
    }

    /// Returns a value that matches and has exactly so many characters, where a part of
    /// the pattern can be repeated to that length.
    pub(crate) fn sample_of(&self, characters: usize) -> Option<String> {
        let mut values = self.structure.iter().flat_map(|structure| structure.stretched(characters));
        values.find(|value| value.chars().count() == characters && self.matches(value) == Some(true))
    }
}
