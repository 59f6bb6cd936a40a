//! The headers that present an access token.

use crate::failure::{Failure, FailureCode};
use crate::http::{Header, HeaderValue};
use crate::secret::Secret;

/// Returns the headers that present an access token (RFC 6750 §2.1).
///
/// # Errors
///
/// Fails for a string that is not visible ASCII, which no access token is.
pub fn authorize(token: &str) -> Result<Vec<Header>, Failure> {
    if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Failure::new(FailureCode::BadCredential, "This is no access token that a header can carry."));
    }
    let value = HeaderValue::Sensitive(Secret::new(format!("Bearer {token}")));
    Ok(vec![Header { name: "authorization".into(), value }])
}

/// Returns the failure of values of the form, which Nexthink does not take in place of a
/// token.
pub fn no_entries() -> Failure {
    Failure::new(FailureCode::BadCredential, "Nexthink takes an access token, not the values of the form.")
        .hint("Exchange them for a token first.")
}
