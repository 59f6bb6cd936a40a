//! The part of HAR 1.2 that a replay needs, and its `_` members.

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
pub(super) struct File {
    pub(super) log: Log,
}

#[derive(Deserialize)]
pub(super) struct Log {
    pub(super) version: String,
    #[serde(rename = "_name")]
    pub(super) name: String,
    #[serde(rename = "_origin")]
    pub(super) origin: Origin,
    #[serde(rename = "_source")]
    pub(super) source: String,
    #[serde(rename = "_clock")]
    pub(super) clock: String,
    #[serde(rename = "_entered")]
    pub(super) entered: Vec<Pair>,
    #[serde(rename = "_expect")]
    pub(super) expect: Value,
    #[serde(rename = "_scenario")]
    pub(super) scenario: Option<Scenario>,
    pub(super) entries: Vec<Entry>,
}

/// The `_` members of a log and of an entry. Others are refused: a misspelt one
/// would silently test nothing.
pub(super) const LOG_EXTENSIONS: [&str; 7] =
    ["_name", "_origin", "_source", "_clock", "_entered", "_expect", "_scenario"];
pub(super) const ENTRY_EXTENSIONS: [&str; 1] = ["_fault"];

/// Names an operation to run instead of connecting.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Id of the operation.
    pub operation: String,
    /// Its input. A text is handed in as it stands, so that it can be broken JSON.
    pub input: Value,
}

/// Says where the data of a recording come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
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

#[derive(Deserialize)]
pub(super) struct Pair {
    pub(super) name: String,
    pub(super) value: String,
}

#[derive(Deserialize)]
pub(super) struct Entry {
    /// Milliseconds.
    pub(super) time: f64,
    pub(super) request: Request,
    pub(super) response: Response,
    #[serde(rename = "_fault")]
    pub(super) fault: Option<Fault>,
}

/// Names what can happen instead of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fault {
    /// The host's name is not known.
    Dns,
    /// Nobody listens.
    Refused,
    /// The connection broke.
    Reset,
    /// No answer in time.
    Timeout,
    /// The host did not prove its identity.
    Tls,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Vec<Pair>,
    pub(super) post_data: Option<PostData>,
}

#[derive(Deserialize)]
pub(super) struct PostData {
    #[serde(default)]
    pub(super) text: String,
}

#[derive(Deserialize)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<Pair>,
    pub(super) content: Content,
}

#[derive(Deserialize)]
pub(super) struct Content {
    #[serde(default)]
    pub(super) text: String,
    pub(super) encoding: Option<String>,
}
