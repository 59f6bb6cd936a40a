//! The exchange of credentials for an access token (RFC 6749 §4.4).

mod error;
mod request;
mod response;

pub use request::{Exchange, RESPONSE_LIMIT, SCOPE, request};
pub use response::{Token, response};
