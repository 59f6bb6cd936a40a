//! Token responses that no account of ours sends.

use connector_kit::failure::Recovery;
use connector_kit::http::Response;
use zendesk_connector::access::authorize;
use zendesk_connector::sign_in::{Token, token_response};

fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Response { status, headers, body: body.as_bytes().to_vec(), received_at: 0 }
}

fn token(body: &str) -> Result<Token, &'static str> {
    token_response(&response(200, &[("content-type", "application/json")], body)).map_err(|failure| failure.code)
}

#[test]
fn a_missing_lifetime_is_the_requested_one() {
    for body in [
        r#"{"access_token":"a","token_type":"bearer"}"#,
        r#"{"access_token":"a","token_type":"bearer","expires_in":null}"#,
    ] {
        let token = token(body).unwrap();
        assert_eq!((token.expires_in, token.lifetime_assumed, token.refresh_token.is_none()), (1800, true, true));
    }
}

#[test]
fn a_refresh_is_a_minute_early_but_never_more_than_half_the_lifetime() {
    for (lifetime, after) in [(1, 0), (2, 1), (100, 50), (121, 61), (1800, 1740), (172_800, 172_740)] {
        let body = format!(r#"{{"access_token":"a","token_type":"Bearer","expires_in":{lifetime}}}"#);
        assert_eq!(token(&body).unwrap().refresh_after(), after, "{lifetime}");
    }
}

#[test]
fn scopes_that_were_not_granted_are_missing() {
    let token = token(r#"{"access_token":"a","token_type":"bearer","scope":"write tickets:read"}"#).unwrap();
    assert_eq!((token.scopes.len(), token.missing_scopes()), (2, vec!["read".to_owned()]));
}

#[test]
fn what_is_no_token_is_malformed() {
    for body in [
        "",
        "[]",
        "{}",
        r#"{"access_token":"a"}"#,
        r#"{"access_token":"","token_type":"bearer"}"#,
        r#"{"access_token":"a b","token_type":"bearer"}"#,
        r#"{"access_token":"a","token_type":"mac"}"#,
        r#"{"access_token":"a","token_type":"bearer","expires_in":0}"#,
        r#"{"access_token":"a","token_type":"bearer","expires_in":172801}"#,
        r#"{"access_token":"a","token_type":"bearer","refresh_token":""}"#,
        r#"{"access_token":"a","access_token":"b","token_type":"bearer"}"#,
    ] {
        assert_eq!(token(body).err(), Some("malformed-response"), "{body}");
    }
}

#[test]
fn each_refusal_has_its_recovery() {
    let error = |code: &str| format!(r#"{{"error":"{code}","error_description":"Why."}}"#);
    for (status, body, code, recovery) in [
        (400, error("invalid_grant"), "invalid-grant", Recovery::Reconfigure),
        (401, error("invalid_client"), "invalid-client", Recovery::Reconfigure),
        (400, error("invalid_scope"), "invalid-scope", Recovery::Reconfigure),
        (403, String::new(), "rejected", Recovery::Reconfigure),
        (404, String::new(), "instance-unknown", Recovery::Reconfigure),
        (302, String::new(), "redirected", Recovery::Alarm),
        (429, String::new(), "rate-limited", Recovery::Retry(Some(93))),
        // A server in trouble is believed in nothing.
        (503, error("invalid_grant"), "unavailable", Recovery::RetryIfRepeatable(Some(93))),
        (418, String::new(), "unexpected-status", Recovery::GiveUp),
    ] {
        let failure = token_response(&response(status, &[("retry-after", "93")], &body)).unwrap_err();
        assert_eq!((failure.code, failure.recovery), (code, recovery), "{status}");
    }
}

#[test]
fn debug_shows_no_token() {
    let token = token(r#"{"access_token":"canary","token_type":"bearer","refresh_token":"canary"}"#).unwrap();
    let shown = format!("{token:?}");
    assert!(shown.contains("Secret(…)") && !shown.contains("canary"), "{shown}");
}

#[test]
fn only_what_a_header_can_carry_is_presented() {
    let header: (String, String) = authorize("abc").unwrap().into();
    assert_eq!(header, ("authorization".to_owned(), "Bearer abc".to_owned()));
    for text in ["", "a b", "a\r\nb", "\u{e9}"] {
        assert_eq!(authorize(text).unwrap_err().code, "bad-credential", "{text:?}");
    }
}
