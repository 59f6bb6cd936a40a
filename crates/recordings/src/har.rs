//! HAR 1.2, as far as recordings use it, with their `_` members. One model reads and
//! writes; members that only other programs read are written and not read.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::recording::{Origin, RecordedFault, RecordedSignIn, Scenario};

#[derive(Serialize, Deserialize)]
pub(crate) struct File {
    pub(crate) log: Log,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Log {
    pub(crate) version: String,
    #[serde(skip_deserializing)]
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
    #[serde(rename = "_sign_in", default, skip_serializing_if = "Option::is_none")]
    pub(crate) sign_in: Option<RecordedSignIn>,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Serialize, Default)]
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
    #[serde(skip_deserializing)]
    pub(crate) started_date_time: String,
    /// Milliseconds.
    pub(crate) time: serde_json::Number,
    pub(crate) request: Request,
    pub(crate) response: Response,
    #[serde(skip_deserializing)]
    pub(crate) cache: Cache,
    #[serde(skip_deserializing)]
    pub(crate) timings: Timings,
    #[serde(rename = "_fault", default, skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<RecordedFault>,
}

#[derive(Serialize, Default)]
pub(crate) struct Cache {}

/// Milliseconds.
#[derive(Serialize, Default)]
pub(crate) struct Timings {
    pub(crate) send: u64,
    pub(crate) wait: u64,
    pub(crate) receive: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: String,
    #[serde(skip_deserializing)]
    pub(crate) http_version: String,
    #[serde(skip_deserializing)]
    pub(crate) cookies: Vec<()>,
    pub(crate) headers: Vec<Pair>,
    #[serde(skip_deserializing)]
    pub(crate) query_string: Vec<Pair>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) post_data: Option<PostData>,
    #[serde(skip_deserializing)]
    pub(crate) headers_size: i64,
    #[serde(skip_deserializing)]
    pub(crate) body_size: i64,
}

/// HAR's word for a size that is not known.
pub(crate) const UNKNOWN: i64 = -1;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PostData {
    #[serde(skip_deserializing)]
    pub(crate) mime_type: String,
    #[serde(default)]
    pub(crate) text: String,
    #[serde(skip_deserializing)]
    pub(crate) params: Vec<()>,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Response {
    pub(crate) status: u16,
    #[serde(skip_deserializing)]
    pub(crate) status_text: String,
    #[serde(skip_deserializing)]
    pub(crate) http_version: String,
    #[serde(skip_deserializing)]
    pub(crate) cookies: Vec<()>,
    pub(crate) headers: Vec<Pair>,
    pub(crate) content: Content,
    #[serde(rename = "redirectURL", skip_deserializing)]
    pub(crate) redirect_url: String,
    #[serde(skip_deserializing)]
    pub(crate) headers_size: i64,
    #[serde(skip_deserializing)]
    pub(crate) body_size: i64,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Content {
    #[serde(skip_deserializing)]
    pub(crate) size: i64,
    #[serde(skip_deserializing)]
    pub(crate) mime_type: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) encoding: Option<String>,
}
