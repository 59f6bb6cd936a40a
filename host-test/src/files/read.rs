//! Reads regular files, and what the caller has opened, up to a limit.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use connector_recordings::{HarError, Recording};
use rustix::fs::{Mode, OFlags, fcntl_setfl, open};

use crate::error::Error;

/// What a file is read as: a phrase for errors, and the most bytes to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    name: &'static str,
    limit: u64,
}

impl Kind {
    /// Four times the longest one that is compiled, for `inspect` reads what is not.
    pub(crate) const COMPONENT: Self = Self { name: "a component", limit: 64 << 20 };
    /// The limit of recordings themselves.
    pub(crate) const RECORDING: Self = Self { name: "a recording", limit: 8 << 20 };
    /// Twice the longest input or body that is sent, so that the connector still has its
    /// own word on one that is a little too long.
    pub(crate) const BODY: Self = Self { name: "an input or body", limit: 32 << 20 };
    /// Input, request and state at their longest, the latter two in base64.
    pub(crate) const STATE: Self = Self { name: "a saved operation", limit: 96 << 20 };
    /// Some twenty times the store of a Linux system.
    pub(crate) const AUTHORITIES: Self = Self { name: "a CA file", limit: 4 << 20 };
    /// Room for a token or a private key.
    pub(crate) const SECRET: Self = Self { name: "a secret", limit: 64 << 10 };
}

/// Reads a file.
pub(crate) fn read(path: &Path, kind: Kind) -> Result<Vec<u8>, Error> {
    let (file, length) = regular(path, kind)?;
    bounded(file, length, path, kind)
}

/// Refuses a file that another part of the program is about to read.
pub(crate) fn check(path: &Path, kind: Kind) -> Result<(), Error> {
    let (_, length) = regular(path, kind)?;
    if length > kind.limit { Err(too_long(path, kind)) } else { Ok(()) }
}

/// Reads standard input.
pub(crate) fn stdin(kind: Kind) -> Result<Vec<u8>, Error> {
    bounded(io::stdin().lock(), 0, Path::new("standard input"), kind)
}

/// Reads what an argument gives: text, `@FILE`, or `@-` for standard input.
pub(crate) fn argument(source: &str, kind: Kind) -> Result<Vec<u8>, Error> {
    match source.strip_prefix('@') {
        None => Ok(source.as_bytes().to_vec()),
        Some("-") => stdin(kind),
        Some(name) => read(Path::new(name), kind),
    }
}

/// Reads a recording.
pub(crate) fn recording(path: &Path) -> Result<Recording, Error> {
    let bytes = read(path, Kind::RECORDING).map_err(|error| match error {
        Error::File { path, reason, .. } => HarError { path, pointer: String::new(), reason }.into(),
        error => error,
    })?;
    Ok(Recording::parse(path, &bytes)?)
}

/// Opens a file and returns it with its length. A pipe without a writer makes nobody wait.
fn regular(path: &Path, kind: Kind) -> Result<(File, u64), Error> {
    let failed = |error: io::Error| Error::file("read", path, &error);
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(open(path, flags, Mode::empty()).map_err(|error| failed(error.into()))?);
    let found = file.metadata().map_err(failed)?;
    if is_handed_over(path) {
        fcntl_setfl(&file, OFlags::RDONLY).map_err(|error| failed(error.into()))?;
    } else if found.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    } else if !found.is_file() {
        let Kind { name, limit } = kind;
        let reason = format!("this is a device or a pipe; {name} is a regular file of at most {limit} bytes");
        return Err(Error::File { verb: "read", path: path.to_owned(), reason });
    }
    Ok((file, found.len()))
}

/// Returns whether a path stands for what the caller of the program has opened, as a shell
/// writes it for `<(…)`.
fn is_handed_over(path: &Path) -> bool {
    path == Path::new("/dev/stdin") || path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd")
}

fn bounded(source: impl Read, length: u64, path: &Path, kind: Kind) -> Result<Vec<u8>, Error> {
    // At least so much that a secret is not copied on the way.
    let capacity = length.clamp(4096, kind.limit) + 1;
    let mut bytes = Vec::with_capacity(usize::try_from(capacity).unwrap_or_default());
    source.take(kind.limit + 1).read_to_end(&mut bytes).map_err(|error| Error::file("read", path, &error))?;
    if bytes.len() as u64 > kind.limit { Err(too_long(path, kind)) } else { Ok(bytes) }
}

fn too_long(path: &Path, Kind { name, limit }: Kind) -> Error {
    let reason = format!("it has more than {limit} bytes, the limit of {name}; give a shorter one");
    Error::File { verb: "read", path: path.to_owned(), reason }
}
