//! Makes what nobody can guess: tokens, ids, link signatures.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Makes random bytes from a seed of the operating system's. A counter hashed with the seed cannot fail, so no request
/// ever has to.
pub(super) struct Random {
    seed: Zeroizing<[u8; 32]>,
    counter: AtomicU64,
}

impl Random {
    pub fn new(seed: Zeroizing<[u8; 32]>) -> Self {
        Self { seed, counter: AtomicU64::new(0) }
    }

    pub fn bytes(&self) -> [u8; 32] {
        let count = self.counter.fetch_add(1, Ordering::Relaxed);
        Sha256::new().chain_update(self.seed.as_ref()).chain_update(count.to_le_bytes()).finalize().into()
    }

    /// Makes 32 hexadecimal digits.
    pub fn hex(&self) -> String {
        hex(&self.bytes()[..16])
    }

    /// Makes a UUID of version 4.
    pub fn uuid(&self) -> String {
        let mut bytes = self.bytes();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let parts: Vec<String> =
            [0..4, 4..6, 6..8, 8..10, 10..16].into_iter().map(|range| hex(&bytes[range])).collect();
        parts.join("-")
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reports whether a text is a UUID in its usual spelling, of any version.
pub(super) fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::{Random, is_uuid};
    use zeroize::Zeroizing;

    #[test]
    fn every_draw_differs_and_uuids_are_well_formed() {
        let random = Random::new(Zeroizing::new([7; 32]));
        let (first, second) = (random.uuid(), random.uuid());
        assert_ne!(first, second);
        assert!(is_uuid(&first), "{first}");
        assert_eq!(first.as_bytes()[14], b'4');
        assert_eq!(random.hex().len(), 32);
    }

    #[test]
    fn only_the_usual_spelling_is_a_uuid() {
        for text in ["", "0", "{00000000-0000-4000-8000-000000000000}", "00000000-0000-4000-8000-00000000000g"] {
            assert!(!is_uuid(text), "{text}");
        }
    }
}
