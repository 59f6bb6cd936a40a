//! A person signs in, and stays signed in.

use connector_kit::failure::Recovery;
use fake_zendesk::Decision;
use url::Url;
use zendesk_connector::sign_in::{self, Grant};

use crate::person::{BACK, Person, SECRET, VERIFIER, entries, parameter};

#[test]
fn public_and_confidential_clients_sign_in() {
    for secret in [None, Some(SECRET)] {
        let mut person = Person::new(secret);
        let code = person.code();
        let token = person.exchange_code(&code).unwrap();
        assert_eq!((&*token.kind, token.expires_in, token.refresh_after()), ("bearer", 1800, 1740));
        assert_eq!((token.scopes.join(" "), token.missing_scopes().is_empty()), ("read write".to_owned(), true));
        assert!(person.run(&token, "users.me", "{}").unwrap().output.contains("Robin Field"));
    }
}

#[test]
fn a_client_with_another_secret_or_none_is_refused() {
    for wrong in [None, Some("another")] {
        let mut person = Person::new(Some(SECRET));
        let code = person.code();
        person.secret = wrong;
        let failure = person.exchange_code(&code).unwrap_err();
        assert_eq!((failure.code, failure.recovery), ("invalid-client", Recovery::Reconfigure));
    }
}

#[test]
fn the_url_has_each_parameter_once_and_no_secret() {
    let person = Person::new(Some(SECRET));
    let url = Url::parse(&sign_in::authorization_url(&person.entries(), BACK, "s&1", "challenge").unwrap()).unwrap();
    let query: Vec<_> = url.query_pairs().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        query,
        [
            "response_type=code",
            "client_id=acme_app",
            "redirect_uri=http://127.0.0.1:49152/callback",
            "state=s&1",
            "scope=read write",
            "code_challenge=challenge",
            "code_challenge_method=S256",
        ]
    );
    assert!(!url.as_str().contains(SECRET));
}

#[test]
fn a_refusal_comes_back_with_the_state_and_without_a_code() {
    let mut person = Person::new(None);
    person.account.decide(Decision::Deny);
    let back = person.browse("s1");
    let [error, state, code] = ["error", "state", "code"].map(|name| parameter(&back, name));
    assert_eq!((error.as_deref(), state.as_deref(), code), (Some("access_denied"), Some("s1"), None));
}

#[test]
fn a_code_needs_its_verifier_and_works_once() {
    let mut person = Person::new(None);
    let code = person.code();
    let stolen = Grant::AuthorizationCode { code: &code, redirect_uri: BACK, code_verifier: "another" };
    assert_eq!(person.exchange(stolen).unwrap_err().code, "invalid-grant");
    person.exchange_code(&code).unwrap();
    let failure = person.exchange_code(&code).unwrap_err();
    assert_eq!((failure.code, failure.recovery), ("invalid-grant", Recovery::Reconfigure));
    assert_eq!(failure.hint.as_deref(), Some("Sign in again."));
}

#[test]
fn a_refresh_gives_both_tokens_anew_and_ends_the_old_ones() {
    let mut person = Person::new(None);
    let code = person.code();
    let first = person.exchange_code(&code).unwrap();
    person.now += u64::from(first.expires_in);
    assert_eq!(person.run(&first, "users.me", "{}").unwrap_err().recovery, Recovery::RenewToken);
    let second = person.refresh(&first).unwrap();
    assert!(person.run(&second, "users.me", "{}").is_ok());
    assert_ne!(
        first.refresh_token.as_ref().unwrap().expose(),
        second.refresh_token.as_ref().expect("the next one").expose()
    );
    // The old one again looks like theft, and ends everything.
    assert_eq!(person.refresh(&first).unwrap_err().code, "invalid-grant");
    assert_eq!(person.refresh(&second).unwrap_err().recovery, Recovery::Reconfigure);
    assert_eq!(person.run(&second, "users.me", "{}").unwrap_err().code, "token-expired");
}

#[test]
fn secrets_are_in_the_body_alone_and_nothing_is_sent_twice() {
    let person = Person::new(Some(SECRET));
    let code = Grant::AuthorizationCode { code: "c0de", redirect_uri: BACK, code_verifier: VERIFIER };
    for (grant, sent) in [(code, "c0de"), (Grant::RefreshToken { refresh_token: "r3fresh" }, "r3fresh")] {
        let (request, _) = sign_in::exchange(&person.entries(), grant).unwrap();
        let body = String::from_utf8(request.body).unwrap();
        assert!(body.contains(sent) && body.contains(SECRET), "{body}");
        assert_eq!(request.url, "https://acme.zendesk.com/oauth/tokens");
        assert!(!request.repeatable && !request.authorized);
    }
}

#[test]
fn every_problem_of_the_form_is_reported_at_once() {
    let problems = sign_in::authorization_url(&entries([("client_secret", "a b")]), BACK, "s", "c").unwrap_err();
    let found: Vec<_> = problems.iter().map(|problem| (problem.field.as_deref(), problem.code.as_str())).collect();
    let expected =
        [(Some("client_secret"), "bad-format"), (Some("subdomain"), "required"), (Some("client_id"), "required")];
    assert_eq!(found, expected);
}
