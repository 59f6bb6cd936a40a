//! Why a fake cannot run.

use std::io;
use std::path::PathBuf;

/// Why a fake cannot be configured, started or run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The path of the file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A configuration that cannot be read. Values are left out: they may be secrets.
    #[error("the configuration is wrong at line {line}, column {column}: {problem}")]
    Syntax {
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A configuration that contradicts itself.
    #[error("{0}")]
    Config(String),
    /// A certificate that cannot be made.
    #[error("cannot make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// A TLS configuration that cannot be made.
    #[error("cannot set up TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// A port that cannot be listened on.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The port; 0 means any.
        port: u16,
        /// The cause.
        source: io::Error,
    },
    /// A thread or a signal handler that the system does not provide.
    #[error("cannot run the server: {0}")]
    Runtime(#[source] io::Error),
    /// A report that cannot be written to standard output.
    #[error("cannot write to standard output: {0}")]
    Output(#[source] io::Error),
}
