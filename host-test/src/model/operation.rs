//! Operations: what a plugin offers, and the steps of one.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::Request;

/// Describes one operation.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Operation {
    pub id: String,
    pub title: String,
    pub description: String,
    pub permission: String,
    pub effect: String,
    pub input_schema: Value,
    pub output_schema: Value,
    pub documentation: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub download_domains: Vec<String>,
}

impl Operation {
    /// Tells whether it may remove something for good: a word that this host does
    /// not know may mean anything.
    pub fn is_destructive(&self) -> bool {
        !matches!(self.effect.as_str(), "read" | "write")
    }
}

/// Says what comes next.
#[derive(Debug)]
pub enum Step {
    /// Send this and resume with the response.
    Send(Pending),
    /// Stream this to the caller.
    Download(Download),
    /// It is over.
    Done(Outcome),
}

/// Asks to send a request and to come back with the response.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Pending {
    pub request: Request,
    pub wait: u32,
    pub state: State,
    pub progress: Progress,
}

/// Holds where an operation is: opaque. `Debug` shows its length.
#[derive(Clone, PartialEq, Eq)]
pub struct State(pub Vec<u8>);

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "State({} bytes)", self.0.len())
    }
}

/// Says how far an operation is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Progress {
    pub text: String,
    pub done: u32,
    pub total: u32,
}

/// Asks to stream a body to the caller.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Download {
    pub link: Link,
    pub state: State,
    pub media_type: String,
    pub compression: Compression,
    pub partial: bool,
    pub warnings: Vec<String>,
}

/// Names how a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Not at all.
    None,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

/// Holds the request of a download. Its URL is a secret while it is valid, so
/// `Debug` shows the host alone.
#[derive(Clone)]
pub struct Link(Request);

impl Link {
    /// Takes over the request.
    pub fn new(request: Request) -> Self {
        Self(request)
    }

    /// Shows the request to whoever has to send it.
    pub fn expose(&self) -> &Request {
        &self.0
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Link").field(&self.0.host()).finish()
    }
}

/// Ends an operation with its result.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Outcome {
    pub output: String,
    pub partial: bool,
    pub warnings: Vec<String>,
}
