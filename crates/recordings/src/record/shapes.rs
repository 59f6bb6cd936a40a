//! What looks secret or personal by its shape.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;

use super::refused::Leak;

/// Shortest run that counts as a token without anything that says so, in characters:
/// shorter than any client secret, token or key that Nexthink's documentation shows.
const LONG: usize = 32;

/// Longest single word, in letters: `antidisestablishment` and some more.
const WORD: usize = 24;

/// Lengths of hexadecimal digests that are no tokens, in digits: trace ids and MD5, SHA-1,
/// SHA-256.
const DIGESTS: [usize; 3] = [32, 40, 64];

macro_rules! pattern {
    ($name:ident, $($part:literal)+) => {
        static $name: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(concat!($($part),+)).expect("this is a pattern"));
    };
}

// The compact form (RFC 7519 §3); `eyJ` is how base64 begins a JSON object.
pattern!(JWT, r"eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.");

// A local part, and labels of which the last is a word.
pattern!(EMAIL, r#"[^\s"<>(),:;@&=?/\\]@(?:[\p{L}\p{N}_-]+\.)+\p{L}{2,}"#);

// MS-DTYP §2.4.2.1: an authority and at least one more number.
pattern!(SID, r"(?i)(?:^|[^\p{L}\p{N}])s-1-\d+-\d");

// Members of a query that make a URL a credential, of AWS, Google, Azure and CloudFront,
// behind a `?`, `&` or `;`: where none is, a form's `token=` is a word. And keys of AWS.
pattern!(
    SIGNATURE,
    r"(?i:[?&;#](?:x-amz-[a-z-]+|x-goog-[a-z-]+|sig|signature|token|access_token|id_token|awsaccesskeyid"
    r"|googleaccessid|key-pair-id|sas)=[a-z0-9%_+/-]|x-amz-(?:signature|credential|security-token)|aws4-hmac-sha256)"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}"
);

pattern!(CREDENTIALS, r"(?i)\b(bearer|basic)[ \t:+]+([a-z0-9._~+/=-]{8,})");

// RFC 9562 §4: they name things and open nothing.
pattern!(UUID, r"(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b");

// Letters in one case or in humps, and digits behind them.
pattern!(WORDS, r"^([A-Z]+|[A-Z]?[a-z]*(?:[A-Z][a-z]{2,})*)(\d*)$");

/// Lists what a text looks like. `clean`: tokens in it can be told from noise.
pub(super) fn shapes(text: &str, clean: bool) -> impl Iterator<Item = Leak> {
    let shapes = [
        (JWT.is_match(text), Leak::Jwt),
        (credentials(text), Leak::Credentials),
        (SIGNATURE.is_match(text), Leak::Signature),
        (EMAIL.is_match(text), Leak::Email),
        (SID.is_match(text), Leak::Sid),
        (clean && token(text), Leak::Token),
    ];
    shapes.into_iter().filter(|(found, _)| *found).map(|(_, leak)| leak)
}

/// Returns whether a text has `Bearer` or `Basic` and a value that is no word.
fn credentials(text: &str) -> bool {
    CREDENTIALS.captures_iter(text).map(|found| found.extract().1).any(|[scheme, value]| {
        let word = is_worded(value) && !value.bytes().any(|byte| byte.is_ascii_digit());
        let pair = || STANDARD.decode(value).is_ok_and(|pair| pair.contains(&b':') && pair.is_ascii());
        !word || (scheme.eq_ignore_ascii_case("basic") && pair())
    })
}

/// Returns whether a text has a long run of letters and digits that is neither made of
/// words, as paths and names are, nor a UUID nor a digest.
fn token(text: &str) -> bool {
    let mixed = |run: &str| {
        let has = |test: fn(&u8) -> bool| run.as_bytes().iter().any(test);
        run.len() >= LONG && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
    };
    let runs = text.split(|c: char| !(c.is_ascii_alphanumeric() || "_+/=-".contains(c)));
    runs.filter(|run| mixed(run)).any(|run| {
        let rest = UUID.replace_all(run, " ");
        rest.split(' ').any(|rest| mixed(rest) && !is_digest(rest) && !is_worded(rest))
    })
}

fn is_digest(run: &str) -> bool {
    let case = |other: fn(&u8) -> bool| run.bytes().all(|byte| byte.is_ascii_hexdigit() && !other(&byte));
    DIGESTS.contains(&run.len()) && (case(u8::is_ascii_uppercase) || case(u8::is_ascii_lowercase))
}

/// Returns whether a run consists of words with up to four digits and of numbers as long as
/// a date, as in `api/v1/data-management/device/deletions`.
fn is_worded(run: &str) -> bool {
    run.split(|c: char| !c.is_ascii_alphanumeric()).all(|part| {
        WORDS.captures(part).is_some_and(|found| {
            let [letters, digits] = found.extract().1.map(str::len);
            letters <= WORD && digits <= if letters == 0 { 8 } else { 4 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_secret_or_personal_is_told_from_what_does_not() {
        let cases: [(Leak, &[&str], &[&str]); 6] = [
            (
                Leak::Jwt,
                &["Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.sig-_1 x", "eyJh.eyJh. ", "eyJh..c.d.e"],
                &["eyJhbGciOiJub25lIn0.eyJhIjoxfQ"],
            ),
            (
                Leak::Sid,
                &["(S-1-5-21-1-2-3-1001)", "s-1-12-1-7", "a S-1-5-18- b"],
                &["S-1-5", "US-1-5-21", "S-1-", "-1-5-21", "S-2-5-21"],
            ),
            (
                Leak::Email,
                &["<jane.doe+tag@Sub.Example.com>.", "q=\"jane@example.com\"", "jürgen@münchen.example", "a@b.cd"],
                &["@example.com", "npm@1.2.3", "user@host", "a @ b.cd"],
            ),
            (
                Leak::Signature,
                &[
                    r#""https://s3.example/a?X-Amz-Date=1","#,
                    "HTTPS://a.example/?x=1&amp;SIG=2 b",
                    "/a?sig=1",
                    "X-Amz-Signature: 1",
                    "AKIAIOSFODNN7EXAMPLE",
                    "AWS4-HMAC-SHA256 Credential=",
                ],
                &["token=x", "?sig=", "?design=1", "?sign=1", "AKIA", "grant_type=client_credentials&scope=x"],
            ),
            (
                Leak::Credentials,
                &["Bearer abc123def456", "x basic QWxhZGRpbjpvcGVu y", "BEARER: k-9.J_8f7D", "Basic+dXNlcjpwYXNz"],
                &[
                    "Bearer token, lives",
                    "\"Bearer\",\"expires_in\":900",
                    "Basic authentication failed.",
                    "Bearer realm=x",
                ],
            ),
            (
                Leak::Token,
                &[
                    "kJ8fD2mQ7xV4bN1cZ6tY3wR9pL5sH0gA",
                    "x=kJ8fD2mQ7xV4bN1cZ6tY3wR9pL5sH0gA&",
                    "0123456789abcdef0123456789abcdef0",
                    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1",
                    "k9-J8_f7+D6/m5=Q4-x3_V2+b1/N0-c9z8",
                    "2f1e7c52-5d0c-4a4e-9f0b-1c2d3e4f5a6b7",
                ],
                &[
                    "https://host.example/api/v1/data-management/device/deletions",
                    "/api/v1/workflows/2f1e7c52-5d0c-4a4e-9f0b-1c2d3e4f5a6b/execution/2F1E7C52-5D0C-4A4E-9F0B-1C2D3E4F5A6B",
                    "d41d8cd98f00b204e9800998ecf8427e",
                    "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
                    "nexthink-connector/0.1.0 fetchOnlyActiveWorkflows=true_USER_AND_DEVICE_2026",
                    "00000000000000000000000000000000000000000000",
                    "user/user/organization/custom_field_01",
                    "kJ8fD2mQ7xV4bN1cZ6tY3wR9pL5sH0g",
                ],
            ),
        ];
        for (leak, yes, no) in &cases {
            for (texts, expected) in [(yes, true), (no, false)] {
                for text in *texts {
                    assert_eq!(shapes(text, true).any(|found| found == *leak), expected, "{text}");
                }
            }
        }
    }
}
