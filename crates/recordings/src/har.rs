//! HAR 1.2, as far as recordings use it, with their `_` members. One model reads and
//! writes; members that only other programs read have defaults.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::recording::{Origin, RecordedFault, Scenario};

#[derive(Serialize, Deserialize)]
pub(crate) struct File {
    pub(crate) log: Log,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Log {
    pub(crate) version: String,
    #[serde(default)]
    pub(crate) creator: Creator,
    #[serde(rename = "_name")]
    pub(crate) name: String,
    #[serde(rename = "_origin")]
    pub(crate) origin: Origin,
    #[serde(rename = "_source")]
    pub(crate) source: String,
    #[serde(rename = "_clock")]
    pub(crate) clock: String,
    #[serde(rename = "_entries")]
    pub(crate) field_entries: Vec<Pair>,
    #[serde(rename = "_expect")]
    pub(crate) expect: Value,
    #[serde(rename = "_scenario", default, skip_serializing_if = "Option::is_none")]
    pub(crate) scenario: Option<Scenario>,
    pub(crate) entries: Vec<Entry>,
}

/// The `_` members of a log and of an entry. Others are refused: a misspelt one would
/// silently test nothing.
pub(crate) const LOG_EXTENSIONS: [&str; 7] =
    ["_name", "_origin", "_source", "_clock", "_entries", "_expect", "_scenario"];
pub(crate) const ENTRY_EXTENSIONS: [&str; 1] = ["_fault"];

#[derive(Serialize, Deserialize, Default)]
pub(crate) struct Creator {
    pub(crate) name: String,
    pub(crate) version: String,
}

#[derive(Serialize, Deserialize, Clone)]
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) value: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    #[serde(default)]
    pub(crate) started_date_time: String,
    /// Milliseconds.
    pub(crate) time: serde_json::Number,
    pub(crate) request: Request,
    pub(crate) response: Response,
    #[serde(default)]
    pub(crate) cache: Cache,
    #[serde(default)]
    pub(crate) timings: Timings,
    #[serde(rename = "_fault", default, skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<RecordedFault>,
}

#[derive(Serialize, Deserialize, Default)]
pub(crate) struct Cache {}

/// Milliseconds; browsers write fractions.
#[derive(Serialize, Deserialize)]
pub(crate) struct Timings {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) blocked: Option<serde_json::Number>,
    #[serde(default = "zero")]
    pub(crate) send: serde_json::Number,
    #[serde(default = "zero")]
    pub(crate) wait: serde_json::Number,
    #[serde(default = "zero")]
    pub(crate) receive: serde_json::Number,
}

impl Default for Timings {
    fn default() -> Self {
        Self { blocked: None, send: zero(), wait: zero(), receive: zero() }
    }
}

fn zero() -> serde_json::Number {
    0.into()
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    #[serde(default)]
    pub(crate) http_version: String,
    #[serde(default)]
    pub(crate) cookies: Vec<Value>,
    pub(crate) headers: Vec<Pair>,
    #[serde(default)]
    pub(crate) query_string: Vec<Pair>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) post_data: Option<PostData>,
    #[serde(default = "unknown")]
    pub(crate) headers_size: i64,
    #[serde(default = "unknown")]
    pub(crate) body_size: i64,
}

/// HAR's word for a size that is not known.
pub(crate) fn unknown() -> i64 {
    -1
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PostData {
    #[serde(default)]
    pub(crate) mime_type: String,
    #[serde(default)]
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) params: Vec<Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Response {
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) status_text: String,
    #[serde(default)]
    pub(crate) http_version: String,
    #[serde(default)]
    pub(crate) cookies: Vec<Value>,
    pub(crate) headers: Vec<Pair>,
    pub(crate) content: Content,
    #[serde(rename = "redirectURL", default)]
    pub(crate) redirect_url: String,
    #[serde(default = "unknown")]
    pub(crate) headers_size: i64,
    #[serde(default = "unknown")]
    pub(crate) body_size: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Content {
    #[serde(default)]
    pub(crate) size: i64,
    #[serde(default)]
    pub(crate) mime_type: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) encoding: Option<String>,
}
