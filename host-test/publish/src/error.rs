//! What ends a command.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use thiserror::Error;

/// Why a command ended: what could not be done, why, and what helps.
#[derive(Debug, Error)]
pub enum Error {
    /// A file cannot be read or written.
    #[error("cannot {verb} {}: {source}", .path.display())]
    File {
        /// What was to be done, as a verb.
        verb: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A program that is needed failed.
    #[error("`{program}` failed: {reason}")]
    Program {
        /// Its name.
        program: String,
        /// What it printed.
        reason: String,
    },
    /// The contract in `wit/` cannot be encoded.
    #[error("the contract in wit/ cannot be packed: {0}")]
    Contract(String),
    /// Something that is relied on is not as it should be.
    #[error("{0}")]
    Refused(String),
}

/// Reads a file.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|source| Error::File { verb: "read", path: path.to_owned(), source })
}

/// Writes a file.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    fs::write(path, bytes).map_err(|source| Error::File { verb: "write", path: path.to_owned(), source })
}

/// Runs a program and returns what it prints, without the line's end.
pub fn printed(program: &str, arguments: &[&str]) -> Result<String, Error> {
    let failed = |reason: String| Error::Program { program: format!("{program} {}", arguments.join(" ")), reason };
    // Times are printed in UTC, whatever the time zone here.
    let output = Command::new(program).args(arguments).env("TZ", "UTC").output();
    let output = output.map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    } else {
        Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    }
}
