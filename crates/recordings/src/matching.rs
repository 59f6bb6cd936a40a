//! Whether a request is the recorded one, and what differs if not.

use std::collections::BTreeSet;

use connector_core::records::Request;
use url::{Url, form_urlencoded};

use crate::placeholder::Placeholders;
use crate::recording::RecordedRequest;

/// Headers whose value matters; all others may come and go.
const COMPARED: [&str; 3] = ["authorization", "content-type", "accept"];

/// Headers that have to be there, whatever they say: they name versions.
const PRESENT: [&str; 1] = ["user-agent"];

/// One thing in which a request differs from the recorded one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What differs, such as `url` or `header accept`.
    pub what: String,
    /// As recorded; with placeholders, so without secrets.
    pub recorded: String,
    /// As sent; secrets replaced by placeholders or left out.
    pub sent: String,
}

/// Compares a request with a recorded one: method and URL exactly, the query and
/// a form body as multisets, JSON by structure, other bodies by bytes, and the
/// headers that matter. Empty when they agree.
///
/// # Errors
///
/// Returns a placeholder of the recording that does not exist.
pub(crate) fn differences(
    recorded: &RecordedRequest,
    sent: &Request,
    placeholders: &Placeholders,
) -> Result<Vec<Difference>, String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, recorded: Option<&str>, sent: Option<&str>, same: bool| {
        if !same {
            let shown =
                |text: Option<&str>| text.map_or_else(|| "(none)".to_owned(), |text| placeholders.restore(text));
            found.push(Difference { what: what.to_owned(), recorded: shown(recorded), sent: shown(sent) });
        }
    };
    compare("method", Some(&recorded.method), Some(&sent.method), recorded.method == sent.method);

    let url = placeholders.fill_url(&recorded.url)?;
    compare("url", Some(&url), Some(sent.url.as_str()), same_url(&url, &sent.url));

    for name in COMPARED {
        let expected = header(recorded, name).map(|value| placeholders.fill(value)).transpose()?;
        let given = sent.header(name);
        let same = expected.as_deref().map(|value| normal(name, value)) == given.map(|value| normal(name, value));
        // A header that is not the expected one may contain credentials that no
        // placeholder stands for.
        let given = given.map(|value| if name == "authorization" { "(another value)" } else { value });
        compare(&format!("header {name}"), expected.as_deref(), given, same);
    }
    for name in credential_headers(recorded, sent, placeholders) {
        let expected = header(recorded, name).map(|value| placeholders.fill(value)).transpose()?;
        let given = sent.header(name);
        compare(
            &format!("header {name}"),
            expected.as_deref(),
            given.map(|_| "(another value)"),
            expected.as_deref() == given,
        );
    }
    for name in PRESENT {
        let same = header(recorded, name).is_some() == sent.header(name).is_some();
        compare(&format!("header {name}"), header(recorded, name), sent.header(name), same);
    }

    let body = placeholders.fill(&recorded.body)?;
    let given = String::from_utf8_lossy(&sent.body);
    let same = same_body(sent.header("content-type").unwrap_or_default(), &body, &sent.body);
    compare("body", Some(&body), Some(&given), same);
    Ok(found)
}

/// Returns the names of further headers with a placeholder in the recording, or with a secret in
/// what is sent: those of an API key have any name.
fn credential_headers<'a>(
    recorded: &'a RecordedRequest,
    sent: &'a Request,
    placeholders: &Placeholders,
) -> BTreeSet<&'a str> {
    let recorded = recorded.headers.iter().filter(|(_, value)| value.contains("{{"));
    let recorded = recorded.map(|(name, _)| name.as_str());
    let sent = sent.headers.iter().filter(|(_, value)| placeholders.restore(value.expose()) != value.expose());
    let names = recorded.chain(sent.map(|(name, _)| name.as_str()));
    names.filter(|name| !COMPARED.contains(&name.to_ascii_lowercase().as_str())).collect()
}

fn header<'a>(recorded: &'a RecordedRequest, name: &str) -> Option<&'a str> {
    recorded.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Compares media types without case and spaces (RFC 9110 §8.3.1).
fn normal(name: &str, value: &str) -> String {
    if name == "content-type" { value.to_ascii_lowercase().replace(' ', "") } else { value.to_owned() }
}

fn same_url(recorded: &str, sent: &Url) -> bool {
    let Ok(recorded) = Url::parse(recorded) else { return false };
    let bare = |url: &Url| {
        let mut url = url.clone();
        url.set_query(None);
        url
    };
    bare(&recorded) == bare(sent)
        && multiset(recorded.query().unwrap_or_default()) == multiset(sent.query().unwrap_or_default())
}

fn same_body(media_type: &str, recorded: &str, sent: &[u8]) -> bool {
    if recorded.as_bytes() == sent {
        return true;
    }
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/x-www-form-urlencoded" {
        // Both are decoded, so `+` and `%20` are the same space.
        return std::str::from_utf8(sent).is_ok_and(|sent| multiset(recorded) == multiset(sent));
    }
    if essence == "application/json" || essence.ends_with("+json") {
        let recorded: Result<serde_json::Value, _> = serde_json::from_str(recorded);
        let sent: Result<serde_json::Value, _> = serde_json::from_slice(sent);
        return matches!((recorded, sent), (Ok(recorded), Ok(sent)) if recorded == sent);
    }
    false
}

fn multiset(query: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    pairs.sort();
    pairs
}

#[cfg(test)]
mod tests;
