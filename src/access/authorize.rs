//! The headers that present an access token.

use crate::http::{Header, HeaderValue};
use crate::secret::Secret;

/// Returns the headers that present an access token (RFC 6750 §2.1). Empty for a
/// string that is not visible ASCII, which no access token is.
pub fn authorize(token: &str) -> Vec<Header> {
    let fits = !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic());
    let value = HeaderValue::Sensitive(Secret::new(format!("Bearer {token}")));
    fits.then_some(Header { name: "authorization".into(), value }).into_iter().collect()
}
