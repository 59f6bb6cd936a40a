//! The exchange of credentials for a token (RFC 6749 §4.4): the request, and
//! the response.

mod error;
mod request;
mod response;

pub use request::{Exchange, request};
pub use response::{Token, response};

/// The one scope that Nexthink's documentation names; what the credentials may
/// do is decided by their permissions, not by scopes.
pub const SCOPE: &str = "service:integration";

/// Longest answer to accept, in bytes. A token with every claim seen stays below
/// 4 KiB; the rest is room.
pub const RESPONSE_LIMIT: u32 = 64 * 1024;
