//! The steps of an operation.

use std::fmt;

use serde::Serialize;

use crate::http::Request;

/// The next step of an operation.
#[derive(Debug)]
pub enum Step {
    /// A request to send, before the operation is resumed with the response.
    Send(Pending),
    /// A file to stream to the caller, after which the operation is complete.
    Download(Download),
    /// The result.
    Done(Outcome),
}

/// A request of an operation that is not complete.
#[derive(Debug)]
pub struct Pending {
    /// Request to send.
    pub request: Request,
    /// Seconds to wait before sending.
    pub wait: u32,
    /// State to resume with. Contains no secret.
    pub state: Vec<u8>,
    /// Progress to show while the host waits and sends.
    pub progress: Progress,
}

/// The progress of an operation.
#[derive(Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is going on, as a phrase for a person.
    pub text: String,
    /// Amount done.
    pub done: u32,
    /// Total amount. Zero: not known.
    pub total: u32,
}

impl Progress {
    /// Creates a progress of unknown extent.
    pub fn indeterminate(text: impl Into<String>) -> Self {
        Self { text: text.into(), done: 0, total: 0 }
    }
}

/// A file to stream to the caller. `Debug` omits the link.
pub struct Download {
    /// Request to send, without the access token. Its URL is a secret while it is
    /// valid.
    pub request: Request,
    /// State to resume with when the response is no success.
    pub state: Vec<u8>,
    /// Media type of the body once decompressed.
    pub media_type: &'static str,
    /// Compression of the body.
    pub compression: Compression,
    /// Whether the body is only part of what was asked for.
    pub partial: bool,
    /// Warnings, one sentence each. Empty: none.
    pub warnings: Vec<String>,
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("media_type", &self.media_type)
            .field("compression", &self.compression)
            .field("partial", &self.partial)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// The compression of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// No compression.
    None,
    /// gzip (RFC 1952).
    Gzip,
    /// Zstandard (RFC 8878).
    Zstd,
}

impl Compression {
    /// Returns the compression as the contract spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// The result of an operation.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Output as JSON, valid against the output schema.
    pub output: String,
    /// Whether only part of what was asked for took effect or came back.
    pub partial: bool,
    /// Warnings, one sentence each. Empty: none.
    pub warnings: Vec<String>,
}

impl Outcome {
    /// Creates the outcome of an operation that did everything it was asked for.
    pub fn complete(output: &impl Serialize) -> Self {
        // Outputs consist of strings, numbers, lists and JSON that was read, which
        // always serialize.
        let output = serde_json::to_string(output).unwrap_or_default();
        Self { output, partial: false, warnings: Vec::new() }
    }

    /// Marks the outcome as partial, if it is.
    pub fn partial(self, partial: bool) -> Self {
        Self { partial: self.partial || partial, ..self }
    }

    /// Adds a warning.
    pub fn warn(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    /// Adds warnings.
    pub fn warn_all(mut self, warnings: Vec<String>) -> Self {
        self.warnings.extend(warnings);
        self
    }
}
