//! What credentials may do: one harmless probe for each permission.

use serde::Serialize;

use crate::connector::{Connector, Opened};
use crate::error::Error;
use crate::functions::Functions;
use crate::granted::GrantedToken;
use crate::records::{Failure, PermissionStatus, Probe, Response};

/// What is known about one permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PermissionCheck {
    /// Id of the permission, as in the definition.
    pub permission: String,
    /// What its probe proved.
    pub status: PermissionStatus,
}

impl PermissionCheck {
    /// Returns a check that cannot tell, and why.
    pub fn unknown(permission: impl Into<String>, detail: &str) -> Self {
        let status = PermissionStatus { state: "unknown".to_owned(), detail: detail.to_owned() };
        Self { permission: permission.into(), status }
    }

    /// Returns the check of a probe without a request.
    pub fn untold(probe: &Probe) -> Self {
        Self::unknown(&probe.permission, "No harmless request can tell.")
    }

    /// Reads the response to a probe, which may be that of any status.
    ///
    /// # Errors
    ///
    /// [`Error::Connector`]
    pub fn received<C: Functions>(
        probe: &Probe,
        connector: &Connector<C>,
        opened: &Opened,
        token: Option<&GrantedToken>,
        response: &Response,
    ) -> Result<Self, Error> {
        let redactor = opened.redactor_with(token);
        let status = connector.probe_status(&probe.permission, response, redactor)?;
        Ok(Self { permission: probe.permission.clone(), status })
    }

    /// Returns the check of a probe that got no response: no reason to leave out the other
    /// permissions.
    pub fn lost(probe: &Probe, failure: &Failure) -> Self {
        Self::unknown(&probe.permission, &failure.message)
    }
}
