//! Requests that would carry credentials elsewhere.

use super::Case;
use crate::common::made::Made;

const NORMAL: &str =
    "what the plugin returned from `token-request` breaks the contract: `request.url` is not in normal form";
const ELSEWHERE: &str = "what the plugin returned from `token-request` breaks the contract: `request.url` leads to a host \
                         that is not among the connection's hosts";
const USER: &str =
    "what the plugin returned from `token-request` breaks the contract: `request.url` names a user, port or fragment";
const HEADER: &str = "what the plugin returned from `token-request` breaks the contract: `request.headers[0]` has a \
                      value that no header can carry";
const NAME: &str = "what the plugin returned from `token-request` breaks the contract: `request.headers[0]` has a name \
                    that is not one in lower case";

pub(super) fn cases() -> Vec<Case> {
    let case = |name, made: Made, message, rule| Case {
        name,
        component: made.component(),
        code: "plugin-bad-output",
        message,
        rule,
    };
    let url = |name, url, message| case(name, Made { url, ..Made::default() }, message, "hosts");
    let header = |name, header, message| case(name, Made { header, ..Made::default() }, message, "answers");
    vec![
        url("a URL of another host", "https://evil.example/token", ELSEWHERE),
        url("a URL of a host beside", "https://api.made.example.evil.example/", ELSEWHERE),
        url("a URL of another host of the domain", "https://other.made.example/token", ELSEWHERE),
        url("a URL with an upper-case scheme", "HTTPS://api.made.example/token", NORMAL),
        url(
            "a URL without TLS",
            "http://api.made.example/token",
            "what the plugin returned from `token-request` breaks the contract: `request.url` is not an `https` URL",
        ),
        url("a URL with user info", "https://user:word@api.made.example/token", USER),
        url("a URL with another host as user info", "https://api.made.example@evil.example/", USER),
        url("a URL with an IP address", "https://203.0.113.7/", ELSEWHERE),
        url("a URL with an IPv6 address", "https://[2001:db8::1]/", ELSEWHERE),
        url("a URL with an IP address as one number", "https://3405803783/", NORMAL),
        url("a URL with a port", "https://api.made.example:8443/token", USER),
        url(
            "a URL with an IDN look-alike",
            "https://аpi.made.example/token",
            "what the plugin returned from `token-request` breaks the contract: `request.url` is not a URL",
        ),
        url("a URL with an IDN look-alike in ASCII", "https://xn--pi-7kc.made.example/token", ELSEWHERE),
        url("a URL with backslashes", "https:\\\\api.made.example\\token", NORMAL),
        url("a URL with a backslash before an at sign", "https://evil.example\\@api.made.example/", NORMAL),
        url("a URL with a tab inside", "https://api.ma\tde.example/token", NORMAL),
        url("a URL with a line break inside", "https://api.made.example/token\r\nhost: evil.example", NORMAL),
        header("a header with CR", ("accept", "a\rhost: evil.example"), HEADER),
        header("a header with LF", ("accept", "a\nhost: evil.example"), HEADER),
        header("a header with CR and LF", ("accept", "a\r\nhost: evil.example"), HEADER),
        header("a header with NUL", ("accept", "a\0b"), HEADER),
        header("a header name with CR and LF", ("accept\r\nhost", "evil.example"), NAME),
        case(
            "a connection to another host",
            Made { hosts: vec!["evil.example"], base_url: "https://evil.example", ..Made::default() },
            "what the plugin returned from `resolve` breaks the contract: `hosts[0]` lies outside the domains of the definition",
            "hosts",
        ),
    ]
}

/// The case of the issue in the addresses of the connector that is built in: what the
/// form takes for an address does not lead elsewhere.
#[test]
fn the_look_alike_of_a_tenant_is_refused_by_the_connector_itself() {
    use host_test::guard::Connector;
    use host_test::plugin::{Limits, Plugin};

    let connector = Connector::new(Plugin::load(host_test::BUILT_IN, Limits::default()).unwrap()).unwrap();
    for address in [
        "https://acme.eu.nexthink.cloud@evil.example/",
        "https://evil.example\\@acme.eu.nexthink.cloud/",
        "https://acme.eu.nexthink.cloud:8443/",
        "https://аcme.eu.nexthink.cloud/",
        "https://acme\t.eu.nexthink.cloud/",
    ] {
        let entries = connector.entries(vec![("instance".to_owned(), address.to_owned())]);
        let problems = connector.resolve(&entries).unwrap().unwrap_err();
        assert_eq!(
            (problems[0].field.as_deref(), problems[0].code.as_str()),
            (Some("instance"), "bad-format"),
            "{address:?}"
        );
    }
}
