//! The error of a value that breaks the contract.

use thiserror::Error;

use crate::functions::Function;

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

    pub(super) fn of(self, breach: Breach) -> Self {
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
