use serde_json::{Value, json};

use crate::{Account, Client, Decision, Request, Response};

const BACK: &str = "http://127.0.0.1:49152/callback";

/// The verifier and the challenge of RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn account(secret: Option<&str>) -> Account {
    let secret = secret.map(str::to_owned);
    Account::new(Client { id: "acme_app".to_owned(), secret, redirect_uri: BACK.to_owned() }, 0)
}

/// Sends the person to the page and returns a parameter of the address that they come back to.
fn visit(account: &mut Account, now: u64, name: &str) -> Option<String> {
    let proof = format!("code_challenge={CHALLENGE}&code_challenge_method=S256");
    visit_with(account, now, &proof).parameter(name)
}

/// Sends the person to the page and returns where they come back to.
fn visit_with(account: &mut Account, now: u64, proof: &str) -> Request {
    let target = format!(
        "/oauth/authorizations/new?response_type=code&client_id=acme_app&redirect_uri={BACK}&state=s1&scope=read+write&{proof}"
    );
    let response = account.answer(now, &get(&target));
    assert_eq!(response.status, 302);
    get(response.header("location").unwrap())
}

fn get(target: &str) -> Request {
    Request { method: "GET".to_owned(), target: target.to_owned(), headers: Vec::new(), body: Vec::new() }
}

fn exchange(account: &mut Account, now: u64, body: &Value) -> (u16, Value) {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let target = "/oauth/tokens".to_owned();
    let request = Request { method: "POST".to_owned(), target, headers, body: body.to_string().into_bytes() };
    let Response { status, body, .. } = account.answer(now, &request);
    (status, serde_json::from_slice(&body).unwrap())
}

fn by_code(code: &str) -> Value {
    json!({
        "grant_type": "authorization_code", "code": code, "client_id": "acme_app", "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    })
}

fn by_refresh_token(token: &Value) -> Value {
    json!({ "grant_type": "refresh_token", "refresh_token": token, "client_id": "acme_app" })
}

fn me(account: &mut Account, now: u64, token: &Value) -> u16 {
    let mut request = get("/api/v2/users/me.json");
    request.headers.push(("authorization".to_owned(), format!("Bearer {}", token.as_str().unwrap())));
    account.answer(now, &request).status
}

#[test]
fn a_person_signs_in_and_the_token_is_good_until_it_expires() {
    let mut account = account(None);
    let code = visit(&mut account, 0, "code").unwrap();
    let (status, token) = exchange(&mut account, 119, &by_code(&code));
    assert_eq!((status, &token["token_type"], &token["scope"]), (200, &json!("bearer"), &json!("read write")));
    assert_eq!((&token["expires_in"], &token["refresh_token_expires_in"]), (&json!(1800), &json!(2_592_000)));
    assert_eq!(me(&mut account, 1918, &token["access_token"]), 200);
    assert_eq!(me(&mut account, 1919, &token["access_token"]), 401);
}

#[test]
fn a_refusal_comes_back_with_the_state() {
    let mut account = account(None);
    account.decide(Decision::Deny);
    let back = visit_with(&mut account, 0, &format!("code_challenge={CHALLENGE}&code_challenge_method=S256"));
    assert_eq!(back.parameter("error").as_deref(), Some("access_denied"));
    assert_eq!(back.parameter("state").as_deref(), Some("s1"));
    assert_eq!(back.parameter("code"), None);
}

#[test]
fn a_public_client_has_to_prove_the_challenge() {
    let mut public = account(None);
    for proof in ["", "code_challenge=short&code_challenge_method=S256", "code_challenge_method=S256"] {
        let back = visit_with(&mut public, 0, proof);
        assert_eq!(back.parameter("error").as_deref(), Some("invalid_request"), "{proof}");
    }
    let code = visit(&mut public, 0, "code").unwrap();
    let mut wrong = by_code(&code);
    wrong["code_verifier"] = json!("another");
    assert_eq!(exchange(&mut public, 0, &wrong).1["error"], "invalid_grant");
    wrong.as_object_mut().unwrap().remove("code_verifier");
    assert_eq!(exchange(&mut public, 0, &wrong).1["error"], "invalid_grant");
}

#[test]
fn a_client_with_a_secret_has_to_send_it() {
    let mut account = account(Some("open sesame"));
    let code = visit(&mut account, 0, "code").unwrap();
    let mut request = by_code(&code);
    assert_eq!(
        exchange(&mut account, 0, &request),
        (
            401,
            json!({
                "error": "invalid_client", "error_description": "Client authentication failed",
            })
        )
    );
    request["client_secret"] = json!("open sesame");
    assert_eq!(exchange(&mut account, 0, &request).0, 200);
}

#[test]
fn a_code_works_once_and_for_two_minutes() {
    let mut account = account(None);
    let late = visit(&mut account, 0, "code").unwrap();
    assert_eq!(exchange(&mut account, 120, &by_code(&late)).1["error"], "invalid_grant");
    let code = visit(&mut account, 0, "code").unwrap();
    let (_, token) = exchange(&mut account, 0, &by_code(&code));
    assert_eq!(exchange(&mut account, 0, &by_code(&code)).1["error"], "invalid_grant");
    // What the code had given out ends with it.
    assert_eq!(me(&mut account, 0, &token["access_token"]), 401);
}

#[test]
fn a_refresh_replaces_both_tokens_and_a_reused_one_revokes_all() {
    let mut account = account(None);
    let code = visit(&mut account, 0, "code").unwrap();
    let (_, first) = exchange(&mut account, 0, &by_code(&code));
    let (status, second) = exchange(&mut account, 9, &by_refresh_token(&first["refresh_token"]));
    assert_eq!(status, 200);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_eq!(me(&mut account, 9, &first["access_token"]), 401);
    assert_eq!(me(&mut account, 9, &second["access_token"]), 200);
    // Whoever comes with the old one may have stolen it.
    assert_eq!(exchange(&mut account, 9, &by_refresh_token(&first["refresh_token"])).1["error"], "invalid_grant");
    assert_eq!(me(&mut account, 9, &second["access_token"]), 401);
    assert_eq!(exchange(&mut account, 9, &by_refresh_token(&second["refresh_token"])).1["error"], "invalid_grant");
}

#[test]
fn revoked_and_expired_refresh_tokens_are_refused() {
    let mut account = account(None);
    let code = visit(&mut account, 0, "code").unwrap();
    let (_, token) = exchange(&mut account, 0, &by_code(&code));
    assert_eq!(exchange(&mut account, 2_592_000, &by_refresh_token(&token["refresh_token"])).0, 400);
    assert_eq!(exchange(&mut account, 2_591_999, &by_refresh_token(&token["refresh_token"])).0, 200);
    account.revoke_all();
    assert_eq!(exchange(&mut account, 9, &by_refresh_token(&token["refresh_token"])).0, 400);
}
