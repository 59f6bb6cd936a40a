//! Handovers of chats to Spark: `POST /api/v1/spark/handoff`.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::context::Context;
use crate::reply::Reply;

#[derive(Deserialize)]
#[expect(dead_code, reason = "of metadata only the shape is documented")]
struct Handoff {
    message: Message,
    #[serde(default)]
    metadata: Option<HashMap<String, Value>>,
}

#[derive(Deserialize)]
struct Message {
    parts: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "UPPERCASE", rename_all_fields = "camelCase")]
#[expect(dead_code, reason = "nobody reads the chat")]
enum Part {
    Text { text: String },
    File { mime_type: String, file_content: String },
}

/// Hands a chat over.
pub(super) fn hand_off(context: &Context) -> Reply {
    let user = context.request.header("user-principal-name").unwrap_or_default();
    if user.is_empty() {
        return Reply::empty(400).because("user-principal-name-missing");
    }
    match context.request.json::<Handoff>() {
        Err(reason) => Reply::empty(400).because(reason),
        Ok(handoff) if handoff.message.parts.is_empty() => Reply::empty(400).because("message-without-parts"),
        // So that tests can see the response for an employee without an account.
        Ok(_) if user.starts_with("unknown@") => error(404, "The user is not known.").because("unknown-user"),
        Ok(_) => Reply::empty(204),
    }
}

/// Returns an error in the form of this API, which has no code.
pub(super) fn error(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"message": message}))
}
