//! Why something brought no result.

use std::io;
use std::sync::Arc;

use connector_core::records::{Failure, Problem};
use connector_core::{ConnectorError, Fault, HasFailure};
use thiserror::Error;

/// Why a session or an operation brought no result.
#[derive(Debug, Clone, Error)]
pub enum Error {
    /// The entries or the input are wrong; every problem at once, at least one.
    #[error("{}", .0.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join(" "))]
    Refused(Vec<Problem>),
    /// The provider, or the way to it, failed.
    #[error("{} ({})", .0.message, .0.code)]
    Failed(Box<Failure>),
    /// The connector failed the host.
    #[error(transparent)]
    Connector(Arc<ConnectorError>),
    /// The runtime shut down before the call had ended.
    #[error("the call was cancelled")]
    Cancelled,
    /// A transport of the platform's own failed in a way that the contract has no word for.
    #[error(transparent)]
    Transport(Arc<dyn std::error::Error + Send + Sync>),
    /// The sink of a download took no more.
    #[error("the download cannot be written: {0}")]
    Sink(Arc<io::Error>),
}

impl From<connector_core::Error> for Error {
    fn from(error: connector_core::Error) -> Self {
        match error {
            connector_core::Error::Refused(problems) => Self::Refused(problems),
            connector_core::Error::Failed(failure) => Self::Failed(failure),
            connector_core::Error::Connector(error) => Self::Connector(error),
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

impl HasFailure for Error {
    fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            _ => None,
        }
    }
}

/// Why a transport has no response.
#[derive(Debug, Clone, Error)]
pub enum SendError {
    /// Something happened on the way.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// Something that the contract has no word for, such as a recording that does not fit.
    #[error(transparent)]
    Other(Arc<dyn std::error::Error + Send + Sync>),
}
