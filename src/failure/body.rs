//! What a provider says about a failure.

use serde::Deserialize;

use crate::json::{self, Member};
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
    /// Reads the error bodies of RFC 6749 §5.2 (`error`, `error_description`)
    /// and of Okta (`errorCode`, `errorSummary`), also wrapped as
    /// `{"error": {…}}` with `code` and `message`. Empty when the body is none
    /// of them: what failed is clear from the status as well.
    pub fn read(body: &[u8]) -> Self {
        let body: Body = json::object(body).unwrap_or_default();
        let (error, text) = match body.error {
            Member::Error { code, message } => (*code, *message),
            error => (error, Member::Absent),
        };
        let first = |members: [Member; 3]| {
            members.into_iter().find_map(|member| member.into_text().as_deref().and_then(text::clean))
        };
        Self {
            code: first([error, body.error_code, Member::Absent]),
            message: first([body.error_description, body.error_summary, text]),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    error: Member,
    error_description: Member,
    #[serde(rename = "errorCode")]
    error_code: Member,
    #[serde(rename = "errorSummary")]
    error_summary: Member,
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
