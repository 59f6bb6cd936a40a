//! What a token endpoint, an API or a proxy between might answer.

use nexthink_connector::access;
use nexthink_connector::definition::PERMISSIONS;
use nexthink_connector::failure::{Details, Failure};
use nexthink_connector::http::Response;
use nexthink_connector::permissions;
use nexthink_connector::text;
use nexthink_connector::token::{self, Token};

use crate::format::Parts;
use crate::{assert_hidden, holds_canary};

/// Reads any response as one to the token request. The token in the seeds is the
/// canary.
pub fn token_response(input: &[u8]) {
    let response = read(&mut Parts::new(input));
    if announces_canary(&response) {
        return;
    }
    assert_hidden(&response, "a response");
    match token::response(&response) {
        Ok(token) => {
            assert!((200..300).contains(&response.status));
            assert!(token.refresh_after() < token.expires_in && token.expires_in <= 86_400);
            let value = token.value.expose();
            assert!(!value.is_empty() && value.bytes().all(|b| b.is_ascii_graphic()));
            // Scopes are the one member that is shown as it came.
            assert!(token.scopes.iter().all(|scope| !scope.is_empty() && scope.bytes().all(|b| b.is_ascii_graphic())));
            assert_hidden(&Token { scopes: Vec::new(), ..token }, "a token");
        }
        Err(failure) => speaks_for_itself(failure),
    }
}

/// Reads any response as one of the API, and as one to every probe.
pub fn api_response(input: &[u8]) {
    let response = read(&mut Parts::new(input));
    if announces_canary(&response) {
        return;
    }
    let success = (200..300).contains(&response.status);
    match access::response(&response) {
        Ok(()) => assert!(success),
        Err(failure) => {
            assert!(!success);
            speaks_for_itself(failure);
        }
    }
    for permission in &PERMISSIONS {
        let status = permissions::read_probe(permission.id, &response);
        assert_hidden(&status, "a permission status");
        assert!(status.detail.contains(permission.label));
        let granted = status.state == permissions::State::Granted;
        assert!(!granted || success || response.status == 404, "granted by {}", response.status);
    }
}

/// Reads status, clock and headers, and the body to the end of the input.
pub fn read(parts: &mut Parts) -> Response {
    Response {
        status: parts.number(),
        received_at: parts.number(),
        headers: parts.pairs(),
        body: parts.rest().to_vec(),
    }
}

/// Finds the canary where it is shown on purpose: in the names of headers, and in
/// the media type as a failure cleans it.
pub fn announces_canary(response: &Response) -> bool {
    let kind = response.media_type().and_then(|kind| text::clean(&kind)).unwrap_or_default();
    holds_canary(kind.as_bytes()) || response.headers.iter().any(|(name, _)| holds_canary(name.as_bytes()))
}

/// Asserts that a failure says what to do, in words of its own but for the
/// provider's, which are short and clean.
pub fn speaks_for_itself(failure: Failure) {
    assert!(!failure.message.is_empty() && failure.hint.is_some(), "{failure:?}");
    for said in [&failure.provider_code, &failure.provider_message].into_iter().flatten() {
        assert!((1..=300).contains(&said.chars().count()) && !said.contains(char::is_control), "{said:?}");
    }
    let ours = Details { provider_code: None, provider_message: None, ..failure.into_details() };
    assert_hidden(&ours, "a failure");
}
