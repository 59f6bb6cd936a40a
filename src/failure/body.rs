//! What a provider says about a failure.

use crate::json::{self, Member, Members, Unreadable};
use crate::text;

/// Holds the provider's own code and text, both fit to show.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ProviderError {
    /// Such as `invalid_client` or `E0000047`.
    pub code: Option<String>,
    /// Such as a description of the error.
    pub message: Option<String>,
}

impl ProviderError {
    /// Reads the error bodies of RFC 6749 §5.2 (`error`, `error_description`), of
    /// Okta (`errorCode`, `errorSummary`) and of Nexthink's APIs (`code` as text or
    /// number, `message` or `details`, `errors` with the same inside), also wrapped
    /// as `{"error": {…}}`. Empty when the body is none of them: what failed is
    /// clear from the status as well.
    pub fn read(body: &[u8]) -> Self {
        // What says something twice says nothing.
        json::object(body).and_then(|body| Self::find(&body)).unwrap_or_default()
    }

    fn find(body: &Members) -> Result<Self, Unreadable> {
        let (error, errors) = (body.once("error")?, body.once("errors")?);
        let (error_code, code) = (body.once("errorCode")?, body.once("code")?);
        let said =
            [body.once("error_description")?, body.once("errorSummary")?, body.once("message")?, body.once("details")?];
        let mut codes = vec![&error, &error_code, &code];
        let mut texts: Vec<&Member> = said.iter().collect();
        if let Member::Error(_) = error {
            collect(&error, &mut codes, &mut texts);
        }
        collect(&errors, &mut codes, &mut texts);
        let first = |members: Vec<&Member>| {
            members.into_iter().find_map(|member| member.text().as_deref().and_then(text::clean))
        };
        Ok(Self { code: first(codes), message: first(texts) })
    }
}

/// Adds what an object, or the first of a list of them, says.
fn collect<'a>(member: &'a Member, codes: &mut Vec<&'a Member>, texts: &mut Vec<&'a Member>) {
    match member {
        Member::Error(inner) => {
            codes.push(&inner.code);
            texts.push(&inner.message);
            collect(&inner.errors, codes, texts);
        }
        Member::List(first) => {
            texts.push(first);
            collect(first, codes, texts);
        }
        Member::Absent | Member::Text(_) | Member::Whole(_) | Member::Other => {}
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
