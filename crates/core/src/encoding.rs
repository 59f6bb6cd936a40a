//! The forms in which a secret travels.
//!
//! A provider, a proxy or a log repeats a secret as it is, in JSON, in a URL or in
//! base64. [`Redactor`](crate::Redactor) looks for all of them, and recordings write a
//! placeholder in the same form again.

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

/// Undoes the escapes of JSON strings (RFC 8259 §7), wherever they are in a text.
pub(crate) fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        rest = after;
        let units = units(&mut rest);
        if units.is_empty() {
            let mut letters = rest.chars();
            let letter = letters.next().unwrap_or('\\');
            plain.push(match letter {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other => other,
            });
            rest = letters.as_str();
        }
        plain.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    }
    plain + rest
}

/// Takes the UTF-16 code units of `uXXXX\uXXXX…` from the beginning of a text.
fn units(text: &mut &str) -> Vec<u16> {
    let mut units = Vec::new();
    let mut rest = *text;
    while let Some(unit) = rest.strip_prefix('u').and_then(|digits| u16::from_str_radix(digits.get(..4)?, 16).ok()) {
        units.push(unit);
        *text = &rest[5..];
        let Some(next) = text.strip_prefix('\\') else { break };
        rest = next;
    }
    units
}

/// Writes bytes in lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(b"0123456789abcdef"[digit as usize]))
        .collect()
}

/// Writes the digits of `%2F` in lower case, and leaves all other letters.
pub(crate) fn lower_hex(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (digits, rest) = part.split_at(2);
        format!("{text}%{}{rest}", digits.to_ascii_lowercase())
    })
}

fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_json_are_undone() {
        for (escaped, plain) in [
            ("plain", "plain"),
            (r#"a\u0062c\/\"\n"#, "abc/\"\n"),
            (r"\u0061\u0062", "ab"),
            (r"\ud83d\ude00!", "\u{1f600}!"),
            (r"\ud83d.", "\u{fffd}."),
            (r"\\u0061", r"\u0061"),
            (r"\u00é", "u00é"),
            (r"\u006", "u006"),
            ("\\", "\\"),
        ] {
            assert_eq!(without_escapes(escaped), plain, "{escaped}");
        }
    }
}
