//! What ends a command, and with which status.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use connector_host::{ConnectorError, LoadError};
use connector_recordings::{HarError, ReplayError, Stopped};
use thiserror::Error;

use crate::commands::call::Unpackable;

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All is well.
    Success = 0,
    /// A recording or a connection failed.
    Failed = 1,
    /// The command cannot be carried out as given.
    Use = 2,
    /// The connector breaks the contract.
    Misbehaved = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command cannot be carried out, in one sentence.
#[derive(Debug, Error)]
pub enum Error {
    /// The arguments make no sense.
    #[error("{0}")]
    Use(String),
    /// A file cannot be read or written.
    #[error("cannot {verb} {}: {reason}", .path.display())]
    File {
        /// What was to be done.
        verb: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A component cannot be loaded.
    #[error("{}{error}", .component.as_ref().map(|path| format!("{}: ", path.display())).unwrap_or_default())]
    Load {
        /// Its file; none for the built-in one.
        component: Option<PathBuf>,
        /// Why not.
        error: LoadError,
    },
    /// A recording cannot be read.
    #[error(transparent)]
    Recording(#[from] HarError),
    /// The connector failed the host.
    #[error(transparent)]
    Connector(#[from] Arc<ConnectorError>),
    /// What was sent is not what was recorded.
    #[error("{0}")]
    Mismatch(String),
    /// A recording would contain a secret, or would be of no use.
    #[error("{0}")]
    Refused(String),
    /// A package does not become a component; what the compiler says comes first.
    #[error("{0}")]
    Build(String),
    /// A download is not what it should be.
    #[error("{0}")]
    Download(#[from] Unpackable),
}

impl Error {
    pub(crate) fn file(verb: &'static str, path: &Path, error: &io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "there is no such file or directory".to_owned(),
            io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
            io::ErrorKind::IsADirectory => "this is a directory".to_owned(),
            _ => error.to_string(),
        };
        Self::File { verb, path: path.to_owned(), reason }
    }

    /// Returns the status to end with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Load { error, .. } if error.is_misbehaviour() => Exit::Misbehaved,
            Self::Use(_) | Self::File { .. } | Self::Recording(_) | Self::Load { .. } => Exit::Use,
            Self::Mismatch(_) | Self::Refused(_) | Self::Download(_) | Self::Build(_) => Exit::Failed,
            Self::Connector(_) => Exit::Misbehaved,
        }
    }

    /// Returns a stable code for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Use(_) => "wrong-use",
            Self::File { .. } => "file",
            Self::Load { error, .. } => error.code(),
            Self::Recording(_) => "bad-recording",
            Self::Connector(error) => error.code(),
            Self::Refused(_) => "recording-refused",
            Self::Mismatch(_) => "recording-mismatch",
            Self::Download(error) => error.code(),
            Self::Build(_) => "not-built",
        }
    }
}

impl From<connector_host::Error> for Error {
    fn from(error: connector_host::Error) -> Self {
        match error {
            connector_host::Error::Connector(error) => Self::Connector(error),
            error => Self::Mismatch(error.to_string()),
        }
    }
}

impl From<connector_core::Error> for Error {
    fn from(error: connector_core::Error) -> Self {
        connector_host::Error::from(error).into()
    }
}

impl From<Stopped> for Error {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Connector(error) => Self::Connector(error),
            Stopped::Replay(error) => Self::Mismatch(error.to_string()),
            Stopped::Host(error) => Self::Mismatch(error.to_string()),
        }
    }
}

impl From<ReplayError> for Error {
    fn from(error: ReplayError) -> Self {
        Self::Mismatch(error.to_string())
    }
}
