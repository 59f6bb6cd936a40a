//! Telling success from failure, and what kind of failure.

use crate::definition::NAME;
use crate::failure::body::ProviderError;
use crate::failure::{Failure, FailureCode};
use crate::http::Response;

/// What to do about a missing permission.
pub const GRANT_HINT: &str = "Nexthink ties permissions to credentials: under Administration, API credentials, see that the \
     box of this API is ticked, and get a new token.";

/// Reads the response to an API request.
///
/// Success is any 2xx; the meaning of 202, 206 and 207 is up to the operation that
/// knows the body.
///
/// # Errors
///
/// Returns what failed and what to do about it; never the body.
pub fn response(response: &Response) -> Result<(), Failure> {
    // The body of a success may be long and contains no error.
    if matches!(response.status, 200..=299) {
        return Ok(());
    }
    let provider_error = ProviderError::read(&response.body);
    let failure = match response.status {
        401 => Failure::new(FailureCode::TokenExpired, "Nexthink does not accept the token, or no longer.")
            .hint("Get a new token and try once more."),
        403 if is_feature_off(&provider_error) => {
            Failure::new(FailureCode::FeatureDisabled, "This feature is not enabled for the tenant.")
                .hint("Ask Nexthink, or whoever administers the tenant, to enable it.")
        }
        403 | 404 if !response.may_be_json() && !response.body.is_empty() => Failure::new(
            FailureCode::UnexpectedStatus,
            &format!("Something other than Nexthink's API answered with the status {}.", response.status),
        )
        .hint("A proxy on the way, or a list of allowed networks, can answer in Nexthink's place."),
        403 => {
            Failure::new(FailureCode::PermissionMissing, "The credentials are not allowed to do this.").hint(GRANT_HINT)
        }
        406 => Failure::new(FailureCode::Rejected, "Nexthink cannot answer in the format asked for.")
            .hint("Accept application/json; running a query also offers text/csv."),
        _ => return Err(connector_kit::response::failure(response, NAME)),
    };
    Err(failure.provider_error(provider_error))
}

/// Returns whether the tenant lacks the feature, rather than the credentials the
/// permission (Nexthink: Data management API, documented for deletions).
pub fn is_feature_off(provider_error: &ProviderError) -> bool {
    provider_error.code.as_deref() == Some("FEATURE_NOT_ENABLED")
}
