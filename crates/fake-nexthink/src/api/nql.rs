//! Executions of saved queries: `POST /api/v1|v2/nql/execute`.

use std::io::Read as _;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use crate::api::context::{Answer, Context, Texts};
use crate::api::schema::{Rule, TEXT, TEXTS, Violation, optional, required};
use crate::csv::Csv;
use crate::reply::Reply;
use crate::samples::{COLUMNS, QUERIES, Query, row};

/// The form of rows in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Headers and a matrix.
    V1,
    /// Objects.
    V2,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Execute {
    query_id: String,
    #[serde(default)]
    parameters: Texts,
}

/// The form of `queryId` is checked with the query: it may also come in a query string.
const EXECUTE: Rule = Rule::Object(&[required("queryId", TEXT), optional("parameters", TEXTS)]);

/// The largest number of rows. The real service applies it silently, by three reports.
const ROW_CAP: u64 = 1000;

/// Runs a query.
pub(super) fn execute(context: &Context, shape: Shape) -> Answer {
    let csv = wants_csv(context).ok_or_else(|| Reply::empty(406).because("accept-not-offered"))?;
    let body: Execute = context.body(&EXECUTE).map_err(|problem| invalid(&problem))?;
    let query = find(&body.query_id, &body.parameters)?;
    // Any other value keeps the regional time zone.
    let utc = context.request.header("x-utc-times") == Ok("true");
    let count = query.rows.min(ROW_CAP);
    if csv {
        let mut text = Vec::new();
        // It is made in memory and cannot fail.
        let _ = Csv::new(count, utc).read_to_end(&mut text);
        return Ok(Reply::text(200, "text/csv", text));
    }
    Ok(Reply::json(200, &envelope(query, count, utc, shape, context.state.clock.now())))
}

fn envelope(query: &Query, count: u64, utc: bool, shape: Shape, now: u64) -> Value {
    let at = i64::try_from(now).ok().and_then(|now| OffsetDateTime::from_unix_timestamp(now).ok());
    let at = at.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    let (hour, minute, second) = at.to_hms();
    let rows = (0..count).map(|number| row(number, utc));
    match shape {
        Shape::V1 => json!({
            "queryId": query.id,
            "executedQuery": query.text,
            "rows": count,
            "executionDateTime":
                {"year": year, "month": month, "day": day, "hour": hour, "minute": minute, "second": second},
            "headers": COLUMNS,
            "data": rows.map(|row| Value::Array(row.into())).collect::<Vec<Value>>(),
        }),
        Shape::V2 => json!({
            "queryId": query.id,
            "executedQuery": query.text,
            "rows": count,
            // Without a zone, as in the documentation.
            "executionDateTime": format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"),
            "data": rows.map(|row| {
                let members = COLUMNS.iter().map(|name| (*name).to_owned()).zip(row);
                Value::Object(members.collect::<Map<String, Value>>())
            }).collect::<Vec<Value>>(),
        }),
    }
}

/// Returns what `Accept` asks for: `false` is JSON, `true` is CSV, `None` is neither.
fn wants_csv(context: &Context) -> Option<bool> {
    let mut values = context.request.headers().get_all("accept").iter().peekable();
    if values.peek().is_none() {
        return Some(false);
    }
    let ranges = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let kinds = ranges.filter_map(|range| range.split(|byte| *byte == b';').next());
    kinds.map(|kind| kind.trim_ascii().to_ascii_lowercase()).find_map(|kind| match kind.as_slice() {
        b"*/*" | b"application/*" | b"application/json" => Some(false),
        b"text/*" | b"text/csv" => Some(true),
        _ => None,
    })
}

/// Returns the query with an id, if these are its parameters.
pub(super) fn find(id: &str, parameters: &Texts) -> Result<&'static Query, Reply> {
    let refuse = |text, reason| error(400, 400, text).because(reason);
    if !is_query_id(id) {
        return Err(refuse("queryId must match ^#[a-z0-9_]{2,255}$.", "query-id-breaks-its-pattern"));
    }
    // Documented without a body, but the real service sends one.
    let unknown = || error(404, 100, "No query with this id.").because("unknown-query");
    let query = QUERIES.iter().find(|query| query.id == id).ok_or_else(unknown)?;
    // The documentation does not say how missing or unknown parameters are refused.
    let all_there = query.parameters.iter().all(|name| parameters.contains_key(*name));
    if !all_there || parameters.len() != query.parameters.len() {
        return Err(refuse("The parameters are not those of the query.", "parameters-differ-from-the-query"));
    }
    Ok(query)
}

/// Returns whether an id matches `^#[a-z0-9_]{2,255}$` and has at most 255 characters, as documented.
fn is_query_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    id.strip_prefix('#').is_some_and(|name| (2..=254).contains(&name.len()) && name.bytes().all(allowed))
}

/// Returns the response to a body that breaks a rule. A status for it is not documented; clients have seen 400.
pub(super) fn invalid(problem: &Violation) -> Reply {
    error(400, 400, &problem.message()).because(problem.reason)
}

/// Returns an error in the form of this API, whose code is a number.
pub(super) fn error(status: u16, code: i32, message: &str) -> Reply {
    Reply::json(status, &json!({"message": message, "code": code, "source": "nql-api"}))
}

#[cfg(test)]
mod tests {
    use super::is_query_id;

    #[test]
    fn a_query_id_keeps_to_its_pattern() {
        for (id, expected) in [
            ("#ab", true),
            (&*format!("#{}", "a".repeat(254)), true),
            (&*format!("#{}", "a".repeat(255)), false),
            ("#a", false),
            ("ab", false),
            ("#Ab", false),
            ("#a-b", false),
            ("#a b", false),
            ("", false),
        ] {
            assert_eq!(is_query_id(id), expected, "{id}");
        }
    }
}
