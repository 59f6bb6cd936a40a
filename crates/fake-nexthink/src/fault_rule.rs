//! Faults as the configuration describes them.

use std::num::NonZeroU64;

use serde::Deserialize;
use serde_json::Value;

use crate::endpoint::Endpoint;

/// A fault and the requests it applies to: `{"when": {…}, "do": …}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// The requests it applies to; all of them by default.
    #[serde(default)]
    pub when: When,
    /// What happens to these requests.
    #[serde(rename = "do")]
    pub action: Action,
}

/// The requests that a rule applies to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "WhenFields")]
pub struct When {
    /// What is requested.
    pub target: Target,
    /// A choice among the requests for this target.
    pub which: Which,
}

/// What is requested; an absent member matches everything.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// The endpoint.
    pub endpoint: Option<Endpoint>,
    /// The start of the path.
    pub path_prefix: Option<String>,
    /// The method, in either case.
    pub method: Option<String>,
}

/// A choice among the requests that match a rule's target, which are counted from 1 for each rule.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Which {
    /// Every request.
    #[default]
    All,
    /// The n-th request.
    Nth(NonZeroU64),
    /// Every n-th request.
    Every(NonZeroU64),
    /// The first n requests.
    First(NonZeroU64),
    /// Random requests, the same ones in every run with the same seed.
    Chance {
        /// The share of requests, between 0 and 1.
        probability: f64,
        /// The seed of the sequence.
        seed: u64,
    },
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// A response with this status; nothing is done.
    Status(Answer),
    /// A pause before everything else; other rules still apply.
    Delay(Delay),
    /// A reset of the connection without a response; nothing is done.
    ResetBefore,
    /// A reset of the connection after half of the response; the request is processed.
    ResetMiddle,
    /// A proper end of the connection after half of the response; the request is processed.
    Truncated,
    /// A JSON response of this size; nothing is done.
    Oversized(Oversized),
    /// An HTML page with status 200, as proxies and captive portals send it; nothing is done.
    HtmlPage,
    /// A redirect; nothing is done.
    Redirect(Redirect),
    /// The usual response with the content type `text/plain`.
    WrongContentType,
    /// An expired certificate in every handshake.
    ExpiredCertificate,
    /// A certificate for another host in every handshake.
    WrongHostCertificate,
}

/// The response of [`Action::Status`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The status, 200 to 599.
    pub status: u16,
    /// The body: text as it is, any other JSON value serialized; empty by default.
    #[serde(default)]
    pub body: Option<Value>,
    /// The content type of the body; `application/json` by default.
    #[serde(default)]
    pub content_type: Option<String>,
    /// The pause that the caller is asked for.
    #[serde(default)]
    pub retry_after: RetryAfter,
}

/// A pause that the caller is asked for, in seconds, in one of the forms that servers use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetryAfter {
    /// No header.
    #[default]
    None,
    /// `Retry-After` as a number.
    Seconds(u64),
    /// `Retry-After` as a date of RFC 9110.
    HttpDate(u64),
    /// `Retry-After` as a date of RFC 3339.
    IsoDate(u64),
    /// `X-Rate-Limit-Reset` in seconds since the Unix epoch, with its two companions, as Okta sends it.
    RateLimitReset(u64),
}

/// The pause of [`Action::Delay`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delay {
    /// Its length in milliseconds.
    pub milliseconds: u64,
}

/// The response of [`Action::Oversized`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oversized {
    /// The size of the body in bytes.
    pub bytes: u64,
    /// Whether `Content-Length` announces the size; otherwise the body is sent in chunks.
    #[serde(default)]
    pub announced: bool,
}

/// The response of [`Action::Redirect`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redirect {
    /// The value of `Location`.
    pub location: String,
    /// The status, 300 to 399; 302 by default.
    #[serde(default = "found")]
    pub status: u16,
}

impl Action {
    pub(crate) fn is_certificate(&self) -> bool {
        matches!(self, Self::ExpiredCertificate | Self::WrongHostCertificate)
    }

    /// Returns the name of the action in the configuration.
    pub(crate) fn id(&self) -> &'static str {
        match self {
            Self::Status(_) => "status",
            Self::Delay(_) => "delay",
            Self::ResetBefore => "reset-before",
            Self::ResetMiddle => "reset-middle",
            Self::Truncated => "truncated",
            Self::Oversized(_) => "oversized",
            Self::HtmlPage => "html-page",
            Self::Redirect(_) => "redirect",
            Self::WrongContentType => "wrong-content-type",
            Self::ExpiredCertificate => "expired-certificate",
            Self::WrongHostCertificate => "wrong-host-certificate",
        }
    }
}

impl FaultRule {
    /// Returns what makes the rule impossible, if anything does.
    pub(crate) fn check(&self) -> Result<(), String> {
        let header = |text: &str| text.bytes().all(|byte| byte == b'\t' || (b' '..0x7f).contains(&byte));
        match &self.action {
            // 1xx would not end the exchange.
            Action::Status(answer) if !(200..600).contains(&answer.status) => {
                Err("status lies outside 200 to 599".into())
            }
            Action::Status(Answer { content_type: Some(text), .. }) if !header(text) => {
                Err("content_type is no header value".into())
            }
            Action::Redirect(redirect) if !(300..400).contains(&redirect.status) => {
                Err("the status of a redirect lies outside 300 to 399".into())
            }
            Action::Redirect(redirect) if !header(&redirect.location) => Err("location is no header value".into()),
            action if action.is_certificate() && !self.when.is_always() => {
                Err("the certificate is sent before any request, so `when` must be empty".into())
            }
            _ => Ok(()),
        }
    }
}

impl When {
    fn is_always(&self) -> bool {
        let Target { endpoint, path_prefix, method } = &self.target;
        endpoint.is_none() && path_prefix.is_none() && method.is_none() && self.which == Which::All
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhenFields {
    endpoint: Option<Endpoint>,
    path_prefix: Option<String>,
    method: Option<String>,
    nth: Option<NonZeroU64>,
    every: Option<NonZeroU64>,
    first: Option<NonZeroU64>,
    probability: Option<f64>,
    seed: Option<u64>,
}

impl TryFrom<WhenFields> for When {
    type Error = &'static str;

    fn try_from(fields: WhenFields) -> Result<Self, Self::Error> {
        let which = match (fields.nth, fields.every, fields.first, fields.probability) {
            (None, None, None, None) => Which::All,
            (Some(n), None, None, None) => Which::Nth(n),
            (None, Some(n), None, None) => Which::Every(n),
            (None, None, Some(n), None) => Which::First(n),
            (None, None, None, Some(probability)) if (0.0..=1.0).contains(&probability) => {
                Which::Chance { probability, seed: fields.seed.unwrap_or(0) }
            }
            (None, None, None, Some(_)) => return Err("when: probability lies outside 0 to 1"),
            _ => return Err("when: nth, every, first and probability exclude each other"),
        };
        if fields.seed.is_some() && !matches!(which, Which::Chance { .. }) {
            return Err("when: seed needs probability");
        }
        let target = Target { endpoint: fields.endpoint, path_prefix: fields.path_prefix, method: fields.method };
        Ok(Self { target, which })
    }
}

fn found() -> u16 {
    302
}

#[cfg(test)]
mod tests {
    use super::{FaultRule, When, Which};

    #[test]
    fn a_rule_that_contradicts_itself_is_refused() {
        for json in
            [r#"{"nth":0}"#, r#"{"nth":1,"first":1}"#, r#"{"seed":1}"#, r#"{"probability":1.5}"#, r#"{"colour":1}"#]
        {
            assert!(serde_json::from_str::<When>(json).is_err(), "{json}");
        }
        assert_eq!(serde_json::from_str::<When>("{}").unwrap().which, Which::All);
        for action in [
            r#"{"status":{"status":100}}"#,
            r#"{"redirect":{"location":"x","status":200}}"#,
            "{\"redirect\":{\"location\":\"a\\r\\nb: c\"}}",
        ] {
            let rule: FaultRule = serde_json::from_str(&format!(r#"{{"do":{action}}}"#)).unwrap();
            assert!(rule.check().is_err(), "{action}");
        }
    }
}
