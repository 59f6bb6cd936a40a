//! Sending requests: over the network, or by replaying what was recorded.

mod failure;
mod live;
pub mod record;
mod replay;
mod resolve_rule;

use std::io::{self, Write};

use thiserror::Error;

pub use failure::{SendFailure, TlsFault};
pub use live::{Live, LiveError, LiveOptions, ProxyVariables};
pub use record::{Recorder, Refused, Subject};
pub use replay::{Mismatch, OwnedReplay, Replay, ReplayError};
pub use resolve_rule::{ResolveRule, ResolveRuleError};

use self::live::Broken;
use crate::har::Fault;
use crate::model::{Failure, Request, Response};

/// Sends a request that passed the guard. Any status is a response; no redirect
/// is followed, and nothing is repeated.
pub trait Transport: Send + Sync {
    /// Sends a request and reads the response to its end.
    fn send(&self, request: &Request) -> Result<Response, SendError>;

    /// Sends a request and streams the body of a success into a sink, telling
    /// `progress` how many bytes there are so far, and in all if the answer says
    /// so. An answer that is no success comes back, its body cut to 64 KiB.
    ///
    /// As it stands it holds the body in memory; what talks to a network does not.
    fn download(
        &self,
        request: &Request,
        sink: &mut dyn Write,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<Downloaded, DownloadError> {
        Downloaded::of(self.send(request)?, request, sink, progress)
    }
}

/// Longest body to keep of an answer to a download that is no success, in bytes.
const REFUSAL_BYTES: usize = 64 * 1024;

/// Says what came of a download.
#[derive(Debug)]
pub enum Downloaded {
    /// The body is in the sink.
    Whole {
        /// Its length.
        bytes: u64,
    },
    /// There is none; this is what came back instead.
    Refused(Response),
}

impl Downloaded {
    /// Takes a response that is here already for a download.
    pub(crate) fn of(
        mut response: Response,
        request: &Request,
        sink: &mut dyn Write,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<Self, DownloadError> {
        if !is_success(response.status) {
            response.body.truncate(REFUSAL_BYTES);
            return Ok(Self::Refused(response));
        }
        let bytes = response.body.len() as u64;
        if announced(&response.headers).is_some_and(|announced| announced > bytes) {
            // What a recording cut off is what a network would break off.
            let failure = SendFailure::Reset.failure(request);
            return Err(SendError::Failed(Box::new(failure)).into());
        }
        sink.write_all(&response.body).map_err(DownloadError::Write)?;
        progress(bytes, Some(bytes));
        Ok(Self::Whole { bytes })
    }
}

/// Says why a download broke off. What is in the sink by then is of no use.
#[derive(Debug, Error)]
pub enum DownloadError {
    /// Something happened on the way.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The sink took no more.
    #[error("what was downloaded cannot be written: {0}")]
    Write(io::Error),
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// Returns the length of the body as a response announces it.
fn announced(headers: &[(String, String)]) -> Option<u64> {
    headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok())
}

/// Says what happened instead of a response.
#[derive(Debug, Error)]
pub enum SendError {
    /// The host's judgement of what happened on the way.
    #[error("{}", .0.message)]
    Failed(Box<Failure>),
    /// The recording that answers does not fit.
    #[error(transparent)]
    Recording(#[from] ReplayError),
}

impl Transport for Live {
    fn send(&self, request: &Request) -> Result<Response, SendError> {
        Self::send(self, request).map_err(|failure| SendError::Failed(Box::new(failure.failure(request))))
    }

    fn download(
        &self,
        request: &Request,
        sink: &mut dyn Write,
        progress: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<Downloaded, DownloadError> {
        Self::download(self, request, sink, progress).map_err(|broken| match broken {
            Broken::Sent(failure) => SendError::Failed(Box::new(failure.failure(request))).into(),
            Broken::Written(error) => DownloadError::Write(error),
        })
    }
}

/// Says what a recorded fault means for a request.
fn recorded(fault: Fault, request: &Request) -> Failure {
    let failure = match fault {
        Fault::Dns => SendFailure::Dns,
        Fault::Refused => SendFailure::Refused,
        Fault::Reset => SendFailure::Reset,
        Fault::Timeout => SendFailure::Timeout { seconds: request.timeout },
        Fault::Tls => SendFailure::Tls(TlsFault::Other),
    };
    failure.failure(request)
}
