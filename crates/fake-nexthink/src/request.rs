//! One HTTP request, received whole.

use hyper::HeaderMap;
use hyper::body::Bytes;
use hyper::http::request::Parts;
use serde::de::DeserializeOwned;

/// An HTTP request. It has no `Debug`: its headers contain secrets and tokens.
pub(crate) struct Request {
    parts: Parts,
    body: Bytes,
}

/// Why a header has no value to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoHeader {
    Missing,
    /// It occurs twice or is not UTF-8.
    Unusable,
}

impl Request {
    pub(crate) fn new(parts: Parts, body: Bytes) -> Self {
        Self { parts, body }
    }

    pub(crate) fn method(&self) -> &str {
        self.parts.method.as_str()
    }

    /// Returns the path, which starts with `/`, without the query.
    pub(crate) fn path(&self) -> &str {
        self.parts.uri.path()
    }

    /// Returns the query without `?`; empty when there is none.
    pub(crate) fn query(&self) -> &str {
        self.parts.uri.query().unwrap_or_default()
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns the value of a header that must not occur twice.
    pub(crate) fn header(&self, name: &str) -> Result<&str, NoHeader> {
        let mut values = self.parts.headers.get_all(name).iter();
        let first = values.next().ok_or(NoHeader::Missing)?;
        if values.next().is_some() {
            return Err(NoHeader::Unusable);
        }
        std::str::from_utf8(first.as_bytes().trim_ascii()).map_err(|_| NoHeader::Unusable)
    }

    /// Returns what follows an authentication scheme in `Authorization`; the error is a reason for `/_fake/calls`,
    /// `another` for another scheme.
    pub(crate) fn credentials(&self, scheme: &str, another: &'static str) -> Result<&str, &'static str> {
        let value = self.header("authorization").map_err(|problem| match problem {
            NoHeader::Missing => "no-authorization",
            NoHeader::Unusable => "authorization-given-twice-or-no-text",
        })?;
        let (given, credentials) = value.split_once(' ').ok_or(another)?;
        if given.eq_ignore_ascii_case(scheme) { Ok(credentials.trim_ascii_start()) } else { Err(another) }
    }

    /// Returns the media type of the body in lower case, without parameters.
    pub(crate) fn media_type(&self) -> Option<String> {
        let value = self.header("content-type").ok()?;
        value.split(';').next().map(|kind| kind.trim().to_ascii_lowercase())
    }

    /// Returns the value of a query parameter that occurs once; `None` when it is absent or occurs twice.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let mut values = form_urlencoded::parse(self.query().as_bytes()).filter(|(key, _)| key == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value.into_owned()),
            _ => None,
        }
    }

    /// Reads the body as JSON; the error is a reason for `/_fake/calls`.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, &'static str> {
        if self.media_type().as_deref() != Some("application/json") {
            return Err("content-type-is-not-json");
        }
        serde_json::from_slice(&self.body)
            .map_err(|error| if error.is_data() { "body-breaks-the-schema" } else { "body-is-not-json" })
    }
}
