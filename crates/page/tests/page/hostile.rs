//! Recordings of the component with HTML in every text.

use serde_json::{Value, json};
use test_support::html::HTML;

/// Makes a recording that answers its token request with a status.
pub fn recording(name: &str, status: u16) -> Value {
    let expect = if status == 200 { json!({ "token": {} }) } else { json!({ "failure": {} }) };
    json!({ "log": {
        "version": "1.2", "creator": { "name": "made", "version": "1" },
        "_name": name, "_origin": "synthetic", "_source": HTML, "_clock": "2026-01-15T09:30:00Z",
        "_entries": [], "_expect": expect,
        "entries": [{
            "startedDateTime": "2026-01-15T09:30:00Z", "time": 1,
            "request": {
                "method": "POST", "url": "https://made.example/token", "httpVersion": "HTTP/1.1", "cookies": [],
                "headers": [{ "name": "accept", "value": "application/json" }], "queryString": [], "headersSize": -1, "bodySize": 0,
            },
            "response": {
                "status": status, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
                "content": { "size": 2, "mimeType": "text/plain", "text": "no" },
                "redirectURL": "", "headersSize": -1, "bodySize": -1,
            },
            "cache": {}, "timings": { "send": 0, "wait": 1, "receive": 0 },
        }],
    } })
}
