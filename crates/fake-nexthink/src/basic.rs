//! The Basic header of RFC 7617.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::HeaderMap;
use zeroize::Zeroizing;

use crate::request::{NoHeader, one};

/// Client credentials as a client sends them; the secret may be wrong.
pub(crate) struct Basic {
    pub client_id: String,
    pub client_secret: Zeroizing<Vec<u8>>,
}

/// Reads the header; the error is a reason for `/_fake/calls`. Id and secret are taken as they are: the documentation
/// encodes them no further.
pub(crate) fn read(headers: &HeaderMap) -> Result<Basic, &'static str> {
    let value = one(headers, "authorization").map_err(|problem| match problem {
        NoHeader::Missing => "no-authorization",
        NoHeader::Unusable => "authorization-given-twice-or-no-text",
    })?;
    let (scheme, encoded) = value.split_once(' ').ok_or("authorization-is-not-basic")?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err("authorization-is-not-basic");
    }
    let decoded = Zeroizing::new(STANDARD.decode(encoded.trim_start()).map_err(|_| "basic-is-not-base64")?);
    let colon = decoded.iter().position(|byte| *byte == b':').ok_or("basic-has-no-colon")?;
    let client_id = std::str::from_utf8(&decoded[..colon]).map_err(|_| "basic-is-not-text")?.to_owned();
    Ok(Basic { client_id, client_secret: Zeroizing::new(decoded[colon + 1..].to_vec()) })
}

#[cfg(test)]
mod tests {
    use hyper::HeaderMap;
    use hyper::header::{AUTHORIZATION, HeaderValue};

    use super::read;

    fn headers(values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (AUTHORIZATION, HeaderValue::from_bytes(value.as_bytes()).unwrap())).collect()
    }

    #[test]
    fn the_id_ends_at_the_first_colon() {
        let basic = read(&headers(&["basic YTpiOmM="])).unwrap_or_else(|reason| panic!("{reason}"));
        assert_eq!((basic.client_id.as_str(), basic.client_secret.as_slice()), ("a", b"b:c".as_slice()));
    }

    #[test]
    fn anything_but_one_well_formed_header_is_refused() {
        for (values, reason) in [
            (vec![], "no-authorization"),
            (vec!["Basic YTpi", "Basic YTpi"], "authorization-given-twice-or-no-text"),
            (vec!["Bearer YTpi"], "authorization-is-not-basic"),
            (vec!["Basic"], "authorization-is-not-basic"),
            (vec!["Basic YTp\u{e4}"], "basic-is-not-base64"),
            (vec!["Basic YTpi\u{a0}"], "basic-is-not-base64"),
            (vec!["Basic YTpiYw"], "basic-is-not-base64"),
            (vec!["Basic YWI="], "basic-has-no-colon"),
            (vec!["Basic /zpi"], "basic-is-not-text"),
        ] {
            assert_eq!(read(&headers(&values)).err(), Some(reason), "{values:?}");
        }
    }
}
