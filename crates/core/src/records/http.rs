//! HTTP as data.

use std::fmt;

use url::Url;

use crate::secret::{Body, Secret};

/// An HTTP request that passed the guard. `Debug` shows neither header values nor the
/// body: both may contain credentials.
#[derive(Clone)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Request {
    pub method: String,
    pub url: Url,
    pub headers: Vec<(String, Secret)>,
    pub body: Body,
    pub authorized: bool,
    pub repeatable: bool,
    pub timeout: u32,
    pub response_limit: u32,
}

impl Request {
    /// Returns the host it goes to.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Returns method, host and path, for a log: the query may be a signature.
    pub fn place(&self) -> String {
        format!("{} {}{}", self.method, self.host(), self.url.path())
    }

    /// Returns the value of the first header of this name, which is lower-case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.expose())
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &format_args!("{}", self.url))
            .field("headers", &names)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

/// An HTTP response. `Debug` shows neither headers nor body.
#[derive(Clone)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Body,
    pub received_at: u64,
}

impl Response {
    /// Returns whether the status is a 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response").field("status", &self.status).field("body", &self.body).finish_non_exhaustive()
    }
}

/// The request that exchanges credentials for a token.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Exchange {
    pub request: Request,
    pub notes: Vec<String>,
}
