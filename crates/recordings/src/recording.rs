//! What is recorded: a scenario and its exchanges, placeholders and all.

use std::path::PathBuf;

use connector_core::{Fault, TlsFault};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A recording as it stands in its file.
#[derive(Debug, Clone)]
pub struct Recording {
    /// The file it was read from.
    pub path: PathBuf,
    /// What it shows.
    pub name: String,
    /// Where its data come from.
    pub origin: Origin,
    /// The same in a sentence.
    pub source: String,
    /// The host's clock at the beginning, in seconds since the Unix epoch.
    pub clock: u64,
    /// The entries: pairs of field key and text.
    pub entries: Vec<(String, String)>,
    /// The outcome to compare with.
    pub expect: Value,
    /// The operation to run. None: to connect.
    pub scenario: Option<Scenario>,
    /// How a person signs in. None: nobody does; a session that needs it begins with a
    /// refresh token that was kept.
    pub sign_in: Option<RecordedSignIn>,
    /// What was sent and received, in order.
    pub exchanges: Vec<Exchange>,
}

/// Where the data of a recording come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Built from the provider's documentation.
    Documented,
    /// Recorded against the provider.
    Observed,
    /// Made up, after a standard or another provider.
    Synthetic,
}

impl Origin {
    /// Returns the word as recordings spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Observed => "observed",
            Self::Synthetic => "synthetic",
        }
    }
}

/// An operation to run instead of connecting.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Id of the operation.
    pub operation: String,
    /// Its input. A text is passed on as it is, so that it can be broken JSON.
    pub input: Value,
}

/// A person who signs in before the first exchange.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedSignIn {
    /// Query of the address that the browser comes back to.
    pub redirect: String,
}

/// One request and its response.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// What was sent.
    pub request: RecordedRequest,
    /// What was received, or what happened instead.
    pub response: Result<RecordedResponse, RecordedFault>,
    /// How long it took, in milliseconds, the wait before it included.
    pub milliseconds: u64,
}

/// A request with placeholders.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the members are those of HTTP")]
pub struct RecordedRequest {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// A response with placeholders.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the members are those of HTTP")]
pub struct RecordedResponse {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: RecordedBody,
}

/// The body of a response.
#[derive(Debug, Clone)]
pub enum RecordedBody {
    /// Text with placeholders.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

/// What can happen instead of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordedFault {
    /// The name of the host has no address.
    Dns,
    /// Nothing accepts connections.
    Refused,
    /// The connection ended before the response did.
    Reset,
    /// No response in time.
    Timeout,
    /// The host did not prove its identity.
    Tls,
}

impl RecordedFault {
    /// Returns the fault of a request with this time-out, in seconds.
    pub fn fault(self, timeout: u32) -> Fault {
        match self {
            Self::Dns => Fault::Dns,
            Self::Refused => Fault::Refused,
            Self::Reset => Fault::Reset,
            Self::Timeout => Fault::Timeout { seconds: timeout },
            Self::Tls => Fault::Tls(TlsFault::Other),
        }
    }

    /// Returns the word for a fault. None: recordings have none for it.
    pub fn of(fault: Fault) -> Option<Self> {
        match fault {
            Fault::Dns => Some(Self::Dns),
            Fault::Refused => Some(Self::Refused),
            Fault::Reset => Some(Self::Reset),
            Fault::Timeout { .. } => Some(Self::Timeout),
            Fault::Tls(_) => Some(Self::Tls),
            _ => None,
        }
    }
}
