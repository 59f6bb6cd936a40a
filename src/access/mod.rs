//! Calls to the API with an access token.

mod authorize;
mod request;
mod response;

pub use authorize::{authorize, no_entries};
pub use request::{API, Call, request};
pub use response::{is_feature_off, response};

#[cfg(test)]
mod tests;
