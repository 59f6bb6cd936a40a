//! What refuses a recording.

use serde_json::json;

use super::*;

#[track_caller]
fn leaks(result: Result<String, Refused>) -> Vec<(String, Leak)> {
    match result {
        Err(Refused::Leaks(found)) => found.into_iter().map(|found| (found.pointer, found.leak)).collect(),
        Err(other) => panic!("{other}"),
        Ok(text) => panic!("written: {text}"),
    }
}

#[test]
fn what_no_placeholder_stands_for_refuses_the_recording() {
    let at = "/log/entries/0/response/content/text";
    let base64 = |text: &str| Form::Base64.write(text);
    for (body, leak) in [
        (format!("x={}", base64(&format!("xx{}yy", LIVE.secret))), Leak::Known("client secret")),
        (base64(&base64(LIVE.secret)), Leak::Known("client secret")),
        (Form::Percent.write(&Form::Percent.write(LIVE.secret)), Leak::Known("client secret")),
        ("%43anary secret/+ä&=%2541".to_owned(), Leak::Known("client secret")),
        ("Canary secret/+&auml;&amp;=%41 Canary secret/+ä&amp;=%41".to_owned(), Leak::Known("client secret")),
        (r"no JSON: Canary secret\/+\u00e4&=%41".to_owned(), Leak::Known("client secret")),
        ("Canary secret/\n+ä&=%41".to_owned(), Leak::Known("client secret")),
        (r"no JSON: \u0061cme-prod".to_owned(), Leak::Instance),
        (base64("x acme-prod.eu"), Leak::Instance),
        ("https://other.eu.nexthink.cloud/".to_owned(), Leak::TenantHost),
        ("xacme.api.eu.NEXTHINK.cloud".to_owned(), Leak::TenantHost),
        (base64("eyJhbGci.eyJhbGci.x"), Leak::Jwt),
        ("Bearer abc123.x_9".to_owned(), Leak::Credentials),
        ("Basic QWxhZGRpbjpvcGVu".to_owned(), Leak::Credentials),
        ("<a href='/x?a=1&sig=abc'>".to_owned(), Leak::Signature),
        (base64("jane@a.example"), Leak::Email),
        (base64("S-1-5-21-1-2-3-4"), Leak::Sid),
        ("kJ8fD2mQ7xV4bN1cZ6tY3wR9pL5sH0gA".to_owned(), Leak::LongToken),
    ] {
        let found = leaks(with_body(&body));
        assert!(found.contains(&(at.to_owned(), leak)), "{body}: {found:?}");
        assert!(found.iter().all(|(pointer, _)| pointer == at), "{found:?}");
    }
}

#[test]
fn the_refusal_names_place_and_kind_and_never_the_text() {
    let error = with_body("kJ8fD2mQ7xV4bN1cZ6tY3wR9pL5sH0gA Bearer kJ8fD2mQ7xV4").unwrap_err();
    let at = "/log/entries/0/response/content/text";
    assert_eq!(
        error.to_string(),
        format!(
            "the recording would give away what is secret or personal:\n  {at}: credentials that are no placeholder\n  \
             {at}: a long run of letters and digits"
        )
    );
    assert!(!format!("{error:?}").contains("kJ8f"));
    let error = recorded(
        Vec::new(),
        json!({ "x": { "Canary secret/+ä&=%41": { "y": "jane@a.example" } }, "z": "%6Aane%40a.example" }),
    );
    let found = leaks(error);
    assert_eq!(found[0], ("/log/_expect/x".to_owned(), Leak::Known("client secret")));
    assert!(found.iter().all(|(pointer, _)| !pointer.contains("anary")));
}

#[test]
fn an_authorization_is_a_placeholder_or_refuses() {
    let at = "/log/entries/0/request/headers/0/value";
    for value in ["Basic abc", "Bearer", "ApiKey 123", "abc", "Basic {{x}}"] {
        let request = request("GET", "https://acme-prod.api.eu.nexthink.cloud/", &[("authorization", value)], "");
        let found = leaks(recorded(vec![(request, response(200, ""))], json!({})));
        assert_eq!(found, [(at.to_owned(), Leak::Credentials)], "{value}");
    }
}

#[test]
fn a_body_that_is_no_text_is_kept_or_refuses() {
    let text = with_body([0xff, 0xfe, b'a']).unwrap();
    assert!(matches!(body(&text), RecordedBody::Bytes(bytes) if bytes == [0xff, 0xfe, b'a']));
    for (secret, leak) in [
        ("acme-prod", Leak::Instance),
        ("jane@a.example", Leak::Email),
        ("second-secret-0123456789-ABCDEFGHIJ", Leak::LongToken),
    ] {
        let bytes = [b"\xff ", secret.as_bytes(), b" \xe4"].concat();
        assert_eq!(leaks(with_body(bytes))[0].1, leak);
    }
    let mut request = request("POST", "https://acme-prod.api.eu.nexthink.cloud/", &[], "");
    request.body = Zeroizing::new(vec![0xff]);
    let error = recorded(vec![(request, response(200, ""))], json!({})).unwrap_err();
    assert!(matches!(error, Refused::Unwritable(_)));
}

#[test]
fn a_secret_or_name_that_is_too_short_is_refused_before_anything_is_sent() {
    let subject = |key: &str, text: &str| {
        let entries = Entries::new(vec![(key.to_owned(), text.to_owned())], &["client_secret", "other"]);
        Subject::new(&entries, None, &[]).map(drop).map_err(|error| error.to_string())
    };
    let short = |what: &str, least: u8| {
        Err(format!("the {what} has less than {least} characters and cannot be told from other text"))
    };
    assert_eq!(subject("client_id", "1234567"), short("client id", 8));
    assert_eq!(subject("client_secret", " 1234567 "), short("client secret", 8));
    assert_eq!(subject("other", "1234567"), short("secret entry", 8));
    assert_eq!(subject("instance", "ab"), short("instance name", 3));
    for (key, text) in [("client_id", "12345678"), ("client_secret", " "), ("instance", "abc"), ("region", "eu")] {
        assert_eq!(subject(key, text), Ok(()));
    }
    let error = with_body(r#"{"access_token":"short"}"#).unwrap_err();
    assert!(matches!(error, Refused::TooShort { what: "access token", .. }));
}

#[test]
fn characters_that_stand_for_placeholders_are_refused() {
    assert!(matches!(with_body("a\u{100000}b").unwrap_err(), Refused::Unwritable(_)));
    assert_eq!(leaks(recorded(Vec::new(), json!({ "\u{10FFFF}": 1 })))[0].1, Leak::PrivateUse);
}
