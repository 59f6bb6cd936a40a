//! Finding out which permissions the credentials have, without changing anything.
//!
//! No endpoint reports them. The rules here follow from the documented endpoints
//! (confidence D, an inference, unless marked): a 403 in the form of the API means
//! that the permission is missing; what else a response proves depends on the
//! endpoint.

use crate::access::{self, Call, is_feature_off};
use crate::definition::{PERMISSIONS, Permission};
use crate::entries::Entries;
use crate::failure::body::ProviderError;
use crate::http::{Request, Response};

/// A well-formed query id that no tenant has.
const UNKNOWN_QUERY: &str = r##"{"queryId":"#integration_platform_permission_check"}"##;

/// A check for one permission.
#[derive(Debug)]
pub struct Probe {
    /// The permission to check.
    pub permission: &'static Permission,
    /// A request that changes nothing. `None`: no harmless request can tell.
    pub request: Option<Request>,
}

/// The result of a probe: what it proved, and no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionStatus {
    /// State of the permission.
    pub state: State,
    /// One sentence for a person.
    pub detail: String,
}

/// The state of a permission, as far as a probe can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The credentials have the permission.
    Granted,
    /// The credentials lack the permission.
    Missing,
    /// The response proves neither.
    Unknown,
}

impl State {
    /// Returns the state as the contract spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Missing => "missing",
            Self::Unknown => "unknown",
        }
    }
}

/// Returns one probe for each permission, in the order of the definition. None has
/// a request when the settings do not resolve to a connection.
pub fn probes(settings: &Entries) -> Vec<Probe> {
    let probe = |permission: &'static Permission| Probe {
        permission,
        request: probe_call(permission).and_then(|call| access::request(settings, call).ok()),
    };
    PERMISSIONS.iter().map(probe).collect()
}

/// Returns a call that changes nothing, whatever the credentials allow. `None` when
/// there is none.
fn probe_call(permission: &Permission) -> Option<Call> {
    let (method, path, body) = match permission.id {
        "remote-actions" => ("GET", "/api/v1/act/remote-action", ""),
        "workflows" => ("GET", "/api/v1/workflows?dependency=NONE&triggerMethod=API&fetchOnlyActiveWorkflows=true", ""),
        "nql" => ("POST", "/api/v2/nql/execute", UNKNOWN_QUERY),
        // With no objects to write and no campaign to send, the body has to fail
        // validation. Whether permissions are checked first is not known.
        "enrichment" => ("POST", "/api/v1/enrichment/data/fields", r#"{"enrichments":[],"domain":"check"}"#),
        "campaigns" => ("POST", "/api/v1/euf/campaign/trigger", "{}"),
        // A deletion is never sent as a check, and Spark has no request without an
        // effect.
        _ => return None,
    };
    Some(Call {
        method: method.to_owned(),
        path_and_query: path.to_owned(),
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
    })
}

/// Reads the response to the probe of a permission. The state is unknown for a
/// permission that the definition does not have.
pub fn read_probe(id: &str, response: &Response) -> PermissionStatus {
    let Some(permission) = PERMISSIONS.iter().find(|permission| permission.id == id) else {
        return PermissionStatus { state: State::Unknown, detail: "There is no such permission.".to_owned() };
    };
    let label = permission.label;
    let provider_error = ProviderError::read(&response.body);
    // A page that a proxy serves in Nexthink's place proves nothing.
    let body = response.body.trim_ascii_start();
    let json = response.may_be_json() && (body.starts_with(b"{") || body.starts_with(b"["));
    let answered = json || body.is_empty();
    let (state, detail) = match (response.status, id) {
        (200..=299, _) if json => (State::Granted, format!("{label} answers.")),
        // Seen in response to an unknown query (confidence B).
        (404, "nql") if answered => (State::Granted, format!("{label} answers; it does not know the id asked for.")),
        (403, _) if is_feature_off(&provider_error) => {
            (State::Unknown, format!("{label}: the feature is not enabled for this tenant."))
        }
        (403, _) if answered => {
            (State::Missing, format!("Tick “{label}” in the API credentials, and get a new token."))
        }
        (400, _) => (State::Unknown, format!("{label} answers, but not in a way that proves the permission.")),
        (401, _) => (State::Unknown, format!("{label} does not accept the token.")),
        (429, _) => (State::Unknown, format!("{label} has received too many requests; try later.")),
        (500..=599, _) => (State::Unknown, format!("{label} cannot answer at the moment.")),
        (status, _) => (State::Unknown, format!("{label} answered with the status {status}, which proves nothing.")),
    };
    PermissionStatus { state, detail }
}

#[cfg(test)]
mod tests;
