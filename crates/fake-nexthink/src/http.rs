//! Holds one request as received.

use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// Holds one request. Without `Debug`: its headers carry secrets and tokens.
pub(super) struct Request {
    pub method: String,
    /// Starts with `/`; the query is cut off.
    pub path: String,
    /// Follows the first `?`; empty when there is none.
    pub query: String,
    pub headers: Headers,
    pub body: Zeroizing<Vec<u8>>,
    /// Tells whether the client lets the connection stay open.
    pub keep_alive: bool,
}

/// Holds header fields in the order of arrival, names in lower case.
#[derive(Default)]
pub(super) struct Headers(Vec<(String, Zeroizing<Vec<u8>>)>);

/// Says that a header field is missing, or that it is given more than once or is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoHeader {
    Missing,
    Unusable,
}

impl Headers {
    pub fn push(&mut self, name: &str, value: &[u8]) {
        self.0.push((name.to_ascii_lowercase(), Zeroizing::new(value.to_vec())));
    }

    /// Gives the one value of a field that must not occur twice.
    pub fn one(&self, name: &str) -> Result<&str, NoHeader> {
        let mut values = self.all(name);
        let first = values.next().ok_or(NoHeader::Missing)?;
        if values.next().is_some() {
            return Err(NoHeader::Unusable);
        }
        std::str::from_utf8(first.trim_ascii()).map_err(|_| NoHeader::Unusable)
    }

    pub fn all(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    pub fn contains(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }
}

impl Request {
    /// Gives the media type of the body in lower case, without parameters.
    pub fn media_type(&self) -> Option<String> {
        let value = self.headers.one("content-type").ok()?;
        value.split(';').next().map(|kind| kind.trim().to_ascii_lowercase())
    }

    /// Gives the value of a query parameter that occurs once; `None` when it is absent or given twice.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut values = form_urlencoded::parse(self.query.as_bytes()).filter(|(key, _)| key == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value.into_owned()),
            _ => None,
        }
    }

    /// Reads the body as JSON, or gives the reason why it cannot be read.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, &'static str> {
        if self.media_type().as_deref() != Some("application/json") {
            return Err("content-type-is-not-json");
        }
        serde_json::from_slice(&self.body)
            .map_err(|error| if error.is_data() { "body-breaks-the-schema" } else { "body-is-not-json" })
    }
}
