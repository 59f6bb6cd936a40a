//! Reading a token response that brings no token.
//!
//! Nexthink documents none of these. The codes are those of RFC 6749 §5.2; the
//! bodies with `errorCode` are Okta's, which the path of the token endpoint
//! points to.

use crate::failure::body::ProviderError;
use crate::failure::{Failure, FailureCode, retry_after};
use crate::http::Response;
use crate::key::Key;
use crate::text;

/// What to do when the answer hardly came from Nexthink.
pub const SOMETHING_BETWEEN: &str =
    "Check instance and region; a proxy or sign-in page on the way can also answer in Nexthink's place.";

/// What to do when Nexthink's answer makes no sense.
pub const TRY_AGAIN: &str = "Try again; if it stays like this, tell the maintainers of this connector.";

const CHECK_PLACE: &str = "Check the instance name and the region: together they make the address.";

/// Says what a response without a token means.
pub fn failure(response: &Response) -> Failure {
    let said = ProviderError::read(&response.body);
    match response.status {
        300..=399 => {
            Failure::new(FailureCode::Redirected, "The answer sends to another address, which was not followed.")
                .hint(SOMETHING_BETWEEN)
        }
        404 => {
            Failure::new(FailureCode::InstanceUnknown, "There is no token endpoint for this instance in this region.")
                .hint(CHECK_PLACE)
                .field(Key::Instance)
        }
        407 => Failure::new(FailureCode::Network, "A proxy on the way asks for a sign-in of its own.")
            .hint("Ask those who run this platform's network; Nexthink was not reached."),
        408 => Failure::new(FailureCode::Timeout, "Nexthink gave up waiting for the request.").hint("Try again."),
        429 => Failure::new(FailureCode::RateLimited, "Nexthink received too many requests.")
            .hint("Wait before trying again.")
            .retry_after(retry_after::seconds(response)),
        500..=599 => unavailable(response),
        400 | 401 | 403 => refused(response, &said),
        status => {
            Failure::new(FailureCode::UnexpectedStatus, &format!("The answer has the unexpected status {status}."))
                .hint(SOMETHING_BETWEEN)
        }
    }
    .said(said)
}

/// Says that an answer is of another media type than JSON.
pub fn not_json(response: &Response) -> Failure {
    let kind = response.media_type().as_deref().and_then(text::clean).unwrap_or_default();
    let message = format!("The answer is not JSON but {kind}.");
    Failure::new(FailureCode::MalformedResponse, &message).hint(SOMETHING_BETWEEN)
}

fn unavailable(response: &Response) -> Failure {
    Failure::new(FailureCode::Unavailable, "Nexthink cannot answer at the moment.")
        .hint("Try again later.")
        .retry_after(retry_after::seconds(response))
}

/// Reads 400, 401 and 403: some servers answer 400 where the RFC says 401.
fn refused(response: &Response, said: &ProviderError) -> Failure {
    match said.code.as_deref() {
        Some("invalid_client") => invalid_client(said),
        Some("invalid_scope") => {
            Failure::new(FailureCode::InvalidScope, "Nexthink does not grant the scope that integrations need.")
                .hint("Create new credentials under Administration, API credentials, and use those.")
        }
        Some("unauthorized_client" | "unsupported_grant_type") => {
            Failure::new(FailureCode::UnauthorizedClient, "These credentials may not be used to get a token this way.")
                .hint("Create new credentials under Administration, API credentials, and use those.")
        }
        Some("server_error" | "temporarily_unavailable") => unavailable(response),
        None if response.status == 401 => invalid_client(said),
        _ if response.status == 403 => Failure::new(FailureCode::Rejected, "Nexthink refuses the token request.")
            .hint("The tenant may accept requests only from certain networks; ask your Nexthink administrator."),
        _ => Failure::new(FailureCode::Rejected, "Nexthink refuses the token request.").hint(TRY_AGAIN),
    }
}

fn invalid_client(said: &ProviderError) -> Failure {
    // Okta names the parameter when it does not know the id (confidence C).
    let id_unknown = said.message.as_deref().is_some_and(|text| text.contains("client_id"));
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
