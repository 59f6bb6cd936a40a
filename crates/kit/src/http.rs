//! HTTP as data: requests to send, responses received.

use std::borrow::Cow;
use std::fmt;

use zeroize::Zeroize;

use crate::secret::Secret;

/// An HTTP request that the host sends to one of the connection's hosts.
#[derive(Debug)]
pub struct Request {
    /// Method in upper case.
    pub method: &'static str,
    /// Absolute `https` URL without user, port and fragment.
    pub url: String,
    /// In the order to send them.
    pub headers: Vec<Header>,
    /// Empty: no body.
    pub body: Vec<u8>,
    /// Whether the host adds the headers of `access.authorize`, and signs the request
    /// where the connector does.
    pub authorized: bool,
    /// Whether sending it again is harmless when it is unknown whether the first
    /// attempt took effect.
    pub repeatable: bool,
    /// Seconds to wait for the whole response.
    pub timeout: u32,
    /// Longest body to accept, in bytes after decoding.
    pub response_limit: u32,
}

impl Request {
    /// Sets a header, replacing one of the same name.
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|header| header.name != name);
        self.headers.push(Header::plain(name, value));
        self
    }

    /// Sets a header where there is a value for it.
    pub fn with_optional_header(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with_header(name, value),
            None => self,
        }
    }
}

/// A header: lower-case name and visible-ASCII value.
#[derive(Debug)]
pub struct Header {
    /// Name in lower case.
    pub name: Cow<'static, str>,
    /// Value, printed by `Debug` only where it contains no credential.
    pub value: HeaderValue,
}

impl Header {
    /// Creates a header whose value contains a credential.
    pub fn sensitive(name: impl Into<Cow<'static, str>>, value: Secret) -> Self {
        Self { name: name.into(), value: HeaderValue::Sensitive(value) }
    }

    /// Creates a header whose value may be shown.
    pub fn plain(name: impl Into<Cow<'static, str>>, value: &str) -> Self {
        Self { name: name.into(), value: HeaderValue::Plain(value.to_owned()) }
    }
}

/// The pair that the contract has, to be sent.
impl From<Header> for (String, String) {
    fn from(header: Header) -> Self {
        (header.name.into_owned(), header.value.expose().to_owned())
    }
}

/// The value of a header.
#[derive(Debug)]
pub enum HeaderValue {
    /// A value that may be shown.
    Plain(String),
    /// A value that contains a credential.
    Sensitive(Secret),
}

impl HeaderValue {
    /// Returns the value, for the one place that has to send it.
    pub fn expose(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Sensitive(secret) => secret.expose(),
        }
    }
}

/// An HTTP response.
///
/// The body is overwritten when dropped, since it may contain a token; `Debug`
/// shows neither it nor the values of headers.
pub struct Response {
    /// Status code, from 100 to 599.
    pub status: u16,
    /// Pairs of name and value, in the order received.
    pub headers: Vec<(String, String)>,
    /// Body, decoded.
    pub body: Vec<u8>,
    /// Time at which the response arrived by the host's clock, in seconds since the
    /// Unix epoch.
    pub received_at: u64,
}

impl Response {
    /// Returns the value of the first header of a name, without white space around
    /// it.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    }

    /// Returns the media type without parameters, in lower case. `None` when the
    /// header is missing or empty.
    pub fn media_type(&self) -> Option<String> {
        let value = self.header("content-type")?;
        let essence = value.split(';').next().unwrap_or_default().trim();
        (!essence.is_empty()).then(|| essence.to_ascii_lowercase())
    }

    /// Returns whether the body may be read as JSON: the media type says so (RFC
    /// 8259 §11, RFC 6839 §3.1) or is missing.
    pub fn may_be_json(&self) -> bool {
        self.media_type().is_none_or(|kind| kind == "application/json" || kind.ends_with("+json"))
    }

    /// Returns whether fewer bytes arrived than `content-length` announced.
    pub fn is_cut_short(&self) -> bool {
        let announced = self.header("content-length").and_then(|value| value.parse::<u64>().ok());
        announced.is_some_and(|announced| (self.body.len() as u64) < announced)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &names)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("received_at", &self.received_at)
            .finish()
    }
}

impl Drop for Response {
    fn drop(&mut self) {
        self.body.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(headers: &[(&str, &str)], body: &str) -> Response {
        Response {
            status: 200,
            headers: headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
            body: body.as_bytes().to_vec(),
            received_at: 0,
        }
    }

    #[test]
    fn media_type_is_compared_without_parameters_and_case() {
        for (value, json) in [
            ("application/json", true),
            ("Application/JSON ; charset=utf-8", true),
            ("application/problem+json", true),
            ("text/html", false),
            ("application/jsonp", false),
            ("", true),
        ] {
            assert_eq!(response(&[("Content-Type", value)], "").may_be_json(), json, "{value}");
        }
        assert!(response(&[], "").may_be_json());
    }

    #[test]
    fn a_body_shorter_than_announced_is_cut_short() {
        assert!(response(&[("content-length", "3")], "ab").is_cut_short());
        assert!(!response(&[("content-length", "2")], "ab").is_cut_short());
        assert!(!response(&[("content-length", "two")], "ab").is_cut_short());
        assert!(!response(&[], "ab").is_cut_short());
    }

    #[test]
    fn debug_shows_neither_body_nor_header_values() {
        let shown = format!("{:?}", response(&[("set-cookie", "canary")], "canary"));
        assert_eq!(shown, r#"Response { status: 200, headers: ["set-cookie"], body: 6 bytes, received_at: 0 }"#);
    }
}
