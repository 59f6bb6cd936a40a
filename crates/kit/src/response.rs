//! Reading responses: what a status means with every provider, and bodies of JSON.

use serde::Deserialize;

use crate::failure::body::ProviderError;
use crate::failure::{Failure, kinds, retry_after};
use crate::http::Response;
use crate::json;

/// Returns the failure of a response that is no success, with the provider's own code and
/// text, as statuses mean it with every provider, for which `provider` is the name to show.
/// A connector reads those first that mean more with its provider: 401 and 403 at least,
/// which are unexpected here.
pub fn failure(response: &Response, provider: &str) -> Failure {
    let error = ProviderError::read(&response.body);
    let failure = match response.status {
        407 => Failure::new(kinds::NETWORK, "A proxy on the way asks for a sign-in of its own.")
            .hint(&format!("Ask those who run this platform's network; {provider} was not reached.")),
        408 => Failure::new(kinds::TIMEOUT, &format!("{provider} gave up waiting for the request.")).hint("Try again."),
        404 => Failure::new(kinds::NOT_FOUND, &format!("{provider} does not know what was asked for."))
            .hint("Check the id and the path."),
        400 | 405 | 409 | 410 | 413 | 414 | 415 | 422 => {
            Failure::new(kinds::REJECTED, &format!("{provider} refuses the request as it is.")).hint(
                match error.message {
                    Some(_) => "Correct what the provider's message names.",
                    None => "It does not say why: compare what was sent with its documentation.",
                },
            )
        }
        429 => Failure::new(kinds::RATE_LIMITED, &format!("{provider} received too many requests."))
            .hint("Wait before trying again.")
            .retry_after(retry_after::seconds(response)),
        500..=599 => Failure::new(kinds::UNAVAILABLE, &format!("{provider} cannot answer at the moment."))
            .hint("Try again later.")
            .retry_after(retry_after::seconds(response)),
        _ => return unexpected(response, provider),
    };
    failure.provider_error(error)
}

/// Returns the failure of a redirect, or of a status without a meaning.
pub fn unexpected(response: &Response, provider: &str) -> Failure {
    let failure = match response.status {
        300..=399 => Failure::new(kinds::REDIRECTED, "The answer sends to another address, which was not followed.")
            .hint(&format!("A proxy or sign-in page on the way can answer in {provider}'s place.")),
        status => Failure::new(kinds::UNEXPECTED_STATUS, &format!("The answer has the unexpected status {status}."))
            .hint(&format!("A proxy on the way can answer in {provider}'s place.")),
    };
    failure.provider_error(ProviderError::read(&response.body))
}

/// Reads the JSON object of a response that is known to be a success.
///
/// # Errors
///
/// Fails when the body is not as documented.
pub fn object<'r, T: Deserialize<'r>>(response: &'r Response, provider: &str) -> Result<T, Failure> {
    json::object_from_str(text(response, provider)?).map_err(|_| undocumented(provider))
}

/// Reads the JSON of a response that is known to be a success, of any type.
///
/// # Errors
///
/// Fails when the body is not as documented.
pub fn any<'r, T: Deserialize<'r>>(response: &'r Response, provider: &str) -> Result<T, Failure> {
    serde_json::from_str(text(response, provider)?).map_err(|_| undocumented(provider))
}

/// Creates the failure of a success that cannot be read.
pub fn malformed(message: &str, provider: &str) -> Failure {
    Failure::new(kinds::MALFORMED_RESPONSE, message)
        .hint(&format!("A proxy on the way can answer in {provider}'s place; otherwise the API has changed."))
}

fn undocumented(provider: &str) -> Failure {
    malformed("The answer is not in the documented form.", provider)
}

fn text<'r>(response: &'r Response, provider: &str) -> Result<&'r str, Failure> {
    if !response.may_be_json() {
        return Err(malformed("Something other than JSON came back.", provider));
    }
    if response.is_cut_short() {
        return Err(malformed("The answer ends too early.", provider));
    }
    std::str::from_utf8(&response.body).map_err(|_| malformed("The answer is not UTF-8.", provider))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Recovery;

    fn response(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Response { status, headers, body: body.to_vec(), received_at: 0 }
    }

    #[test]
    fn each_status_that_providers_share_has_its_recovery() {
        for (status, code, recovery) in [
            (302, "redirected", Recovery::Alarm),
            (400, "rejected", Recovery::Reconfigure),
            (401, "unexpected-status", Recovery::GiveUp),
            (404, "not-found", Recovery::Reconfigure),
            (407, "network", Recovery::Retry(None)),
            (408, "timeout", Recovery::RetryIfRepeatable(None)),
            (429, "rate-limited", Recovery::Retry(Some(9))),
            (503, "unavailable", Recovery::RetryIfRepeatable(Some(9))),
            (418, "unexpected-status", Recovery::GiveUp),
            (100, "unexpected-status", Recovery::GiveUp),
        ] {
            let failure = failure(&response(status, &[("retry-after", "9")], b""), "Acme");
            assert_eq!((failure.code, failure.recovery), (code, recovery), "{status}");
            assert!(failure.hint.is_some(), "{status}");
        }
    }

    #[test]
    fn a_success_that_cannot_be_read_is_malformed() {
        #[derive(Debug, Deserialize)]
        struct Body {
            valid: bool,
        }
        let read = |headers: &[(&str, &str)], body: &[u8]| {
            object::<Body>(&response(200, headers, body), "Acme").map(|body| body.valid).map_err(|failure| failure.code)
        };
        assert_eq!(read(&[], br#"{"valid":true}"#), Ok(true));
        for (headers, body) in [
            (&[("content-type", "text/html")][..], &br#"{"valid":true}"#[..]),
            (&[("content-length", "99")], br#"{"valid":true}"#),
            (&[], b"\xff"),
            (&[], b"[true]"),
            (&[], b"{}"),
        ] {
            assert_eq!(read(headers, body), Err("malformed-response"), "{headers:?} {body:?}");
        }
    }
}
