use super::connection::{LOGIN, connection};
use super::{CANARY, SECRET, assert_accepted, assert_refused, bad_lines, longest_line, redactor};
use crate::functions::Function;
use crate::guard::request::exchange;
use crate::raw;
use crate::records;

type Exchange = raw::Exchange;

/// Base64 of `canary-id:` and the secret.
const BASIC: &str = "Basic Y2FuYXJ5LWlkOmNhbmFyeS1zM2NyZXQtMDAwMQ==";

/// A token request that breaks no rule.
fn good() -> Exchange {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Exchange {
        request: raw::Request {
            method: "POST".to_owned(),
            url: format!("https://{LOGIN}/canary/token?a=%20b"),
            headers: vec![
                header("authorization", BASIC),
                header("x-canary", "a b\tc"),
                header("!#$%&'*+-.^_`|~09az", ""),
            ],
            body: b"canary=\0\xff".to_vec(),
            authorized: false,
            repeatable: true,
            timeout: 30,
            response_limit: 65536,
        },
        notes: vec!["A canary.".to_owned(), "Another canary.".to_owned()],
    }
}

fn checked(value: Exchange) -> Result<records::Exchange, super::BadOutput> {
    exchange(Function::TokenRequest, value, &connection(), &redactor())
}

#[track_caller]
fn refused(change: impl FnOnce(&mut Exchange), at: &str, why: &str) {
    let mut value = good();
    change(&mut value);
    assert_refused(value, checked, (Function::TokenRequest, at, why));
}

#[track_caller]
fn accepted(change: impl FnOnce(&mut Exchange)) -> records::Exchange {
    let mut value = good();
    change(&mut value);
    assert_accepted(value, checked)
}

#[test]
fn a_good_request_is_returned_unchanged() {
    let records::Exchange { request, notes } = accepted(|_| ());
    assert_eq!(notes, good().notes);
    assert_eq!(request.method, "POST");
    assert_eq!(request.url.as_str(), good().request.url);
    assert_eq!(request.host(), LOGIN);
    let headers: Vec<_> =
        request.headers.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect();
    assert_eq!(headers, good().request.headers);
    assert_eq!(*request.body, good().request.body);
    assert!(request.repeatable && !request.authorized);
    assert_eq!((request.timeout, request.response_limit), (30, 65536));
    assert!(!accepted(|e| e.request.repeatable = false).request.repeatable);
}

#[test]
fn debug_shows_neither_header_values_nor_body() {
    let shown = format!("{:?}", accepted(|e| e.request.body = SECRET.into()).request);
    assert!(shown.contains("authorization") && shown.contains("18 bytes"), "{shown}");
    assert!(!shown.contains("Basic") && !shown.contains(SECRET), "{shown}");
}

#[test]
fn the_method_is_one_of_six_in_upper_case() {
    let why = "is not an HTTP method in upper case that a connector may use";
    for method in
        ["", "post", "Post", "CONNECT", "TRACE", "OPTIONS", "CANARY", "POST ", "POST /canary HTTP/1.1\r\n", "PОST"]
    {
        refused(|e| e.request.method = method.to_owned(), "request.method", why);
    }
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] {
        accepted(|e| {
            e.request.method = method.to_owned();
            e.request.body.clear();
        });
    }
}

#[test]
fn the_url_is_absolute() {
    for url in ["", "canary", "/canary/token", "//canary.example/", LOGIN, "https://", "https://canary:99999/"] {
        refused(|e| e.request.url = url.to_owned(), "request.url", "is not a URL");
    }
}

#[test]
fn the_url_is_https() {
    for url in [format!("http://{LOGIN}/"), format!("ws://{LOGIN}/"), format!("ftp://{LOGIN}/")] {
        refused(|e| e.request.url = url, "request.url", "is not an `https` URL");
    }
    for url in ["file:///canary", "data:,canary", "javascript:canary()", "canary:x"] {
        refused(|e| e.request.url = url.to_owned(), "request.url", "is not an `https` URL");
    }
}

#[test]
fn the_url_names_neither_user_nor_port_nor_fragment() {
    for url in [
        "https://canary-login.eu.nexthink.cloud@evil.example/".to_owned(),
        "https://canary-login.eu.nexthink.cloud:443@evil.example/".to_owned(),
        format!("https://canary@{LOGIN}/"),
        format!("https://:canary@{LOGIN}/"),
        format!("https://{LOGIN}:8443/"),
        format!("https://{LOGIN}:80/"),
        format!("https://{LOGIN}/#canary"),
        format!("https://{LOGIN}/#"),
        format!("https://evil.example#@{LOGIN}/"),
    ] {
        refused(|e| e.request.url = url, "request.url", "names a user, port or fragment");
    }
}

#[test]
fn the_url_leaves_nothing_to_repair() {
    for url in [
        format!("HTTPS://{LOGIN}/"),
        format!("https://{LOGIN}"),
        format!("https://{LOGIN}?canary"),
        format!("https://{LOGIN}:443/"),
        format!("https://{LOGIN}:/"),
        format!("https://@{LOGIN}/"),
        format!("https://:@{LOGIN}/"),
        format!("https:{LOGIN}/"),
        format!("https:/{LOGIN}/"),
        format!("https:///{LOGIN}/"),
        format!("https:\\\\{LOGIN}\\"),
        format!("https://{LOGIN}\\@evil.example/"),
        format!("https://{LOGIN}/canary\\token"),
        format!("https://{LOGIN}/can\tary"),
        format!("https://{LOGIN}/canary\r\nhost: evil.example"),
        format!(" https://{LOGIN}/"),
        format!("https://{LOGIN}/ "),
        format!("https://{LOGIN}/a canary"),
        format!("https://{LOGIN}/canäry"),
        format!("https://{LOGIN}/canary\u{1b}"),
        format!("https://{LOGIN}/a/../b"),
        format!("https://{LOGIN}/./b"),
        format!("https://{LOGIN}/a/%2E%2e/b"),
        "https://CANARY-login.eu.nexthink.cloud/".to_owned(),
        "https://can\tary-login.eu.nexthink.cloud/".to_owned(),
        "https://canary%2Dlogin.eu.nexthink.cloud/".to_owned(),
        "https://2130706433/".to_owned(),
        "https://0x7f.1/".to_owned(),
    ] {
        refused(|e| e.request.url = url, "request.url", "is not in normal form");
    }
    for path in ["", "a//b", "a;b=c/d,e", "%2e%2F%5C", "?", "?a=/../b&c=\\", "~a!$&'()*+,:@-._"] {
        accepted(|e| e.request.url = format!("https://{LOGIN}/{path}"));
    }
}

#[test]
fn a_host_in_other_letters_is_none() {
    // A Cyrillic а, a full stop of Chinese, full-width letters, a soft hyphen.
    for host in ["canаry-login.eu", "canary-login。eu", "ｃａｎａｒｙ-login.eu", "can\u{ad}ary-login.eu"] {
        refused(|e| e.request.url = format!("https://{host}.nexthink.cloud/"), "request.url", "is not a URL");
    }
}

#[test]
fn the_url_leads_to_a_host_of_the_connection() {
    for host in [
        "evil.example",
        "nexthink.cloud",
        "other-login.eu.nexthink.cloud",
        "x.canary-login.eu.nexthink.cloud",
        "xcanary-login.eu.nexthink.cloud",
        "canary-login.eu.nexthink.cloud.evil.example",
        "canary-login.eu.nexthink.cloud.",
        "xn--canry-login-3fh.eu.nexthink.cloud",
        "127.0.0.1",
        "[::1]",
        "localhost",
    ] {
        let why = "names a host that is none of the connection's `token` hosts";
        refused(|e| e.request.url = format!("https://{host}/canary"), "request.url", why);
    }
    let why = "names a host that is none of the connection's `token` hosts";
    for host in [super::connection::API, "canary.web.nexthink.cloud"] {
        refused(|e| e.request.url = format!("https://{host}/"), "request.url", why);
    }
}

#[test]
fn the_url_holds_no_secret() {
    for secret in [SECRET, "Y2FuYXJ5LXMzY3JldC0wMDAx"] {
        let url = format!("https://{LOGIN}/?client_secret={secret}");
        refused(|e| e.request.url = url, "request.url", "contains a secret");
    }
}

#[test]
fn a_header_is_named_in_lower_case() {
    for name in [
        "",
        "X-Canary",
        "Authorization",
        "x canary",
        " x-canary",
        "x-canary ",
        "x-canary:",
        "x-canary\r\nhost",
        "x-canary\t",
        "x-canary\0",
        "x-canäry",
        "(canary)",
        "x/canary",
        "\"canary\"",
        ":path",
    ] {
        let why = "has a name that is not one in lower case";
        refused(|e| e.request.headers[1].0 = name.to_owned(), "request.headers[1]", why);
    }
}

#[test]
fn headers_of_the_connection_are_left_to_the_host() {
    for name in [
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "keep-alive",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "proxy-authorization",
        "proxy-connection",
    ] {
        refused(|e| e.request.headers[2].0 = name.to_owned(), "request.headers[2]", "is one that only the host sets");
    }
}

#[test]
fn a_header_value_is_visible_ascii_with_blanks_inside() {
    for value in [
        "canary\r\nhost: evil.example",
        "canary\r",
        "canary\n",
        "can\nary",
        "can\0ary",
        "can\u{7f}ary",
        "\u{1b}canary",
        " canary",
        "canary ",
        "\tcanary",
        "canary\t",
        " ",
        "canäry",
        "canary\u{85}",
    ] {
        let why = "has a value that no header can carry";
        refused(|e| e.request.headers[1].1 = value.to_owned(), "request.headers[1]", why);
    }
    let visible: String = ('!'..='~').collect();
    accepted(|e| e.request.headers[1].1 = visible);
}

#[test]
fn no_header_is_repeated() {
    let repeated = |e: &mut Exchange| e.request.headers.push(("authorization".to_owned(), "canary".to_owned()));
    refused(repeated, "request.headers", "holds the same one twice");
}

#[test]
fn headers_are_at_most_64_and_16_kibibytes() {
    let headers = |count: usize| (0..count).map(|i| (format!("x-canary-{i}"), String::new())).collect();
    accepted(|e| e.request.headers = headers(64));
    refused(|e| e.request.headers = headers(65), "request.headers", "are too many");
    // Names and values count alike.
    let long = |length: usize| vec![(CANARY.repeat(100), String::new()), ("x".to_owned(), "y".repeat(length - 601))];
    accepted(|e| e.request.headers = long(16384));
    refused(|e| e.request.headers = long(16385), "request.headers", "are too long");
    accepted(|e| e.request.headers.clear());
}

#[test]
fn a_body_is_at_most_16_mebibytes() {
    accepted(|e| e.request.body.resize(16 << 20, b' '));
    // Its `Debug` output would have some 80 MB, so this one is refused by hand.
    let mut long = good();
    long.request.body.resize((16 << 20) + 1, b' ');
    let error = checked(long).unwrap_err();
    assert_eq!((error.at.as_str(), error.why.as_str()), ("request.body", "is too long"));
}

#[test]
fn get_and_head_have_no_body() {
    for method in ["GET", "HEAD"] {
        let why = "belongs to a method that has none";
        refused(|e| e.request.method = method.to_owned(), "request.body", why);
    }
    for method in ["PUT", "PATCH", "DELETE"] {
        accepted(|e| e.request.method = method.to_owned());
    }
}

#[test]
fn the_token_request_cannot_use_the_token() {
    let why = "asks for the token that it is about to get";
    refused(|e| e.request.authorized = true, "request.authorized", why);
}

#[test]
fn the_timeout_is_from_1_to_300_seconds() {
    for timeout in [0, 301, u32::MAX] {
        refused(|e| e.request.timeout = timeout, "request.timeout", "is not from 1 to 300 seconds");
    }
    for timeout in [1, 300] {
        assert_eq!(accepted(|e| e.request.timeout = timeout).request.timeout, timeout);
    }
}

#[test]
fn the_response_limit_is_from_1_byte_to_64_mebibytes() {
    for limit in [0, 67_108_865, u32::MAX] {
        let why = "is not from 1 to 67108864 bytes";
        refused(|e| e.request.response_limit = limit, "request.response-limit", why);
    }
    for limit in [1, 67_108_864] {
        assert_eq!(accepted(|e| e.request.response_limit = limit).request.response_limit, limit);
    }
}

#[test]
fn notes_are_lines_without_secrets() {
    for (line, why) in bad_lines() {
        refused(|e| e.notes[1] = line, "notes[1]", why);
    }
    accepted(|e| e.notes[1] = longest_line());
    accepted(|e| e.notes.clear());
    accepted(|e| e.notes = vec![e.notes[0].clone(); 200]);
    refused(|e| e.notes = vec![e.notes[0].clone(); 201], "notes", "has more than 200 items");
    refused(|e| e.notes[1] += SECRET, "notes[1]", "contains a secret");
}
