//! Where the file of an export may come from.

use super::super::DOWNLOAD_DOMAINS;
use crate::failure::{Failure, FailureCode};
use crate::tenant::DOMAIN;

/// Checks the link to a file: `https`, without user, port and fragment, to a host
/// of Nexthink's own domain or of the storage.
///
/// # Errors
///
/// Never quotes the link, which is a secret while it is valid.
pub fn check(url: &str) -> Result<(), Failure> {
    let host = url
        .strip_prefix("https://")
        .and_then(|rest| rest.split(['/', '?']).next())
        .filter(|host| host.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b)));
    let under = |host: &str, domain: &str| {
        let labels = host.strip_suffix(domain).and_then(|rest| rest.strip_suffix('.'));
        labels.is_some_and(|labels| labels.split('.').all(|label| !label.is_empty()))
    };
    let known =
        host.is_some_and(|host| under(host, DOMAIN) || DOWNLOAD_DOMAINS.iter().any(|domain| under(host, domain)));
    if known && url.bytes().all(|b| b.is_ascii_graphic() && !b"#\\".contains(&b)) {
        return Ok(());
    }
    Err(Failure::new(FailureCode::HostNotAllowed, "The link to the file leads to a host that is not Nexthink's.")
        .hint("It was not followed. Tell whoever looks after this connector."))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_file_comes_from_nexthink_or_its_storage() {
        for url in [
            "https://acme.api.eu.nexthink.cloud/file?X-Amz-Signature=1",
            "https://bucket.s3.eu-west-1.amazonaws.com/a/b.csv?X-Amz-Expires=900",
            "https://s3.amazonaws.com?x",
        ] {
            assert!(check(url).is_ok(), "{url}");
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
            "https://s3.amazonaws.com/a#b",
            "https://s3.amazonaws.com/a b",
            "https://127.0.0.1/a",
            "https:///a",
            "",
        ] {
            let failure = check(url).unwrap_err();
            assert_eq!(failure.code.as_str(), "host-not-allowed", "{url}");
            assert!(url.is_empty() || !format!("{failure:?}").contains(url), "{url}");
        }
    }
}
