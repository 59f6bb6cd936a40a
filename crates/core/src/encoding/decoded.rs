//! A text in every way in which someone else might read it.

use std::sync::LazyLock;

use super::view::{Kept, Reading, Views};

/// Shortest text to keep of what base64 and hexadecimal give, in bytes: words that are neither
/// give shorter ones by chance.
const SHORTEST: usize = 4;

/// Any text may be looked for in what is read, so no byte of one is left out and no stretch is cut
/// off.
static READING: LazyLock<Reading> =
    LazyLock::new(|| Reading { kept: Kept::all(), reach: usize::MAX, shortest: SHORTEST, blanks: true });

/// A text as it reads once encodings are undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text. U+FFFD stands for bytes that are no UTF-8.
    pub text: String,
    /// Whether base64 or hexadecimal was undone, which turns any word into noise, or lines were
    /// joined, which makes one word of two.
    pub is_noisy: bool,
}

/// Returns a text and every other way to read it: with up to three layers of encodings undone,
/// of those that [`Redactor`](crate::Redactor) lists. A text without encodings has few others, and
/// the work grows with its length.
///
/// What is read from base64 or hexadecimal is cut at control characters, and no text of less than
/// four bytes is kept of it.
///
/// # Examples
///
/// ```
/// use connector_core::encoding::decoded;
///
/// let readings = decoded("key%3DUGErc3N3b3Jk%26");
/// assert_eq!(readings[0].text, "key%3DUGErc3N3b3Jk%26");
/// assert!(readings.iter().any(|reading| reading.text == "Pa+ssword" && reading.is_noisy));
/// ```
pub fn decoded(text: &str) -> Vec<Decoded> {
    let mut views = Views::new(text.as_bytes(), &READING, usize::MAX);
    views.add_layers();
    let mut decoded: Vec<Decoded> = Vec::with_capacity(views.all().len());
    for view in views.all() {
        let is_noisy = view.is_noisy() || view.parent.is_some_and(|parent| decoded[parent].is_noisy);
        decoded.push(Decoded { text: String::from_utf8_lossy(&view.bytes).into_owned(), is_noisy });
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_is_undone_and_its_combinations() {
        for text in [
            "Pa%2bss%77ord",
            r"Pa\u002bss\u0077ord",
            r"Pa\\u002bssword",
            "Pa&#43;ss&#x77;ord",
            "UGErc3N3b3Jk",
            "xUGErc3N3b3Jk",
            "VUdFcmMzTjNiM0pr",
            "UGErc3\nN3b3Jk",
            "a%3DUGErc3N3b3Jk%26",
            "Pa%25252bssword",
        ] {
            assert!(decoded(text).iter().any(|reading| reading.text.contains("Pa+ssword")), "{text}");
        }
        assert!(decoded("YWNtZTEy").iter().any(|reading| reading.text == "acme12"), "shorter than a secret");
    }

    #[test]
    fn text_without_encodings_reads_as_itself() {
        assert_eq!(decoded("{\"message\": \"no\"}").len(), 1);
    }

    #[test]
    fn what_comes_of_noise_is_noise() {
        for reading in &decoded("a+b%20c\nd")[1..] {
            assert_eq!(reading.is_noisy, !reading.text.contains('\n'), "{reading:?}");
        }
    }
}
