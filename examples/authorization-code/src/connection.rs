//! From entries to a connection: which account, and which OAuth client of it.

use connector_kit::definition::{Connection, Field};
use connector_kit::entries::{Entries, FieldValue};
use connector_kit::problem::{Problem, ProblemCode};
use connector_kit::secret::Secret;
use connector_kit::text;

use crate::definition::{CLIENT_ID, CLIENT_SECRET, DEFINITION, SUBDOMAIN};

/// Longest label of a host name, in bytes (RFC 1035 section 2.3.4). Zendesk publishes no limit of its own.
const LABEL: usize = 63;

/// What no subdomain has, each with a problem of its own, which shows where the value went wrong.
const STRANGERS: [(&[char], &str); 4] = [
    (&['.'], "The subdomain has a dot, so it is more than one part of an address."),
    (&[','], "The subdomain has a comma; it may be several."),
    (&['{', '}'], "The subdomain has a brace; it may be a placeholder that was not filled in."),
    (&['%'], "The subdomain has a percent sign; it may be part of an encoded address."),
];

const ADDRESS_HINT: &str =
    "Enter the part before .zendesk.com, or paste the address that the browser shows when you work in Zendesk.";

/// Normalises and validates the entries so far.
///
/// # Errors
///
/// Returns every problem at once.
pub fn resolve(entries: &Entries) -> Result<Connection, Vec<Problem>> {
    let mut problems = entries.key_problems(&DEFINITION.labels());
    let mut notes = Vec::new();
    let text = value(entries, &SUBDOMAIN, &mut problems);
    let subdomain = text.map(|text| subdomain(text, &mut notes, &mut problems)).unwrap_or_default();
    let id = value(entries, &CLIENT_ID, &mut problems);
    value(entries, &CLIENT_SECRET, &mut problems);
    if matches!(entries.field_value(SUBDOMAIN.key), FieldValue::Missing) {
        problems.push(required(&SUBDOMAIN, ADDRESS_HINT));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let settings = [(SUBDOMAIN.key, subdomain.clone())].into_iter();
    Ok(Connection {
        key: id.map_or_else(String::new, |id| format!("zendesk/{subdomain}/{id}")),
        base_url: format!("https://{subdomain}.zendesk.com"),
        settings: settings.chain(id.map(|id| (CLIENT_ID.key, id.to_owned()))).collect(),
        label: subdomain,
        notes,
    })
}

/// Returns the connection, the identifier of its client, which is required here, and the secret of a confidential one.
///
/// # Errors
///
/// Returns every problem at once.
pub fn client(entries: &Entries) -> Result<(Connection, String, Option<Secret>), Vec<Problem>> {
    let mut problems = Vec::new();
    let connection = resolve(entries).map_err(|found| problems.extend(found)).ok();
    if matches!(entries.field_value(CLIENT_ID.key), FieldValue::Missing) {
        problems.push(required(&CLIENT_ID, "Copy it from the OAuth client in Admin Center."));
    }
    // Their problems are those of `resolve`.
    let id = value(entries, &CLIENT_ID, &mut Vec::new()).map(str::to_owned);
    let secret = value(entries, &CLIENT_SECRET, &mut Vec::new()).map(Secret::new);
    connection.zip(id).map(|(connection, id)| (connection, id, secret)).ok_or(problems)
}

/// Returns the value of a field, without white space around it.
fn value<'a>(entries: &'a Entries, field: &Field, problems: &mut Vec<Problem>) -> Option<&'a str> {
    let FieldValue::Single(text) = entries.field_value(field.key) else { return None };
    let text = text::trim(text);
    let longest = field.max_length.map_or(usize::MAX, |longest| longest as usize);
    let (code, message) = if text.chars().count() > longest {
        (ProblemCode::TooLong, format!("{} has more than {longest} characters.", field.label))
    } else if !text.bytes().all(|b| b.is_ascii_graphic()) {
        (ProblemCode::BadFormat, format!("{} has a character that does not belong there.", field.label))
    } else {
        return Some(text);
    };
    problems.push(Problem::of(field.key, code, message).hint("Copy it again."));
    None
}

fn required(field: &Field, hint: &str) -> Problem {
    Problem::of(field.key, ProblemCode::Required, format!("{} is missing.", field.label)).hint(hint)
}

/// Reads a subdomain, or the address that it is a part of.
fn subdomain(text: &str, notes: &mut Vec<String>, problems: &mut Vec<Problem>) -> String {
    let mut refuse = |code, message: &str| problems.push(Problem::of(SUBDOMAIN.key, code, message).hint(ADDRESS_HINT));
    let text = text.to_ascii_lowercase();
    let host = text.strip_prefix("https://").unwrap_or(&text).split(['/', '?', '#']).next().unwrap_or_default();
    let Some(name) = host.strip_suffix(".zendesk.com").or_else(|| (host == text).then_some(host)) else {
        refuse(ProblemCode::BadFormat, "The address does not lie under zendesk.com.");
        return String::new();
    };
    let strangers: Vec<_> = STRANGERS.iter().filter(|(characters, _)| name.contains(*characters)).collect();
    for (_, message) in &strangers {
        refuse(ProblemCode::BadFormat, message);
    }
    let known = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if name.len() > LABEL {
        refuse(ProblemCode::TooLong, "The subdomain has more than 63 characters.");
    } else if strangers.is_empty() && (!known || name.is_empty() || name.starts_with('-') || name.ends_with('-')) {
        refuse(ProblemCode::BadFormat, "A subdomain has letters, digits and, between them, hyphens.");
    } else if host == text && name == host {
        return text;
    }
    notes.push(format!("From the address: subdomain {name}."));
    name.to_owned()
}
