//! Finding out which permissions the credentials have, without changing
//! anything.
//!
//! No endpoint tells. What stands here follows from the documented endpoints
//! (confidence D, an inference, unless marked): a 403 in the form of the API says
//! that the permission is missing; what else can be said differs.

use crate::access::{self, Call, is_feature_off};
use crate::definition::{PERMISSIONS, Permission};
use crate::entries::Entries;
use crate::failure::body::ProviderError;
use crate::http::{Request, Response};

/// A query id that is well formed and that nobody has.
const NO_QUERY: &str = r##"{"queryId":"#integration_platform_permission_check"}"##;

/// Asks whether one permission is granted.
#[derive(Debug)]
pub struct Probe {
    /// Which permission.
    pub permission: &'static Permission,
    /// None where no harmless request can tell.
    pub request: Option<Request>,
}

/// Says what a probe proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What it proved.
    pub state: State,
    /// The same for a person.
    pub detail: String,
}

/// Names what a probe can prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The permission is there.
    Granted,
    /// It is not.
    Missing,
    /// It cannot be told.
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

/// Returns one probe for each permission, in the order of the definition.
/// Without requests where the settings lead nowhere.
pub fn probes(settings: &Entries) -> Vec<Probe> {
    let probe = |permission: &'static Permission| Probe {
        permission,
        request: harmless(permission).and_then(|call| access::request(settings, call).ok()),
    };
    PERMISSIONS.iter().map(probe).collect()
}

/// Returns a call that changes nothing, whatever the credentials may do.
fn harmless(permission: &Permission) -> Option<Call> {
    let (method, path, body) = match permission.id {
        "remote-actions" => ("GET", "/api/v1/act/remote-action", ""),
        "workflows" => ("GET", "/api/v1/workflows?dependency=NONE&triggerMethod=API&fetchOnlyActiveWorkflows=true", ""),
        "nql" => ("POST", "/api/v2/nql/execute", NO_QUERY),
        // Without objects to write and without a campaign to send, the body has
        // to fail validation. Whether permissions are checked first is not known.
        "enrichment" => ("POST", "/api/v1/enrichment/data/fields", r#"{"enrichments":[],"domain":"check"}"#),
        "campaigns" => ("POST", "/api/v1/euf/campaign/trigger", "{}"),
        // Deletions are not asked for as a check; Spark has no request without
        // an effect.
        _ => return None,
    };
    Some(Call {
        method: method.to_owned(),
        path_and_query: path.to_owned(),
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
    })
}

/// Reads the response to the probe of a permission. Nothing can be told of one
/// that the definition does not have.
pub fn standing_of(id: &str, response: &Response) -> Standing {
    let Some(permission) = PERMISSIONS.iter().find(|permission| permission.id == id) else {
        return Standing { state: State::Unknown, detail: "There is no such permission.".to_owned() };
    };
    let label = permission.label;
    let said = ProviderError::read(&response.body);
    // A page that a proxy puts in place of an answer proves nothing.
    let body = response.body.trim_ascii_start();
    let json = response.may_be_json() && (body.starts_with(b"{") || body.starts_with(b"["));
    let answered = json || body.is_empty();
    let (state, detail) = match (response.status, id) {
        (200..=299, _) if json => (State::Granted, format!("{label} answers.")),
        // Confidence B: seen to answer so for an unknown query.
        (404, "nql") if answered => (State::Granted, format!("{label} answers; it does not know the id asked for.")),
        (403, _) if is_feature_off(&said) => {
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
    Standing { state, detail }
}

#[cfg(test)]
mod tests;
