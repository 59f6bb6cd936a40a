//! What an operation knows about its request.

use std::collections::HashMap;

use crate::request::Request;
use crate::state::State;

/// Texts by name: the form of all `params` and `parameters`.
pub(super) type Texts = HashMap<String, String>;

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
