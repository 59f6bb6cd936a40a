//! Fields of inventory objects: `POST /api/v1/enrichment/data/fields`.

use serde::Deserialize;
use serde_json::{Value, json};
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{Date, OffsetDateTime, PrimitiveDateTime};

use crate::api::context::Context;
use crate::api::schema::{Rule, TEXT, required, whole};
use crate::reply::Reply;

#[derive(Deserialize)]
struct Enrichments {
    enrichments: Vec<Enrichment>,
}

#[derive(Deserialize)]
struct Enrichment {
    identification: Vec<Field>,
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    value: Value,
}

/// Unknown names and unfit values are errors of their object, not of the request.
const FIELDS: Rule = Rule::Object(&[
    required("domain", Rule::Text(1, usize::MAX)),
    required(
        "enrichments",
        Rule::List(
            &Rule::Object(&[required("identification", NAMED_VALUES), required("fields", NAMED_VALUES)]),
            1,
            usize::MAX,
        ),
    ),
]);

const NAMED_VALUES: Rule =
    Rule::List(&Rule::Object(&[required("name", TEXT), required("value", Rule::Any)]), 0, usize::MAX);

const IDENTIFICATIONS: &str = "device/device/name device/device/uid user/user/sid user/user/uid user/user/upn \
    binary/binary/uid package/package/uid";

const VIRTUALIZATION: &str = "desktop_broker desktop_pool disk_image environment_name hostname hypervisor_name \
    instance_size last_update region type";

const ENTRA: &str = "city country_code department distinguished_name email_address full_name job_title last_update \
    office organizational_unit username";

/// The values that a field accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Date,
    /// The whole numbers from the first to the last.
    Choice(i64, i64),
}

/// Writes fields; the response has a status for all, some or none of the objects.
pub(super) fn write(context: &Context) -> Reply {
    let config = &context.state.config;
    if config.enrichment_bytes.is_some_and(|limit| context.request.body().len() > limit) {
        return Reply::empty(413).because("too-many-enrichment-bytes");
    }
    let Enrichments { enrichments } = match context.body(&FIELDS) {
        Ok(body) => body,
        Err(problem) => return error(400, MISSING, &problem.message()).because(problem.reason),
    };
    let (count, limit) = (enrichments.len(), config.enrichment_objects);
    if count > limit {
        let text = format!("Too many objects in one request: {count}. The limit is {limit}");
        return error(400, "ENRICH_042", &text).because("too-many-enrichments");
    }
    let errors: Vec<Value> = enrichments.iter().filter_map(problems).collect();
    if errors.is_empty() {
        Reply::json(200, &json!({"status": "success"}))
    } else if errors.len() < enrichments.len() {
        Reply::json(207, &json!({"status": "partial_success", "errors": errors}))
    } else {
        Reply::json(400, &json!({"status": "error", "errors": errors})).because("every-object-bad")
    }
}

/// The documented code of a missing required field.
const MISSING: &str = "ENRICH_001";

/// The documented code of a value of the wrong type.
const WRONG_TYPE: &str = "ENRICH_011";

/// The code of an unknown name; not documented, since the list of codes is not public.
const UNKNOWN_NAME: &str = "ENRICH_010";

/// Returns the errors of one object; `None` when there are none.
fn problems(enrichment: &Enrichment) -> Option<Value> {
    let mut errors = Vec::new();
    let mut add = |code: &str, message: &str| errors.push(json!({"message": message, "code": code}));
    match enrichment.identification.as_slice() {
        [field] if !listed(IDENTIFICATIONS, &field.name) => add(UNKNOWN_NAME, "Unknown identification."),
        [Field { value: Value::String(text), .. }] if !text.is_empty() => {}
        [_] => add(WRONG_TYPE, "The identification needs text."),
        _ => add(MISSING, "Exactly one identification is required."),
    }
    if enrichment.fields.is_empty() {
        add(MISSING, "fields is required.");
    }
    for field in &enrichment.fields {
        match kind(&field.name) {
            None => add(UNKNOWN_NAME, "Unknown field."),
            Some(kind) if !fits(kind, &field.value) => add(WRONG_TYPE, "The value has the wrong type."),
            Some(_) => {}
        }
    }
    let identification: Vec<Value> =
        enrichment.identification.iter().map(|field| json!({"name": field.name, "value": field.value})).collect();
    (!errors.is_empty()).then(|| json!({"identification": identification, "errors": errors}))
}

/// Returns what a field accepts; `None` when there is no such field.
fn kind(name: &str) -> Option<Kind> {
    let parts: Vec<&str> = name.split('/').collect();
    match parts.as_slice() {
        ["device", "device", "configuration_tag"] => Some(Kind::Text),
        ["user", "user", "organization", custom] => is_custom(custom).then_some(Kind::Text),
        ["device", "device", "virtualization", field] if listed(VIRTUALIZATION, field) => Some(match *field {
            "desktop_broker" => Kind::Choice(0, 7),
            "type" => Kind::Choice(1, 3),
            "last_update" => Kind::Date,
            _ => Kind::Text,
        }),
        ["user", "user", "ad", field] if listed(ENTRA, field) => {
            Some(if *field == "last_update" { Kind::Date } else { Kind::Text })
        }
        [object @ ("device" | "user" | "binary" | "package"), same, custom] if object == same => {
            is_custom(custom).then_some(Kind::Text)
        }
        _ => None,
    }
}

fn listed(names: &str, name: &str) -> bool {
    names.split(' ').any(|known| known == name)
}

fn is_custom(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    name.strip_prefix('#').is_some_and(|name| !name.is_empty() && name.bytes().all(allowed))
}

fn fits(kind: Kind, value: &Value) -> bool {
    match (kind, value) {
        // Empty text clears any field.
        (_, Value::String(text)) if text.is_empty() => true,
        (Kind::Text, Value::String(_)) => true,
        (Kind::Date, Value::String(text)) => is_date(text),
        (Kind::Choice(first, last), Value::Number(number)) => {
            whole(number).is_some_and(|number| (first..=last).contains(&number))
        }
        _ => false,
    }
}

/// Returns whether a text is a date of ISO 8601 with or without time and zone; the documentation says "date string".
fn is_date(text: &str) -> bool {
    OffsetDateTime::parse(text, &Rfc3339).is_ok()
        || PrimitiveDateTime::parse(text, &Iso8601::DEFAULT).is_ok()
        || Date::parse(text, &Iso8601::DEFAULT).is_ok()
}

fn error(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, &json!({"message": message, "code": code}))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Kind, fits, kind};

    #[test]
    fn fields_are_those_of_the_documentation() {
        for (name, expected) in [
            ("device/device/#custom_field", Some(Kind::Text)),
            ("package/package/#a", Some(Kind::Text)),
            ("user/user/organization/#a", Some(Kind::Text)),
            ("device/device/configuration_tag", Some(Kind::Text)),
            ("device/device/virtualization/desktop_broker", Some(Kind::Choice(0, 7))),
            ("device/device/virtualization/last_update", Some(Kind::Date)),
            ("user/user/ad/city", Some(Kind::Text)),
            ("device/device/custom_field", None),
            ("device/user/#a", None),
            ("device/device/#", None),
            ("device/device/virtualization/colour", None),
            ("user/user/ad/colour", None),
            ("", None),
        ] {
            assert_eq!(kind(name), expected, "{name}");
        }
    }

    #[test]
    fn values_have_the_type_of_their_field() {
        for (kind, value, expected) in [
            (Kind::Text, json!("x"), true),
            (Kind::Text, json!(1), false),
            (Kind::Text, json!(null), false),
            (Kind::Choice(0, 7), json!(7), true),
            (Kind::Choice(0, 7), json!(8), false),
            (Kind::Choice(0, 7), json!("7"), false),
            (Kind::Choice(0, 7), json!(""), true),
            (Kind::Date, json!("2026-01-15"), true),
            (Kind::Date, json!("2026-01-15T10:00:00"), true),
            (Kind::Date, json!("2026-01-15T10:00:00Z"), true),
            (Kind::Date, json!("yesterday"), false),
        ] {
            assert_eq!(fits(kind, &value), expected, "{kind:?} {value}");
        }
    }
}
