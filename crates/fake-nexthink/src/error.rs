//! Says why a tenant could not be started.

use std::io;
use std::path::PathBuf;

/// Says why a tenant could not be configured or started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Says that a file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Names the file.
        path: PathBuf,
        /// Says what the system said.
        source: io::Error,
    },
    /// Says that the configuration cannot be understood. Values are left out: they may be secrets.
    #[error("the configuration is wrong at line {line}, column {column}: {problem}")]
    Syntax {
        /// Counts lines from 1.
        line: usize,
        /// Counts columns from 1.
        column: usize,
        /// Says what is wrong there.
        problem: String,
    },
    /// Says that the configuration makes no sense.
    #[error("{0}")]
    Config(String),
    /// Says that no certificate could be made.
    #[error("no certificate could be made: {0}")]
    Certificate(#[from] rcgen::Error),
    /// Says that TLS could not be set up.
    #[error("TLS could not be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// Says that the operating system gave no random numbers.
    #[error("the system gives no random numbers")]
    Random,
    /// Says that the port could not be taken.
    #[error("127.0.0.1:{port} cannot be listened on: {source}")]
    Listen {
        /// Names the port; 0 stands for any.
        port: u16,
        /// Says what the system said.
        source: io::Error,
    },
}
