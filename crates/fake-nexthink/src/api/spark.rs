//! Handovers of chats to Spark: `POST /api/v1/spark/handoff`.

use serde::de::IgnoredAny;
use serde_json::json;

use crate::api::context::Context;
use crate::api::schema::{Rule, TEXT, TEXTS, optional, required};
use crate::reply::Reply;

const HANDOFF: Rule = Rule::Object(&[
    required("message", Rule::Object(&[required("parts", Rule::List(&PART, 1, usize::MAX))])),
    optional("metadata", Rule::Nullable(&TEXTS)),
]);

/// Parts come in any order. Nothing says that `fileContent` is base64, or how long it may be.
const PART: Rule = Rule::Tagged(&[
    ("TEXT", &[required("text", Rule::Text(1, usize::MAX))]),
    ("FILE", &[required("mimeType", Rule::Text(1, usize::MAX)), required("fileContent", TEXT)]),
]);

/// Hands a chat over.
pub(super) fn hand_off(context: &Context) -> Reply {
    let user = context.request.header("user-principal-name").unwrap_or_default();
    if user.is_empty() {
        return Reply::empty(400).because("user-principal-name-missing");
    }
    if let Err(problem) = context.body::<IgnoredAny>(&HANDOFF) {
        return Reply::empty(400).because(problem.reason);
    }
    // So that tests can see the response for an employee without an account.
    if user.starts_with("unknown@") {
        return error(404, "The user is not known.").because("unknown-user");
    }
    Reply::empty(204)
}

/// Returns an error in the form of this API, which has no code.
pub(super) fn error(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"message": message}))
}
