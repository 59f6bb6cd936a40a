//! Checks everything a component returns before anybody acts on it.
//!
//! A value that breaks a rule of the contract is refused with function, place and rule,
//! and never quoted. Crate-private: a [`Connector`](crate::Connector) alone calls these.

mod connection;
mod definition;
#[cfg(fuzzing)]
pub mod fuzzing;
mod operations;
mod request;
mod verdict;

use thiserror::Error;

use crate::functions::Function;
use crate::Redactor;

pub(crate) use connection::check as connection;
pub(crate) use definition::check as definition;
pub(crate) use operations::{WAIT, catalogue as operations, step};
pub(crate) use request::{api as api_request, exchange, probes, token_headers};
pub(crate) use verdict::{failure, permission_status, problems, token};

/// A returned value that breaks a rule of the contract. Never quotes it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("what the connector returned from `{function}` breaks the contract: {}{why}", place(.at))]
pub struct BadOutput {
    /// The function that returned it.
    pub function: Function,
    /// The path to the value in what was returned; empty for the whole.
    pub at: String,
    /// What is wrong with it.
    pub why: String,
    /// What it would have done.
    pub breach: Breach,
}

/// What a value that breaks the contract would have done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    /// Confused a host or a person.
    Form,
    /// Brought a secret to a place where it does not belong.
    Secret,
    /// Sent credentials or a token to another host.
    Host,
}

impl BadOutput {
    pub(crate) fn new(function: Function, at: impl Into<String>, why: impl Into<String>) -> Self {
        Self { function, at: at.into(), why: why.into(), breach: Breach::Form }
    }

    fn of(self, breach: Breach) -> Self {
        Self { breach, ..self }
    }

    /// An operation that goes in circles.
    pub(crate) fn endless(requests: u32) -> Self {
        Self::new(Function::Resume, "", format!("asks for more than {requests} requests in one operation"))
    }
}

fn place(at: &str) -> String {
    if at.is_empty() { String::new() } else { format!("`{at}` ") }
}

/// Longest single line that a component may return, in bytes.
const LINE_LIMIT: usize = 4 * 1024;

/// Longest text of several lines, such as a guide step or an icon, in bytes.
const TEXT_LIMIT: usize = 64 * 1024;

/// Most items of a list that a person is going to look at.
const LIST_LIMIT: usize = 200;

/// Checks the values of one call.
#[derive(Clone, Copy)]
struct Check(Function);

impl Check {
    fn fail<T>(self, at: impl Into<String>, why: impl Into<String>) -> Result<T, BadOutput> {
        Err(BadOutput::new(self.0, at, why))
    }

    fn ensure(self, holds: bool, at: &str, why: &str) -> Result<(), BadOutput> {
        if holds { Ok(()) } else { self.fail(at, why) }
    }

    /// Accepts one line of text for a person: not empty, not long, no control
    /// characters, which a terminal would obey.
    fn line(self, at: &str, text: &str) -> Result<(), BadOutput> {
        self.ensure(!text.trim().is_empty(), at, "is empty")?;
        self.optional_line(at, text)
    }

    /// Accepts one line of text that may be empty.
    fn optional_line(self, at: &str, text: &str) -> Result<(), BadOutput> {
        self.ensure(text.len() <= LINE_LIMIT, at, &format!("is longer than {LINE_LIMIT} bytes"))?;
        self.ensure(!text.contains(char::is_control), at, "contains control characters")
    }

    /// Accepts a text of several lines.
    fn text(self, at: &str, text: &str) -> Result<(), BadOutput> {
        self.ensure(!text.trim().is_empty(), at, "is empty")?;
        self.ensure(text.len() <= TEXT_LIMIT, at, &format!("is longer than {TEXT_LIMIT} bytes"))?;
        let forbidden = |c: char| c.is_control() && c != '\n' && c != '\t';
        self.ensure(!text.contains(forbidden), at, "contains control characters")
    }

    /// Accepts a word of a vocabulary: lower-case letters, digits, hyphens.
    fn word(self, at: &str, text: &str) -> Result<(), BadOutput> {
        let allowed = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let sized = !text.is_empty() && text.len() <= 64;
        self.ensure(allowed && sized, at, "is not a word of lower-case letters, digits and hyphens")
    }

    /// Accepts a list of at most 200 items.
    fn list<T>(self, at: &str, items: &[T]) -> Result<(), BadOutput> {
        self.ensure(items.len() <= LIST_LIMIT, at, &format!("has more than {LIST_LIMIT} items"))
    }

    /// Accepts a list of single lines.
    fn lines(self, at: &str, lines: &[String]) -> Result<(), BadOutput> {
        self.list(at, lines)?;
        lines.iter().enumerate().try_for_each(|(i, line)| self.line(&format!("{at}[{i}]"), line))
    }

    /// Accepts texts none of which occurs twice.
    fn unique<'a>(self, at: &str, texts: impl Iterator<Item = &'a str>) -> Result<(), BadOutput> {
        let mut seen = std::collections::HashSet::new();
        for text in texts {
            self.ensure(seen.insert(text), at, "holds the same one twice")?;
        }
        Ok(())
    }

    /// Accepts a text without a secret in it.
    fn harmless(self, at: &str, text: &str, redactor: &Redactor) -> Result<(), BadOutput> {
        if redactor.finds_in(text) {
            return Err(BadOutput::new(self.0, at, "contains a secret").of(Breach::Secret));
        }
        Ok(())
    }

    /// Accepts a host, or what decides about one.
    fn host(self, holds: bool, at: &str, why: &str) -> Result<(), BadOutput> {
        self.ensure(holds, at, why).map_err(|error| error.of(Breach::Host))
    }
}

#[cfg(test)]
mod tests;
