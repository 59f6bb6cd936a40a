//! Calls to the API: what authorizes them, and what their responses mean.

use connector_kit::api::{Api, Call};
use connector_kit::entries::Entries;
use connector_kit::failure::{Failure, kinds};
use connector_kit::http::{Header, Request, Response};
use connector_kit::problem::Problem;
use connector_kit::secret::Secret;

use crate::connection;
use crate::failures::refused_call;

/// The API of Zendesk.
pub const API: Api = Api {
    user_agent: concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")),
    credential_headers: &[],
    example: "/api/v2/tickets.json",
    number_sign: "a number sign",
    // Twice the time in which Zendesk itself gives up.
    timeout: 60,
    // A hundred tickets with long descriptions have less.
    response_limit: 8 << 20,
};

/// Returns the header that presents an access token (RFC 6750 section 2.1).
///
/// # Errors
///
/// Fails for what no header can carry.
pub fn authorize(token: &str) -> Result<Header, Failure> {
    if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Failure::new(kinds::BAD_CREDENTIAL, "This is no access token that a header can carry."));
    }
    Ok(Header::sensitive("authorization", Secret::new(format!("Bearer {token}"))))
}

/// Builds a request to any path of the API.
///
/// # Errors
///
/// Returns every problem at once.
pub fn request(settings: &Entries, call: Call) -> Result<Request, Vec<Problem>> {
    API.call(connection::resolve(settings).map(|connection| connection.base_url), call)
}

/// Returns what kind of failure a response is. Any 2xx is a success.
///
/// # Errors
///
/// Returns what failed and what to do about it.
pub fn response(response: &Response) -> Result<(), Failure> {
    if matches!(response.status, 200..=299) { Ok(()) } else { Err(refused_call(response)) }
}
