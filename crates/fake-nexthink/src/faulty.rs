//! The responses of faults.

use std::io::{self, Read as _};

use serde_json::Value;

use crate::clock::Clock;
use crate::fault_rule::{Answer, Oversized, RetryAfter};
use crate::reply::{Body, Reply};

/// Returns a response with a configured status.
pub(crate) fn status(answer: Answer, clock: &Clock) -> Reply {
    let mut reply = Reply::empty(answer.status);
    if let Some(body) = answer.body {
        let text = if let Value::String(text) = body { text } else { body.to_string() };
        let content_type = answer.content_type.unwrap_or_else(|| "application/json".to_owned());
        reply = Reply::text(answer.status, &content_type, text);
        // Statuses without a body (RFC 9110, section 6.4.1).
        if matches!(answer.status, 204 | 304) {
            reply.body = Body::Empty;
        }
    }
    match answer.retry_after {
        RetryAfter::None => reply,
        RetryAfter::Seconds(seconds) => reply.header("retry-after", seconds.to_string()),
        RetryAfter::HttpDate(seconds) => reply.header("retry-after", clock.http_date(seconds)),
        RetryAfter::IsoDate(seconds) => reply.header("retry-after", clock.iso_date(seconds)),
        RetryAfter::RateLimitReset(seconds) => reply
            .header("x-rate-limit-limit", "600")
            .header("x-rate-limit-remaining", "0")
            .header("x-rate-limit-reset", clock.now().saturating_add(seconds).to_string()),
    }
}

/// Returns a JSON string of a configured size, quotes included.
pub(crate) fn oversized(wanted: Oversized) -> Reply {
    let length = wanted.bytes.max(2);
    let text = b"\"".chain(io::repeat(b'x').take(length - 2)).chain(b"\"".as_slice());
    Reply::stream("application/json", wanted.announced.then_some(length), text)
}

/// Returns a page as a proxy or a captive portal sends it.
pub(crate) fn html_page() -> Reply {
    let page = "<!DOCTYPE html>\n<html><head><title>Access restricted</title></head>\
        <body><h1>Access restricted</h1><p>Please sign in to continue.</p></body></html>\n";
    Reply::text(200, "text/html; charset=utf-8", page)
}
