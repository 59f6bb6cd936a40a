//! What a connector offers, and the steps of an operation.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::http::Request;

/// One operation.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Operation {
    pub id: String,
    pub title: String,
    pub description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    pub effect: String,
    pub input_schema: Value,
    pub output_schema: Value,
    pub documentation: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub download_domains: Vec<String>,
}

impl Operation {
    /// Describes an operation that no connector offers, by its id alone. A connector
    /// answers a call of it with a problem.
    pub fn unknown(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            title: String::new(),
            description: String::new(),
            permission: None,
            effect: String::new(),
            input_schema: Value::Null,
            output_schema: Value::Null,
            documentation: String::new(),
            download_domains: Vec::new(),
        }
    }

    /// Returns whether it may remove something for good. An effect that this host does
    /// not know counts as destructive.
    pub fn is_destructive(&self) -> bool {
        !matches!(self.effect.as_str(), "read" | "write")
    }

    /// Returns whether it ends with a download instead of JSON.
    pub fn gives_file(&self) -> bool {
        self.output_schema["contentMediaType"].is_string()
    }
}

/// The next step of an operation.
#[derive(Debug)]
pub enum Step {
    /// Send this and resume with the response.
    Send(Pending),
    /// Stream this to the caller.
    Download(Download),
    /// The operation is over.
    Done(Arc<Outcome>),
}

/// A request to send, and the state to resume with.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Pending {
    pub request: Request,
    pub wait: u32,
    pub state: State,
    pub progress: Progress,
}

/// The state of an operation: opaque. `Debug` shows its length.
#[derive(Clone, PartialEq, Eq)]
pub struct State(pub Vec<u8>);

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "State({} bytes)", self.0.len())
    }
}

/// How far an operation is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Progress {
    pub text: String,
    pub done: u32,
    pub total: u32,
}

/// A body to stream to the caller.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Download {
    pub link: DownloadLink,
    pub state: State,
    pub media_type: String,
    pub compression: Compression,
    pub partial: bool,
    pub warnings: Vec<String>,
}

/// How a file is compressed.
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

/// The request of a download. Its URL is a secret while it is valid, so `Debug` shows
/// the host alone.
#[derive(Clone)]
pub struct DownloadLink(Request);

impl DownloadLink {
    /// Takes over the request.
    pub fn new(request: Request) -> Self {
        Self(request)
    }

    /// Returns the request to code that sends it.
    pub fn expose(&self) -> &Request {
        &self.0
    }
}

impl fmt::Debug for DownloadLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DownloadLink").field(&self.0.host()).finish()
    }
}

/// The result of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Outcome {
    pub output: String,
    pub partial: bool,
    pub warnings: Vec<String>,
}
