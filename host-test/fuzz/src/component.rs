//! The component, behind the host's guard, beside the same code as a library.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, LazyLock};

use connector_core::{Error, GrantedToken, Opened, OperationCall, Secret};
use connector_host::records::{
    self, Connection, Failure, Host, HostRole, Operation, Problem, Recovery, State, Step as HostStep,
};
use nexthink_connector::entries::Entries;
use nexthink_connector::http::{Header, Request, Response};
use nexthink_connector::operations::step::Step;
use nexthink_connector::tenant::Tenant;
use nexthink_connector::{access, connection, failure, operations, permissions, problem, token};
use serde_json::{Value, json};

use crate::format::Parts;
use crate::har::CONNECTOR;
use crate::operations::{pairs, settings};
use crate::{CANARY, assert_hidden, holds_canary, responses};

/// Calls a function of both: the part that names it, and the parts that the target
/// of its own takes.
pub fn component(input: &[u8]) {
    let mut parts = Parts::new(input);
    match parts.bytes() {
        b"resolve" => resolve(&mut parts),
        b"token-response" => token_response(&mut parts),
        b"api-response" => api_response(&mut parts),
        b"start" => start(&mut parts),
        b"resume" => resume(&mut parts),
        _ => {}
    }
}

fn resolve(parts: &mut Parts) {
    let mut pairs = parts.pairs();
    if pairs.iter().any(|(key, text)| holds_canary(key.as_bytes()) || holds_canary(text.as_bytes())) {
        return;
    }
    // A secret that stands in another entry too, encoded or not, would be found there:
    // none can hold one that depends on them all.
    let mut hasher = DefaultHasher::new();
    pairs.hash(&mut hasher);
    for (_, text) in pairs.iter_mut().filter(|(key, text)| key == "client_secret" && !text.trim().is_empty()) {
        *text = format!("{CANARY}-{:016x}", hasher.finish());
    }
    let given = CONNECTOR.entries(pairs.clone());
    let there = accepted(CONNECTOR.resolve(&given));
    let here = connection::resolve(&Entries::new(given.plain_pairs())).map(connected).map_err(problems);
    assert_eq!(there, here);

    let there = accepted(CONNECTOR.open(given)).map(|opened| {
        let exchange = opened.rehearsed().expect("a token is exchanged");
        (spelled(&exchange.request), exchange.notes.clone())
    });
    let here = token::request(&Entries::new(pairs)).map(|exchange| (wanted(&exchange.request), exchange.notes));
    assert_hidden(&there.as_ref().map(|(_, notes)| notes), "token-request");
    assert_eq!(there, here.map_err(problems));
}

fn token_response(parts: &mut Parts) {
    let response = response(parts);
    let read = |token: records::Token| {
        let secret = token.value.expose().to_owned();
        (secret, json!(token))
    };
    let there = succeeded(CONNECTOR.token_response(&OPENED, &received(&response))).map(read);
    let here = token::response(&response).map(|token| {
        let value = Secret::new(token.value.expose());
        // The host hides a token in what comes with it.
        let redactor = OPENED.redactor().clone().and(&value);
        let hidden = |texts: Vec<String>| texts.iter().map(|text| redactor.hide(text)).collect();
        let token = records::Token {
            refresh_after: token.refresh_after(),
            missing_scopes: hidden(token.missing_scopes()),
            kind: redactor.hide(&token.kind),
            expires_in: token.expires_in,
            lifetime_assumed: token.lifetime_assumed,
            scopes: hidden(token.scopes),
            refresh_token: None,
            value,
        };
        read(token)
    });
    assert_eq!(there, here.map_err(failed));
}

fn api_response(parts: &mut Parts) {
    let response = response(parts);
    let there = succeeded(CONNECTOR.api_response(&OPENED, Some(&GRANTED), &received(&response)));
    assert_eq!(there, access::response(&response).map_err(failed));
    for permission in &CONNECTOR.definition().permissions {
        let there = CONNECTOR.probe_status(&permission.id, &received(&response), GRANTED.redactor(OPENED.redactor()));
        let there = there.unwrap_or_else(|error| panic!("{error}"));
        let here = permissions::read_probe(&permission.id, &response);
        assert_eq!((there.state.as_str(), there.detail), (here.state.as_str(), here.detail));
    }
}

fn start(parts: &mut Parts) {
    let (id, input) = (parts.text(), parts.text());
    let there = during(&id, &input, |call| accepted(CONNECTOR.start(call)));
    let here = operations::start(&settings(), &id, &input).map(|step| told(&step)).map_err(problems);
    assert_eq!(there.map(|step| heard(&step)), here);
}

fn resume(parts: &mut Parts) {
    let (id, input, state) = (parts.text(), parts.text(), State(parts.bytes().to_vec()));
    let response = response(parts);
    let there = during(&id, &input, |call| succeeded(CONNECTOR.resume(call, &state, &received(&response))));
    let here = operations::resume(&settings(), &id, &input, &state.0, &response).map(|step| told(&step));
    assert_eq!(there.map(|step| heard(&step)), here.map_err(failed));
}

/// Returns a result or every problem. Nothing that goes into this connector makes it
/// crash, run out of anything, or break the contract.
#[track_caller]
fn accepted<T>(result: Result<T, Error>) -> Result<T, Vec<Problem>> {
    result.map_err(|error| match error {
        Error::Refused(problems) => problems,
        error => panic!("{error}"),
    })
}

/// Returns a result or the failure, of a function that reads a response.
#[track_caller]
fn succeeded<T>(result: Result<T, Error>) -> Result<T, Box<Failure>> {
    result.map_err(|error| match error {
        Error::Failed(failure) => failure,
        error => panic!("{error}"),
    })
}

/// The connection of the recordings. Its secret is too short to be looked for, so that
/// nothing is hidden that the library shows.
static OPENED: LazyLock<Opened> = LazyLock::new(|| {
    let mut entries = pairs();
    entries.extend([("client_id", "example"), ("client_secret", "short")].map(|(key, text)| (key.into(), text.into())));
    CONNECTOR.open(CONNECTOR.entries(entries)).expect("the entries are good")
});

/// A token, too short to be looked for.
static GRANTED: LazyLock<Arc<GrantedToken>> = LazyLock::new(|| {
    let token = records::Token {
        value: Secret::new("short"),
        kind: "Bearer".to_owned(),
        expires_in: 900,
        refresh_after: 840,
        lifetime_assumed: false,
        scopes: Vec::new(),
        missing_scopes: Vec::new(),
        refresh_token: None,
    };
    Arc::new(GrantedToken::new(token, 1))
});

/// Reads a response as a host reports it, which has a status of HTTP.
fn response(parts: &mut Parts) -> Response {
    let mut response = responses::read(parts);
    response.status = response.status.clamp(100, 599);
    response
}

fn received(response: &Response) -> records::Response {
    records::Response {
        status: response.status,
        headers: response.headers.clone(),
        body: response.body.clone().into(),
        received_at: response.received_at,
    }
}

/// Calls an operation, offered or not, over the connection of the recordings.
fn during<T>(id: &str, input: &str, call: impl FnOnce(OperationCall<'_>) -> T) -> T {
    let offered = CONNECTOR.operations().expect("the component is sound");
    let unknown = Operation::unknown(id);
    let operation = offered.iter().find(|operation| operation.id == id).unwrap_or(&unknown);
    call(OperationCall { opened: &OPENED, token: Some(&GRANTED), operation, input })
}

fn connected(connection: connection::Connection) -> Connection {
    Connection {
        key: connection.key(),
        label: connection.tenant.label(),
        settings: connection.settings().into_iter().map(|(key, text)| (key.name().to_owned(), text)).collect(),
        hosts: hosts(&connection.tenant),
        base_url: connection.base_url(),
        notes: connection.notes,
    }
}

fn hosts(tenant: &Tenant) -> Vec<Host> {
    let (instance, region) = (tenant.instance.as_str(), tenant.region.code());
    let web = |platform: &str, name: String| Host { role: HostRole::Web, platform: Some(platform.to_owned()), name };
    vec![
        Host { role: HostRole::Token, platform: None, name: tenant.login_host() },
        Host { role: HostRole::Api, platform: None, name: tenant.api_host() },
        web("Cloud-native", format!("{instance}.data.{region}.nexthink.cloud")),
        web("Classic", format!("{instance}.{region}.nexthink.cloud")),
    ]
}

fn problems(problems: Vec<problem::Problem>) -> Vec<Problem> {
    let problem = |problem: problem::Problem| Problem {
        field: problem.field,
        code: problem.code.as_str().to_owned(),
        message: problem.message,
        hint: problem.hint,
    };
    problems.into_iter().map(problem).collect()
}

fn failed(failure: failure::Failure) -> Box<Failure> {
    let failure = failure.into_details();
    Box::new(Failure {
        code: failure.code.to_owned(),
        recovery: recovery(failure.recovery),
        message: failure.message,
        hint: failure.hint,
        field: failure.field.map(str::to_owned),
        provider_code: failure.provider_code,
        provider_message: failure.provider_message,
    })
}

fn recovery(recovery: failure::Recovery) -> Recovery {
    match recovery {
        failure::Recovery::Reconfigure => Recovery::Reconfigure,
        failure::Recovery::RenewToken => Recovery::RenewToken,
        failure::Recovery::Retry(seconds) => Recovery::Retry(seconds),
        failure::Recovery::RetryIfRepeatable(seconds) => Recovery::RetryIfRepeatable(seconds),
        failure::Recovery::GiveUp => Recovery::GiveUp,
        failure::Recovery::Alarm => Recovery::Alarm,
    }
}

/// Spells a request of the library.
fn wanted(request: &Request) -> Value {
    let header = |header: &Header| json!([header.name, header.value.expose()]);
    json!({
        "method": request.method, "url": request.url, "headers": request.headers.iter().map(header).collect::<Vec<_>>(),
        "body": request.body, "authorized": request.authorized, "repeatable": request.repeatable,
        "timeout": request.timeout, "response-limit": request.response_limit,
    })
}

/// Spells a request of the component.
fn spelled(request: &records::Request) -> Value {
    let headers: Vec<_> = request.headers.iter().map(|(name, value)| json!([name, value.expose()])).collect();
    json!({
        "method": request.method, "url": request.url.as_str(), "headers": headers,
        "body": *request.body, "authorized": request.authorized, "repeatable": request.repeatable,
        "timeout": request.timeout, "response-limit": request.response_limit,
    })
}

/// Spells a step of the library.
fn told(step: &Step) -> Value {
    match step {
        Step::Send(pending) => json!({
            "send": wanted(&pending.request), "wait": pending.wait, "state": pending.state,
            "progress": [pending.progress.text, pending.progress.done, pending.progress.total],
        }),
        Step::Download(download) => json!({
            "download": wanted(&download.request), "state": download.state, "media-type": download.media_type,
            "compression": download.compression.as_str(), "partial": download.partial, "warnings": download.warnings,
        }),
        Step::Done(outcome) => json!({
            "output": outcome.output, "partial": outcome.partial, "warnings": outcome.warnings,
        }),
    }
}

/// Spells a step of the component.
fn heard(step: &HostStep) -> Value {
    match step {
        HostStep::Send(pending) => json!({
            "send": spelled(&pending.request), "wait": pending.wait, "state": pending.state.0,
            "progress": [pending.progress.text, pending.progress.done, pending.progress.total],
        }),
        HostStep::Download(download) => json!({
            "download": spelled(download.link.expose()), "state": download.state.0, "media-type": download.media_type,
            "compression": download.compression, "partial": download.partial, "warnings": download.warnings,
        }),
        HostStep::Done(outcome) => json!({
            "output": outcome.output, "partial": outcome.partial, "warnings": outcome.warnings,
        }),
    }
}
