//! One HTTP response before it is sent.

use std::io::{self, ErrorKind, Read};
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
    body: Body,
    /// Why the request was refused, in words that come from no client.
    pub rejected: Option<&'static str>,
    /// The end of a response that is not sent whole, and of its connection.
    pub cut: Option<Cut>,
}

/// The end of a response that is not sent whole, and of its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Nothing is sent, and the connection reset.
    Unsent,
    /// Half is sent, and the connection reset.
    Reset,
    /// Half is sent, and the connection closed properly.
    Close,
}

/// The body of a response.
pub(crate) enum Body {
    Whole(Bytes),
    /// A body that is made while it is sent: in chunks, unless a header announces its length.
    Stream(Box<dyn Read + Send>),
    /// The start of a body, after which sending fails.
    Half {
        start: Bytes,
        /// The length of the whole body, if it is announced.
        length: Option<u64>,
        /// Whether `start` was handed over and had its turn to be sent.
        sent: bool,
    },
}

/// The largest payload of one TLS record.
const CHUNK: u64 = 16 * 1024;

/// The most that is sent of a body that is cut: less than any stream has, and what a socket takes at once.
const HALF: usize = 4096;

impl Reply {
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::Whole(Bytes::new()), rejected: None, cut: None }
    }

    pub(crate) fn json(status: u16, value: &impl Serialize) -> Self {
        // Only maps with keys that are no text could fail, and there are none.
        Self::text(status, "application/json", serde_json::to_vec(value).unwrap_or_default())
    }

    pub(crate) fn text(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self { body: Body::Whole(body.into()), ..Self::empty(status) }.header("content-type", content_type)
    }

    /// Returns a response whose body is read, without blocking, while it is sent.
    pub(crate) fn stream(content_type: &str, source: impl Read + Send + 'static) -> Self {
        Self { body: Body::Stream(Box::new(source)), ..Self::empty(200) }.header("content-type", content_type)
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

    /// Ends the response before its end.
    pub(crate) fn cut(mut self, cut: Cut) -> Self {
        self.cut = Some(cut);
        self
    }

    /// Replaces the content type.
    pub(crate) fn retype(mut self, content_type: &str) -> Self {
        self.headers.retain(|(name, _)| *name != "content-type");
        self.header("content-type", content_type)
    }

    /// Returns whether there is no body.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(&self.body, Body::Whole(bytes) if bytes.is_empty())
    }

    pub(crate) fn into_response(self) -> Result<Response<Body>, hyper::http::Error> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        response.body(if self.cut.is_some() { self.body.half() } else { self.body })
    }
}

impl Body {
    fn half(self) -> Self {
        let (start, length) = match self {
            Self::Whole(bytes) => (bytes.slice(..HALF.min(bytes.len() / 2)), Some(bytes.len() as u64)),
            Self::Stream(source) => {
                let mut start = Vec::with_capacity(HALF);
                // Made in memory: what cannot be read is cut, too.
                let _ = source.take(HALF as u64).read_to_end(&mut start);
                (start.into(), None)
            }
            Self::Half { start, length, .. } => (start, length),
        };
        Self::Half { start, length, sent: false }
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let bytes = match self.get_mut() {
            Self::Whole(bytes) => mem::take(bytes),
            Self::Stream(source) => {
                let mut chunk = Vec::new();
                if let Err(error) = source.take(CHUNK).read_to_end(&mut chunk) {
                    return Poll::Ready(Some(Err(error)));
                }
                chunk.into()
            }
            Self::Half { start, .. } if !start.is_empty() => mem::take(start),
            Self::Half { sent: true, .. } => return Poll::Ready(Some(Err(ErrorKind::ConnectionAborted.into()))),
            Self::Half { sent, .. } => {
                // hyper sends what it has when there is nothing more, and drops it when the body fails.
                *sent = true;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
        };
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Half { length: Some(length), .. } => SizeHint::with_exact(*length),
            Self::Stream(_) | Self::Half { length: None, .. } => SizeHint::default(),
        }
    }
}
