//! The link to the file of an export.

use crate::failure::{Failure, FailureCode};
use crate::operations::operation::DOWNLOAD_DOMAINS;
use crate::operations::response;
use crate::tenant::DOMAIN;

/// Longest link to follow, in bytes: what servers commonly accept.
const MAX_LENGTH: usize = 8 * 1024;

/// Checks a link: `https`, without user, port and fragment, to a host under the
/// domain of Nexthink or of the storage, and written so that every parser leaves it
/// unchanged.
///
/// # Errors
///
/// Fails on every other link. Never quotes the link, which is a secret while it is
/// valid.
pub fn check(url: &str) -> Result<(), Failure> {
    let rest = url.strip_prefix("https://").unwrap_or_default();
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let domains = DOWNLOAD_DOMAINS.into_iter().chain([DOMAIN]);
    if !domains.into_iter().any(|domain| is_under(host, domain)) {
        return Err(Failure::new(
            FailureCode::HostNotAllowed,
            "The link to the file leads to a host that is not Nexthink's.",
        )
        .hint("It was not followed. Tell whoever looks after this connector."));
    }
    if url.len() > MAX_LENGTH || !is_normalized(path) {
        return Err(response::malformed("The link to the file is not written as links are."));
    }
    Ok(())
}

/// Returns whether a host is under a domain, with all labels in lower case and none
/// of them an encoded international name.
fn is_under(host: &str, domain: &str) -> bool {
    let inside = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(inside)
            && !label.starts_with('-')
            && !label.ends_with('-')
            && !label.starts_with("xn--")
    };
    let below = host.strip_suffix(domain).and_then(|below| below.strip_suffix('.'));
    host.len() <= 253 && below.is_some_and(|below| below.split('.').all(label))
}

/// Returns whether path and query are already as a parser would write them (URL
/// Standard, *path state* and *query state*): the path exists and has no dot
/// segments, and all characters are those of RFC 3986.
fn is_normalized(path_and_query: &str) -> bool {
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&()*+,;=:@/%?".contains(&b);
    let steps = path.to_ascii_lowercase().replace("%2e", ".");
    path.starts_with('/')
        && path.bytes().all(|b| allowed(b) || b == b'\'')
        // In queries, parsers write the apostrophe as %27.
        && query.bytes().all(allowed)
        && steps.split('/').all(|step| step != "." && step != "..")
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{MAX_LENGTH, check};

    #[test]
    fn a_file_comes_from_nexthink_or_its_storage() {
        for url in [
            "https://acme.api.eu.nexthink.cloud/file?X-Amz-Signature=1",
            "https://bucket.s3.eu-west-1.amazonaws.com/a/b.csv?X-Amz-Expires=900",
            "https://s3.amazonaws.com/?x",
            "https://s3.amazonaws.com/a..b/.c/%2fd/~(e)!$&'*+,;=:@?f=/?:@",
        ] {
            assert!(check(url).is_ok(), "{url}");
            assert_eq!(Url::parse(url).unwrap().as_str(), url);
        }
        for url in [
            "http://s3.amazonaws.com/a",
            "https://amazonaws.com/a",
            "https://evilamazonaws.com/a",
            "https://s3.amazonaws.com.evil.example/a",
            "https://s3.amazonaws.com@evil.example/a",
            "https://user@s3.amazonaws.com/a",
            "https://s3.amazonaws.com:8443/a",
            "https://s3.amazonaws.com\\@evil.example/a",
            "https://S3.amazonaws.com/a",
            "https://.amazonaws.com/a",
            "https://s3..amazonaws.com/a",
            "https://127.0.0.1/a",
            "https:///a",
            "",
        ] {
            let failure = check(url).unwrap_err();
            assert_eq!(failure.code, "host-not-allowed", "{url}");
            assert!(url.is_empty() || !format!("{failure:?}").contains(url), "{url}");
        }
    }

    #[test]
    fn a_link_that_a_parser_would_repair_is_refused() {
        let long = format!("https://s3.amazonaws.com/{}", "a".repeat(MAX_LENGTH));
        for url in [
            "https://s3.amazonaws.com",
            "https://s3.amazonaws.com?x",
            "https://s3.amazonaws.com/a#b",
            "https://s3.amazonaws.com/a b",
            "https://s3.amazonaws.com/a\u{e9}",
            "https://s3.amazonaws.com/a/../b",
            "https://s3.amazonaws.com/a/./b",
            "https://s3.amazonaws.com/a/.%2E",
            "https://s3.amazonaws.com/a\"b",
            "https://s3.amazonaws.com/{a}",
            "https://s3.amazonaws.com/a?b='c'",
            "https://s3.amazonaws.com/a?<b>",
            &long,
        ] {
            let failure = check(url).unwrap_err();
            assert_eq!(failure.code, "malformed-response", "{url}");
            let repaired = Url::parse(url).unwrap();
            assert!(repaired.as_str() != url || url == long || url.contains('#'), "{url}");
        }
        for host in [
            "-a.amazonaws.com",
            "a-.amazonaws.com",
            "xn--a.amazonaws.com",
            &format!("{}.amazonaws.com", "a".repeat(64)),
        ] {
            assert_eq!(check(&format!("https://{host}/a")).unwrap_err().code, "host-not-allowed", "{host}");
        }
    }
}
