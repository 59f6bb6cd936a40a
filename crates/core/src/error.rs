//! Why something brought no result.

use std::sync::Arc;

use thiserror::Error;

use crate::functions::{CallError, CallErrorKind};
use crate::guard::BadOutput;
use crate::records::{Failure, Problem};

/// Why a connector brought no result.
#[derive(Debug, Clone, Error)]
pub enum Error {
    /// The entries or the input are wrong; every problem at once, at least one.
    #[error("{}", refused(.0))]
    Refused(Vec<Problem>),
    /// The provider, or the way to it, failed.
    #[error("{} ({})", .0.message, .0.code)]
    Failed(Box<Failure>),
    /// The connector failed the host.
    #[error(transparent)]
    Connector(#[from] Arc<ConnectorError>),
}

/// Joins the messages of problems into one line.
pub(crate) fn refused(problems: &[Problem]) -> String {
    problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join(" ")
}

impl From<ConnectorError> for Error {
    fn from(error: ConnectorError) -> Self {
        Self::Connector(Arc::new(error))
    }
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Self {
        match error.kind {
            CallErrorKind::Overloaded { seconds } => Failure::overloaded(seconds).into(),
            _ => ConnectorError::from(error).into(),
        }
    }
}

impl From<BadOutput> for Error {
    fn from(error: BadOutput) -> Self {
        ConnectorError::from(error).into()
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

/// How a connector failed the host.
#[derive(Debug, Clone, Error)]
pub enum ConnectorError {
    /// A call did not return.
    #[error(transparent)]
    Call(#[from] CallError),
    /// What it returned breaks the contract.
    #[error(transparent)]
    Output(#[from] BadOutput),
}

impl ConnectorError {
    /// Returns the failure code for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Call(error) => error.kind.code(),
            Self::Output(_) => "connector-bad-output",
        }
    }
}
