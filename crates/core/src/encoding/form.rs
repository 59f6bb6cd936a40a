//! The forms in which texts are written.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::Value;
use url::form_urlencoded;

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// As it is.
    Plain,
    /// Percent-encoded: all but unreserved characters (RFC 3986 §2.3).
    Percent,
    /// As a form encodes it, spaces as `+`.
    Form,
    /// Standard base64 with padding (RFC 4648 §4).
    Base64,
    /// Standard base64 without padding.
    Base64Unpadded,
    /// Base64 for URLs with padding (RFC 4648 §5).
    Base64Url,
    /// Base64 for URLs without padding.
    Base64UrlUnpadded,
}

impl Form {
    /// The forms that are base64.
    pub const BASE64: [Self; 4] = [Self::Base64, Self::Base64Unpadded, Self::Base64Url, Self::Base64UrlUnpadded];

    /// Writes a text in this form.
    pub fn write(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Percent => text.bytes().map(percent).collect(),
            Self::Form => form_urlencoded::byte_serialize(text.as_bytes()).collect(),
            Self::Base64 => STANDARD.encode(text),
            Self::Base64Unpadded => STANDARD_NO_PAD.encode(text),
            Self::Base64Url => URL_SAFE.encode(text),
            Self::Base64UrlUnpadded => URL_SAFE_NO_PAD.encode(text),
        }
    }
}

/// Writes a text as the inside of a JSON string.
pub fn json(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// Writes bytes in lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(b"0123456789abcdef"[digit as usize]))
        .collect()
}

fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}
