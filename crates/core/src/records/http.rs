//! HTTP as data.

use std::fmt;

use url::Url;

use crate::secret::{Body, Secret};

/// An HTTP request that passed the guard. `Debug` shows neither header values nor the
/// query nor the body: they may contain credentials.
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
    /// What it is sent for: known from where in the contract it stands.
    pub purpose: Purpose,
}

/// What a request is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To get a token.
    Token,
    /// To call the API.
    Api,
    /// To fetch a file by a link.
    Download,
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

    /// Adds headers at the end.
    pub(crate) fn with_headers(mut self, headers: &[(String, Secret)]) -> Self {
        self.headers.extend_from_slice(headers);
        self
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
            .field("place", &format_args!("{}", self.place()))
            .field("headers", &names)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

/// What a host supplies to functions that depend on time or randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// Seconds since the Unix epoch, UTC.
    pub now: u64,
    /// Random bytes, new for each call and unpredictable.
    pub nonce: [u8; 32],
}

impl Context {
    /// A fixed one, for a request that is built and never sent.
    pub const REHEARSAL: Self = Self { now: 0, nonce: [0; 32] };
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

/// The request that gets a token.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Exchange {
    pub request: Request,
    pub notes: Vec<String>,
}
