//! The digest of a component: what names its bytes wherever they come from.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// The SHA-256 of bytes, written `sha256:` and 64 lower-case hexadecimal
/// digits, as registries write it (OCI image specification, *Digests*).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

/// A text that is no digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a digest is `sha256:` and 64 lower-case hexadecimal digits")]
pub struct BadDigest;

/// Other bytes than those that were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "this component has the digest {found}, not {expected}: it is not the file that was asked for; get it again, or \
     take the digest from whoever published it"
)]
pub struct OtherBytes {
    /// The digest that was asked for.
    pub expected: Digest,
    /// The digest of the bytes.
    pub found: Digest,
}

impl Digest {
    /// Computes the digest of bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use connector_host::Digest;
    ///
    /// let digest = Digest::of(b"abc");
    /// assert!(digest.to_string().starts_with("sha256:ba7816bf"));
    /// assert!(digest.hex().starts_with("ba7816bf"));
    /// ```
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Returns its digits alone.
    pub fn hex(self) -> String {
        connector_core::encoding::hex(&self.0)
    }

    /// Checks that bytes are those it names.
    ///
    /// # Errors
    ///
    /// [`OtherBytes`] with both digests.
    ///
    /// # Examples
    ///
    /// ```
    /// use connector_host::Digest;
    ///
    /// assert!(Digest::of(b"abc").check(b"abd").is_err());
    /// ```
    pub fn check(self, bytes: &[u8]) -> Result<(), OtherBytes> {
        let found = Self::of(bytes);
        if found == self { Ok(()) } else { Err(OtherBytes { expected: self, found }) }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

impl FromStr for Digest {
    type Err = BadDigest;

    fn from_str(text: &str) -> Result<Self, BadDigest> {
        let digits = text.strip_prefix("sha256:").ok_or(BadDigest)?.as_bytes();
        let mut bytes = [0; 32];
        if digits.len() != 2 * bytes.len() {
            return Err(BadDigest);
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = 16 * value(pair[0])? + value(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

fn value(digit: u8) -> Result<u8, BadDigest> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(BadDigest),
    }
}

#[cfg(test)]
mod tests {
    use super::{BadDigest, Digest};

    /// SHA-256 of `abc` (FIPS 180-4, example).
    const ABC: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_digest_is_read_as_it_is_written() {
        assert_eq!(Digest::of(b"abc").to_string(), ABC);
        assert_eq!(ABC.parse(), Ok(Digest::of(b"abc")));
    }

    #[test]
    fn anything_else_is_no_digest() {
        let upper = ABC.replace("ba78", "BA78");
        let other = ABC.replace("sha256:", "sha512:");
        let strange = ABC.replace("ba78", "ba7g");
        let wide = ABC.replace("ba78", "é78");
        for text in ["", "sha256:", &ABC[7..], &ABC[..70], &format!("{ABC}0"), &upper, &other, &strange, &wide] {
            assert_eq!(text.parse::<Digest>(), Err(BadDigest), "{text}");
        }
    }

    #[test]
    fn other_bytes_are_refused_with_both_digests() {
        assert!(Digest::of(b"abc").check(b"abc").is_ok());
        let said = Digest::of(b"abc").check(b"abd").unwrap_err().to_string();
        assert!(said.contains(ABC) && said.contains(&Digest::of(b"abd").to_string()), "{said}");
    }
}
