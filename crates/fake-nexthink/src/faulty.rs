//! The responses of faults.

use std::io::{self, Read as _};

use serde_json::Value;

use crate::clock::Clock;
use crate::fault_rule::{Answer, RetryAfter};
use crate::reply::Reply;

/// Returns a response with a configured status.
pub(crate) fn status(answer: Answer, clock: &Clock) -> Reply {
    let content_type = answer.content_type.as_deref().unwrap_or("application/json");
    let reply = match answer.body {
        None => Reply::empty(answer.status),
        // Statuses without a body (RFC 9110, section 6.4.1).
        Some(_) if matches!(answer.status, 204 | 304) => Reply::text(answer.status, content_type, ""),
        Some(Value::String(text)) => Reply::text(answer.status, content_type, text),
        Some(body) => Reply::text(answer.status, content_type, body.to_string()),
    };
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
pub(crate) fn oversized(bytes: u64, announced: bool) -> Reply {
    let length = bytes.max(2);
    let text = b"\"".chain(io::repeat(b'x').take(length - 2)).chain(b"\"".as_slice());
    let reply = Reply::stream("application/json", text);
    if announced { reply.header("content-length", length.to_string()) } else { reply }
}

/// Returns a page as a proxy or a captive portal sends it.
pub(crate) fn html_page() -> Reply {
    let page = "<!DOCTYPE html>\n<html><head><title>Access restricted</title></head>\
        <body><h1>Access restricted</h1><p>Please sign in to continue.</p></body></html>\n";
    Reply::text(200, "text/html; charset=utf-8", page)
}
