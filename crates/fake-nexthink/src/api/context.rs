//! What an operation knows about its request, and what it returns.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::api::schema::{Rule, Violation};
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

/// Returns the response to a body that breaks a rule, in the form that most of the APIs have.
pub(super) fn invalid(problem: &Violation) -> Reply {
    error(400, "INVALID_REQUEST", &problem.message()).because(problem.reason)
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
    pub parameters: &'a [Cow<'a, str>],
}

impl Context<'_> {
    /// Reads the body, which has to follow a rule.
    pub(super) fn body<T: DeserializeOwned>(&self, rule: &Rule) -> Result<T, Violation> {
        let value = self.request.json::<Value>().map_err(|reason| Violation::new("cannot be read as JSON", reason))?;
        rule.check(&value)?;
        // What the rule accepts, the type reads, except members that occur twice.
        self.request.json().map_err(|_| Violation::new("has a member twice", "member-given-twice"))
    }
}
