//! Exports of saved queries: `/api/v1/nql/export` and `/api/v1/nql/status/{exportId}`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::api::context::{Answer, Context, Texts};
use crate::api::nql::{error, find, invalid};
use crate::api::schema::{Rule, TEXT, TEXTS, Violation, optional, required};
use crate::exports::{Compression, Export};
use crate::reply::Reply;
use crate::samples::Outcome;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Start {
    query_id: String,
    #[serde(default)]
    parameters: Texts,
    #[serde(default)]
    compression: Option<Compression>,
}

const START: Rule = Rule::Object(&[
    required("queryId", TEXT),
    optional("parameters", TEXTS),
    optional("compression", Rule::Nullable(&Rule::Choice(&["NONE", "GZIP", "ZSTD"]))),
]);

/// Seconds; documented.
const LINK_LIFETIME: u64 = 900;

/// Starts an export.
pub(super) fn start(context: &Context) -> Answer {
    begin(context, &context.body(&START).map_err(|problem| invalid(&problem))?)
}

/// Starts an export with arguments in the query. The documentation does not show how `parameters` is written there: a
/// JSON object and `parameters[name]=value` are accepted.
pub(super) fn start_by_query(context: &Context) -> Answer {
    let mut arguments = Map::new();
    for (name, value) in form_urlencoded::parse(context.request.query().as_bytes()) {
        if let Some(name) = name.strip_prefix("parameters[").and_then(|rest| rest.strip_suffix(']')) {
            // Beside `parameters` that is no object, which the rule refuses, it has no place.
            if let Value::Object(parameters) = arguments.entry("parameters").or_insert_with(|| json!({})) {
                parameters.insert(name.to_owned(), json!(value));
            }
            continue;
        }
        // What is no JSON stays text, which the rule refuses.
        let json = (name == "parameters").then(|| serde_json::from_str(&value).ok()).flatten();
        if arguments.insert(name.clone().into_owned(), json.unwrap_or_else(|| json!(value))).is_some() {
            return Err(invalid(&Violation::new("occurs twice", "argument-given-twice").inside(&name)));
        }
    }
    // Usually missing because `#` was not encoded, which makes the rest a fragment that is never sent.
    if arguments.get("queryId").is_none_or(|id| id == "") {
        return Err(invalid(&Violation::new("is missing; # is sent as %23", "query-id-missing").inside("queryId")));
    }
    let arguments = Value::Object(arguments);
    START.check(&arguments).map_err(|problem| invalid(&problem))?;
    let unread = |_| invalid(&Violation::new("cannot be read", "arguments-unreadable"));
    begin(context, &serde_json::from_value(arguments).map_err(unread)?)
}

fn begin(context: &Context, start: &Start) -> Answer {
    let query = find(&start.query_id, &start.parameters)?;
    // Documented is only that it is text. It begins with `+/+/` and ends with `==`: every character that a path may
    // not have as it is, or need not.
    let id = STANDARD.encode([b"\xfb\xff\xbf", Uuid::new_v4().as_bytes().as_slice()].concat());
    let export = Export::new(context.instance, query, start.compression.unwrap_or_default());
    context.state.exports.add(id.clone(), export);
    Ok(Reply::json(200, &json!({"exportId": id})))
}

/// Returns the status of an export: submitted at the first request, in progress at the second, then final.
pub(super) fn status(context: &Context) -> Reply {
    let id = context.parameters.first().map_or("", |id| id);
    let signature = Uuid::new_v4().simple().to_string();
    let expires = context.state.clock.now().saturating_add(LINK_LIFETIME);
    let Some((asked, outcome)) = context.state.exports.ask(id, context.instance, &signature, expires) else {
        return error(404, 100, "No export with this id.").because("unknown-export");
    };
    let state = |state: &str, url: Option<String>, problem: Option<&str>| json!({"status": state, "resultsFileUrl": url, "errorDescription": problem});
    let completed = || {
        let file = utf8_percent_encode(id, NON_ALPHANUMERIC);
        let query = format!("X-Amz-Expires={LINK_LIFETIME}&X-Amz-Signature={signature}");
        state("COMPLETED", Some(format!("https://{}/_fake/download/{file}?{query}", context.authority)), None)
    };
    match (asked, outcome) {
        (1, _) => Reply::json(200, &state("SUBMITTED", None, None)),
        (2, _) => Reply::json(200, &state("IN_PROGRESS", None, None)),
        (_, Outcome::Whole) => Reply::json(200, &completed()),
        (_, Outcome::Truncated) => Reply::json(206, &completed()),
        (_, Outcome::Failing) => Reply::json(200, &state("ERROR", None, Some("The query took too long."))),
    }
}
