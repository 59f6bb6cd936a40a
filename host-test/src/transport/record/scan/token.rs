//! Tells tokens from words.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::transport::record::pattern::{begins_word, is_signature};

/// Shortest run that counts as a token without anything that says so: shorter than
/// any client secret, token or key that Nexthink's documentation shows.
const LONG: usize = 32;

/// Shortest value after `Bearer` or `Basic` that can be credentials.
const SHORTEST: usize = 8;

/// Longest single word, in letters: `antidisestablishment` and some more.
const WORD: usize = 24;

/// Lengths of hex digests that are no tokens, in digits: trace ids and MD5, SHA-1,
/// SHA-256. A provider that gives out keys of this shape shows them to whoever
/// entered them, and what was entered is known.
const DIGESTS: [usize; 3] = [32, 40, 64];

/// Tells whether a text holds a long run of letters and digits that is neither
/// made of words (as paths and names are) nor a UUID nor a digest.
pub(super) fn long(text: &str) -> bool {
    let runs = text.split(|c: char| !(c.is_ascii_alphanumeric() || "_+/=-".contains(c)));
    runs.filter(|run| is_mixed(run))
        .any(|run| without_uuids(run).split(' ').any(|rest| is_mixed(rest) && !is_plain(rest)))
}

fn is_mixed(run: &str) -> bool {
    run.len() >= LONG && run.bytes().any(|b| b.is_ascii_digit()) && run.bytes().any(|b| b.is_ascii_alphabetic())
}

fn is_plain(run: &str) -> bool {
    is_digest(run) || is_worded(run)
}

fn is_digest(run: &str) -> bool {
    let lower = run.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let upper = run.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b));
    DIGESTS.contains(&run.len()) && (lower || upper)
}

/// Tells whether a run consists of words and small numbers, as in
/// `api/v1/data-management/device/deletions`.
fn is_worded(run: &str) -> bool {
    run.split(|c: char| !c.is_ascii_alphanumeric()).all(is_word)
}

/// Accepts letters in one case or in humps, with up to four digits behind them, and
/// numbers as long as a date.
fn is_word(part: &str) -> bool {
    let letters = part.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = part.len() - letters.len();
    if letters.is_empty() {
        return digits <= 8;
    }
    let all = |test: fn(&u8) -> bool| letters.as_bytes().iter().all(test);
    // A hump is a capital with small letters behind it.
    let humps = letters.as_bytes().windows(2).all(|pair| !pair[0].is_ascii_uppercase() || pair[1].is_ascii_lowercase())
        && !letters.ends_with(|c: char| c.is_ascii_uppercase())
        && letters.bytes().filter(u8::is_ascii_uppercase).count() * 3 <= letters.len() + 2;
    digits <= 4 && letters.len() <= WORD && all(u8::is_ascii_alphabetic) && (all(u8::is_ascii_uppercase) || humps)
}

/// Takes UUIDs (RFC 9562 §4) out of a run: they name things and open nothing.
fn without_uuids(run: &str) -> String {
    let mut kept = String::new();
    let mut rest = run;
    while let Some(c) = rest.chars().next() {
        let bounded = !kept.ends_with(|c: char| c.is_ascii_alphanumeric());
        let ends = || !rest[36..].starts_with(|c: char| c.is_ascii_alphanumeric());
        let uuid = bounded && rest.get(..36).is_some_and(is_uuid) && ends();
        kept.push(if uuid { ' ' } else { c });
        rest = &rest[if uuid { 36 } else { c.len_utf8() }..];
    }
    kept
}

fn is_uuid(text: &str) -> bool {
    let digit = |b: &u8| b.is_ascii_hexdigit();
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b == b'-' || digit(&b))
}

/// Tells whether a text holds `Bearer` or `Basic` and a value that is no word.
pub(super) fn credentials(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["bearer", "basic"].iter().any(|scheme| {
        lower.match_indices(scheme).any(|(at, _)| {
            let after = &text[at + scheme.len()..];
            let value = after.trim_start_matches([' ', '\t', ':']);
            let end =
                value.find(|c: char| !(c.is_ascii_alphanumeric() || "-._~+/=".contains(c))).unwrap_or(value.len());
            let value = &value[..end];
            let pair = STANDARD.decode(value).is_ok_and(|pair| pair.contains(&b':') && pair.is_ascii());
            let worded = is_worded(value) && !value.bytes().any(|b| b.is_ascii_digit());
            let begins = begins_word(text, at) && after.starts_with([' ', '\t', ':']);
            begins && value.len() >= SHORTEST && (!worded || (*scheme == "basic" && pair))
        })
    })
}

/// Tells whether a text holds a signed query, or an access key of AWS.
pub(super) fn signature(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let named = ["x-amz-signature", "x-amz-credential", "x-amz-security-token", "aws4-hmac-sha256"];
    // Behind a `?`, `&` or `;`: where none is, a form's `token=` is a word.
    let member = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or_default();
        is_signature(name) && value.starts_with(|c: char| c.is_ascii_alphanumeric() || "%-_+/".contains(c))
    };
    let key = |at: usize| {
        let key = text.get(at..at + 20).unwrap_or_default();
        key.len() == 20 && key.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) && begins_word(text, at)
    };
    named.iter().any(|name| lower.contains(name))
        || text.split(['?', '&', ';', '#']).skip(1).any(member)
        || ["AKIA", "ASIA"].iter().any(|prefix| text.match_indices(prefix).any(|(at, _)| key(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_of_letters_and_digits_is_a_token() {
        for text in [
            "kJ8fD2mQ7xV4bN1cZ6tY3wR9pL5sH0gA",
            "x=kJ8fD2mQ7xV4bN1cZ6tY3wR9pL5sH0gA&",
            "0123456789abcdef0123456789abcdef0",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1",
            "k9-J8_f7+D6/m5=Q4-x3_V2+b1/N0-c9z8",
            "2f1e7c52-5d0c-4a4e-9f0b-1c2d3e4f5a6b7",
        ] {
            assert!(long(text), "{text}");
        }
    }

    #[test]
    fn words_uuids_and_digests_are_no_tokens() {
        for text in [
            "https://host.example/api/v1/data-management/device/deletions",
            "/api/v1/workflows/workflows/2f1e7c52-5d0c-4a4e-9f0b-1c2d3e4f5a6b/execution/2F1E7C52-5D0C-4A4E-9F0B-1C2D3E4F5A6B/trigger",
            "d41d8cd98f00b204e9800998ecf8427e",
            "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
            "nexthink-connector/0.1.0 fetchOnlyActiveWorkflows=true_USER_AND_DEVICE_2026",
            "00000000000000000000000000000000000000000000",
            "user/user/organization/custom_field_01",
            "kJ8fD2mQ7xV4bN1cZ6tY3wR9pL5sH0g",
        ] {
            assert!(!long(text), "{text}");
        }
    }

    #[test]
    fn what_follows_a_scheme_is_a_word_or_credentials() {
        for text in ["Bearer abc123def456", "x basic QWxhZGRpbjpvcGVu y", "BEARER: k-9.J_8f7D", "Basic dXNlcjpwYXNz"] {
            assert!(credentials(text), "{text}");
        }
        for text in
            ["Bearer token, lives", "\"Bearer\",\"expires_in\":900", "Basic authentication failed.", "Bearer realm=x"]
        {
            assert!(!credentials(text), "{text}");
        }
    }

    #[test]
    fn a_signature_is_found_without_its_url() {
        for text in
            ["/a?sig=1", "a&amp;token=x", "X-Amz-Signature: 1", "AKIAIOSFODNN7EXAMPLE", "AWS4-HMAC-SHA256 Credential="]
        {
            assert!(signature(text), "{text}");
        }
        for text in ["token=x", "?sig=", "?design=1", "AKIA", "grant_type=client_credentials&scope=x"] {
            assert!(!signature(text), "{text}");
        }
    }
}
