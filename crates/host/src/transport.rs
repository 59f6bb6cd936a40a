//! How requests are sent.

use std::fmt;
use std::pin::Pin;

use bytes::Bytes;
use connector_core::Fault;
use connector_core::records::{Request, Response};
use zeroize::{Zeroize as _, Zeroizing};

use crate::error::SendError;

/// A boxed future, as object-safe async methods return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends requests that passed the guard.
///
/// An implementation sends a request once, to the host of its URL over TLS. Any status is
/// a response; it follows no redirect, keeps no cookies and repeats nothing. It observes
/// `timeout` for the whole exchange and undoes `content-encoding`.
///
/// A platform with an HTTP client of its own implements this; a test answers from memory:
///
/// ```
/// use connector_host::records::{Request, Response};
/// use connector_host::{BoxFuture, Incoming, SendError, Transport};
///
/// struct NotFound;
///
/// impl Transport for NotFound {
///     fn send(&self, _: Request) -> BoxFuture<'_, Result<Incoming, SendError>> {
///         let response = Response { status: 404, headers: Vec::new(), body: "gone".into(), received_at: 0 };
///         Box::pin(async { Ok(Incoming::whole(response)) })
///     }
/// }
/// ```
pub trait Transport: Send + Sync {
    /// Sends a request and returns the response as soon as its head is there.
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Incoming, SendError>>;
}

/// A response whose body may still be on its way.
pub struct Incoming {
    head: Response,
    pieces: Option<Box<dyn Pieces>>,
}

/// The rest of a body, piece by piece.
pub trait Pieces: Send {
    /// Returns the next piece; none at the end.
    ///
    /// # Errors
    ///
    /// What broke the body off. One that ends before the length that was announced, or
    /// before its last chunk, is [`Fault::Reset`].
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, Fault>>;
}

impl Incoming {
    /// A response that is here already.
    pub fn whole(response: Response) -> Self {
        Self { head: response, pieces: None }
    }

    /// A response whose body follows; that of `head` is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use connector_host::{BoxFuture, Fault, Incoming, Pieces};
    /// use connector_host::records::Response;
    ///
    /// struct Once(Option<bytes::Bytes>);
    ///
    /// impl Pieces for Once {
    ///     fn next(&mut self) -> BoxFuture<'_, Result<Option<bytes::Bytes>, Fault>> {
    ///         let piece = self.0.take();
    ///         Box::pin(async { Ok(piece) })
    ///     }
    /// }
    ///
    /// let head = Response { status: 200, headers: Vec::new(), body: "".into(), received_at: 0 };
    /// let incoming = Incoming::streamed(head, Once(Some("a row".into())));
    /// assert!(incoming.is_success() && incoming.announced().is_none());
    /// ```
    pub fn streamed(head: Response, pieces: impl Pieces + 'static) -> Self {
        Self { head, pieces: Some(Box::new(pieces)) }
    }

    /// Returns the response; its body is empty where that follows.
    pub fn head(&self) -> &Response {
        &self.head
    }

    /// Returns whether the status is a 2xx.
    pub fn is_success(&self) -> bool {
        self.head.is_success()
    }

    /// Returns the length of the body, if the response announces it.
    pub fn announced(&self) -> Option<u64> {
        let length = self.head.headers.iter().find(|(name, _)| name == "content-length");
        length.and_then(|(_, value)| value.parse().ok())
    }

    /// Returns the next piece of the body; none at the end.
    ///
    /// # Errors
    ///
    /// What broke the body off.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(
    /// #     transport: &dyn connector_host::Transport, request: connector_host::records::Request,
    /// # ) -> Result<(), connector_host::SendError> {
    /// let mut incoming = transport.send(request).await?;
    /// println!("{} of {:?} bytes", incoming.head().status, incoming.announced());
    /// while let Some(piece) = incoming.next().await? {
    ///     println!("{} bytes", piece.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        match &mut self.pieces {
            Some(pieces) => pieces.next().await,
            None if self.head.body.is_empty() => Ok(None),
            None => Ok(Some(Bytes::from_owner(std::mem::take(&mut self.head.body)))),
        }
    }

    /// Reads the body of a response that is no success. One that breaks off or is longer
    /// than `limit` says no more than its status.
    pub async fn refusal(self, limit: u32) -> Response {
        let head = Response { body: connector_core::Body::default(), ..self.head.clone() };
        self.collect(limit).await.unwrap_or(head)
    }

    /// Reads the body to its end, or stops at one byte beyond `limit`. No copy of a token
    /// is left behind on the way.
    ///
    /// # Errors
    ///
    /// [`Fault::TooLarge`], or what broke the body off.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(
    /// #     transport: &dyn connector_host::Transport, request: connector_host::records::Request,
    /// # ) -> Result<(), connector_host::SendError> {
    /// let mut incoming = transport.send(request).await?;
    /// let response = match incoming.is_success() {
    ///     true => incoming.collect(8 << 20).await?,
    ///     // Of an error, what can be had.
    ///     false => incoming.refusal(64 << 10).await,
    /// };
    /// println!("{}: {} bytes", response.status, response.body.len());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn collect(mut self, limit: u32) -> Result<Response, Fault> {
        let limit = limit as usize;
        if let Some(pieces) = &mut self.pieces {
            let mut body = Zeroizing::new(Vec::new());
            while let Some(piece) = pieces.next().await? {
                if body.len() + piece.len() > limit {
                    return Err(Fault::TooLarge);
                }
                append(&mut body, &piece);
            }
            self.head.body = body.into();
        }
        if self.head.body.len() > limit { Err(Fault::TooLarge) } else { Ok(self.head) }
    }
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").field("head", &self.head).finish_non_exhaustive()
    }
}

/// Appends like `extend_from_slice`, but overwrites what it moves away from.
fn append(bytes: &mut Vec<u8>, piece: &[u8]) {
    let length = bytes.len() + piece.len();
    if length > bytes.capacity() {
        let mut larger = Vec::with_capacity(length.max(2 * bytes.capacity()));
        larger.extend_from_slice(bytes);
        std::mem::replace(bytes, larger).zeroize();
    }
    bytes.extend_from_slice(piece);
}
