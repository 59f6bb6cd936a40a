//! Streams a body to a sink, never more than one chunk in memory.

use std::io::{self, Read as _, Write};

use super::{Live, body, fault, text};
use crate::model::{Request, Response};
use crate::transport::{Downloaded, REFUSAL_BYTES, SendFailure, announced, is_success};

/// Longest time in which nothing arrives, in seconds. The time for the whole is the
/// request's, and for a large file that is long.
pub(super) const STALL: u32 = 60;

/// Bytes to read at once.
const CHUNK: usize = 64 * 1024;

/// Says on which side a download broke.
#[derive(Debug)]
pub(in crate::transport) enum Broken {
    /// On the way here.
    Sent(SendFailure),
    /// On the way to the sink.
    Written(io::Error),
}

impl From<SendFailure> for Broken {
    fn from(failure: SendFailure) -> Self {
        Self::Sent(failure)
    }
}

impl Live {
    /// Sends a request and streams the body of a success. A body that ends before
    /// the length that was announced, or before its last chunk, is a failure.
    pub(in crate::transport) fn download(
        &self,
        request: &Request,
        sink: &mut dyn Write,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<Downloaded, Broken> {
        if request.url.scheme() != "https" {
            return Err(SendFailure::NotHttps.into());
        }
        let (head, mut body) = self.run(&self.downloads, request, ())?.into_parts();
        let received_at = (self.clock)();
        let status = head.status.as_u16();
        let headers: Vec<_> =
            head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        if !is_success(status) {
            // One that is too long says no more than its status.
            let limit = u32::try_from(REFUSAL_BYTES).unwrap_or(u32::MAX).min(request.response_limit);
            let body = body::read(body, limit).map(|mut body| std::mem::take(&mut *body)).unwrap_or_default();
            return Ok(Downloaded::Refused(Response { status, headers, body, received_at }));
        }
        let total = announced(&headers);
        // The highest limit stands for none: what counts is the room in the sink.
        let limit = if request.response_limit == u32::MAX { u64::MAX } else { request.response_limit.into() };
        let mut reader = body.with_config().limit(limit).reader();
        let mut chunk = vec![0; CHUNK];
        let mut bytes = 0;
        progress(bytes, total);
        loop {
            match reader.read(&mut chunk).map_err(|error| fault::judge(error.into(), request))? {
                0 => break,
                amount => {
                    sink.write_all(&chunk[..amount]).map_err(Broken::Written)?;
                    bytes += amount as u64;
                    progress(bytes, total);
                }
            }
        }
        sink.flush().map_err(Broken::Written)?;
        Ok(Downloaded::Whole { bytes })
    }
}
