//! How long a provider asks to wait.

use std::time::UNIX_EPOCH;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::http::Response;

/// Returns the seconds to wait, counted from the time the response arrived. 0 when
/// that moment has passed, `None` when no header is readable.
///
/// In this order:
///
/// 1. `Retry-After` in seconds or as an HTTP date (RFC 9110 §10.2.3) or, as some APIs
///    document it, as an ISO 8601 date.
/// 2. `X-Rate-Limit-Reset`, in seconds since the Unix epoch, as Okta sends it.
pub fn seconds(response: &Response) -> Option<u32> {
    let named = response
        .header("retry-after")
        .and_then(|value| digits(value).map(at_most_u32).or_else(|| date(value).map(|moment| until(moment, response))));
    named.or_else(|| until_moment(response, "x-rate-limit-reset"))
}

/// Returns the seconds to wait that a header gives as a number of seconds.
pub fn in_seconds(response: &Response, header: &str) -> Option<u32> {
    response.header(header).and_then(digits).map(at_most_u32)
}

/// Returns the seconds to wait until the moment that a header gives in seconds since the
/// Unix epoch.
pub fn until_moment(response: &Response, header: &str) -> Option<u32> {
    response.header(header).and_then(digits).map(|moment| until(moment, response))
}

fn until(moment: u64, response: &Response) -> u32 {
    at_most_u32(moment.saturating_sub(response.received_at))
}

/// Parses `1*DIGIT`, without the sign that Rust would accept. A number too large
/// for the type counts as the largest.
fn digits(text: &str) -> Option<u64> {
    let all_digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    all_digits.then(|| text.parse().unwrap_or(u64::MAX))
}

fn at_most_u32(seconds: u64) -> u32 {
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

/// Parses a date as seconds since the Unix epoch. `None` for one before it.
fn date(text: &str) -> Option<u64> {
    match httpdate::parse_http_date(text) {
        Ok(moment) => moment.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs()),
        Err(_) => iso(text),
    }
}

/// Parses a date in the profile of ISO 8601 that RFC 3339 defines; without an
/// offset it counts as UTC.
fn iso(text: &str) -> Option<u64> {
    let parse = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
    let moment = parse(text).or_else(|| parse(&format!("{text}Z")))?;
    // Not by way of `SystemTime`: on this target it starts at the epoch, and
    // converting an earlier moment panics.
    u64::try_from(moment.unix_timestamp()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sun, 06 Nov 1994 08:49:37 GMT, the date of the examples in RFC 9110.
    const RFC_MOMENT: u64 = 784_111_777;

    fn after(headers: &[(&str, &str)]) -> Option<u32> {
        seconds(&Response {
            status: 429,
            headers: headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
            body: Vec::new(),
            received_at: RFC_MOMENT - 90,
        })
    }

    #[test]
    fn retry_after_is_read_in_every_form() {
        for (value, wait) in [
            ("120", Some(120)),
            ("0", Some(0)),
            (" 7 ", Some(7)),
            ("99999999999999999999999", Some(u32::MAX)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(90)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(90)),
            ("Sun Nov  6 08:49:37 1994", Some(90)),
            ("1994-11-06T08:49:37Z", Some(90)),
            ("1994-11-06T08:49:37.500Z", Some(90)),
            ("1994-11-06T10:49:37+02:00", Some(90)),
            ("1994-11-06T08:49:37", Some(90)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("1969-12-31T23:59:59Z", None),
            ("-1", None),
            ("+5", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(after(&[("Retry-After", value)]), wait, "{value:?}");
        }
    }

    #[test]
    fn the_rate_limit_reset_stands_in_for_a_missing_retry_after() {
        assert_eq!(after(&[("X-Rate-Limit-Reset", "784111777")]), Some(90));
        assert_eq!(after(&[("X-Rate-Limit-Reset", "784111777"), ("Retry-After", "5")]), Some(5));
        assert_eq!(after(&[("X-Rate-Limit-Reset", "784111777"), ("Retry-After", "soon")]), Some(90));
        assert_eq!(after(&[("X-Rate-Limit-Reset", "1")]), Some(0));
        assert_eq!(after(&[]), None);
    }

    #[test]
    fn other_headers_count_in_seconds_or_from_the_epoch() {
        let response = Response {
            status: 429,
            headers: vec![("x-reset".to_owned(), "784111777".to_owned())],
            body: Vec::new(),
            received_at: RFC_MOMENT - 90,
        };
        assert_eq!(in_seconds(&response, "X-Reset"), Some(784_111_777));
        assert_eq!(until_moment(&response, "X-Reset"), Some(90));
        assert_eq!((in_seconds(&response, "reset"), until_moment(&response, "reset")), (None, None));
    }
}
