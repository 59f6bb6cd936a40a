//! ECMA-262 expressions of strangers: read, matched within a number of steps, and
//! turned into values.
//!
//! A form in a browser matches them by backtracking, for which a short value can
//! take for ever. This matcher backtracks likewise and counts, so that an expression
//! that explodes is found before a person meets it. It reads what is valid with the
//! flag `u`, as JSON Schema and HTML have it.

mod machine;
mod parse;
mod sample;

#[cfg(test)]
mod tests;

use thiserror::Error;

use machine::Program;
use parse::Node;

/// Most steps for one value. Honest expressions take some dozen a character, and a
/// value in a form has at most some thousand characters.
pub const STEPS: usize = 1_000_000;

/// Most steps for all the values that are tried on one expression.
const ALL_STEPS: usize = 10 * STEPS;

/// How often a part is repeated to see whether the expression explodes: doubling the
/// steps with each is beyond any limit, the cube of it is far below.
const PUMPED: usize = 30;

/// Holds an expression that a whole value has to match.
pub struct Pattern {
    node: Node,
    program: Program,
}

/// Says why an expression cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PatternError {
    /// It is none.
    #[error("is not an ECMA-262 expression (flag `u`): {0}")]
    Invalid(&'static str),
    /// It may be one, with something in it that this host does not judge.
    #[error("has something that is not judged: {0}")]
    Unknown(&'static str),
}

/// Says that a value takes too many steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("needs more than {STEPS} steps for a value of {characters} characters")]
pub struct Explodes {
    /// Length of the value, in Unicode scalar values.
    pub characters: usize,
}

impl Pattern {
    /// Reads an expression.
    pub fn new(text: &str) -> Result<Self, PatternError> {
        let node = parse::parse(text)?;
        let program = Program::new(&node)?;
        Ok(Self { node, program })
    }

    /// Tells whether it matches the whole of a value.
    pub fn matches(&self, value: &str) -> Result<bool, Explodes> {
        self.count(value).map(|(matched, _)| matched)
    }

    /// Looks for a short value that takes a form for ever: each part that may be
    /// repeated is, and then the value goes on as it must not.
    ///
    /// # Errors
    ///
    /// Only for a value that was found. That none was found proves nothing.
    pub fn check_cost(&self) -> Result<(), Explodes> {
        let mut all = 0;
        // Made one by one: they may be long.
        for value in sample::pumped(&self.node, PUMPED) {
            let (_, steps) = self.count(&value)?;
            all += steps;
            if all > ALL_STEPS {
                return Err(Explodes { characters: value.chars().count() });
            }
        }
        Ok(())
    }

    /// Makes up to `count` values that match; the same ones each time. None where
    /// they are hard to find.
    pub fn samples(&self, count: usize) -> Vec<String> {
        let mut random = fastrand::Rng::with_seed(0);
        let tried = (0..4 * count).map(|_| sample::any(&self.node, &mut random, 4));
        let mut found: Vec<_> = tried.filter(|value| self.matches(value) == Ok(true)).collect();
        found.sort_unstable();
        found.dedup();
        found.truncate(count);
        found
    }

    /// Makes a value of visible ASCII that matches and has exactly so many
    /// characters, where a part of the expression can be repeated to that length.
    pub fn sample_of(&self, characters: usize) -> Option<String> {
        sample::stretched(&self.node, characters)
            .find(|value| value.chars().count() == characters && self.matches(value) == Ok(true))
    }

    fn count(&self, value: &str) -> Result<(bool, usize), Explodes> {
        let value: Vec<u32> = value.chars().map(u32::from).collect();
        self.program.run(&value).ok_or(Explodes { characters: value.len() })
    }
}
