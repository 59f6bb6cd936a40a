//! The token endpoint.

use fake_nexthink::Endpoint;
use serde_json::json;

use crate::client::{Caller, Client, FORM, LOGIN, TOKEN_BODY, TOKEN_PATH, basic, exchange, start, start_with};

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
    assert_ne!(Caller::new(&fake).authorization, Caller::new(&fake).authorization);
}

#[test]
fn the_configured_lifetime_is_reported() {
    let fake = start_with(|config| config.token_lifetime = 7);
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

/// A token request that is refused: target, headers and body, and the status, code and reason expected.
type Case<'a> = (&'a str, Vec<(&'a str, &'a str)>, &'a str, u16, &'a str, &'a str);

#[test]
fn everything_else_that_is_wrong_has_a_code_and_a_reason() {
    let fake = start();
    let good = basic("all", "s:1");
    let authorization = ("Authorization", &*good);
    let mut table: Vec<Case> = vec![(TOKEN_PATH, vec![FORM], TOKEN_BODY, 401, "invalid_client", "no-authorization")];
    for (value, reason) in [
        ("Bearer YTpi", "authorization-is-not-basic"),
        ("Basic", "authorization-is-not-basic"),
        ("Basic ?", "basic-is-not-base64"),
        ("Basic YTp\u{e4}", "basic-is-not-base64"),
        ("Basic YTpi\u{a0}", "basic-is-not-base64"),
        ("Basic YTpiYw", "basic-is-not-base64"),
        ("Basic YWI=", "basic-has-no-colon"),
        ("Basic /zpi", "basic-is-not-text"),
    ] {
        table.push((TOKEN_PATH, vec![("Authorization", value), FORM], TOKEN_BODY, 401, "invalid_client", reason));
    }
    let reason = "authorization-given-twice-or-no-text";
    table.push((TOKEN_PATH, vec![authorization, authorization, FORM], TOKEN_BODY, 401, "invalid_client", reason));
    for (target, headers, reason) in [
        (TOKEN_PATH, vec![authorization], "content-type-is-not-form"),
        (TOKEN_PATH, vec![authorization, ("Content-Type", "application/json")], "content-type-is-not-form"),
        ("/oauth2/default/v1/token?x=1", vec![authorization, FORM], "token-request-with-query"),
    ] {
        table.push((target, headers, TOKEN_BODY, 400, "invalid_request", reason));
    }
    let and = |more: &str| format!("{TOKEN_BODY}{more}");
    let bodies =
        [and("&client_id=all&client_secret=s%3A1"), and("&client_secret=s%3A1"), and("&audience=x"), and("&scope=a")];
    for (body, code, reason) in [
        ("", "invalid_request", "grant-type-missing"),
        ("grant_type=password&scope=service%3Aintegration", "unsupported_grant_type", "grant-type-unknown"),
        ("grant_type=client_credentials", "invalid_scope", "scope-missing"),
        ("grant_type=client_credentials&scope=openid", "invalid_scope", "scope-unknown"),
        (&bodies[0], "invalid_request", "credentials-in-body"),
        (&bodies[1], "invalid_request", "credentials-in-body"),
        (&bodies[2], "invalid_request", "unknown-body-member"),
        (&bodies[3], "invalid_request", "body-member-given-twice"),
        ("\u{0}%ff&&=", "invalid_request", "unknown-body-member"),
    ] {
        table.push((TOKEN_PATH, vec![authorization, FORM], body, 400, code, reason));
    }
    let mut client = Client::connect(&fake, LOGIN).unwrap();
    for (target, headers, body, status, code, reason) in table {
        let before = fake.calls().rejected_because(reason);
        let answer = client.request("POST", target, &headers, body).unwrap();
        assert_eq!((answer.status, answer.json()["error"].as_str()), (status, Some(code)), "{reason}");
        assert!(answer.json()["error_description"].is_string());
        assert_eq!(fake.calls().rejected_because(reason), before + 1, "{reason}");
    }
    assert_eq!(fake.calls().tokens_issued(), 0);
}

#[test]
fn the_scheme_comes_in_either_case_and_the_content_type_with_a_charset() {
    let fake = start();
    let headers = [
        ("Authorization", &*basic("all", "s:1").replace("Basic", "basic")),
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
