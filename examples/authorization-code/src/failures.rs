//! What the responses mean that have no token, or not what was asked for.
//!
//! Zendesk documents `invalid_grant`, refused access tokens, and `Retry-After` with 429 and 503; the other codes are those
//! of RFC 6749 section 5.2.

use connector_kit::failure::Recovery::Reconfigure;
use connector_kit::failure::body::ProviderError;
use connector_kit::failure::{Failure, Kind, kinds};
use connector_kit::http::Response;
use connector_kit::response;

use crate::definition::{DEFINITION, SUBDOMAIN};

const CLIENT_HINT: &str = "Compare the form with the OAuth client in Admin Center, Apps and integrations, APIs.";

/// Returns the failure of a refused token request.
pub fn refused_token(response: &Response) -> Failure {
    let error = ProviderError::read(&response.body);
    let new = |code, message, hint| Failure::new(Kind::new(code, Reconfigure), message).hint(hint);
    let failure = match (response.status, error.code.as_deref().unwrap_or_default()) {
        (400..=403, "invalid_grant") => {
            let message = "Zendesk does not accept this sign-in any more: it was used, revoked or left too long.";
            new("invalid-grant", message, "Sign in again.")
        }
        (400..=403, "invalid_client") => {
            new("invalid-client", "Zendesk does not accept this identifier and secret.", CLIENT_HINT)
        }
        (400..=403, "invalid_scope") => {
            new("invalid-scope", "The OAuth client may not have the scopes read and write.", CLIENT_HINT)
        }
        (400..=403, _) => new("rejected", "Zendesk refuses the token request.", CLIENT_HINT),
        (404, _) => {
            let hint = "Look at the address in the browser; a subdomain can be renamed.";
            new("instance-unknown", "Zendesk has no account with this subdomain.", hint).field(SUBDOMAIN.key)
        }
        _ => response::failure(response, DEFINITION.name),
    };
    failure.provider_error(error)
}

/// Returns the failure of a refused call to the API.
pub fn refused_call(response: &Response) -> Failure {
    let failure = match response.status {
        401 => Failure::new(kinds::TOKEN_EXPIRED, "Zendesk does not accept the token, or no longer.")
            .hint("Get a new token and try once more."),
        403 => Failure::new(kinds::PERMISSION_MISSING, "Whoever signed in may not do this.")
            .hint("Ask an administrator for the role, or sign in as somebody who has it."),
        404 => Failure::new(kinds::NOT_FOUND, "Zendesk does not know what was asked for.").hint("Check the path."),
        400 | 405 | 406 | 409..=428 => Failure::new(kinds::REJECTED, "Zendesk refuses the request as it is.")
            .hint("Compare what was sent with Zendesk's documentation."),
        _ => response::failure(response, DEFINITION.name),
    };
    failure.provider_error(ProviderError::read(&response.body))
}

/// Creates the failure of a success that cannot be read.
pub fn malformed(message: &str) -> Failure {
    response::malformed(message, DEFINITION.name)
}
