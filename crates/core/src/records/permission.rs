//! Finding out what credentials may do.

use serde::Serialize;

use super::http::Request;

/// A harmless request that tells whether one permission is granted.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Probe {
    pub permission: String,
    pub request: Option<Request>,
}

/// What a probe proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct PermissionStatus {
    pub state: String,
    pub detail: String,
}
