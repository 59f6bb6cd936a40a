//! Finds what looks personal or secret by its shape: in texts to redact, and
//! again in what came of them.

use std::ops::Range;

/// Finds the first match at or after a position.
pub(super) type Find = fn(&str, usize) -> Option<Range<usize>>;

/// From here on characters stand for placeholders while a text is worked on. They
/// are of private use (Unicode §23.5), so no text means anything by them.
pub(super) const FIRST_MARK: char = '\u{100000}';

/// Tells whether a character stands for a placeholder.
pub(super) fn is_mark(c: char) -> bool {
    c >= FIRST_MARK
}

/// Replaces every match.
pub(super) fn replace_each(text: &str, find: Find, mut with: impl FnMut(&str) -> String) -> String {
    let mut replaced = String::new();
    let mut from = 0;
    while let Some(found) = find(text, from) {
        replaced += &text[from..found.start];
        replaced += &with(&text[found.clone()]);
        from = found.end;
    }
    replaced + &text[from..]
}

/// Finds `eyJ….….…`: the parts of a JSON Web Token in its compact form (RFC 7519
/// §3), all of them where it is encrypted.
pub(super) fn jwt(text: &str, from: usize) -> Option<Range<usize>> {
    let part = |from: usize| from + text[from..].bytes().take_while(|b| is_base64url(*b)).count();
    // `eyJ` is how base64 begins a JSON object.
    text[from..].match_indices("eyJ").map(|(at, _)| from + at).find_map(|start| {
        let mut end = part(start);
        let mut dots = 0;
        while text[end..].starts_with('.') && (dots == 0 || end > start) {
            end = part(end + 1);
            dots += 1;
        }
        (dots >= 2).then_some(start..end)
    })
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// Finds a security identifier: `S-1-`, an authority, and at least one more number
/// (MS-DTYP §2.4.2.1). That of a user begins with `S-1-5-21-`, in Entra ID with
/// `S-1-12-1-`.
pub(super) fn sid(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let digits = |from: usize| from + bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    text[from..].match_indices("-1-").map(|(at, _)| from + at).find_map(|at| {
        let start = at.checked_sub(1).filter(|start| *start >= from && bytes[*start].eq_ignore_ascii_case(&b's'))?;
        let mut end = digits(at + 3);
        let mut numbers = usize::from(end > at + 3);
        while bytes.get(end) == Some(&b'-') && digits(end + 1) > end + 1 {
            end = digits(end + 1);
            numbers += 1;
        }
        (numbers >= 2 && begins_word(text, start)).then_some(start..end)
    })
}

/// Finds an e-mail address, its `@` percent-encoded or not.
pub(super) fn email(text: &str, from: usize) -> Option<Range<usize>> {
    text[from..].char_indices().filter(|(_, c)| matches!(c, '@' | '%')).find_map(|(at, _)| {
        let at = from + at;
        let sign = if text[at..].starts_with('@') { 1 } else { 3 };
        let is_sign = sign == 1 || text[at..].starts_with("%40");
        let domain = is_sign.then(|| domain(text, at + sign)).flatten()?;
        let start = local_part(&text[from..at])? + from;
        Some(start..domain)
    })
}

/// Returns where the domain that begins at a position ends: labels, of which the
/// last is a word.
fn domain(text: &str, start: usize) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    let end = text[start..].find(|c| !is_part(c)).map_or(text.len(), |at| start + at);
    let name = text[start..end].trim_end_matches(['.', '-']);
    let last = name.rsplit('.').next()?;
    let word = last.chars().count() >= 2 && last.chars().all(char::is_alphabetic);
    (name.contains('.') && !name.starts_with('.') && word).then_some(start + name.len())
}

/// Returns where the local part that ends a text begins. A placeholder can be part
/// of it.
fn local_part(text: &str) -> Option<usize> {
    let is_local = |c: char| c.is_alphanumeric() || is_mark(c) || "._+-'!#$*/^~".contains(c);
    let mut start = text.len();
    loop {
        let head = &text[..start];
        if let Some(byte) = escaped_byte(head) {
            // A byte beyond ASCII is part of an encoded letter.
            if !is_local(char::from(byte)) && byte.is_ascii() {
                break;
            }
            start -= 3;
        } else if let Some(c) = head.chars().next_back().filter(|c| is_local(*c)) {
            start -= c.len_utf8();
        } else {
            break;
        }
    }
    (start < text.len()).then_some(start)
}

/// Returns the byte that a text ends with in percent-encoding.
fn escaped_byte(text: &str) -> Option<u8> {
    let escape = text.len().checked_sub(3).and_then(|at| text.get(at..))?;
    let digits = escape.strip_prefix('%').filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u8::from_str_radix(digits, 16).ok()
}

/// Tells whether a word can begin at a position: what stands before it is no
/// letter or digit, or one that belongs to a percent-encoded character.
pub(super) fn begins_word(text: &str, at: usize) -> bool {
    let before = &text[..at];
    !before.ends_with(char::is_alphanumeric) || escaped_byte(before).is_some_and(|b| !b.is_ascii_alphanumeric())
}

/// Tells whether a word can end at a position.
pub(super) fn ends_word(text: &str, at: usize) -> bool {
    !text[at..].starts_with(char::is_alphanumeric)
}

/// Finds what follows the scheme of a URL that carries its own credentials. The
/// slashes may be percent-encoded, then so is the rest.
pub(super) fn signed_url(text: &str, from: usize) -> Option<Range<usize>> {
    let is_delimiter = |c: char| c.is_whitespace() || c.is_control() || "\"'<>\\`".contains(c);
    let ends_with = |at: usize, ends: [&str; 2]| {
        let head = &text.as_bytes()[from..at];
        ends.iter()
            .any(|end| head.len() >= end.len() && head[head.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes()))
    };
    let mut starts = text[from..].match_indices(['/', '%']).filter_map(|(at, _)| {
        let at = from + at;
        let slashes = text[at..].starts_with("//") && ends_with(at, ["http:", "https:"]);
        let six = text.get(at..at + 6).is_some_and(|six| six.eq_ignore_ascii_case("%2f%2f"));
        let encoded = six && ends_with(at, ["http%3a", "https%3a"]);
        slashes.then_some((at + 2, false)).or(encoded.then_some((at + 6, true)))
    });
    starts.find_map(|(start, encoded)| {
        let ends = |c: char| is_delimiter(c) || (encoded && c == '&');
        let end = text[start..].find(ends).map_or(text.len(), |at| start + at);
        is_signed(&text[start..end]).then_some(start..end)
    })
}

/// Members of a query that make a URL a credential: signatures of AWS, Google,
/// Azure and `CloudFront`, and plain tokens.
const SIGNATURES: [&str; 9] =
    ["sig", "signature", "token", "access_token", "id_token", "awsaccesskeyid", "googleaccessid", "key-pair-id", "sas"];

/// Tells whether a URL has such a member with a value, after `?`, `&` or `#`.
fn is_signed(url: &str) -> bool {
    let decoded = percent_decoded(&percent_decoded(url));
    let mut members = decoded.split(['?', '&', ';', '#']).skip(1).filter_map(|member| member.split_once('='));
    members.any(|(name, value)| is_signature(name) && !value.is_empty())
}

/// Tells whether a member of a query is a signature or token.
pub(super) fn is_signature(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("x-amz-") || name.starts_with("x-goog-") || SIGNATURES.contains(&name.as_str())
}

/// Undoes percent-encoding, leniently: what is no escape stays.
pub(super) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escape = rest.get(1..3).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = escape.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let byte = byte.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &rest[3..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Finds a name as a word of its own, in any case; one of eight or more characters
/// also inside of other words.
pub(super) fn name(text: &str, name: &str, from: usize) -> Option<Range<usize>> {
    let (bytes, wanted) = (text.as_bytes(), name.as_bytes());
    let anywhere = wanted.len() >= 8;
    let mut starts = from..(bytes.len() + 1).saturating_sub(wanted.len());
    starts
        .find(|at| {
            let end = at + wanted.len();
            bytes[*at].eq_ignore_ascii_case(&wanted[0])
                && bytes[*at..end].eq_ignore_ascii_case(wanted)
                && text.is_char_boundary(*at)
                && text.is_char_boundary(end)
                && (anywhere || (begins_word(text, *at) && ends_word(text, end)))
        })
        .map(|at| at..at + wanted.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn found(find: Find, text: &str, expected: &[&str]) {
        let mut all = Vec::new();
        replace_each(text, find, |found| {
            all.push(found.to_owned());
            String::new()
        });
        assert_eq!(all, expected, "{text}");
    }

    #[test]
    fn a_jwt_has_three_parts_or_more() {
        found(jwt, "Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.sig-_1 x", &["eyJhbGciOiJub25lIn0.eyJhIjoxfQ.sig-_1"]);
        found(jwt, "eyJh.eyJh. eyJh.b.c.d.e.", &["eyJh.eyJh.", "eyJh.b.c.d.e."]);
        found(jwt, "eyJhbGciOiJub25lIn0.eyJhIjoxfQ", &[]);
    }

    #[test]
    fn a_sid_is_one_of_any_authority() {
        found(sid, "(S-1-5-21-1-2-3-1001),s-1-12-1-7", &["S-1-5-21-1-2-3-1001", "s-1-12-1-7"]);
        found(sid, "a%20S-1-5-18- b", &["S-1-5-18"]);
        for text in ["S-1-5", "US-1-5-21", "S-1-", "-1-5-21", "S-2-5-21"] {
            found(sid, text, &[]);
        }
    }

    #[test]
    fn an_email_address_is_found_with_its_whole_local_part() {
        found(email, "<jane.doe+tag@Sub.Example.com>.", &["jane.doe+tag@Sub.Example.com"]);
        found(email, "q=jane%2Etag%40example.com&x", &["jane%2Etag%40example.com"]);
        found(email, "q=%22jane%40example.com%22", &["jane%40example.com"]);
        found(email, "jürgen@münchen.example, a@b.cd", &["jürgen@münchen.example", "a@b.cd"]);
        found(email, "j%C3%BCrgen%40example.com", &["j%C3%BCrgen%40example.com"]);
        for text in ["@example.com", "npm@1.2.3", "user@host", "50%40", "a @ b.cd"] {
            found(email, text, &[]);
        }
    }

    #[test]
    fn a_url_with_a_signature_is_found_whole() {
        found(
            signed_url,
            r#""https://s3.example/a?X-Amz-Date=1&X-Amz-Signature=2","#,
            &["s3.example/a?X-Amz-Date=1&X-Amz-Signature=2"],
        );
        found(signed_url, "HTTPS://a.example/?x=1&amp;SIG=2 b", &["a.example/?x=1&amp;SIG=2"]);
        found(signed_url, "u=https%3a%2F%2fa.example%3Ftoken%3Db&c", &["a.example%3Ftoken%3Db"]);
        for text in ["https://a.example/?sign=1", "https://a.example/?sig=", "/a?sig=1", "https://a.example/token=1"] {
            found(signed_url, text, &[]);
        }
    }

    #[test]
    fn a_short_name_is_a_word_of_its_own() {
        let at = |text: &str| name(text, "acme", 0).map(|found| found.start);
        assert_eq!(at("acmes ACME-login"), Some(6));
        assert_eq!(at("x%2Facme."), Some(4));
        assert_eq!(at("pacmen"), None);
        assert_eq!(name("myAcmecorps", "acmecorp", 0), Some(2..10));
    }
}
