use super::*;
use crate::entries::Entries;
use crate::failure::{FailureCode, Recovery};
use crate::http::{Request, Response};
use crate::problem::{Problem, ProblemCode};

fn settings() -> Entries {
    Entries::new(vec![("instance".into(), "nxdocs".into()), ("region".into(), "eu".into())])
}

fn call(method: &str, path: &str) -> Call {
    Call { method: method.into(), path_and_query: path.into(), headers: Vec::new(), body: Vec::new() }
}

fn headers(request: &Request) -> Vec<(&str, &str)> {
    request.headers.iter().map(|header| (header.name.as_ref(), header.value.expose())).collect()
}

fn refused(call: Call) -> Vec<(String, ProblemCode)> {
    let named = |problem: Problem| (problem.field.unwrap_or_default(), problem.code);
    request(&settings(), call).unwrap_err().into_iter().map(named).collect()
}

fn response_with(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Response { status, headers, body: body.as_bytes().to_vec(), received_at: 0 }
}

#[test]
fn a_token_travels_as_a_bearer_and_never_prints() {
    let headers = authorize("abc.def-123").unwrap();
    assert_eq!(headers[0].name, "authorization");
    assert_eq!(headers[0].value.expose(), "Bearer abc.def-123");
    assert_eq!(headers.len(), 1);
    assert!(!format!("{headers:?}").contains("abc"));
    for text in ["", "a b", "a\r\nx-evil: 1", "tökén"] {
        let failure = authorize(text).unwrap_err();
        assert_eq!((failure.code, failure.recovery), ("bad-credential", Recovery::GiveUp));
        assert!(!failure.message.contains("tökén"), "{text:?}");
    }
}

#[test]
fn a_path_of_the_api_becomes_a_request_to_the_api_host() {
    let mut call = call("POST", "/api/v1/act/remote-action/details?nql-id=%23my_action&x='a'");
    call.headers = vec![("X-Request-Id".into(), "1".into())];
    call.body = b"{}".to_vec();
    let request = request(&settings(), call).unwrap();
    assert_eq!(
        request.url,
        "https://nxdocs.api.eu.nexthink.cloud/api/v1/act/remote-action/details?nql-id=%23my_action&x=%27a%27"
    );
    assert_eq!(
        headers(&request),
        [
            ("x-request-id", "1"),
            ("accept", "application/json"),
            ("content-type", "application/json"),
            ("user-agent", "nexthink-connector/0.1.0"),
        ]
    );
    assert!(request.authorized && !request.repeatable);
    assert_eq!((request.timeout, request.response_limit), (120, 4_194_304));
}

#[test]
fn what_the_caller_says_of_accept_and_type_stands() {
    let mut call = call("POST", "/api/v2/nql/execute");
    call.headers = vec![("Accept".into(), "text/csv".into()), ("content-type".into(), "application/json".into())];
    call.body = b"{}".to_vec();
    let request = request(&settings(), call).unwrap();
    let expected =
        [("accept", "text/csv"), ("content-type", "application/json"), ("user-agent", "nexthink-connector/0.1.0")];
    assert_eq!(headers(&request), expected);
}

#[test]
fn only_reading_is_repeatable() {
    for (method, path, repeatable) in [
        ("GET", "/api/v1/workflows", true),
        ("HEAD", "/api/v1/workflows", true),
        ("POST", "/api/v1/nql/execute", true),
        ("POST", "/api/v2/nql/execute", true),
        ("POST", "/api/v1/nql/export", false),
        ("POST", "/api/v1/act/execute", false),
        ("DELETE", "/api/v1/x", false),
    ] {
        let request = request(&settings(), call(method, path)).unwrap();
        assert_eq!(request.repeatable, repeatable, "{method} {path}");
    }
}

#[test]
fn a_path_that_could_leave_the_api_host_is_refused() {
    use ProblemCode::{BadFormat, ControlCharacter, TooLong};
    for (path, code) in [
        ("", BadFormat),
        ("api/v1", BadFormat),
        ("https://evil.example/", BadFormat),
        ("//evil.example/api", BadFormat),
        ("/api//v1", BadFormat),
        ("/\\evil.example", BadFormat),
        ("/api/../x", BadFormat),
        ("/api/./x", BadFormat),
        ("/api/..", BadFormat),
        ("/api/%2e%2E/x", BadFormat),
        ("/api/.%2e", BadFormat),
        ("/api%2fx", BadFormat),
        ("/api%5Cx", BadFormat),
        ("/api/%00", BadFormat),
        ("/api/%zz", BadFormat),
        ("/api/%2", BadFormat),
        ("/api?x=%", BadFormat),
        ("/api/a b", BadFormat),
        ("/api/é", BadFormat),
        ("/api?q=<x>", BadFormat),
        ("/api/x\n", ControlCharacter),
        ("/api/\u{85}", ControlCharacter),
        ("/api?queryId=#mine", BadFormat),
    ] {
        assert_eq!(refused(call("GET", path)), [("/path-and-query".to_owned(), code)], "{path:?}");
    }
    assert_eq!(refused(call("GET", &format!("/{}", "a".repeat(8192))))[0].1, TooLong);
    let problems = request(&settings(), call("GET", "/api?queryId=#mine")).unwrap_err();
    assert_eq!(problems[0].hint.as_deref(), Some("Write %23 for the # of a query id."));
}

#[test]
fn what_a_query_may_hold_stays_as_it_is() {
    for path in ["/", "/a?b//c", "/a?b=../c", "/a/...", "/a/..b", "/a?x=%2F%23", "/a:b@c;d,e?f?g", "/a%20b"] {
        let request = request(&settings(), call("GET", path)).unwrap();
        assert_eq!(request.url, format!("https://nxdocs.api.eu.nexthink.cloud{path}"));
    }
}

#[test]
fn every_problem_of_a_call_comes_at_once() {
    let mut call = call("get", "x");
    call.headers =
        [("authorization", "x"), ("Host", "x"), ("bad name", "x"), ("x-a", "a\r\nb"), ("x-b", "1"), ("X-B", "2")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
    let settings = Entries::new(vec![("instance".into(), "nxdocs".into())]);
    let problems = request(&settings, call).unwrap_err();
    let fields: Vec<_> = problems.iter().filter_map(|problem| problem.field.as_deref()).collect();
    assert_eq!(
        fields,
        ["region", "/method", "/path-and-query", "/headers/0", "/headers/1", "/headers/2", "/headers/3", "/headers/5"]
    );
    let mut with_body = self::call("GET", "/x");
    with_body.body = b"{}".to_vec();
    assert_eq!(refused(with_body), [("/body".to_owned(), ProblemCode::Contradiction)]);
}

#[test]
fn any_2xx_is_success() {
    for status in [200, 202, 204, 206, 207] {
        assert_eq!(response(&response_with(status, &[], "")), Ok(()), "{status}");
    }
}

#[test]
fn each_status_has_its_failure() {
    use FailureCode::{
        Network, NotFound, PermissionMissing, Redirected, Rejected, Timeout, TokenExpired, Unavailable,
        UnexpectedStatus,
    };
    for (status, code) in [
        (301, Redirected),
        (304, Redirected),
        (400, Rejected),
        (401, TokenExpired),
        (403, PermissionMissing),
        (404, NotFound),
        (406, Rejected),
        (407, Network),
        (408, Timeout),
        (413, Rejected),
        (418, UnexpectedStatus),
        (500, Unavailable),
        (503, Unavailable),
        (100, UnexpectedStatus),
    ] {
        let failure = response(&response_with(status, &[], "")).unwrap_err();
        assert_eq!(failure.code, code.as_str(), "{status}");
        assert!(failure.hint.is_some(), "{status}");
    }
}

#[test]
fn waiting_is_read_for_429_and_503() {
    for status in [429, 503] {
        let failure = response(&response_with(status, &[("retry-after", "30")], "")).unwrap_err();
        assert_eq!(failure.recovery.wait(), Some(30));
    }
    let failure = response(&response_with(429, &[("retry-after", "1970-01-01T00:01:00Z")], "")).unwrap_err();
    assert_eq!((failure.code, failure.recovery.wait()), ("rate-limited", Some(60)));
}

#[test]
fn a_feature_that_is_off_is_no_missing_permission() {
    let body = r#"{"code":"FEATURE_NOT_ENABLED","message":"Device deletion is off."}"#;
    let failure = response(&response_with(403, &[], body)).unwrap_err();
    assert_eq!(failure.code, "feature-disabled");
    assert_eq!(failure.provider_message.as_deref(), Some("Device deletion is off."));
}

#[test]
fn what_the_provider_says_is_kept_in_each_of_its_forms() {
    for (status, body, code, message) in [
        (403, r#"{"message":"No.","code":7,"source":"x"}"#, Some("7"), Some("No.")),
        (400, r#"{"code":"BAD","details":"No."}"#, Some("BAD"), Some("No.")),
        (403, r#"{"message":"Forbidden"}"#, None, Some("Forbidden")),
        (
            400,
            r#"{"status":"error","errors":[{"errors":[{"code":"ENRICH_011","message":"No."}]}]}"#,
            Some("ENRICH_011"),
            Some("No."),
        ),
        (502, "<html>canary</html>", None, None),
        (500, "", None, None),
    ] {
        let failure = response(&response_with(status, &[], body)).unwrap_err();
        assert_eq!((failure.provider_code.as_deref(), failure.provider_message.as_deref()), (code, message), "{body}");
        assert!(!format!("{failure:?}").contains("canary"));
    }
}
