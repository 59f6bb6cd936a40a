//! The component, behind the host's guard, beside the same code as a library.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::LazyLock;

use host_test::guard::{Connector, OperationCall, PluginError};
use host_test::model::operation::{Operation, State, Step as HostStep};
use host_test::model::{self, Connection, Failure, Problem};
use nexthink_connector::entries::Entries;
use nexthink_connector::http::{Header, Request, Response};
use nexthink_connector::operations::step::Step;
use nexthink_connector::{access, connection, failure, operations, permissions, problem, token};
use serde_json::{Value, json};

use crate::format::Parts;
use crate::har::CONNECTOR;
use crate::operations::{pairs, settings};
use crate::{CANARY, assert_hidden, entries, holds_canary, responses};

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
    let mut pairs = entries::read(parts);
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
    let there = keeps_the_contract(CONNECTOR.resolve(&given));
    let here = connection::resolve(&Entries::new(pairs.clone())).map(connected).map_err(problems);
    assert_eq!(there, here);

    let requested = CONNECTOR.token_request(&given, there.as_ref().map_err(Vec::as_slice));
    let there = keeps_the_contract(requested).map(|exchange| (spelled(&exchange.request), exchange.notes));
    let here = token::request(&Entries::new(pairs)).map(|exchange| (wanted(&exchange.request), exchange.notes));
    assert_hidden(&there.as_ref().map(|(_, notes)| notes), "token-request");
    assert_eq!(there, here.map_err(problems));
}

fn token_response(parts: &mut Parts) {
    let response = response(parts);
    let read = |token: model::Token| {
        let secret = token.value.expose().to_owned();
        (secret, json!(token))
    };
    let there = keeps_the_contract(CONNECTOR.token_response(&received(&response), &nothing())).map(read);
    let here = token::response(&response).map(|token| {
        let model = model::Token {
            refresh_after: token.refresh_after(),
            missing_scopes: token.missing_scopes(),
            value: model::Secret::new(token.value.expose()),
            kind: token.kind,
            expires_in: token.expires_in,
            lifetime_assumed: token.lifetime_assumed,
            scopes: token.scopes,
        };
        read(model)
    });
    assert_eq!(there, here.map_err(failed));
}

fn api_response(parts: &mut Parts) {
    let response = response(parts);
    let there = keeps_the_contract(CONNECTOR.api_response(&received(&response), &nothing()));
    assert_eq!(there, access::response(&response).map_err(failed));
    for permission in &CONNECTOR.definition().permissions {
        let there = keeps_the_contract(CONNECTOR.standing_of(&permission.id, &received(&response), &nothing()));
        let here = permissions::standing_of(&permission.id, &response);
        assert_eq!((there.state.as_str(), there.detail), (here.state.as_str(), here.detail));
    }
}

fn start(parts: &mut Parts) {
    let (id, input) = (parts.text(), parts.text());
    let there = during(&id, &input, |call| keeps_the_contract(CONNECTOR.start(call)));
    let here = operations::start(&settings(), &id, &input).map(|step| told(&step)).map_err(problems);
    assert_eq!(there.map(|step| heard(&step)), here);
}

fn resume(parts: &mut Parts) {
    let (id, input, state) = (parts.text(), parts.text(), State(parts.bytes().to_vec()));
    let response = response(parts);
    let there = during(&id, &input, |call| {
        let answer = keeps_the_contract(CONNECTOR.resume(call, &state, &received(&response)));
        answer.map(|step| heard(&step)).map_err(Box::new)
    });
    let here = operations::resume(&settings(), &id, &input, &state.0, &response).map(|step| told(&step));
    assert_eq!(there, here.map_err(|failure| Box::new(failed(failure))));
}

/// Unwraps what came through the guard. Nothing that goes into this connector makes
/// it crash, run out of anything, or break the contract.
#[track_caller]
fn keeps_the_contract<T>(answer: Result<T, PluginError>) -> T {
    answer.unwrap_or_else(|error| panic!("{error}"))
}

/// Reads a response as a host reports it, which has a status of HTTP.
fn response(parts: &mut Parts) -> Response {
    let mut response = responses::read(parts);
    response.status = response.status.clamp(100, 599);
    response
}

fn received(response: &Response) -> model::Response {
    model::Response {
        status: response.status,
        headers: response.headers.clone(),
        body: response.body.clone(),
        received_at: response.received_at,
    }
}

fn nothing() -> host_test::entries::Entries {
    CONNECTOR.entries(Vec::new())
}

/// Calls an operation, offered or not, over the connection of the recordings.
fn during<T>(id: &str, input: &str, call: impl FnOnce(OperationCall<'_>) -> T) -> T {
    static OFFERED: LazyLock<HashMap<String, Operation>> = LazyLock::new(|| {
        let offered = keeps_the_contract(Connector::operations(&CONNECTOR)).into_iter();
        offered.map(|operation| (operation.id.clone(), operation)).collect()
    });
    static CONNECTION: LazyLock<Connection> = LazyLock::new(|| {
        let entries = CONNECTOR.entries(pairs());
        keeps_the_contract(CONNECTOR.resolve(&entries)).expect("the settings of the recordings are good")
    });
    let entries = nothing();
    let unknown = Operation { id: id.to_owned(), download_domains: Vec::new(), ..OFFERED["nql.execute"].clone() };
    let operation = OFFERED.get(id).unwrap_or(&unknown);
    call(OperationCall { connection: &CONNECTION, entries: &entries, token: None, operation, input })
}

fn connected(connection: connection::Connection) -> Connection {
    Connection {
        key: connection.key(),
        label: connection.tenant.label(),
        settings: connection.settings().into_iter().map(|(key, text)| (key.name().to_owned(), text)).collect(),
        hosts: connection.hosts().into(),
        base_url: connection.base_url(),
        notes: connection.notes,
    }
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

fn failed(failure: failure::Failure) -> Failure {
    let failure = failure.into_details();
    Failure {
        code: failure.code.as_str().to_owned(),
        class: failure.code.class().to_owned(),
        message: failure.message,
        hint: failure.hint,
        field: failure.field.map(|key| key.name().to_owned()),
        provider_code: failure.provider_code,
        provider_message: failure.provider_message,
        retry_after: failure.retry_after,
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
fn spelled(request: &model::Request) -> Value {
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
