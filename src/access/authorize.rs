//! The headers that present a token.

use crate::http::{Header, HeaderValue};
use crate::secret::Secret;

/// Returns the headers that carry a token (RFC 6750 §2.1). None for a text that
/// no header can carry, which no token is.
pub fn authorize(token: &str) -> Vec<Header> {
    let fits = !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic());
    let value = HeaderValue::Sensitive(Secret::new(format!("Bearer {token}")));
    fits.then_some(Header { name: "authorization".into(), value }).into_iter().collect()
}
