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
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(try_from = "WhenFields")]
pub struct When {
    /// The endpoint; every endpoint by default.
    pub endpoint: Option<Endpoint>,
    /// The start of the path; every path by default.
    pub path_prefix: Option<String>,
    /// The method, in either case; every method by default.
    pub method: Option<String>,
    /// A choice among the requests with these properties.
    pub which: Which,
}

/// A choice among the requests that a rule's other members match, which are counted from 1 for each rule.
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
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Action {
    /// A response with this status; nothing is done.
    Status(Answer),
    /// A pause before everything else; other rules still apply.
    Delay {
        /// Its length.
        milliseconds: u64,
    },
    /// A reset of the connection without a response; nothing is done.
    ResetBefore,
    /// A reset of the connection in the middle of the response, after half of its body or 4,096 bytes; the request is processed.
    ResetMiddle,
    /// A proper end of the connection at the same place; the request is processed.
    Truncated,
    /// A JSON response of this size; nothing is done.
    Oversized {
        /// The size of the body.
        bytes: u64,
        /// Whether `Content-Length` announces the size; otherwise, and by default, the body is sent in chunks.
        #[serde(default)]
        announced: bool,
    },
    /// An HTML page with status 200, as proxies and captive portals send it; nothing is done.
    HtmlPage,
    /// A redirect; nothing is done.
    Redirect {
        /// The value of `Location`.
        location: String,
        /// The status, 300 to 399; 302 by default.
        #[serde(default = "found")]
        status: u16,
    },
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

impl Action {
    pub(crate) fn is_certificate(&self) -> bool {
        matches!(self, Self::ExpiredCertificate | Self::WrongHostCertificate)
    }

    /// Returns the name of the action in the configuration.
    pub(crate) fn id(&self) -> &'static str {
        match self {
            Self::Status(_) => "status",
            Self::Delay { .. } => "delay",
            Self::ResetBefore => "reset-before",
            Self::ResetMiddle => "reset-middle",
            Self::Truncated => "truncated",
            Self::Oversized { .. } => "oversized",
            Self::HtmlPage => "html-page",
            Self::Redirect { .. } => "redirect",
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
            Action::Redirect { status, .. } if !(300..400).contains(status) => {
                Err("the status of a redirect lies outside 300 to 399".into())
            }
            Action::Redirect { location, .. } if !header(location) => Err("location is no header value".into()),
            action if action.is_certificate() && self.when != When::default() => {
                Err("the certificate is sent before any request, so `when` must be empty".into())
            }
            _ => Ok(()),
        }
    }
}

impl When {
    /// Returns whether the rule counts a request.
    pub(crate) fn matches(&self, endpoint: Option<Endpoint>, method: &str, path: &str) -> bool {
        self.endpoint.is_none_or(|wanted| Some(wanted) == endpoint)
            && self.path_prefix.as_deref().is_none_or(|prefix| path.starts_with(prefix))
            && self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
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
        Ok(Self { endpoint: fields.endpoint, path_prefix: fields.path_prefix, method: fields.method, which })
    }
}

fn found() -> u16 {
    302
}

#[cfg(test)]
mod tests {
    use super::{Action, FaultRule, When, Which};

    #[test]
    fn a_rule_that_contradicts_itself_is_refused() {
        for json in
            [r#"{"nth":0}"#, r#"{"nth":1,"first":1}"#, r#"{"seed":1}"#, r#"{"probability":1.5}"#, r#"{"colour":1}"#]
        {
            assert!(serde_json::from_str::<When>(json).is_err(), "{json}");
        }
        assert_eq!(serde_json::from_str::<When>("{}").unwrap().which, Which::All);
        for action in [
            r#"{"delay":{"milliseconds":1,"colour":1}}"#,
            r#"{"oversized":{"bytes":1,"colour":1}}"#,
            r#"{"redirect":{"location":"x","colour":1}}"#,
        ] {
            assert!(serde_json::from_str::<Action>(action).is_err(), "{action}");
        }
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
