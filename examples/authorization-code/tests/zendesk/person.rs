//! A host and a person in one: sends what the connector builds to a fake account.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connector_kit::entries::Entries;
use connector_kit::failure::Failure;
use connector_kit::http::{Request, Response};
use connector_kit::step::{Outcome, Step};
use fake_zendesk::{Account, Client};
use sha2::{Digest, Sha256};
use url::Url;
use zendesk_connector::sign_in::{Grant, Token};
use zendesk_connector::{access, operations, sign_in};

pub const BACK: &str = "http://127.0.0.1:49152/callback";
pub const VERIFIER: &str = "a-verifier-of-at-least-43-characters-0123456789";
pub const SECRET: &str = "opensesame";

/// A person in front of a host, with an account.
pub struct Person {
    pub account: Account,
    pub secret: Option<&'static str>,
    pub now: u64,
}

impl Person {
    /// Creates one with an account whose client has this secret.
    pub fn new(secret: Option<&'static str>) -> Self {
        let client =
            Client { id: "acme_app".to_owned(), secret: secret.map(str::to_owned), redirect_uri: BACK.to_owned() };
        Self { account: Account::new(client, 250), secret, now: 1_768_469_400 }
    }

    pub fn entries(&self) -> Entries {
        let secret = self.secret.map(|secret| ("client_secret", secret));
        entries([("subdomain", "acme"), ("client_id", "acme_app")].into_iter().chain(secret))
    }

    /// Opens the URL in a browser and returns the query that the browser comes back with.
    pub fn browse(&mut self, state: &str) -> Url {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let url = sign_in::authorization_url(&self.entries(), BACK, state, &challenge).unwrap();
        let target = url.strip_prefix("https://acme.zendesk.com").expect("the account's own host").to_owned();
        let request = fake_zendesk::Request { method: "GET".to_owned(), target, headers: Vec::new(), body: Vec::new() };
        let response = self.account.answer(self.now, &request);
        Url::parse(response.header("location").expect("a redirect")).unwrap()
    }

    /// Signs in and returns the code that the browser comes back with.
    pub fn code(&mut self) -> String {
        parameter(&self.browse("s1"), "code").expect("a code")
    }

    pub fn exchange(&mut self, grant: Grant<'_>) -> Result<Token, Failure> {
        let (request, _) = sign_in::exchange(&self.entries(), grant).unwrap();
        sign_in::token_response(&self.send(request, None))
    }

    pub fn exchange_code(&mut self, code: &str) -> Result<Token, Failure> {
        self.exchange(Grant::AuthorizationCode { code, redirect_uri: BACK, code_verifier: VERIFIER })
    }

    pub fn refresh(&mut self, token: &Token) -> Result<Token, Failure> {
        let refresh_token = token.refresh_token.as_ref().expect("a refresh token").expose();
        self.exchange(Grant::RefreshToken { refresh_token })
    }

    /// Runs an operation to its end.
    pub fn run(&mut self, token: &Token, operation: &str, input: &str) -> Result<Outcome, Failure> {
        let settings = entries([("subdomain", "acme"), ("client_id", "acme_app")]);
        let mut step = operations::start(&settings, operation, input).unwrap();
        loop {
            match step {
                Step::Send(pending) => {
                    let response = self.send(pending.request, Some(token));
                    step = operations::resume(&settings, operation, input, &pending.state, &response)?;
                }
                Step::Done(outcome) => return Ok(outcome),
                Step::Download(_) => unreachable!("the connector has no downloads"),
            }
        }
    }

    /// Sends a request as a host does: with the headers of `authorize` where it asks for them.
    fn send(&mut self, request: Request, token: Option<&Token>) -> Response {
        let target = request.url.strip_prefix("https://acme.zendesk.com").expect("the account's own host").to_owned();
        let mut headers: Vec<(String, String)> = request.headers.into_iter().map(Into::into).collect();
        assert_eq!(request.authorized, token.is_some());
        headers.extend(token.map(|token| access::authorize(token.value.expose()).unwrap().into()));
        let method = request.method.to_owned();
        let sent = fake_zendesk::Request { method, target, headers, body: request.body };
        let fake_zendesk::Response { status, headers, body } = self.account.answer(self.now, &sent);
        Response { status, headers, body, received_at: self.now }
    }
}

pub fn entries<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Entries {
    Entries::new(pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
}

/// Returns a parameter of a URL.
pub fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(given, _)| given == name).map(|(_, value)| value.into_owned())
}
