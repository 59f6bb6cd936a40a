//! A component as a file: how long it is, and what names it.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::Digest;

/// Describes a component as a file.
#[derive(Debug)]
pub struct Artefact {
    /// Its length, in bytes.
    pub bytes: usize,
    /// Its length with gzip, in bytes.
    pub gzip_bytes: usize,
    /// What names its bytes.
    pub digest: Digest,
}

impl Artefact {
    /// Measures a component.
    pub fn of(bytes: &[u8]) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // Writing to memory does not fail.
        let gzip = encoder.write_all(bytes).and_then(|()| encoder.finish());
        let gzip_bytes = gzip.map_or(0, |compressed| compressed.len());
        Self { bytes: bytes.len(), gzip_bytes, digest: Digest::of(bytes) }
    }
}
