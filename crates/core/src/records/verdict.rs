//! What a connector concludes: problems, failures, tokens.

use serde::Serialize;

use crate::secret::Secret;

/// One thing that is wrong with the entries or with an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Problem {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    pub code: String,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Why an exchange did not give what it should: the connector's judgement of a
/// response, or the host's of what happened before there was one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Failure {
    pub code: String,
    pub class: String,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl Failure {
    /// Builds the failure of a call that found no free instance for so many seconds: load
    /// is never the connector's fault.
    pub fn overloaded(seconds: u64) -> Self {
        let message = format!("This host is overloaded: no instance of the connector became free within {seconds} s.");
        let hint =
            "Try again later; if it happens often, make fewer calls at once or run the connector on more machines.";
        Self::of_host("overloaded", "transient", message, hint)
    }

    /// Builds a failure of the host's own.
    pub fn of_host(code: &str, class: &str, message: impl Into<String>, hint: &str) -> Self {
        Self {
            code: code.to_owned(),
            class: class.to_owned(),
            message: message.into(),
            hint: Some(hint.to_owned()),
            field: None,
            provider_code: None,
            provider_message: None,
            retry_after: None,
        }
    }
}

/// An access token. Its value is never serialised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Token {
    #[serde(skip)]
    pub value: Secret,
    pub kind: String,
    pub expires_in: u32,
    pub refresh_after: u32,
    pub lifetime_assumed: bool,
    pub scopes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing_scopes: Vec<String>,
}
