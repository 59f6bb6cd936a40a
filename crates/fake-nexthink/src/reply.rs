//! One HTTP response before it is sent.

use std::io::{self, Read};
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::Response;
use hyper::body::{Bytes, Frame, SizeHint};
use serde::Serialize;

/// An HTTP response.
pub(crate) struct Reply {
    pub status: u16,
    headers: Vec<(&'static str, String)>,
    pub body: Body,
    /// Why the request was refused, in words that come from no client.
    pub rejected: Option<&'static str>,
}

/// The body of a response.
pub(crate) enum Body {
    Empty,
    Bytes(Bytes),
    /// A body that is made while it is sent.
    Stream {
        /// The number of bytes left, if it is known; otherwise the body is sent in chunks.
        left: Option<u64>,
        source: Box<dyn Read + Send>,
    },
}

impl Reply {
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::Empty, rejected: None }
    }

    pub(crate) fn json(status: u16, value: &impl Serialize) -> Self {
        // Only maps with keys that are no text could fail, and there are none.
        Self::text(status, "application/json", serde_json::to_vec(value).unwrap_or_default())
    }

    pub(crate) fn text(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self { body: Body::Bytes(body.into()), ..Self::empty(status) }.header("content-type", content_type)
    }

    /// Returns a response whose body is read, without blocking, while it is sent.
    pub(crate) fn stream(content_type: &str, length: Option<u64>, source: impl Read + Send + 'static) -> Self {
        let body = Body::Stream { left: length, source: Box::new(source) };
        Self { body, ..Self::empty(200) }.header("content-type", content_type)
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Notes why the request is refused.
    pub(crate) fn because(mut self, reason: &'static str) -> Self {
        self.rejected = Some(reason);
        self
    }

    /// Replaces the content type.
    pub(crate) fn retype(mut self, content_type: &str) -> Self {
        self.headers.retain(|(name, _)| *name != "content-type");
        self.header("content-type", content_type)
    }

    pub(crate) fn into_response(self) -> Result<Response<Body>, hyper::http::Error> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        response.body(self.body)
    }
}

/// The largest payload of one TLS record.
const CHUNK: usize = 16 * 1024;

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let bytes = match self.get_mut() {
            Self::Empty => Bytes::new(),
            Self::Bytes(bytes) => mem::take(bytes),
            Self::Stream { left, source } => {
                let mut chunk = Vec::with_capacity(CHUNK);
                if let Err(error) = source.take(CHUNK as u64).read_to_end(&mut chunk) {
                    return Poll::Ready(Some(Err(error)));
                }
                if let Some(left) = left {
                    *left = left.saturating_sub(chunk.len() as u64);
                }
                chunk.into()
            }
        };
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Stream { left, .. } => *left == Some(0),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Stream { left: Some(left), .. } => SizeHint::with_exact(*left),
            Self::Stream { left: None, .. } => SizeHint::default(),
        }
    }
}
