use super::*;
use crate::placeholder::tests::entered;
use connector_core::Secret;
use connector_core::records::Purpose;

const URL: &str = "https://nxdocs-login.eu.nexthink.cloud/token";

/// What was recorded, what is sent, and the placeholders between them.
struct Case {
    recorded: RecordedRequest,
    sent: Request,
    placeholders: Placeholders,
}

impl Case {
    /// A request that is the recorded one.
    fn new() -> Self {
        let headers = ["authorization", "content-type", "accept", "user-agent"].map(str::to_owned);
        let values =
            ["Basic {{basic:user:word}}", "application/x-www-form-urlencoded", "application/json", "recorded/1"];
        let recorded = RecordedRequest {
            method: "POST".to_owned(),
            url: URL.to_owned(),
            headers: headers.iter().cloned().zip(values.map(str::to_owned)).collect(),
            body: "grant_type=client_credentials&scope=a%20b".to_owned(),
        };
        // Base64 of `Aladdin:open sesame` (RFC 7617 §2).
        let values = ["Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", values[1], values[2], "sent/2"];
        let sent = Request {
            method: "POST".to_owned(),
            url: Url::parse(URL).unwrap(),
            headers: headers.into_iter().zip(values.map(Secret::new)).collect(),
            body: recorded.body.clone().into(),
            authorized: false,
            repeatable: true,
            timeout: 30,
            response_limit: 65536,
            purpose: Purpose::Token,
        };
        Self { recorded, sent, placeholders: entered("Aladdin", "open sesame") }
    }

    /// Compares bodies of a media type. None: the requests name none.
    fn bodies(media_type: Option<&str>, recorded: &str, sent: &[u8]) -> Self {
        let mut case = Self::new();
        case.header("content-type", media_type, media_type);
        case.recorded.body = recorded.to_owned();
        case.sent.body = sent.into();
        case
    }

    /// Sets a header on both sides, or takes it away.
    fn header(&mut self, name: &str, recorded: Option<&str>, sent: Option<&str>) {
        self.recorded.headers.retain(|(given, _)| given != name);
        self.recorded.headers.extend(recorded.map(|value| (name.to_owned(), value.to_owned())));
        self.sent.headers.retain(|(given, _)| given != name);
        self.sent.headers.extend(sent.map(|value| (name.to_owned(), Secret::new(value))));
    }

    fn url(recorded: &str, sent: &str) -> Self {
        let mut case = Self::new();
        case.recorded.url = recorded.to_owned();
        case.sent.url = Url::parse(sent).unwrap();
        case
    }

    #[track_caller]
    fn agrees(&self) {
        self.differs(&[]);
    }

    #[track_caller]
    fn differs(&self, expected: &[(&str, &str, &str)]) {
        let found = differences(&self.recorded, &self.sent, &self.placeholders).unwrap();
        let found: Vec<_> =
            found.iter().map(|found| (found.what.as_str(), found.recorded.as_str(), found.sent.as_str())).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn the_method_is_compared_exactly() {
    let mut case = Case::new();
    case.agrees();
    for method in ["PUT", "post"] {
        method.clone_into(&mut case.recorded.method);
        case.differs(&[("method", method, "POST")]);
    }
}

#[test]
fn the_url_is_compared_exactly() {
    for recorded in [
        "https://nxdocs-login.us.nexthink.cloud/token",
        "https://nxdocs-login.eu.nexthink.cloud/token/",
        "https://nxdocs-login.eu.nexthink.cloud/Token",
        "https://nxdocs-login.eu.nexthink.cloud/%74oken",
        "https://nxdocs-login.eu.nexthink.cloud:8443/token",
        "http://nxdocs-login.eu.nexthink.cloud/token",
        "https://a@nxdocs-login.eu.nexthink.cloud/token",
        "/token",
    ] {
        Case::url(recorded, URL).differs(&[("url", recorded, URL)]);
    }
}

const FORM: Option<&str> = Some("Application/X-WWW-Form-URLencoded ; charset=utf-8");
const JSON: Option<&str> = Some("application/json");

#[test]
fn a_query_and_a_form_are_compared_as_multisets() {
    let url = |query: &str| format!("{URL}?{query}");
    for (recorded, sent, agree) in [
        ("a=1&b=2", "b=2&a=1", true),
        ("a=1&a=1&b=2", "a=1&b=2&a=1", true),
        ("a=x%20y", "a=x+y", true),
        ("a=%7E", "a=~", true),
        ("", "", true),
        ("a={{entry:user}}", "a=Aladdin", true),
        ("s=open+sesame", "s=open%20sesame", true),
        ("a=1&b=2", "a=2&b=1", false),
        ("a=1", "a=1&a=1", false),
        ("a=1&a=1", "a=1", false),
        ("a=1&a=1&b=2", "a=1&b=2&b=2", false),
        ("a=1", "A=1", false),
        ("a=1", "b=2", false),
        ("", "a", false),
        ("a=%2B", "a=+", false),
    ] {
        let (recorded_url, sent_url) = (url(recorded), url(sent));
        let [in_url, in_form] =
            [("url", &*recorded_url, &*sent_url), ("body", recorded, sent)].map(|shown| vec![shown]);
        Case::url(&recorded_url, &sent_url).differs(if agree { &[] } else { &in_url });
        Case::bodies(FORM, recorded, sent.as_bytes()).differs(if agree { &[] } else { &in_form });
    }
    Case::url(&url("a=1"), URL).differs(&[("url", &url("a=1"), URL)]);
    Case::bodies(FORM, "a=\u{fffd}", b"a=\xff").differs(&[("body", "a=\u{fffd}", "a=\u{fffd}")]);
}

#[test]
fn json_is_compared_by_structure() {
    let recorded = r#"{ "a": [1, 2], "b": "é" }"#;
    for media_type in ["application/json", "Application/JSON;charset=utf-8", "application/problem+json"] {
        Case::bodies(Some(media_type), recorded, br#"{"b":"\u00e9","a":[1,2]}"#).agrees();
        for sent in [r#"{"a":[2,1],"b":"é"}"#, r#"{"a":[1,2]}"#, r#"{"a":["1",2],"b":"é"}"#, "{", ""] {
            Case::bodies(Some(media_type), recorded, sent.as_bytes()).differs(&[("body", recorded, sent)]);
        }
    }
}

#[test]
fn the_same_bytes_are_the_same_body_of_any_type() {
    // Neither an empty body nor a broken one is JSON.
    for body in ["", "{"] {
        Case::bodies(JSON, body, body.as_bytes()).agrees();
    }
}

#[test]
fn other_bodies_are_compared_by_bytes() {
    for media_type in [None, Some("text/plain"), Some("application/jsonx"), Some("text/json; a=application/json")] {
        Case::bodies(media_type, "a=1&b=2", b"a=1&b=2").agrees();
        Case::bodies(media_type, "a=1&b=2", b"b=2&a=1").differs(&[("body", "a=1&b=2", "b=2&a=1")]);
        Case::bodies(media_type, "{}", b"{ }").differs(&[("body", "{}", "{ }")]);
    }
}

/// Media types without case and spaces, what is accepted exactly, of a user agent only that
/// it is there; other headers come and go.
#[test]
fn a_header_is_compared_as_far_as_it_matters() {
    for (name, recorded, sent, agree) in [
        ("content-type", Some("Text/Plain; Charset=UTF-8"), Some("text/plain;charset=utf-8"), true),
        ("content-type", Some("text/plain"), Some("text/html"), false),
        ("content-type", Some("text/plain"), None, false),
        ("content-type", None, Some("text/plain"), false),
        ("accept", Some("application/json"), Some("*/*"), false),
        ("accept", Some("application/json"), Some("application/json; q=1"), false),
        ("accept", Some("text/plain"), Some("Text/Plain"), false),
        ("accept", None, Some("*/*"), false),
        ("accept", None, None, true),
        ("user-agent", Some("one/1"), Some(""), true),
        ("user-agent", Some("one/1"), None, false),
        ("user-agent", None, Some("two/2"), false),
        ("x-request-id", Some("1"), None, true),
        ("accept-language", None, Some("en"), true),
        ("cookie", Some("a"), Some("b"), true),
    ] {
        let mut case = Case::bodies(None, "", b"");
        case.header(name, recorded, sent);
        let shown = (&*format!("header {name}"), recorded.unwrap_or("(none)"), sent.unwrap_or("(none)"));
        case.differs(if agree { &[] } else { std::slice::from_ref(&shown) });
    }
}

#[test]
fn names_of_recorded_headers_are_found_in_any_case() {
    let mut case = Case::new();
    for (name, _) in &mut case.recorded.headers {
        *name = name.to_ascii_uppercase();
    }
    case.agrees();
}

#[test]
fn the_basic_header_is_rebuilt_and_compared_byte_for_byte() {
    let mut case = Case::new();
    for sent in [
        "basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ",
        "Basic  QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ== ",
        "Basic qWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        // Encoded as a form first, as RFC 6749 §2.3.1 has it.
        "Basic QWxhZGRpbjpvcGVuK3Nlc2FtZQ==",
        "",
    ] {
        case.header("authorization", Some("Basic {{basic:user:word}}"), Some(sent));
        case.differs(&[("header authorization", "Basic {{basic:user:word}}", "(another value)")]);
    }
    case.header("authorization", Some("Basic {{basic:user:word}}"), None);
    case.differs(&[("header authorization", "Basic {{basic:user:word}}", "(none)")]);
    case.header("authorization", None, Some("Bearer something"));
    case.differs(&[("header authorization", "(none)", "(another value)")]);
}

#[test]
fn every_difference_is_found() {
    let mut case = Case::url("https://nxdocs.api.eu.nexthink.cloud/", URL);
    case.recorded.method = "GET".to_owned();
    case.recorded.body.clear();
    case.recorded.headers.clear();
    case.differs(&[
        ("method", "GET", "POST"),
        ("url", "https://nxdocs.api.eu.nexthink.cloud/", URL),
        ("header authorization", "(none)", "(another value)"),
        ("header content-type", "(none)", "application/x-www-form-urlencoded"),
        ("header accept", "(none)", "application/json"),
        ("header user-agent", "(none)", "sent/2"),
        ("body", "", "grant_type=client_credentials&scope=a%20b"),
    ]);
}

#[test]
fn placeholders_are_filled_in_wherever_they_stand() {
    let mut case = Case::bodies(Some("text/{{entry:user}}"), "{{secret:word}}!", b"open sesame!");
    case.header("content-type", Some("text/{{entry:user}}"), Some("text/aladdin"));
    case.header("accept", Some("{{entry:user}}"), Some("Aladdin"));
    case.agrees();
}

#[test]
fn a_difference_shows_placeholders_in_the_place_of_secrets() {
    let secret = "Open/Sesame+1 ü";
    let with = |media_type: &str, recorded: &str, sent: &str| Case {
        placeholders: entered("Aladdin40", secret),
        ..Case::bodies(Some(media_type), recorded, sent.as_bytes())
    };
    let authorized = |mut case: Case| {
        case.header("authorization", None, None);
        case
    };
    let recorded = "id={{entry:user}} {{secret:word}} {{basic:user:word}} {{access_token}}";
    let filled = entered("Aladdin40", secret).fill(recorded).unwrap();
    authorized(with("text/plain", recorded, &format!("{filled}!"))).differs(&[(
        "body",
        recorded,
        &format!("{recorded}!"),
    )]);
    // An encoded secret is one too; no placeholder stands for it.
    for encoded in
        ["Open%2FSesame%2B1+%C3%BC", "Open%2fSesame%2b1%20%c3%bc", "T3Blbi9TZXNhbWUrMSDDvA==", "T3Blbi9TZXNhbWUrMSDDvA"]
    {
        let sent = format!("client_secret={encoded}&a=1");
        authorized(with("application/x-www-form-urlencoded", "a=1", &sent)).differs(&[(
            "body",
            "a=1",
            "client_secret=•••&a=1",
        )]);
        let sent = format!("{URL}?s={encoded}");
        let mut case = authorized(with("text/plain", "", ""));
        case.sent.url = Url::parse(&sent).unwrap();
        case.differs(&[("url", URL, &format!("{URL}?s=•••"))]);
        case = authorized(with("text/plain", "", ""));
        case.header("accept", Some("x"), Some(encoded));
        case.differs(&[("header accept", "x", "•••")]);
    }
}

#[test]
fn an_unknown_placeholder_is_named() {
    type Change = fn(&mut RecordedRequest);
    const CHANGES: [Change; 3] = [
        |recorded| recorded.url += "/{{tenant}}",
        |recorded| recorded.body += "{{tenant}}",
        |recorded| recorded.headers[0].1 += "{{tenant}}",
    ];
    for change in CHANGES {
        let mut case = Case::new();
        change(&mut case.recorded);
        let found = differences(&case.recorded, &case.sent, &case.placeholders);
        assert_eq!(found, Err("{{tenant}}".to_owned()));
    }
}
