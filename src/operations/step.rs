//! What comes next in an operation.

use std::fmt;

use serde::Serialize;

use crate::http::Request;

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

/// Asks the host to send a request and to come back with the response.
#[derive(Debug)]
pub struct Pending {
    /// What to send.
    pub request: Request,
    /// Seconds to wait before sending.
    pub wait: u32,
    /// To hand back; holds no secret.
    pub state: Vec<u8>,
    /// What is going on.
    pub progress: Progress,
}

/// Says how far an operation is.
#[derive(Debug, PartialEq, Eq)]
pub struct Progress {
    /// A phrase for a person.
    pub text: String,
    /// How much is done.
    pub done: u32,
    /// How much there is. Zero: not known.
    pub total: u32,
}

impl Progress {
    /// Says what is going on where nobody knows how long.
    pub fn unknown(text: impl Into<String>) -> Self {
        Self { text: text.into(), done: 0, total: 0 }
    }
}

/// Asks the host to stream a body to the caller. `Debug` leaves the link out.
pub struct Download {
    /// What to send, without the token. Its URL is a secret while it is valid.
    pub request: Request,
    /// To hand back with the response when that is no success.
    pub state: Vec<u8>,
    /// Media type of the body once decompressed.
    pub media_type: &'static str,
    /// How the body is compressed.
    pub compression: Compression,
    /// Whether it holds only part of what was asked for.
    pub partial: bool,
    /// One sentence each.
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

/// Names how a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
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

/// Ends an operation with its result.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// JSON, as the output schema says.
    pub output: String,
    /// Whether only part of what was asked took effect or came back.
    pub partial: bool,
    /// One sentence each.
    pub warnings: Vec<String>,
}

impl Outcome {
    /// Ends an operation with everything that was asked for.
    pub(crate) fn whole(output: &impl Serialize) -> Self {
        // Strings, numbers, lists and JSON that was read: nothing can fail.
        let output = serde_json::to_string(output).unwrap_or_default();
        Self { output, partial: false, warnings: Vec::new() }
    }

    /// Says that part of it is missing.
    pub(crate) fn partial(self, partial: bool) -> Self {
        Self { partial: self.partial || partial, ..self }
    }

    /// Adds what a person should know.
    pub(crate) fn warn(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    /// Adds several.
    pub(crate) fn warn_all(mut self, warnings: Vec<String>) -> Self {
        self.warnings.extend(warnings);
        self
    }
}
