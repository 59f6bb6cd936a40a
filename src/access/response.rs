//! Telling success from failure, and what kind of failure.

use crate::failure::body::ProviderError;
use crate::failure::{Failure, FailureCode, retry_after};
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
        300..=399 => {
            Failure::new(FailureCode::Redirected, "The answer sends to another address, which was not followed.")
                .hint("A proxy or sign-in page on the way can answer in Nexthink's place.")
        }
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
        404 => Failure::new(FailureCode::NotFound, "Nexthink does not know what was asked for.")
            .hint("Check the id and the path."),
        406 => Failure::new(FailureCode::Rejected, "Nexthink cannot answer in the format asked for.")
            .hint("Accept application/json; running a query also offers text/csv."),
        407 => Failure::new(FailureCode::Network, "A proxy on the way asks for a sign-in of its own.")
            .hint("Ask those who run this platform's network; Nexthink was not reached."),
        408 => Failure::new(FailureCode::Timeout, "Nexthink gave up waiting for the request.").hint("Try again."),
        429 => Failure::new(FailureCode::RateLimited, "Nexthink received too many requests.")
            .hint("Wait before trying again.")
            .retry_after(retry_after::seconds(response)),
        500..=599 => Failure::new(FailureCode::Unavailable, "Nexthink cannot answer at the moment.")
            .hint("Try again later.")
            .retry_after(retry_after::seconds(response)),
        400 | 405 | 409 | 410 | 413 | 414 | 415 | 422 => {
            Failure::new(FailureCode::Rejected, "Nexthink refuses the request as it is.").hint(
                match provider_error.message {
                    Some(_) => "Correct what the provider's message names.",
                    None => "It does not say why: compare what was sent with its documentation.",
                },
            )
        }
        status => {
            Failure::new(FailureCode::UnexpectedStatus, &format!("The answer has the unexpected status {status}."))
                .hint("A proxy on the way can answer in Nexthink's place.")
        }
    };
    Err(failure.provider_error(provider_error))
}

/// Returns whether the tenant lacks the feature, rather than the credentials the
/// permission (Nexthink: Data management API, documented for deletions).
pub fn is_feature_off(provider_error: &ProviderError) -> bool {
    provider_error.code.as_deref() == Some("FEATURE_NOT_ENABLED")
}
