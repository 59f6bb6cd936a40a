//! The contract's records as a component returns them: unchecked.
//!
//! A shell builds them from what its bindings return and hands them to a
//! [`Connector`](crate::Connector), whose guard alone turns them into
//! [`records`](crate::records). They may contain secrets and do not print.

use crate::records::{Compression, Progress};

/// A header: name and value.
pub type Header = (String, String);

/// A field key and the text entered for it.
pub type Entry = (String, String);

/// A record of the contract that the guard has not checked yet.
#[derive(Clone, PartialEq, Eq)]
pub struct Unchecked<T>(pub(crate) T);

impl<T> Unchecked<T> {
    /// Marks what a component returned.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// Returns the value as it is, for a tool that compares components.
    pub fn peek(&self) -> &T {
        &self.0
    }
}

/// What entries resolve to.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(any(test, fuzzing), derive(Debug))]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Connection {
    pub key: String,
    pub label: String,
    pub settings: Vec<Entry>,
    pub base_url: String,
    pub notes: Vec<String>,
}

/// An HTTP request.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(any(test, fuzzing), derive(Debug))]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Request {
    pub method: String,
    pub url: String,
    pub headers: Vec<Header>,
    pub body: Vec<u8>,
    pub authorized: bool,
    pub repeatable: bool,
    pub timeout: u32,
    pub response_limit: u32,
}

/// The request that gets a token.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(any(test, fuzzing), derive(Debug))]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Exchange {
    pub request: Request,
    pub notes: Vec<String>,
}

/// A probe of one permission.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(any(test, fuzzing), derive(Debug))]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Probe {
    pub permission: String,
    pub request: Option<Request>,
}

/// One operation.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(any(test, fuzzing), derive(Debug))]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Operation {
    pub id: String,
    pub title: String,
    pub description: String,
    pub permission: Option<String>,
    pub effect: String,
    pub input_schema: String,
    pub output_schema: String,
    pub documentation: String,
    pub download_domains: Vec<String>,
}

/// The next step of an operation.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(any(test, fuzzing), derive(Debug))]
pub enum Step {
    /// Send this and resume with the response.
    Send(Pending),
    /// Stream this to the caller.
    Download(Download),
    /// The operation is over.
    Done(Outcome),
}

/// A request to send, and the state to resume with.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(any(test, fuzzing), derive(Debug))]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Pending {
    pub request: Request,
    pub wait: u32,
    pub state: Vec<u8>,
    pub progress: Progress,
}

/// A body to stream to the caller.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(any(test, fuzzing), derive(Debug))]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Download {
    pub request: Request,
    pub state: Vec<u8>,
    pub media_type: String,
    pub compression: Compression,
    pub partial: bool,
    pub warnings: Vec<String>,
}

/// The result of an operation.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(any(test, fuzzing), derive(Debug))]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Outcome {
    pub output: String,
    pub partial: bool,
    pub warnings: Vec<String>,
}
