//! The token endpoint.

use fake_nexthink::{Endpoint, FakeNexthink};
use serde_json::json;

use crate::client::{Client, FORM, LOGIN, TOKEN_BODY, TOKEN_PATH, basic, config, exchange, start, token};

#[test]
fn right_credentials_get_a_bearer_token_for_900_seconds() {
    let fake = start();
    let answer = exchange(&fake, LOGIN, "all", "s:1");
    assert_eq!((answer.status, answer.header("Content-Type")), (200, Some("application/json")));
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));
    let body = answer.json();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 900);
    assert_eq!(body["scope"], "service:integration");
    assert_eq!(body.as_object().unwrap().len(), 4);
    assert_eq!(body["access_token"].as_str().unwrap().split('.').count(), 3);
    assert_eq!(fake.calls().tokens_issued(), 1);
}

#[test]
fn every_exchange_gives_another_token() {
    let fake = start();
    assert_ne!(token(&fake), token(&fake));
}

#[test]
fn the_configured_lifetime_is_reported() {
    let mut config = config();
    config.token_lifetime = 7;
    let fake = FakeNexthink::start(config).unwrap();
    assert_eq!(exchange(&fake, LOGIN, "all", "s:1").json()["expires_in"], 7);
}

#[test]
fn a_client_without_permissions_still_gets_a_token() {
    assert_eq!(exchange(&start(), LOGIN, "none", "s2").status, 200);
}

#[test]
fn a_wrong_secret_is_refused_in_the_form_of_the_rfc() {
    let fake = start();
    let answer = exchange(&fake, LOGIN, "all", "s:2");
    assert_eq!(answer.status, 401);
    assert!(answer.header("WWW-Authenticate").unwrap().starts_with("Basic"));
    assert_eq!(
        answer.json(),
        json!({
            "error": "invalid_client",
            "error_description": "The client secret supplied for a confidential client is invalid.",
        })
    );
    let calls = fake.calls();
    assert_eq!((calls.tokens_issued(), calls.rejected_because("wrong-secret")), (0, 1));
}

#[test]
fn an_unknown_id_is_refused_in_the_form_of_okta() {
    let fake = start();
    let answer = exchange(&fake, LOGIN, "nobody", "s:1");
    assert_eq!(answer.status, 401);
    assert_eq!(answer.json()["errorCode"], "invalid_client");
    assert_eq!(answer.json()["errorSummary"], "Invalid value for 'client_id' parameter.");
    assert_eq!(answer.json()["errorCauses"], json!([]));
    // A made-up id is not remembered.
    assert_eq!(fake.calls().exchanges, []);
}

/// Target, headers and body, and the status, code and reason expected.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, u16, &'a str, &'a str);

#[test]
fn everything_else_that_is_wrong_has_a_code_and_a_reason() {
    let fake = start();
    let good = basic("all", "s:1");
    let good = good.as_str();
    let credentials_in_body = format!("{TOKEN_BODY}&client_id=all&client_secret=s%3A1");
    let table: [Case; 15] = [
        (TOKEN_PATH, &[FORM], TOKEN_BODY, 401, "invalid_client", "no-authorization"),
        (
            TOKEN_PATH,
            &[("Authorization", good), ("Authorization", good), FORM],
            TOKEN_BODY,
            401,
            "invalid_client",
            "authorization-given-twice-or-no-text",
        ),
        (
            TOKEN_PATH,
            &[("Authorization", "Bearer x"), FORM],
            TOKEN_BODY,
            401,
            "invalid_client",
            "authorization-is-not-basic",
        ),
        (TOKEN_PATH, &[("Authorization", "Basic ?"), FORM], TOKEN_BODY, 401, "invalid_client", "basic-is-not-base64"),
        (TOKEN_PATH, &[("Authorization", good)], TOKEN_BODY, 400, "invalid_request", "content-type-is-not-form"),
        (
            TOKEN_PATH,
            &[("Authorization", good), ("Content-Type", "application/json")],
            "{}",
            400,
            "invalid_request",
            "content-type-is-not-form",
        ),
        (
            "/oauth2/default/v1/token?x=1",
            &[("Authorization", good), FORM],
            TOKEN_BODY,
            400,
            "invalid_request",
            "token-request-with-query",
        ),
        (TOKEN_PATH, &[("Authorization", good), FORM], "", 400, "invalid_request", "grant-type-missing"),
        (
            TOKEN_PATH,
            &[("Authorization", good), FORM],
            "grant_type=password&scope=service%3Aintegration",
            400,
            "unsupported_grant_type",
            "grant-type-unknown",
        ),
        (
            TOKEN_PATH,
            &[("Authorization", good), FORM],
            "grant_type=client_credentials",
            400,
            "invalid_scope",
            "scope-missing",
        ),
        (
            TOKEN_PATH,
            &[("Authorization", good), FORM],
            "grant_type=client_credentials&scope=openid",
            400,
            "invalid_scope",
            "scope-unknown",
        ),
        (
            TOKEN_PATH,
            &[("Authorization", good), FORM],
            "grant_type=client_credentials&scope=a&scope=b",
            400,
            "invalid_request",
            "body-member-given-twice",
        ),
        (
            TOKEN_PATH,
            &[("Authorization", good), FORM],
            &credentials_in_body,
            400,
            "invalid_request",
            "credentials-in-body",
        ),
        (
            TOKEN_PATH,
            &[("Authorization", good), FORM],
            "grant_type=client_credentials&scope=service%3Aintegration&audience=x",
            400,
            "invalid_request",
            "unknown-body-member",
        ),
        (TOKEN_PATH, &[("Authorization", good), FORM], "\u{0}%ff&&=", 400, "invalid_request", "unknown-body-member"),
    ];
    let mut client = Client::connect(&fake, LOGIN).unwrap();
    for (target, headers, body, status, code, reason) in table {
        let before = fake.calls().rejected_because(reason);
        let answer = client.request("POST", target, headers, body).unwrap();
        assert_eq!((answer.status, answer.json()["error"].as_str()), (status, Some(code)), "{reason}");
        assert!(answer.json()["error_description"].is_string());
        assert_eq!(fake.calls().rejected_because(reason), before + 1, "{reason}");
    }
    assert_eq!(fake.calls().tokens_issued(), 0);
}

#[test]
fn the_content_type_may_name_a_charset() {
    let fake = start();
    let headers = [
        ("Authorization", &*basic("all", "s:1")),
        ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
    ];
    let answer = Client::connect(&fake, LOGIN).unwrap().request("POST", TOKEN_PATH, &headers, TOKEN_BODY).unwrap();
    assert_eq!(answer.status, 200);
}

#[test]
fn only_post_gets_a_token() {
    let fake = start();
    let answer = Client::connect(&fake, LOGIN).unwrap().request("GET", TOKEN_PATH, &[], "").unwrap();
    assert_eq!((answer.status, answer.header("Allow")), (405, Some("POST")));
    assert_eq!(fake.calls().total(Endpoint::Token), 0);
}
