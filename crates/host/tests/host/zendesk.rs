//! A connector that a person signs in to, against a fake of the provider whose refresh tokens are
//! replaced at each use.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use connector_host::records::{Recovery, Request, Response, Token};
use connector_host::{
    BoxFuture, Clock, Component, Connector, Error, Fault, Incoming, Limits, NotStored, Options, Secret, SendError,
    Session, SignIn, TokenStore, Transport,
};
use example_components::ZENDESK;
use fake_zendesk::{Account, Client, Decision};
use tokio::sync::Notify;

const REDIRECT_URI: &str = "http://127.0.0.1:49152/callback";

/// The account over a transport, with a clock of its own.
struct Provider {
    account: Mutex<Account>,
    seconds: Mutex<u64>,
    refreshes: AtomicUsize,
    /// Answers of the token endpoint that get lost on their way back, from now on.
    lost: AtomicUsize,
}

impl Provider {
    fn answer(&self, method: &str, target: &str, headers: Vec<(String, String)>, body: &[u8]) -> Response {
        let request = fake_zendesk::Request {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body: body.to_vec(),
        };
        let now = *self.seconds.lock().unwrap();
        let answer = self.account.lock().unwrap().answer(now, &request);
        Response { status: answer.status, headers: answer.headers, body: answer.body.into(), received_at: now }
    }

    /// Does what the person's browser does, and returns the query that it comes back with.
    fn browse(&self, sign_in: &SignIn) -> String {
        let url = sign_in.url();
        let target = format!("{}?{}", url.path(), url.query().unwrap());
        let response = self.answer("GET", &target, Vec::new(), &[]);
        let (_, location) = response.headers.iter().find(|(name, _)| name == "location").unwrap();
        location.strip_prefix(&format!("{REDIRECT_URI}?")).unwrap().to_owned()
    }

    fn wait(&self, seconds: u64) {
        *self.seconds.lock().unwrap() += seconds;
    }
}

impl Transport for Provider {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Incoming, SendError>> {
        Box::pin(async move {
            let url = &request.url;
            let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
            let headers = request.headers.iter().map(|(name, value)| (name.clone(), value.expose().to_owned()));
            let response = self.answer(&request.method, &target, headers.collect(), &request.body);
            if url.path() == "/oauth/tokens" {
                self.refreshes.fetch_add(1, Ordering::SeqCst);
                // Others get their turn while an answer is on its way.
                tokio::time::sleep(Duration::from_millis(5)).await;
                if self.lost.load(Ordering::SeqCst) > 0 {
                    self.lost.fetch_sub(1, Ordering::SeqCst);
                    return Err(Fault::Reset.into());
                }
            }
            Ok(Incoming::whole(response))
        })
    }
}

impl Clock for Provider {
    fn now(&self) -> Duration {
        Duration::from_secs(*self.seconds.lock().unwrap())
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.wait(duration.as_secs() + 1);
        Box::pin(async {})
    }

    fn passed(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}

/// What a platform keeps.
#[derive(Default)]
struct Vault {
    kept: Mutex<Vec<String>>,
    stored: Notify,
}

impl TokenStore for Vault {
    fn store<'a>(&'a self, token: &'a Token) -> BoxFuture<'a, Result<(), NotStored>> {
        let refresh_token = token.refresh_token.as_ref().map(Secret::expose).unwrap_or_default();
        self.kept.lock().unwrap().push(refresh_token.to_owned());
        self.stored.notify_one();
        Box::pin(async { Ok(()) })
    }
}

struct Fixture {
    provider: Arc<Provider>,
    vault: Arc<Vault>,
    session: Session,
}

impl Fixture {
    fn new() -> Self {
        let client = Client { id: "platform".to_owned(), secret: None, redirect_uri: REDIRECT_URI.to_owned() };
        let provider = Arc::new(Provider {
            account: Mutex::new(Account::new(client, 3)),
            seconds: Mutex::new(1_768_469_400),
            refreshes: AtomicUsize::new(0),
            lost: AtomicUsize::new(0),
        });
        let vault = Arc::new(Vault::default());
        let session = open(&provider, &vault);
        Self { provider, vault, session }
    }

    async fn sign_in(&self) -> Result<(), Error> {
        let mut sign_in = self.session.begin_sign_in(REDIRECT_URI)?;
        let query = self.provider.browse(&sign_in);
        self.session.finish_sign_in(&mut sign_in, &query).await.map(drop)
    }

    async fn me(&self) -> Result<String, Error> {
        let run = self.session.start("users.me", "{}").await?.complete(|_| ()).await?;
        match run {
            connector_host::Completed::Done(outcome) => Ok(outcome.output.clone()),
            connector_host::Completed::Downloaded(_) => panic!("it has no file"),
        }
    }

    fn kept(&self) -> Vec<String> {
        self.vault.kept.lock().unwrap().clone()
    }
}

fn open(provider: &Arc<Provider>, vault: &Arc<Vault>) -> Session {
    static CONNECTOR: LazyLock<Arc<Connector>> =
        LazyLock::new(|| Arc::new(Connector::new(Component::load(ZENDESK, Limits::default()).unwrap()).unwrap()));
    let entries = [("subdomain", "acme"), ("client_id", "platform")].map(|(key, text)| (key.into(), text.into()));
    let entries = CONNECTOR.entries(entries.into());
    let options =
        Options { clock: Arc::clone(provider) as _, store: Some(Arc::clone(vault) as _), ..Options::default() };
    Session::open_with(Arc::clone(&CONNECTOR), entries, Arc::clone(provider) as _, options).unwrap()
}

fn code(error: Option<Error>) -> (String, Recovery) {
    match error {
        Some(Error::Failed(failure)) => (failure.code.clone(), failure.recovery),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_person_signs_in_once_and_tokens_are_refreshed_without_them() {
    let fixture = Fixture::new();
    fixture.sign_in().await.unwrap();
    fixture.me().await.unwrap();
    for refreshes in 1..=3 {
        fixture.provider.wait(100_000);
        fixture.me().await.unwrap();
        assert_eq!(fixture.kept().len(), 1 + refreshes);
    }
    let kept = fixture.kept();
    assert!(kept.iter().enumerate().all(|(i, token)| !kept[..i].contains(token)), "each is another one");
}

#[tokio::test]
async fn callers_share_one_refresh_so_that_no_refresh_token_is_used_twice() {
    let fixture = Fixture::new();
    fixture.sign_in().await.unwrap();
    fixture.provider.wait(100_000);
    let callers: Vec<_> = (0..32)
        .map(|_| {
            let session = fixture.session.clone();
            tokio::spawn(async move { session.token().await.map(drop) })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(fixture.provider.refreshes.load(Ordering::SeqCst), 2);
    // The fake revokes everything where a refresh token comes twice.
    fixture.me().await.unwrap();
}

#[tokio::test]
async fn a_refresh_token_that_a_platform_kept_goes_on_after_a_restart() {
    let fixture = Fixture::new();
    fixture.sign_in().await.unwrap();
    let kept = fixture.session.latest_token().unwrap().token().clone();
    let restarted = open(&fixture.provider, &fixture.vault);
    restarted.adopt(Token { expires_in: 0, refresh_after: 0, ..kept });
    assert!(restarted.token().await.unwrap().is_some());
    assert_eq!(fixture.kept().len(), 2);
}

#[tokio::test]
async fn a_sign_in_that_was_revoked_ends_until_somebody_signs_in_again() {
    let fixture = Fixture::new();
    fixture.sign_in().await.unwrap();
    fixture.provider.account.lock().unwrap().revoke_all();
    fixture.provider.wait(100_000);
    let expected = ("invalid-grant".to_owned(), Recovery::Reconfigure);
    assert_eq!(code(fixture.session.token().await.err()), expected);
    let requests = fixture.provider.refreshes.load(Ordering::SeqCst);
    fixture.provider.wait(100_000);
    assert_eq!(code(fixture.session.token().await.err()), expected, "it lasts");
    assert_eq!(fixture.provider.refreshes.load(Ordering::SeqCst), requests, "and nothing is sent");
    fixture.sign_in().await.unwrap();
    fixture.me().await.unwrap();
}

#[tokio::test]
async fn a_token_that_is_no_longer_accepted_is_refreshed_and_the_call_is_made_again() {
    let fixture = Fixture::new();
    fixture.sign_in().await.unwrap();
    let granted = fixture.session.latest_token().unwrap().token().clone();
    // One that looks good here and is not known there.
    fixture.session.adopt(Token { value: Secret::new("unknown-token-0123456789"), ..granted });
    fixture.me().await.unwrap();
    assert_eq!(fixture.kept().len(), 2);
}

#[tokio::test]
async fn a_person_who_refuses_and_a_code_that_comes_twice_are_failures_of_their_own() {
    let fixture = Fixture::new();
    fixture.provider.account.lock().unwrap().decide(Decision::Deny);
    assert_eq!(code(fixture.sign_in().await.err()), ("access-denied".to_owned(), Recovery::Reconfigure));
    fixture.provider.account.lock().unwrap().decide(Decision::Allow);

    let mut sign_in = fixture.session.begin_sign_in(REDIRECT_URI).unwrap();
    let query = fixture.provider.browse(&sign_in);
    fixture.session.finish_sign_in(&mut sign_in, &query).await.unwrap();
    let twice = fixture.session.finish_sign_in(&mut sign_in, &query).await.err();
    assert_eq!(code(twice), ("sign-in-used".to_owned(), Recovery::GiveUp));
    fixture.me().await.unwrap();
}

#[tokio::test]
async fn the_old_refresh_token_stays_while_the_answer_with_the_next_one_is_lost() {
    let fixture = Fixture::new();
    fixture.sign_in().await.unwrap();
    let before = fixture.session.latest_token().unwrap().token().refresh_token.clone();
    fixture.provider.wait(100_000);
    fixture.provider.lost.store(1, Ordering::SeqCst);
    fixture.session.token().await.err().unwrap();
    assert_eq!(fixture.session.latest_token().unwrap().token().refresh_token, before);
    assert_eq!(fixture.kept().len(), 1);
}
