//! A connector without a component: enough to test what is around one.

use crate::connector::{Connector, Opened};
use url::Url;

use crate::functions::{ApiCall, CallError, Credential, Ended, Functions, Interface, Leave, Redirect};
use crate::raw::{Download, Entry, Exchange, Header, Operation, Outcome, Pending, Probe, Request, Step, Unchecked};
use crate::records::{
    Context, Definition, Failure, Field, HostRole, HostTemplate, Permission, PermissionStatus, Problem, Progress,
    Recovery, Response, Token,
};
use crate::secret::Secret;
use crate::{raw, records};

/// A component that resolves every entry alike. An API response of status 200 is a success, of
/// 401 `token-expired`, of 429 `rate-limited`, of 503 `unavailable`.
pub(crate) struct Fixed {
    /// The step that follows from every response.
    pub next: fn() -> Step,
}

/// Returns a connector whose operation asks for one request after the other.
pub(crate) fn connector() -> Connector<Fixed> {
    with_steps(|| Step::Send(pending(true)))
}

/// Returns a connector whose operation goes on with a step after each response.
pub(crate) fn with_steps(next: fn() -> Step) -> Connector<Fixed> {
    Connector::new(Fixed { next }).unwrap()
}

/// Opens a connection.
pub(crate) fn opened(connector: &Connector<Fixed>) -> Opened {
    connector.open(connector.entries(Vec::new())).unwrap()
}

/// Returns a request to the API.
pub(crate) fn request(repeatable: bool) -> Request {
    Request {
        method: "GET".into(),
        url: "https://api.fixed.example/".into(),
        headers: Vec::new(),
        body: Vec::new(),
        authorized: true,
        repeatable,
        timeout: 10,
        response_limit: 1000,
    }
}

/// Returns a step with a request.
pub(crate) fn pending(repeatable: bool) -> Pending {
    let progress = Progress { text: "Running".into(), done: 0, total: 0 };
    Pending { request: request(repeatable), wait: 0, state: Vec::new(), progress }
}

/// Returns a step with a download.
pub(crate) fn download() -> Download {
    let request = Request { url: "https://files.fixed.example/1?key=l1nk".into(), authorized: false, ..request(true) };
    Download {
        request,
        state: Vec::new(),
        media_type: "text/csv".into(),
        compression: records::Compression::None,
        partial: false,
        warnings: Vec::new(),
    }
}

/// Returns a step with a result.
pub(crate) fn outcome() -> Outcome {
    Outcome { output: "{}".into(), partial: false, warnings: Vec::new() }
}

/// Returns a token that lives 900 s and is renewed after 840 s.
pub(crate) fn token(value: &str) -> Token {
    Token {
        value: Secret::new(value),
        kind: "Bearer".into(),
        expires_in: 900,
        refresh_after: 840,
        lifetime_assumed: false,
        scopes: Vec::new(),
        missing_scopes: Vec::new(),
        refresh_token: None,
    }
}

/// Returns a response with a status.
pub(crate) fn response(status: u16) -> Response {
    Response { status, headers: Vec::new(), body: "{}".into(), received_at: 0 }
}

/// Returns a failure of the provider with a code of the contract.
pub(crate) fn failure(code: &str, retry_after: Option<u32>) -> Failure {
    let recovery = match code {
        "invalid-client" | "rejected" => Recovery::Reconfigure,
        "token-expired" => Recovery::RenewToken,
        "rate-limited" => Recovery::Retry(retry_after),
        _ => Recovery::RetryIfRepeatable(retry_after),
    };
    Failure::of_host(code, recovery, "It failed.", "Try again.")
}

impl Functions for Fixed {
    fn exports(&self, interface: Interface) -> bool {
        interface != Interface::Signature
    }

    fn input_limit(&self) -> usize {
        100
    }

    fn describe(&self) -> Result<Unchecked<Definition>, CallError> {
        let text = str::to_owned;
        let field = Field {
            key: text("account"),
            label: text("Account"),
            description: text("The account."),
            kind: text("text"),
            required: false,
            example: None,
            default: None,
            pattern: None,
            max_length: None,
            choices: Vec::new(),
            guide_step: None,
        };
        Ok(Unchecked::new(Definition {
            id: text("fixed"),
            name: text("Fixed"),
            summary: text("Fixed results."),
            version: text("1.0.0"),
            categories: Vec::new(),
            icon: text("<svg/>"),
            links: Vec::new(),
            domains: vec![text("fixed.example")],
            hosts: [HostRole::Token, HostRole::Api, HostRole::Authorization]
                .map(|role| HostTemplate { role, platform: None, template: text("api.fixed.example") })
                .into(),
            auth: text("none"),
            fields: vec![field],
            permissions: vec![Permission { id: text("run"), label: text("Run"), purpose: text("running") }],
            prerequisites: Vec::new(),
            guide: Vec::new(),
            extra: Vec::new(),
        }))
    }

    fn resolve(&self, _: &[Entry]) -> Result<raw::Connection, Ended<Vec<Problem>>> {
        Ok(raw::Connection {
            key: "fixed".into(),
            label: "Fixed".into(),
            settings: Vec::new(),
            base_url: "https://api.fixed.example".into(),
            notes: Vec::new(),
        })
    }

    fn token_request(&self, _: &[Entry], _: &Context) -> Result<Exchange, Ended<Vec<Problem>>> {
        Ok(Exchange { request: Request { authorized: false, ..request(true) }, notes: Vec::new() })
    }

    fn authorization_url(&self, _: &[Entry], leave: &Leave<'_>) -> Result<String, Ended<Vec<Problem>>> {
        let mut url = Url::parse("https://api.fixed.example/sign-in?response_type=code").unwrap();
        url.query_pairs_mut()
            .append_pair("redirect_uri", leave.redirect_uri)
            .append_pair("state", leave.state)
            .append_pair("code_challenge", leave.code_challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url.into())
    }

    fn code_request(&self, _: &[Entry], redirect: &Redirect<'_>, _: &Context) -> Result<Exchange, Ended<Vec<Problem>>> {
        let body = format!("{} {} {}", redirect.redirect_uri, redirect.code, redirect.code_verifier);
        let request = Request { authorized: false, method: "POST".into(), body: body.into(), ..request(false) };
        Ok(Exchange { request, notes: Vec::new() })
    }

    fn refresh_request(&self, _: &[Entry], refresh_token: &str, _: &Context) -> Result<Exchange, Ended<Vec<Problem>>> {
        let request =
            Request { authorized: false, method: "POST".into(), body: refresh_token.into(), ..request(false) };
        Ok(Exchange { request, notes: Vec::new() })
    }

    fn token_response(&self, _: &Response) -> Result<Unchecked<Token>, Ended<Box<Failure>>> {
        Ok(Unchecked::new(token("a-token")))
    }

    fn authorize(&self, credential: Credential<'_>) -> Result<Vec<Header>, Ended<Box<Failure>>> {
        let Credential::AccessToken(token) = credential else { panic!("a token is exchanged") };
        Ok(vec![("authorization".into(), format!("Bearer {token}"))])
    }

    fn sign(&self, _: Credential<'_>, _: &records::Request, _: &Context) -> Result<Request, Ended<Box<Failure>>> {
        panic!("it does not sign")
    }

    fn api_request(&self, _: &[Entry], _: &ApiCall) -> Result<Request, Ended<Vec<Problem>>> {
        Ok(request(true))
    }

    fn api_response(&self, response: &Response) -> Result<(), Ended<Box<Failure>>> {
        let code = match response.status {
            200 => return Ok(()),
            401 => "token-expired",
            429 => "rate-limited",
            503 => "unavailable",
            _ => "rejected",
        };
        Err(Ended::Returned(Box::new(failure(code, None))))
    }

    fn probes(&self, _: &[Entry]) -> Result<Vec<Probe>, CallError> {
        Ok(Vec::new())
    }

    fn probe_status(&self, _: &str, _: &Response) -> Result<Unchecked<PermissionStatus>, CallError> {
        Ok(Unchecked::new(PermissionStatus { state: "granted".into(), detail: "Granted.".into() }))
    }

    fn operations(&self) -> Result<Vec<Operation>, CallError> {
        Ok(vec![Operation {
            id: "fixed.run".into(),
            title: "Run".into(),
            description: "Runs.".into(),
            permission: Some("run".into()),
            effect: "read".into(),
            input_schema: "{}".into(),
            output_schema: "{}".into(),
            documentation: "https://fixed.example/".into(),
            download_domains: Vec::new(),
        }])
    }

    fn start(&self, _: &[Entry], _: &str, _: &str) -> Result<Step, Ended<Vec<Problem>>> {
        Ok((self.next)())
    }

    fn resume(&self, _: &[Entry], _: &str, _: &str, _: &[u8], _: &Response) -> Result<Step, Ended<Box<Failure>>> {
        Ok((self.next)())
    }
}

/// Returns a request that passed the guard.
pub(crate) fn checked_request(connector: &Connector<Fixed>, repeatable: bool) -> records::Request {
    let request = connector.api_request(&opened(connector), &ApiCall::default()).unwrap();
    records::Request { repeatable, ..request }
}
