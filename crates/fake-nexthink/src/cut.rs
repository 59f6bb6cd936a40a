//! An I/O wrapper that ends a response early.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How the connection ends after a response that is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Reset,
    Close,
}

/// The number of bytes of a response that are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// This many bytes of the head.
    Head(u64),
    /// The head and this many bytes after it.
    Body(u64),
}

/// A cut in the next response of a connection. All clones are the same cut.
#[derive(Clone, Default)]
pub(crate) struct Cut(Arc<Mutex<Option<Planned>>>);

#[derive(Clone, Copy)]
struct Planned {
    ending: Ending,
    limit: Limit,
    /// The number of bytes of CR LF CR LF that were just sent; 4 after the head.
    terminator: u8,
    /// The number of bytes that were sent of those that the limit counts.
    sent: u64,
}

impl Cut {
    /// Cuts the next response.
    pub(crate) fn plan(&self, limit: Limit, ending: Ending) {
        self.set(Planned { ending, limit, terminator: 0, sent: 0 });
    }

    /// Returns how the connection ends, if its response is cut.
    pub(crate) fn ending(&self) -> Option<Ending> {
        self.get().map(|planned| planned.ending)
    }

    fn get(&self) -> Option<Planned> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, planned: Planned) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(planned);
    }
}

impl Planned {
    /// Counts a byte, unless it lies beyond the limit.
    fn admit(&mut self, byte: u8) -> bool {
        let (counts, limit) = match self.limit {
            Limit::Head(limit) => (true, limit),
            Limit::Body(limit) => (self.terminator == 4, limit),
        };
        if counts {
            let admitted = self.sent < limit;
            self.sent += u64::from(admitted);
            return admitted;
        }
        self.terminator = match (self.terminator, byte) {
            (0 | 2, b'\r') | (1 | 3, b'\n') => self.terminator + 1,
            (_, b'\r') => 1,
            _ => 0,
        };
        true
    }
}

/// A stream whose responses can be cut.
pub(crate) struct Cuttable<S> {
    pub inner: S,
    cut: Cut,
}

impl<S> Cuttable<S> {
    pub(crate) fn new(inner: S, cut: Cut) -> Self {
        Self { inner, cut }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Cuttable<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let Some(planned) = self.cut.get() else {
            return Pin::new(&mut self.inner).poll_write(context, bytes);
        };
        let mut trial = planned;
        let allowed = bytes.iter().take_while(|byte| trial.admit(**byte)).count();
        if allowed == 0 {
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        let written = ready!(Pin::new(&mut self.inner).poll_write(context, &bytes[..allowed]))?;
        let mut after = planned;
        for byte in &bytes[..written] {
            after.admit(*byte);
        }
        self.cut.set(after);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Cuttable<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::{Cut, Cuttable, Ending, Limit};

    #[test]
    fn a_response_ends_after_the_bytes_of_its_head_or_body_however_it_is_written() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let response = b"HTTP/1.1 200 OK\r\na: b\r\n\r\nbody\r\n\r\n".as_slice();
        for (limit, expected) in [
            (Limit::Head(0), ""),
            (Limit::Head(8), "HTTP/1.1"),
            (Limit::Body(0), "HTTP/1.1 200 OK\r\na: b\r\n\r\n"),
            (Limit::Body(2), "HTTP/1.1 200 OK\r\na: b\r\n\r\nbo"),
        ] {
            for size in [1, 3, 7, response.len()] {
                let cut = Cut::default();
                cut.plan(limit, Ending::Close);
                let mut stream = Cuttable::new(Vec::new(), cut);
                let sent = runtime.block_on(async {
                    for part in response.chunks(size) {
                        stream.write_all(part).await?;
                    }
                    std::io::Result::Ok(())
                });
                assert!(sent.is_err(), "{limit:?}");
                assert_eq!(String::from_utf8(stream.inner).unwrap(), expected, "{limit:?}, {size} bytes at a time");
            }
        }
    }
}
