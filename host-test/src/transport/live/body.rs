//! Reads bodies.

use std::io::{self, Read as _};
use std::mem;

use ureq::Body;
use zeroize::{Zeroize as _, Zeroizing};

/// Bytes to read at once: the most that one TLS record holds (RFC 8446 §5.1).
const CHUNK: usize = 16 * 1024;

/// Reads a body to its end and decodes it, or stops at one byte beyond the limit.
/// No copy of a token is left behind on the way.
pub(super) fn read(mut body: Body, limit: u32) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut reader = body.with_config().limit(limit.into()).reader();
    let mut chunk = Zeroizing::new([0; CHUNK]);
    let mut bytes = Zeroizing::new(Vec::new());
    loop {
        match reader.read(&mut chunk[..])? {
            0 => return Ok(bytes),
            amount => append(&mut bytes, &chunk[..amount]),
        }
    }
}

/// Appends like `extend_from_slice`, but overwrites what it moves away from.
fn append(bytes: &mut Vec<u8>, chunk: &[u8]) {
    let length = bytes.len() + chunk.len();
    if length > bytes.capacity() {
        let mut larger = Vec::with_capacity(length.max(2 * bytes.capacity()));
        larger.extend_from_slice(bytes);
        mem::replace(bytes, larger).zeroize();
    }
    bytes.extend_from_slice(chunk);
}
