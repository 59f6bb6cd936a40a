//! Sessions of connectors that exchange nothing, sign their requests, or have a person sign in.

use std::sync::{Arc, Mutex};

use connector_host::records::{Recovery, Request, Response, Token};
use connector_host::{
    ApiCall, BoxFuture, Component, Connector, Entries, Error, Incoming, Limits, NotStored, Options, Policy, Secret,
    SendError, Session, TokenStore, Transport,
};
use serde_json::json;
use test_support::TestComponent;

const PASSWORD: &str = "pass-Word-0123456789";

/// A provider that answers everything with one status, and what it was sent: URL, headers and
/// body, each request in a line.
struct Provider {
    status: u16,
    sent: Mutex<Vec<String>>,
}

impl Provider {
    fn new(status: u16) -> Arc<Self> {
        Arc::new(Self { status, sent: Mutex::default() })
    }

    fn sent(&self) -> Vec<String> {
        self.sent.lock().unwrap().clone()
    }
}

impl Transport for Provider {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Incoming, SendError>> {
        let headers: Vec<_> =
            request.headers.iter().map(|(name, value)| format!("{name}: {}", value.expose())).collect();
        let body = String::from_utf8_lossy(&request.body);
        let line = format!("{} [{}] {body}", request.url, headers.join(", "));
        self.sent.lock().unwrap().push(line);
        let response = Response { status: self.status, headers: Vec::new(), body: "{}".into(), received_at: 0 };
        Box::pin(async { Ok(Incoming::whole(response)) })
    }
}

fn connector(component: &TestComponent) -> Arc<Connector> {
    Arc::new(Connector::new(Component::load(&component.build(), Limits::default()).unwrap()).unwrap())
}

fn entries(connector: &Connector) -> Entries {
    connector.entries(vec![("account".to_owned(), "acme".to_owned()), ("password".to_owned(), PASSWORD.to_owned())])
}

fn open(component: &TestComponent, provider: &Arc<Provider>) -> Session {
    open_with(component, provider, Options { policy: Policy::once(), ..Options::default() })
}

fn open_with(component: &TestComponent, provider: &Arc<Provider>, options: Options) -> Session {
    let connector = connector(component);
    let entries = entries(&connector);
    Session::open_with(connector, entries, Arc::clone(provider) as _, options).unwrap()
}

async fn call(session: &Session) -> Result<Response, Error> {
    session.call(&ApiCall { method: "POST".into(), path_and_query: "/run".into(), ..ApiCall::default() }).await
}

#[tokio::test]
async fn where_nothing_is_exchanged_the_entries_authorize_every_request() {
    let (provider, key) = (Provider::new(200), json!([["x-api-key", PASSWORD]]));
    let session = open(&TestComponent::keys().with("/authorization", key), &provider);
    assert!(session.token().await.unwrap().is_none());
    call(&session).await.unwrap();
    let expected = format!("https://api.made.example/run [accept: application/json, x-api-key: {PASSWORD}] ");
    assert_eq!(provider.sent(), [expected]);
    assert_eq!(session.exchanges(), 0);
}

#[tokio::test]
async fn a_key_that_is_no_longer_accepted_is_a_failure_and_not_renewed() {
    let provider = Provider::new(401);
    let component = TestComponent::keys().with("/failure/recovery", "RenewToken");
    match call(&open(&component, &provider)).await {
        Err(Error::Failed(failure)) => assert_eq!(failure.recovery, Recovery::RenewToken),
        other => panic!("{other:?}"),
    }
    assert_eq!(provider.sent().len(), 1);
}

#[test]
fn entries_that_authorize_nothing_are_refused_with_the_field_to_correct() {
    let failure = json!({
        "code": "bad-format", "recovery": "Reconfigure", "message": "This is no key.", "field": "password",
    });
    let component = TestComponent::keys().with("/authorization", json!(null)).with("/failure", failure);
    let connector = connector(&component);
    match connector.open(entries(&connector)).err() {
        Some(connector_core::Error::Refused(problems)) => {
            let [problem] = &problems[..] else { panic!("{problems:?}") };
            assert_eq!((problem.field.as_deref(), problem.code.as_str()), (Some("password"), "bad-format"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_required_secret_that_is_missing_is_a_problem_also_where_resolve_does_not_see_it() {
    let connector = connector(&TestComponent::keys().with("/definition/fields/1/required", true));
    for given in [None, Some(" \n")] {
        let pairs = given.map(|text| ("password".to_owned(), text.to_owned()));
        match connector.open(connector.entries(pairs.into_iter().collect())).err() {
            Some(connector_core::Error::Refused(problems)) => {
                let [problem] = &problems[..] else { panic!("{problems:?}") };
                assert_eq!((problem.field.as_deref(), problem.code.as_str()), (Some("password"), "required"));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_request_is_signed_each_time_it_is_sent() {
    let provider = Provider::new(200);
    let component = TestComponent::signing()
        .with("/authorization", json!([]))
        .with("/signature", json!({ "headers": [["x-signature", "signed"]], "query": format!("?key={PASSWORD}") }));
    let session = open(&component, &provider);
    for _ in 0..2 {
        call(&session).await.unwrap();
    }
    let expected =
        format!("https://api.made.example/run?key={PASSWORD} [accept: application/json, x-signature: signed] ");
    assert_eq!(provider.sent(), [expected.clone(), expected]);
}

#[tokio::test]
async fn a_request_that_is_not_authorized_is_sent_without_credentials_and_without_a_token() {
    let provider = Provider::new(200);
    for component in [TestComponent::signing(), TestComponent::connector()] {
        let session = open(&component.with("/request/authorized", false), &provider);
        call(&session).await.unwrap();
        assert_eq!(session.exchanges(), 0);
    }
    let plain = "https://api.made.example/run [accept: application/json] ";
    assert_eq!(provider.sent(), [plain, plain]);
}

/// A store that fails so many times, and what it was given.
#[derive(Default)]
struct Store {
    failures: Mutex<u32>,
    stored: Mutex<Vec<String>>,
}

impl TokenStore for Store {
    fn store<'a>(&'a self, token: &'a Token) -> BoxFuture<'a, Result<(), NotStored>> {
        Box::pin(async move {
            let mut failures = self.failures.lock().unwrap();
            if *failures > 0 {
                *failures -= 1;
                return Err(NotStored::new("the vault is sealed"));
            }
            let refresh_token = token.refresh_token.as_ref().map_or("", Secret::expose);
            self.stored.lock().unwrap().push(format!("{} {refresh_token}", token.value.expose()));
            Ok(())
        })
    }
}

fn sign_in() -> TestComponent {
    TestComponent::sign_in().with("/token/refresh_token", "refresh-0123456789")
}

#[tokio::test]
async fn a_person_signs_in_and_the_refresh_token_gets_the_next_token() {
    let (provider, store) = (Provider::new(200), Arc::new(Store::default()));
    let options = Options { store: Some(Arc::clone(&store) as _), ..Options::default() };
    let session = open_with(&sign_in(), &provider, options);
    match session.token().await {
        Err(Error::Failed(failure)) => {
            assert_eq!((failure.code.as_str(), failure.recovery), ("sign-in-required", Recovery::Reconfigure));
        }
        other => panic!("{:?}", other.map(|_| ())),
    }

    let mut sign_in = session.begin_sign_in("http://127.0.0.1:49152/callback").unwrap();
    let query = format!("code=a-code-0123456789&state={}", sign_in.state());
    session.finish_sign_in(&mut sign_in, &query).await.unwrap();
    assert_eq!(session.token().await.unwrap().unwrap().token().value.expose(), "a-token");
    let sent = provider.sent();
    assert!(
        sent[0].starts_with("https://api.made.example/token ")
            && sent[0].contains("code=a-code-0123456789&code_verifier="),
        "{sent:?}"
    );

    let kept = session.latest_token().unwrap().token().clone();
    session.adopt(Token { expires_in: 0, refresh_after: 0, ..kept });
    assert_eq!(session.token().await.unwrap().unwrap().token().value.expose(), "a-token");
    assert!(provider.sent()[1].ends_with("refresh_token=refresh-0123456789"), "{:?}", provider.sent());
    let stored = "a-token refresh-0123456789";
    assert_eq!(*store.stored.lock().unwrap(), [stored, stored]);
}

#[tokio::test]
async fn no_two_sign_ins_have_the_same_state_or_challenge() {
    let session = open(&sign_in(), &Provider::new(200));
    let begin = || session.begin_sign_in("http://127.0.0.1:49152/callback").unwrap();
    let query = |name: &str, sign_in: &connector_host::SignIn| {
        sign_in.url().query_pairs().find(|(given, _)| given == name).unwrap().1.into_owned()
    };
    let (one, other) = (begin(), begin());
    for name in ["state", "code_challenge"] {
        assert_ne!(query(name, &one), query(name, &other));
        assert_eq!(query(name, &one).len(), 43);
    }
    assert_ne!(query("state", &one), query("code_challenge", &one));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_stored_at_first_is_stored_later_and_used_at_any_rate() {
    for (failures, stored) in [(1, 1), (100, 0)] {
        let store = Arc::new(Store { failures: Mutex::new(failures), ..Store::default() });
        let options = Options { store: Some(Arc::clone(&store) as _), ..Options::default() };
        let session = open_with(&sign_in(), &Provider::new(200), options);
        let mut sign_in = session.begin_sign_in("http://127.0.0.1:49152/callback").unwrap();
        let query = format!("code=a&state={}", sign_in.state());
        session.finish_sign_in(&mut sign_in, &query).await.unwrap();
        assert_eq!(store.stored.lock().unwrap().len(), stored);
        assert!(session.token().await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_redirect_that_is_refused_leaves_the_session_as_it_was() {
    let provider = Provider::new(200);
    let session = open(&sign_in(), &provider);
    let mut sign_in = session.begin_sign_in("http://127.0.0.1:49152/callback").unwrap();
    let failed = session.finish_sign_in(&mut sign_in, "code=a&state=b").await.err();
    assert!(matches!(failed, Some(Error::Failed(failure)) if failure.code == "state-mismatch"));
    assert!(session.latest_token().is_none() && provider.sent().is_empty());
}
