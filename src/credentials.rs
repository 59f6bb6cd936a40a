//! Client id and client secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// Longest client id or secret, in bytes. Those seen have 33 to 64 characters; a
/// limit keeps a pasted page out of a header.
pub const MAX_BYTES: u32 = 512;

/// A client id: opaque, but fit for a Basic header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientId(String);

impl ClientId {
    /// Parses an id without white space around it.
    ///
    /// # Errors
    ///
    /// Fails on control characters, on more than 512 bytes, and on `:`, which would
    /// end the id in a Basic header (RFC 7617 §2).
    pub fn parse(id: &str) -> Result<Self, CredentialError> {
        check(id)?;
        if id.contains(':') {
            return Err(CredentialError::Colon);
        }
        Ok(Self(id.to_owned()))
    }

    /// Returns the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A client secret: opaque, but fit for a Basic header.
#[derive(Debug)]
pub struct ClientSecret(Secret);

impl ClientSecret {
    /// Parses a secret without white space around it.
    ///
    /// # Errors
    ///
    /// Fails on control characters and on more than 512 bytes.
    pub fn parse(secret: &str) -> Result<Self, CredentialError> {
        check(secret)?;
        Ok(Self(Secret::new(secret)))
    }
}

/// The reason why a string is no client id or secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CredentialError {
    /// It contains a control character.
    #[error("contains a control character.")]
    Control,
    /// It contains the character that separates id and secret.
    #[error("contains a colon, which no client id does.")]
    Colon,
    /// It has more than 512 bytes.
    #[error("is longer than {MAX_BYTES} bytes.")]
    TooLong,
}

fn check(text: &str) -> Result<(), CredentialError> {
    if text.len() > MAX_BYTES as usize {
        Err(CredentialError::TooLong)
    } else if text.contains(char::is_control) {
        Err(CredentialError::Control)
    } else {
        Ok(())
    }
}

/// Returns the value of the `authorization` header (RFC 7617 §2), in UTF-8.
///
/// RFC 6749 §2.3.1 wants id and secret form-encoded first; Nexthink documents plain
/// base64 of `id:secret` (API, *Getting an authentication token*). On the letters
/// and digits of Nexthink's credentials both are the same, which a test proves.
pub fn basic_auth(id: &ClientId, secret: &ClientSecret) -> Secret {
    let pair = Zeroizing::new(format!("{}:{}", id.as_str(), secret.0.expose()));
    // Reserved in full, because growing would leave copies of the secret behind.
    let mut value = String::with_capacity("Basic ".len() + pair.len().div_ceil(3) * 4);
    value.push_str("Basic ");
    STANDARD.encode_string(pair.as_bytes(), &mut value);
    Secret::new(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(id: &str, secret: &str) -> String {
        basic_auth(&ClientId::parse(id).unwrap(), &ClientSecret::parse(secret).unwrap()).expose().to_owned()
    }

    #[test]
    fn basic_header_agrees_with_the_vectors_of_the_rfcs() {
        // RFC 6749 §2.3.1, RFC 7617 §2 and §2.1.
        assert_eq!(header("s6BhdRkqt3", "gX1fBat3bV"), "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW");
        assert_eq!(header("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(header("test", "123£"), "Basic dGVzdDoxMjPCow==");
    }

    #[test]
    fn form_encoding_changes_nothing_on_the_documented_alphabet() {
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._";
        let encoded: String = url::form_urlencoded::byte_serialize(alphabet.as_bytes()).collect();
        assert_eq!(encoded, alphabet);
        // Outside of it the two differ (RFC 6749 Appendix B), and this header is
        // plain.
        let encoded: String = url::form_urlencoded::byte_serialize(" %&+£€".as_bytes()).collect();
        assert_eq!(encoded, "+%25%26%2B%C2%A3%E2%82%AC");
        assert_eq!(header("a", "+"), "Basic YTor");
    }

    #[test]
    fn what_would_break_the_header_is_refused() {
        for (id, error) in [
            ("a:b", CredentialError::Colon),
            ("a\nb", CredentialError::Control),
            ("a\u{7f}b", CredentialError::Control),
            ("a\u{85}b", CredentialError::Control),
            (&"a".repeat(513), CredentialError::TooLong),
            (&"é".repeat(257), CredentialError::TooLong),
        ] {
            assert_eq!(ClientId::parse(id), Err(error), "{id:?}");
        }
        assert!(ClientId::parse(&"a".repeat(512)).is_ok());
        assert!(ClientSecret::parse("a:b").is_ok());
        assert_eq!(ClientSecret::parse("a\rb").unwrap_err(), CredentialError::Control);
        assert_eq!(ClientSecret::parse(&"é".repeat(257)).unwrap_err(), CredentialError::TooLong);
    }

    #[test]
    fn debug_shows_no_secret() {
        let secret = ClientSecret::parse("hunter2").unwrap();
        assert_eq!(format!("{secret:?}"), "ClientSecret(Secret(…))");
    }
}
