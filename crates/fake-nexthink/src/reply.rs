//! Holds one reply before it is written.

use std::io::{self, Write};

use serde::Serialize;

/// Writes a body that is too long to be held.
pub(super) type Writer = Box<dyn FnOnce(&mut dyn Write) -> io::Result<()> + Send>;

/// Holds a body.
pub(super) enum Body {
    Empty,
    Bytes(Vec<u8>),
    /// Is written as it is made: in chunks, or of a length known beforehand.
    Stream(Option<u64>, Writer),
}

/// Holds one reply.
pub(super) struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
    /// Says why the request was refused, in words that come from no client.
    pub rejected: Option<&'static str>,
}

impl Reply {
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::Empty, rejected: None }
    }

    pub fn json(status: u16, value: &impl Serialize) -> Self {
        // Only maps with keys that are no text could fail, and there are none.
        Self::text(status, "application/json", serde_json::to_vec(value).unwrap_or_default())
    }

    pub fn text(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("Content-Type", content_type.to_owned())];
        Self { status, headers, body: Body::Bytes(body.into()), rejected: None }
    }

    pub fn stream(content_type: &str, length: Option<u64>, writer: Writer) -> Self {
        let headers = vec![("Content-Type", content_type.to_owned())];
        Self { status: 200, headers, body: Body::Stream(length, writer), rejected: None }
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn because(mut self, reason: &'static str) -> Self {
        self.rejected = Some(reason);
        self
    }

    /// Calls the body something else.
    pub fn retype(mut self, content_type: &str) -> Self {
        self.headers.retain(|(name, _)| *name != "Content-Type");
        self.header("Content-Type", content_type)
    }
}

/// Gives the reason phrase of RFC 9110 for those statuses that occur; empty for others, which is allowed.
pub(super) fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        202 => "Accepted",
        204 => "No Content",
        206 => "Partial Content",
        207 => "Multi-Status",
        301 => "Moved Permanently",
        302 => "Found",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        413 => "Content Too Large",
        421 => "Misdirected Request",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        _ => "",
    }
}
