//! What a connector concludes: problems, failures, tokens.

use serde::{Serialize, Serializer};
use serde_json::json;

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
    #[serde(flatten)]
    pub recovery: Recovery,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_message: Option<String>,
}

/// What a host does about a failure. Serialised as its word and, where the provider named
/// a time, `retry-after` in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// Stop until the entries or the provider's settings change.
    Reconfigure,
    /// The request had no effect: get a new token and send once more.
    RenewToken,
    /// The request had no effect: send it again, after so many seconds if a time is named.
    Retry(Option<u32>),
    /// It is unknown whether the request had an effect: likewise, but only if it is
    /// repeatable.
    RetryIfRepeatable(Option<u32>),
    /// Report it; nothing that either side does now helps.
    GiveUp,
    /// Stop and raise an alarm: something tried to divert the exchange.
    Alarm,
}

impl Recovery {
    /// Returns the case as the contract spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reconfigure => "reconfigure",
            Self::RenewToken => "renew-token",
            Self::Retry(_) => "retry",
            Self::RetryIfRepeatable(_) => "retry-if-repeatable",
            Self::GiveUp => "give-up",
            Self::Alarm => "alarm",
        }
    }

    /// Returns how many seconds the provider asks to wait. None: it names no time.
    pub fn retry_after(self) -> Option<u32> {
        match self {
            Self::Retry(seconds) | Self::RetryIfRepeatable(seconds) => seconds,
            Self::Reconfigure | Self::RenewToken | Self::GiveUp | Self::Alarm => None,
        }
    }
}

impl Serialize for Recovery {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let seconds = self.retry_after().map(|seconds| ("retry-after", json!(seconds)));
        serializer.collect_map([("recovery", json!(self.name()))].into_iter().chain(seconds))
    }
}

impl Failure {
    /// Builds the failure of a call that found no free instance for so many seconds: load
    /// is never the connector's fault.
    pub fn overloaded(seconds: u64) -> Self {
        let message = format!("This host is overloaded: no instance of the connector became free within {seconds} s.");
        let hint =
            "Try again later; if it happens often, make fewer calls at once or run the connector on more machines.";
        Self::of_host("overloaded", Recovery::RetryIfRepeatable(None), message, hint)
    }

    /// Builds a failure of the host's own.
    pub fn of_host(code: &str, recovery: Recovery, message: impl Into<String>, hint: &str) -> Self {
        Self {
            code: code.to_owned(),
            recovery,
            message: message.into(),
            hint: Some(hint.to_owned()),
            field: None,
            provider_code: None,
            provider_message: None,
        }
    }
}

/// An access token. Neither its value nor the refresh token is ever serialised.
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
    /// What gets the next token. Serialised as `refreshable: true` where there is one.
    #[serde(rename = "refreshable", serialize_with = "exists", skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Secret>,
}

impl Token {
    /// Returns what of it is secret.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        [&self.value].into_iter().chain(&self.refresh_token)
    }
}

#[expect(clippy::ref_option, reason = "as serde calls it")]
fn exists<S: Serializer>(secret: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(secret.is_some())
}
