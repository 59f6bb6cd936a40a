//! Sending requests: over the network, or by replaying what was recorded.

mod failure;
mod live;
pub mod record;
mod replay;
mod resolve_rule;

use thiserror::Error;

pub use failure::{SendFailure, TlsFault};
pub use live::{Live, LiveError, LiveOptions, ProxyVariables};
pub use record::{Recorder, Refused, Subject};
pub use replay::{Mismatch, OwnedReplay, Replay, ReplayError};
pub use resolve_rule::{ResolveRule, ResolveRuleError};

use crate::har::Fault;
use crate::model::{Failure, Request, Response};

/// Sends a request that passed the guard. Any status is a response; no redirect
/// is followed, and nothing is repeated.
pub trait Transport: Send + Sync {
    /// Sends a request and reads the response to its end.
    fn send(&self, request: &Request) -> Result<Response, SendError>;
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
