//! Requests that would send credentials elsewhere.

use serde_json::json;

use super::Case;
use crate::TestComponent;

const NORMAL: &str = "`request.url` is not in normal form";
const ELSEWHERE: &str = "`request.url` names a host that is none of the connection's `token` hosts";
const USER: &str = "`request.url` names a user, port or fragment";
const HEADER: &str = "`request.headers[0]` has a value that no header can carry";
const NAME: &str = "`request.headers[0]` has a name that is not one in lower case";

pub(super) fn cases() -> Vec<Case> {
    let provider = TestComponent::provider;
    let url = |name, url: &str, what| {
        Case::broken(name, &provider().with("/exchange/request/url", url), "token-request", what, "hosts")
    };
    let header = |name, header: [&str; 2], what| {
        let component = provider().with("/exchange/request/headers", json!([header]));
        Case::broken(name, &component, "token-request", what, "answers")
    };
    vec![
        url("a URL of another host", "https://evil.example/token", ELSEWHERE),
        url("a URL of a host beside", "https://api.made.example.evil.example/", ELSEWHERE),
        url("a URL of another host of the domain", "https://other.made.example/token", ELSEWHERE),
        url("a URL with an upper-case scheme", "HTTPS://api.made.example/token", NORMAL),
        url("a URL without TLS", "http://api.made.example/token", "`request.url` is not an `https` URL"),
        url("a URL with user info", "https://user:word@api.made.example/token", USER),
        url("a URL with another host as user info", "https://api.made.example@evil.example/", USER),
        url("a URL with an IP address", "https://203.0.113.7/", ELSEWHERE),
        url("a URL with an IPv6 address", "https://[2001:db8::1]/", ELSEWHERE),
        url("a URL with an IP address as one number", "https://3405803783/", NORMAL),
        url("a URL with a port", "https://api.made.example:8443/token", USER),
        url("a URL with an IDN look-alike", "https://аpi.made.example/token", "`request.url` is not a URL"),
        url("a URL with an IDN look-alike in ASCII", "https://xn--pi-7kc.made.example/token", ELSEWHERE),
        url("a URL with backslashes", "https:\\\\api.made.example\\token", NORMAL),
        url("a URL with a backslash before an at sign", "https://evil.example\\@api.made.example/", NORMAL),
        url("a URL with a tab inside", "https://api.ma\tde.example/token", NORMAL),
        url("a URL with a line break inside", "https://api.made.example/token\r\nhost: evil.example", NORMAL),
        header("a header with CR", ["accept", "a\rhost: evil.example"], HEADER),
        header("a header with LF", ["accept", "a\nhost: evil.example"], HEADER),
        header("a header with CR and LF", ["accept", "a\r\nhost: evil.example"], HEADER),
        header("a header with NUL", ["accept", "a\0b"], HEADER),
        header("a header name with CR and LF", ["accept\r\nhost", "evil.example"], NAME),
        Case::broken(
            "a connection to another host",
            &provider().with("/connection/base_url", "https://evil.example"),
            "resolve",
            "`base-url` names a host that is none of the connection's `api` hosts",
            "hosts",
        ),
    ]
}
