//! The file of a saved operation.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use connector_host::Saved;
use tempfile::Builder;

use crate::error::Error;

/// Largest file to read, in bytes: input, request and state at their longest, the latter
/// two in base64.
const FILE_BYTES: u64 = 96 << 20;

/// Writes a saved operation to a file that its owner alone can read; one that is there
/// already is replaced.
pub(super) fn write(saved: &Saved, path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Whole or not at all, and with 0600 from the beginning.
    let mut beside = Builder::new().prefix(".state-").tempfile_in(folder)?;
    serde_json::to_writer(io::BufWriter::new(beside.as_file_mut()), saved)?;
    beside.as_file_mut().write_all(b"\n")?;
    beside.as_file().sync_all()?;
    beside.persist(path).map(drop).map_err(|error| error.error)
}

/// Reads a saved operation.
pub(super) fn read(path: &Path) -> Result<Saved, Error> {
    let foreign = || not_resumed(path, "it is no saved operation of this program, or was changed");
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(FILE_BYTES + 1).read_to_string(&mut text));
    match read {
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(foreign()),
        Err(error) => return Err(not_resumed(path, &format!("it cannot be read: {error}"))),
        Ok(_) if text.len() as u64 > FILE_BYTES => return Err(foreign()),
        Ok(_) => {}
    }
    serde_json::from_str(&text).map_err(|_| foreign())
}

pub(super) fn not_resumed(path: &Path, reason: &str) -> Error {
    Error::Use(format!("cannot resume {}: {reason}", path.display()))
}
