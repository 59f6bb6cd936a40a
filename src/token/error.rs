//! Reading a token response without a token.
//!
//! Nexthink documents none. The codes are those of RFC 6749 §5.2; the bodies with
//! `errorCode` are those of Okta, whose paths the token endpoint has.

use crate::definition::NAME;
use crate::failure::body::ProviderError;
use crate::failure::{Failure, FailureCode, retry_after};
use crate::http::Response;
use crate::key::Key;
use crate::text;

/// What to do when the response is unlikely to be Nexthink's.
pub const INTERMEDIARY_HINT: &str =
    "Check instance and region; a proxy or sign-in page on the way can also answer in Nexthink's place.";

/// What to do when the response makes no sense.
pub const RETRY_HINT: &str = "Try again; if it stays like this, tell the maintainers of this connector.";

const CHECK_ADDRESS_HINT: &str = "Check the instance name and the region: together they make the address.";

/// Returns the failure that a response without a token means.
pub fn failure(response: &Response) -> Failure {
    let provider_error = ProviderError::read(&response.body);
    match response.status {
        404 => {
            Failure::new(FailureCode::InstanceUnknown, "There is no token endpoint for this instance in this region.")
                .hint(CHECK_ADDRESS_HINT)
                .field(Key::Instance)
        }
        400 | 401 | 403 => refused(response, &provider_error),
        407 | 408 | 429 | 500..=599 => connector_kit::response::failure(response, NAME),
        // A redirect, or a status without a meaning here.
        _ => connector_kit::response::unexpected(response, NAME).hint(INTERMEDIARY_HINT),
    }
    .provider_error(provider_error)
}

/// Returns the failure of a response whose media type is not JSON.
pub fn not_json(response: &Response) -> Failure {
    let kind = response.media_type().as_deref().and_then(text::clean).unwrap_or_default();
    let message = format!("The answer is not JSON but {kind}.");
    Failure::new(FailureCode::MalformedResponse, &message).hint(INTERMEDIARY_HINT)
}

fn unavailable(response: &Response) -> Failure {
    Failure::new(FailureCode::Unavailable, "Nexthink cannot answer at the moment.")
        .hint("Try again later.")
        .retry_after(retry_after::seconds(response))
}

/// Returns the failure of a 400, 401 or 403: some servers answer 400 where the RFC
/// requires 401.
fn refused(response: &Response, provider_error: &ProviderError) -> Failure {
    match provider_error.code.as_deref() {
        Some("invalid_client") => invalid_client(provider_error),
        Some("invalid_scope") => {
            Failure::new(FailureCode::InvalidScope, "Nexthink does not grant the scope that integrations need.")
                .hint("Create new credentials under Administration, API credentials, and use those.")
        }
        Some("unauthorized_client" | "unsupported_grant_type") => {
            Failure::new(FailureCode::UnauthorizedClient, "These credentials may not be used to get a token this way.")
                .hint("Create new credentials under Administration, API credentials, and use those.")
        }
        Some("server_error" | "temporarily_unavailable") => unavailable(response),
        None if response.status == 401 => invalid_client(provider_error),
        _ if response.status == 403 => Failure::new(FailureCode::Rejected, "Nexthink refuses the token request.")
            .hint("The tenant may accept requests only from certain networks; ask your Nexthink administrator."),
        _ => Failure::new(FailureCode::Rejected, "Nexthink refuses the token request.").hint(RETRY_HINT),
    }
}

fn invalid_client(provider_error: &ProviderError) -> Failure {
    // Okta names the parameter when it does not know the id (confidence C).
    let id_unknown = provider_error.message.as_deref().is_some_and(|text| text.contains("client_id"));
    let (message, field) = if id_unknown {
        ("Nexthink does not know this client id.", Key::ClientId)
    } else {
        ("Nexthink does not accept this client id and secret.", Key::ClientSecret)
    };
    Failure::new(FailureCode::InvalidClient, message)
        .hint(
            "Copy both again from where they are kept. Nexthink shows the secret only once; if it is lost, \
             create new credentials.",
        )
        .field(field)
}
