//! The checks that all values share.

use super::output::{BadOutput, Breach};
use crate::functions::Function;
use crate::redact::Redactor;

/// Longest single line that a component may return, in bytes.
const LINE_LIMIT: usize = 4 * 1024;

/// Longest text of several lines, such as a guide step or an icon, in bytes.
pub(super) const TEXT_LIMIT: usize = 64 * 1024;

/// Most items of a list that a person is going to look at.
pub(super) const LIST_LIMIT: usize = 200;

/// Checks the values of one call.
#[derive(Clone, Copy)]
pub(super) struct Check(pub(super) Function);

impl Check {
    pub(super) fn fail<T>(self, at: impl Into<String>, why: impl Into<String>) -> Result<T, BadOutput> {
        Err(BadOutput::new(self.0, at, why))
    }

    pub(super) fn ensure(self, holds: bool, at: &str, why: &str) -> Result<(), BadOutput> {
        if holds { Ok(()) } else { self.fail(at, why) }
    }

    /// Accepts one line of text for a person: not empty, not long, no control
    /// characters, which a terminal would obey.
    pub(super) fn line(self, at: &str, text: &str) -> Result<(), BadOutput> {
        self.ensure(!text.trim().is_empty(), at, "is empty")?;
        self.optional_line(at, text)
    }

    /// Accepts one line of text that may be empty.
    pub(super) fn optional_line(self, at: &str, text: &str) -> Result<(), BadOutput> {
        self.ensure(text.len() <= LINE_LIMIT, at, &format!("is longer than {LINE_LIMIT} bytes"))?;
        self.ensure(!text.contains(char::is_control), at, "contains control characters")
    }

    /// Accepts a text of several lines.
    pub(super) fn text(self, at: &str, text: &str) -> Result<(), BadOutput> {
        self.ensure(!text.trim().is_empty(), at, "is empty")?;
        self.ensure(text.len() <= TEXT_LIMIT, at, &format!("is longer than {TEXT_LIMIT} bytes"))?;
        let forbidden = |c: char| c.is_control() && c != '\n' && c != '\t';
        self.ensure(!text.contains(forbidden), at, "contains control characters")
    }

    /// Accepts a word of a vocabulary: lower-case letters, digits, hyphens.
    pub(super) fn word(self, at: &str, text: &str) -> Result<(), BadOutput> {
        let allowed = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let sized = !text.is_empty() && text.len() <= 64;
        self.ensure(allowed && sized, at, "is not a word of lower-case letters, digits and hyphens")
    }

    /// Accepts a list of at most 200 items.
    pub(super) fn list<T>(self, at: &str, items: &[T]) -> Result<(), BadOutput> {
        self.ensure(items.len() <= LIST_LIMIT, at, &format!("has more than {LIST_LIMIT} items"))
    }

    /// Accepts a list of single lines.
    pub(super) fn lines(self, at: &str, lines: &[String]) -> Result<(), BadOutput> {
        self.list(at, lines)?;
        lines.iter().enumerate().try_for_each(|(i, line)| self.line(&format!("{at}[{i}]"), line))
    }

    /// Accepts texts none of which occurs twice.
    pub(super) fn unique<'a>(self, at: &str, texts: impl Iterator<Item = &'a str>) -> Result<(), BadOutput> {
        let mut seen = std::collections::HashSet::new();
        for text in texts {
            self.ensure(seen.insert(text), at, "holds the same one twice")?;
        }
        Ok(())
    }

    /// Accepts a text without a secret in it.
    pub(super) fn harmless(self, at: &str, text: &str, redactor: &Redactor) -> Result<(), BadOutput> {
        self.secret(!redactor.finds_in(text), at)
    }

    /// Accepts a text without a whole secret in it, from a function that does not get the
    /// secrets: that a part of one is there too proves nothing.
    pub(super) fn harmless_whole(self, at: &str, text: &str, redactor: &Redactor) -> Result<(), BadOutput> {
        self.secret(!redactor.finds_whole_in(text), at)
    }

    fn secret(self, holds: bool, at: &str) -> Result<(), BadOutput> {
        self.ensure(holds, at, "contains a secret").map_err(|error| error.of(Breach::Secret))
    }

    /// Accepts a host, or what decides about one.
    pub(super) fn host(self, holds: bool, at: &str, why: &str) -> Result<(), BadOutput> {
        self.ensure(holds, at, why).map_err(|error| error.of(Breach::Host))
    }
}
