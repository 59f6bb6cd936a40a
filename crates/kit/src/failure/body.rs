//! The error bodies of token endpoint and API.

use serde::Deserialize;

use crate::json::{self, AnyMember};
use crate::text;

/// The provider's own error code and text, both fit to show.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ProviderError {
    /// Error code, such as `invalid_client` or `E0000047`. `None`: the body has
    /// none.
    pub code: Option<String>,
    /// Description of the error, at most 300 characters. `None`: the body has none.
    pub message: Option<String>,
}

impl ProviderError {
    /// Reads an error body in any known form:
    ///
    /// - RFC 6749 §5.2: `error`, `error_description`
    /// - Okta: `errorCode`, `errorSummary`
    /// - other APIs: `code` as text or number, `message` or `details`; `errors` with the
    ///   same inside, or with plain texts
    /// - any of these wrapped as `{"error": {…}}`
    ///
    /// Empty when the body has none of these forms, or contains one of their
    /// members twice: the status alone then tells what failed.
    pub fn read(body: &[u8]) -> Self {
        let Ok(body) = json::object_from_slice::<Body>(body) else { return Self::default() };
        let mut codes = vec![body.error, body.error_code, body.code];
        let mut texts = vec![body.error_description, body.error_summary, body.message, body.details];
        if body.error.object::<Inner>().is_some() {
            collect(body.error, &mut codes, &mut texts);
        }
        collect(body.errors, &mut codes, &mut texts);
        let first = |members: Vec<AnyMember>| {
            members.into_iter().find_map(|member| member.text().as_deref().and_then(text::clean))
        };
        Self { code: first(codes), message: first(texts) }
    }
}

/// The members of an error body, in whichever form.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    error: AnyMember<'a>,
    error_description: AnyMember<'a>,
    #[serde(rename = "errorCode")]
    error_code: AnyMember<'a>,
    #[serde(rename = "errorSummary")]
    error_summary: AnyMember<'a>,
    code: AnyMember<'a>,
    message: AnyMember<'a>,
    details: AnyMember<'a>,
    errors: AnyMember<'a>,
}

/// The members of an object inside an error body.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Inner<'a> {
    #[serde(borrow)]
    code: AnyMember<'a>,
    message: AnyMember<'a>,
    errors: AnyMember<'a>,
}

/// Levels of objects and arrays to look into: `errors`, its first item, the item's
/// own `errors`, and the first of those. No known API goes deeper.
const DEPTH: usize = 4;

/// Adds the codes and texts inside an object, or inside the first item of an array.
fn collect<'a>(mut member: AnyMember<'a>, codes: &mut Vec<AnyMember<'a>>, texts: &mut Vec<AnyMember<'a>>) {
    for _ in 0..DEPTH {
        if let Some(inner) = member.object::<Inner>() {
            codes.push(inner.code);
            texts.push(inner.message);
            member = inner.errors;
        } else if let Some(first) = member.first() {
            texts.push(first);
            member = first;
        } else {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_text_are_found_in_every_known_form() {
        for (body, code, message) in [
            (r#"{"error":"invalid_client","error_description":"No."}"#, Some("invalid_client"), Some("No.")),
            (r#"{"error":"invalid_scope"}"#, Some("invalid_scope"), None),
            (
                r#"{"errorCode":"E0000047","errorSummary":"Slow down.","errorCauses":[]}"#,
                Some("E0000047"),
                Some("Slow down."),
            ),
            (r#"{"error":{"code":42,"message":"Wrapped."}}"#, Some("42"), Some("Wrapped.")),
            (r#"{"error":["odd"],"error_description":7}"#, None, Some("7")),
            (r#"{"code":100,"message":"No such query."}"#, Some("100"), Some("No such query.")),
            (r#"{"code":"INVALID","details":"Workflow."}"#, Some("INVALID"), Some("Workflow.")),
            (r#"{"message":"Forbidden"}"#, None, Some("Forbidden")),
            (r#"{"errors":[{"code":"A","message":"First."},{"code":"B"}]}"#, Some("A"), Some("First.")),
            (
                r#"{"status":"error","errors":[{"identification":[],"errors":[{"message":"Deep.","code":"ENRICH_011"}]}]}"#,
                Some("ENRICH_011"),
                Some("Deep."),
            ),
            (r#"{"errors":["Plain."]}"#, None, Some("Plain.")),
            // What cannot be read hides nothing else.
            (r#"{"error":"invalid_client","error_description":"\ud800"}"#, Some("invalid_client"), None),
            (r#"{"errors":[{"code":1e999,"message":"Readable."}]}"#, None, Some("Readable.")),
            // Nothing is read from a third list of errors.
            (r#"{"errors":[{"errors":[{"errors":[{"code":"A","message":"Deeper."}]}]}]}"#, None, None),
            (r#"{"error":null}"#, None, None),
            (r#"["error"]"#, None, None),
            ("<html>", None, None),
            ("", None, None),
        ] {
            let error = ProviderError::read(body.as_bytes());
            assert_eq!((error.code.as_deref(), error.message.as_deref()), (code, message), "{body}");
        }
    }

    #[test]
    fn the_providers_text_is_cleaned_and_cut() {
        let body = format!(r#"{{"error":"a\u0000b","error_description":"{}"}}"#, "x".repeat(400));
        let error = ProviderError::read(body.as_bytes());
        assert_eq!(error.code.as_deref(), Some("ab"));
        assert_eq!(error.message.map(|m| m.len()), Some(300));
    }
}
