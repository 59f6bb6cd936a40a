//! Requests that are signed or not authorized, and the URL that a person signs in at.

use url::Url;

use super::connection::{API, LOGIN, connection};
use super::{CANARY, SECRET, assert_accepted, assert_refused, redactor};
use crate::entries::Entries;
use crate::functions::{Function, Leave};
use crate::guard::BadOutput;
use crate::guard::request::{api, authorization_url, signed};
use crate::raw;
use crate::records::{Connection, Host, HostRole, Purpose, Request};
use crate::redact::Redactor;

fn good(authorized: bool) -> raw::Request {
    raw::Request {
        method: "POST".to_owned(),
        url: format!("https://{API}/canary?a=b"),
        headers: vec![("x-canary".to_owned(), "a".to_owned())],
        body: b"canary".to_vec(),
        authorized,
        repeatable: true,
        timeout: 30,
        response_limit: 65536,
    }
}

fn checked(value: raw::Request) -> Result<Request, BadOutput> {
    api(Function::Start, "send.request", value, &connection(), &redactor())
}

#[test]
fn a_request_need_not_be_authorized() {
    let request = assert_accepted(good(false), checked);
    assert_eq!((request.authorized, request.purpose), (false, Purpose::Api));
}

#[test]
fn a_request_that_is_not_authorized_contains_no_secret() {
    type Change = fn(&mut raw::Request);
    let secret = "contains a secret";
    let cases: [(&str, Change); 4] = [
        ("send.request.url", |request| request.url += SECRET),
        ("send.request.headers", |request| request.headers[0].1 = SECRET.to_owned()),
        ("send.request.headers", |request| request.headers[0].0 = SECRET.to_owned()),
        ("send.request.body", |request| request.body = SECRET.into()),
    ];
    for (at, change) in cases {
        let mut request = good(false);
        change(&mut request);
        assert_refused(request, checked, (Function::Start, at, secret));
    }
}

#[test]
fn no_request_of_the_api_says_by_itself_who_asks() {
    for authorized in [true, false] {
        for name in ["authorization", "cookie"] {
            let mut request = good(authorized);
            request.headers[0].0 = name.to_owned();
            let why = "carry an authorization of their own";
            assert_refused(request, checked, (Function::Start, "send.request.headers", why));
        }
    }
}

#[track_caller]
fn refused_to_sign(change: impl FnOnce(&mut raw::Request), at: &str, why: &str) {
    let mut value = good(true);
    change(&mut value);
    let unsigned = checked(good(true)).unwrap();
    assert_refused(value, |value| signed(value, &unsigned, &connection()), (Function::Sign, at, why));
}

#[test]
fn signing_adds_headers_and_parameters_at_the_end() {
    let sign = |change: fn(&mut raw::Request)| {
        let mut value = good(true);
        change(&mut value);
        assert_accepted(value, |value| signed(value, &checked(good(true)).unwrap(), &connection()))
    };
    let request = sign(|request| {
        request.url += "&key=1&x=";
        request.headers.push(("authorization".to_owned(), "AWS4-HMAC-SHA256 a".to_owned()));
    });
    assert_eq!(request.url.as_str(), format!("https://{API}/canary?a=b&key=1&x="));
    assert_eq!(request.header("authorization"), Some("AWS4-HMAC-SHA256 a"));
    // A signature may stand elsewhere, as in a header that `authorize` gave.
    assert_eq!(sign(|_| ()).url.as_str(), good(true).url);
    let shown = format!("{request:?}");
    assert!(!shown.contains("key=1") && !shown.contains("AWS4"), "{shown}");
}

#[test]
fn signing_changes_nothing_else() {
    let url = "changes more than it adds to the query";
    refused_to_sign(|request| request.url = format!("https://{LOGIN}/canary?a=b&c=d"), "url", url);
    refused_to_sign(|request| request.url = format!("https://{API}/other?a=b&c=d"), "url", url);
    refused_to_sign(|request| request.url += "c", "url", url);
    refused_to_sign(|request| request.url += "?c=d", "url", url);
    refused_to_sign(|request| request.url += "&c#d", "url", "names a user, port or fragment");
    let headers = "change more than they add";
    refused_to_sign(|request| request.headers.clear(), "headers", headers);
    refused_to_sign(|request| request.headers[0].1 = "other".to_owned(), "headers", headers);
    let same = ("x-canary".to_owned(), "b".to_owned());
    refused_to_sign(|request| request.headers.push(same), "headers", "holds the same one twice");
    let rest = "changes more than headers and query";
    refused_to_sign(|request| request.method = "PUT".to_owned(), "", rest);
    refused_to_sign(|request| request.body.push(b'a'), "", rest);
    refused_to_sign(|request| request.authorized = false, "", rest);
    refused_to_sign(|request| request.repeatable = false, "", rest);
    refused_to_sign(|request| request.timeout = 31, "", rest);
    refused_to_sign(|request| request.response_limit = 1, "", rest);
}

const LEAVE: Leave<'static> =
    Leave { redirect_uri: "http://127.0.0.1:49152/callback", state: "a-state", code_challenge: "a-challenge" };

/// A connection whose people sign in at the host of the tokens.
fn with_sign_in() -> Connection {
    let mut connection = connection();
    connection.hosts.push(Host { role: HostRole::Authorization, platform: None, name: LOGIN.to_owned() });
    connection
}

fn sign_in_url() -> String {
    format!(
        "https://{LOGIN}/canary?response_type=code&client_id=a&redirect_uri=http%3A%2F%2F127.0.0.1%3A49152%2Fcallback\
         &state=a-state&code_challenge=a-challenge&code_challenge_method=S256"
    )
}

#[expect(clippy::needless_pass_by_value, reason = "as the asserts call it")]
fn judged(url: String) -> Result<Url, BadOutput> {
    authorization_url(&url, &LEAVE, &with_sign_in(), &redactor())
}

#[test]
fn the_url_to_sign_in_at_has_each_parameter_of_the_host_once_and_unchanged() {
    assert_eq!(assert_accepted(sign_in_url(), judged).as_str(), sign_in_url());
    for (name, value) in [
        ("response_type", "code"),
        ("redirect_uri", "http%3A%2F%2F127.0.0.1%3A49152%2Fcallback"),
        ("state", "a-state"),
        ("code_challenge", "a-challenge"),
        ("code_challenge_method", "S256"),
    ] {
        let why = format!("does not have the parameter `{name}` once, as the host gave it");
        let given = format!("{name}={value}");
        let url = sign_in_url();
        for changed in [
            url.replace(&given, "b=c"),
            url.replace(&given, &format!("{name}={CANARY}")),
            url.clone() + "&" + &given,
            url.clone() + &format!("&{name}="),
        ] {
            assert_refused(changed, judged, (Function::AuthorizationUrl, "url", &why));
        }
    }
}

#[test]
fn the_url_to_sign_in_at_lies_on_an_authorization_host_and_shows_no_secret() {
    let why = "names a host that is none of the connection's `authorization` hosts";
    for host in [API, "evil.example"] {
        let url = sign_in_url().replace(LOGIN, host);
        assert_refused(url, judged, (Function::AuthorizationUrl, "url", why));
    }
    let url = format!("{}&client_secret={SECRET}", sign_in_url());
    assert_refused(url, judged, (Function::AuthorizationUrl, "url", "contains a secret"));
    let in_the_path = sign_in_url().replace("/canary?", &format!("/{SECRET}?"));
    assert_refused(in_the_path, judged, (Function::AuthorizationUrl, "url", "contains a secret"));
    let entered = Entries::new(vec![("client_secret".to_owned(), "127.0.0.1:49152".to_owned())], &["client_secret"]);
    let accepted = authorization_url(&sign_in_url(), &LEAVE, &with_sign_in(), &Redactor::new(&entered, &[]));
    assert!(accepted.is_ok(), "what the host gave is no secret");
    let url = sign_in_url().replace("https", "http");
    assert_refused(url, judged, (Function::AuthorizationUrl, "url", "is not an `https` URL"));
}
