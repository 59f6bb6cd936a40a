//! What an operation knows about its request, and what it returns.

use std::collections::HashMap;

use serde_json::json;

use crate::reply::Reply;
use crate::request::Request;
use crate::state::State;

/// Texts by name: the form of all `params` and `parameters`.
pub(super) type Texts = HashMap<String, String>;

/// A response, or the refusal of a request.
pub(super) type Answer = Result<Reply, Reply>;

/// Returns an error in the form that most of the APIs have.
pub(super) fn error(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, &json!({"code": code, "message": message}))
}

/// A request of a caller that is known and permitted.
pub(crate) struct Context<'a> {
    pub state: &'a State,
    pub request: &'a Request,
    /// The instance whose host was requested.
    pub instance: &'a str,
    /// The value of `Host`, for links.
    pub authority: &'a str,
    /// The variable segments of the path.
    pub parameters: &'a [&'a str],
}
