//! What entries resolve to.

use serde::{Serialize, Serializer};

/// A resolved connection: its hosts, and the entries after normalisation without the
/// secret ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Connection {
    pub key: String,
    pub label: String,
    /// Serialised as an object: the guard has made sure that keys are unique.
    #[serde(serialize_with = "object")]
    pub settings: Vec<(String, String)>,
    pub hosts: Vec<String>,
    pub base_url: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

fn object<S: Serializer>(pairs: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(key, value)| (key, value)))
}
