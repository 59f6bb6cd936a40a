//! What is replaced, and by what.

use serde_json::json;

use super::*;

#[track_caller]
fn written(body: &str) -> String {
    let text = with_body(body).unwrap_or_else(|error| panic!("{error}"));
    match super::body(&text) {
        RecordedBody::Text(text) => text,
        RecordedBody::Bytes(_) => panic!("no text"),
    }
}

#[test]
fn the_longest_form_is_replaced_first() {
    let basic = Form::Base64.write(&format!("{}:{}", LIVE.id, LIVE.secret));
    for (form, expected) in [
        (LIVE.secret.to_owned(), "{{client_secret}}"),
        (Form::Percent.write(LIVE.secret), "{{client_secret|percent}}"),
        ("Canary%20secret%2f%2b%c3%a4%26%3d%2541".to_owned(), "{{client_secret|percent}}"),
        (Form::Form.write(LIVE.secret), "{{client_secret|form}}"),
        (Form::Base64.write(LIVE.secret), "{{client_secret|base64}}"),
        (Form::Base64Unpadded.write(LIVE.secret), "{{client_secret|base64-unpadded}}"),
        (basic, "{{basic}}"),
        (LIVE.id.to_owned(), "{{client_id}}"),
        (Form::Base64.write(LIVE.instance), "{{instance|base64}}"),
        ("ACME-Prod".to_owned(), "{{instance}}"),
        (LIVE.sid.to_lowercase(), "{{sid}}"),
        (LIVE.emails[0].replace('@', "%40"), "{{email|percent}}"),
        (format!("https://{}", LIVE.signed), "https://{{signed_url}}"),
        (Form::Percent.write(&format!("https://{}", LIVE.signed)), "https%3A%2F%2F{{signed_url}}"),
        (LIVE.jwt.to_owned(), "{{jwt}}"),
    ] {
        assert_eq!(written(&format!("a {form} b")), format!("a {expected} b"));
    }
}

#[test]
fn an_escape_of_json_hides_nothing() {
    for (body, expected) in [
        (r#"{"a" : "x\u0061cme-prod\u0020y", "b":"\u00e4"}"#, r#"{"a" : "x{{instance}} y", "b":"\u00e4"}"#),
        (r#"["Canary secret\/+\u00e4\u0026=%41"]"#, r#"["{{client_secret}}"]"#),
        (r#"["{\"a\":\"\\u0061cme-prod\"}"]"#, r#"["{\"a\":\"{{instance}}\"}"]"#),
        (r#"["https:\/\/a.example\/?x=1\u0026sig=abc", 1]"#, r#"["https://{{signed_url}}", 1]"#),
        (r#"["\njane@a.example\n"]"#, r#"["\n{{email}}\n"]"#),
    ] {
        assert_eq!(written(body), expected);
    }
}

#[test]
fn a_brace_is_never_read_as_a_placeholder() {
    for body in ["{{x}}", "{{{{client_id}}}}", "{{{", "a{{open}}b", "{{instance}}", "}}{{", "%7B%7Bsid%7D%7D"] {
        assert_eq!(Placeholders::default().fill(&written(body)).as_deref(), Ok(body));
    }
    assert_eq!(Placeholders::default().fill(&written("{acme-prod}")).as_deref(), Ok("{replayed-instance}"));
}

#[test]
fn only_listed_headers_are_kept() {
    let recording = read(&recorded(LIVE.exchanges(), json!({})).unwrap());
    let names = |headers: &[(String, String)]| headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let first = &recording.exchanges[0];
    assert_eq!(names(&first.request.headers), ["authorization", "accept", "user-agent"]);
    assert_eq!(names(&first.answer.as_ref().unwrap().headers), ["content-type", "x-rate-limit-remaining"]);
    assert_eq!(first.request.headers[0].1, "Basic {{basic}}");
}

#[test]
fn a_url_stays_one() {
    let host = "https://acme-prod.api.eu.nexthink.cloud";
    for (url, expected) in [
        ("/a?x={{b}}|", Some("/a?x=%7B%7Bopen%7D%7D%7Bb%7D%7D%7C")),
        ("/%7B%7B?x", Some("/%7B%7Bopen%7D%7D%7B?x")),
        ("/S-1-5-21-7-8", Some("/%7B%7Bsid%7D%7D")),
        ("/a|b", None),
    ] {
        let request = request("GET", &format!("{host}{url}"), &[], "");
        let result = recorded(vec![(request, response(200, ""))], json!({}));
        let Some(expected) = expected else {
            assert!(matches!(result, Err(Refused::Unwritable(_))));
            continue;
        };
        let recorded = read(&result.unwrap()).exchanges.remove(0).request;
        assert_eq!(recorded.url, format!("https://%7B%7Binstance%7D%7D.api.eu.nexthink.cloud{expected}"));
        let sent = format!("https://replayed-instance.api.eu.nexthink.cloud{}", url.replace("-7-8", "-0-0-0-1001"));
        let sent = self::request("GET", &sent, &[], "");
        assert_eq!(differences(&recorded, &sent, &Placeholders::default()).unwrap(), []);
    }
}
