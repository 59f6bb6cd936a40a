//! Call vectors: what a connector returned for which arguments, one JSON a line.
//!
//! All functions of the contract are pure, so a table of calls is the whole truth about a
//! component: a runtime agrees with this host if it gives the same results. Vectors are
//! taken while recordings are played, so they cover what the recordings cover.
//!
//! `{"function": "provider.resolve", "arguments": [...], "result": ...}`: arguments in the
//! order of the contract, records as objects with kebab-case members, tuples as lists, `none`
//! as null, bytes as `{"base64": "..."}`, variants as `{"tag": ..., "val": ...}` without a
//! `val` that is none, and the result of a `result` as `{"ok": ...}` or `{"err": ...}`.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connector_core::raw::{Connection, Entry, Exchange, Header, Operation, Probe, Request, Step, Unchecked};
use connector_core::records::{
    self, Context, Definition, Failure, HostTemplate, PermissionStatus, Problem, Recovery, Response, Token,
};
use connector_core::{
    ApiCall, CallError, Connector, Credential, Ended, Error, Function, Functions, Interface, Leave, Redirect, Secret,
};
use serde_json::{Value, json};

use crate::play::play;
use crate::recording::Recording;

/// Plays recordings and returns the calls made on the way, each once, one JSON a line.
///
/// # Errors
///
/// [`Error::Connector`] where the component has no definition that passes the guard. A
/// recording that does not end as expected is no error: its calls are vectors as well.
pub async fn vectors(
    component: impl Functions + Send + Sync + 'static,
    recordings: &[Arc<Recording>],
) -> Result<Vec<String>, Error> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let connector = Arc::new(Connector::new(Tap { component, lines: Arc::clone(&lines) })?);
    for recording in recordings {
        play(&connector, recording).await;
    }
    let lines = std::mem::take(&mut *lines.lock().unwrap_or_else(PoisonError::into_inner));
    let mut seen = HashSet::new();
    Ok(lines.into_iter().filter(|line: &String| seen.insert(line.clone())).collect())
}

/// A component whose calls are written down.
struct Tap<F> {
    component: F,
    lines: Arc<Mutex<Vec<String>>>,
}

impl<F> Tap<F> {
    /// Writes a call down. One that did not return is no vector.
    fn note(&self, function: Function, arguments: &[Value], result: Option<Value>) {
        let Some(result) = result else { return };
        let name = format!("{}.{function}", function.interface().name());
        let line = json!({ "function": name, "arguments": arguments, "result": result }).to_string();
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    fn noted<T>(
        &self,
        function: Function,
        arguments: &[Value],
        result: Result<T, CallError>,
        shown: impl FnOnce(&T) -> Value,
    ) -> Result<T, CallError> {
        self.note(function, arguments, result.as_ref().ok().map(shown));
        result
    }

    fn judged<T, E>(
        &self,
        function: Function,
        arguments: &[Value],
        result: Result<T, Ended<E>>,
        shown: impl FnOnce(&T) -> Value,
        error: impl FnOnce(&E) -> Value,
    ) -> Result<T, Ended<E>> {
        let value = match &result {
            Ok(value) => Some(json!({ "ok": shown(value) })),
            Err(Ended::Returned(returned)) => Some(json!({ "err": error(returned) })),
            Err(Ended::Call(_)) => None,
        };
        self.note(function, arguments, value);
        result
    }
}

impl<F: Functions> Functions for Tap<F> {
    fn exports(&self, interface: Interface) -> bool {
        self.component.exports(interface)
    }

    fn input_limit(&self) -> usize {
        self.component.input_limit()
    }

    fn describe(&self) -> Result<Unchecked<Definition>, CallError> {
        let result = self.component.describe();
        self.noted(Function::Describe, &[], result, |raw| definition(raw.peek()))
    }

    fn resolve(&self, entries: &[Entry]) -> Result<Connection, Ended<Vec<Problem>>> {
        let result = self.component.resolve(entries);
        self.judged(Function::Resolve, &[json!(entries)], result, connection, problems)
    }

    fn token_request(&self, entries: &[Entry], given: &Context) -> Result<Exchange, Ended<Vec<Problem>>> {
        let result = self.component.token_request(entries, given);
        self.judged(Function::TokenRequest, &[json!(entries), context(given)], result, exchange, problems)
    }

    fn authorization_url(&self, entries: &[Entry], leave: &Leave<'_>) -> Result<String, Ended<Vec<Problem>>> {
        let result = self.component.authorization_url(entries, leave);
        let Leave { redirect_uri, state, code_challenge } = *leave;
        let arguments = [json!(entries), json!(redirect_uri), json!(state), json!(code_challenge)];
        self.judged(Function::AuthorizationUrl, &arguments, result, |raw| json!(raw), problems)
    }

    fn code_request(
        &self,
        entries: &[Entry],
        redirect: &Redirect<'_>,
        given: &Context,
    ) -> Result<Exchange, Ended<Vec<Problem>>> {
        let result = self.component.code_request(entries, redirect, given);
        let Redirect { redirect_uri, code, code_verifier } = *redirect;
        let arguments = [json!(entries), json!(redirect_uri), json!(code), json!(code_verifier), context(given)];
        self.judged(Function::CodeRequest, &arguments, result, exchange, problems)
    }

    fn refresh_request(
        &self,
        entries: &[Entry],
        refresh_token: &str,
        given: &Context,
    ) -> Result<Exchange, Ended<Vec<Problem>>> {
        let result = self.component.refresh_request(entries, refresh_token, given);
        let arguments = [json!(entries), json!(refresh_token), context(given)];
        self.judged(Function::RefreshRequest, &arguments, result, exchange, problems)
    }

    fn token_response(&self, given: &Response) -> Result<Unchecked<Token>, Ended<Box<Failure>>> {
        let result = self.component.token_response(given);
        self.judged(Function::TokenResponse, &[response(given)], result, |raw| token(raw.peek()), |raw| failure(raw))
    }

    fn authorize(&self, given: Credential<'_>) -> Result<Vec<Header>, Ended<Box<Failure>>> {
        let result = self.component.authorize(given);
        self.judged(Function::Authorize, &[credential(given)], result, |raw| json!(raw), |raw| failure(raw))
    }

    fn sign(
        &self,
        given: Credential<'_>,
        unsigned: &records::Request,
        moment: &Context,
    ) -> Result<Request, Ended<Box<Failure>>> {
        let result = self.component.sign(given, unsigned, moment);
        let headers: Vec<_> = unsigned.headers.iter().map(|(name, value)| [name.as_str(), value.expose()]).collect();
        let sent = json!({
            "method": unsigned.method, "url": unsigned.url.as_str(), "headers": headers,
            "body": bytes(&unsigned.body), "authorized": unsigned.authorized, "repeatable": unsigned.repeatable,
            "timeout": unsigned.timeout, "response-limit": unsigned.response_limit,
        });
        self.judged(Function::Sign, &[credential(given), sent, context(moment)], result, request, |raw| failure(raw))
    }

    fn api_request(&self, settings: &[Entry], call: &ApiCall) -> Result<Request, Ended<Vec<Problem>>> {
        let result = self.component.api_request(settings, call);
        let ApiCall { method, path_and_query, headers, body } = call;
        let arguments = [json!(settings), json!(method), json!(path_and_query), json!(headers), bytes(body)];
        self.judged(Function::ApiRequest, &arguments, result, request, problems)
    }

    fn api_response(&self, given: &Response) -> Result<(), Ended<Box<Failure>>> {
        let result = self.component.api_response(given);
        self.judged(Function::ApiResponse, &[response(given)], result, |()| Value::Null, |raw| failure(raw))
    }

    fn probes(&self, settings: &[Entry]) -> Result<Vec<Probe>, CallError> {
        let result = self.component.probes(settings);
        let probe = |raw: &Probe| json!({ "permission": raw.permission, "request": raw.request.as_ref().map(request) });
        self.noted(Function::Probes, &[json!(settings)], result, |raw| raw.iter().map(probe).collect())
    }

    fn probe_status(&self, permission: &str, given: &Response) -> Result<Unchecked<PermissionStatus>, CallError> {
        let result = self.component.probe_status(permission, given);
        let arguments = [json!(permission), response(given)];
        self.noted(Function::ReadProbe, &arguments, result, |raw| json!(raw.peek()))
    }

    fn operations(&self) -> Result<Vec<Operation>, CallError> {
        let result = self.component.operations();
        self.noted(Function::ListOperations, &[], result, |raw| raw.iter().map(operation).collect())
    }

    fn start(&self, settings: &[Entry], operation: &str, input: &str) -> Result<Step, Ended<Vec<Problem>>> {
        let result = self.component.start(settings, operation, input);
        let arguments = [json!(settings), json!(operation), json!(input)];
        self.judged(Function::Start, &arguments, result, step, problems)
    }

    fn resume(
        &self,
        settings: &[Entry],
        operation: &str,
        input: &str,
        state: &[u8],
        given: &Response,
    ) -> Result<Step, Ended<Box<Failure>>> {
        let result = self.component.resume(settings, operation, input, state, given);
        let arguments = [json!(settings), json!(operation), json!(input), bytes(state), response(given)];
        self.judged(Function::Resume, &arguments, result, step, |raw| failure(raw))
    }
}

fn bytes(bytes: &[u8]) -> Value {
    json!({ "base64": STANDARD.encode(bytes) })
}

fn context(given: &Context) -> Value {
    json!({ "now": given.now, "nonce": bytes(&given.nonce) })
}

fn credential(given: Credential<'_>) -> Value {
    match given {
        Credential::AccessToken(token) => json!({ "tag": "access-token", "val": token }),
        Credential::Entries(entries) => json!({ "tag": "entries", "val": entries }),
    }
}

fn exchange(raw: &Exchange) -> Value {
    json!({ "request": request(&raw.request), "notes": raw.notes })
}

fn definition(raw: &Definition) -> Value {
    let field = |field: &connector_core::records::Field| {
        json!({
            "key": field.key, "label": field.label, "description": field.description, "kind": field.kind,
            "required": field.required, "example": field.example, "default": field.default,
            "pattern": field.pattern, "max-length": field.max_length, "choices": field.choices,
            "guide-step": field.guide_step,
        })
    };
    let mut shown = json!(raw);
    // Reports leave out what is absent or empty; the contract does not.
    let host = |raw: &HostTemplate| json!({ "role": raw.role, "platform": raw.platform, "template": raw.template });
    shown["hosts"] = raw.hosts.iter().map(host).collect();
    shown["fields"] = raw.fields.iter().map(field).collect();
    shown["extra"] = json!(raw.extra);
    shown
}

fn connection(raw: &Connection) -> Value {
    json!({
        "key": raw.key, "label": raw.label, "settings": raw.settings,
        "base-url": raw.base_url, "notes": raw.notes,
    })
}

#[expect(clippy::ptr_arg, reason = "the error of a result, as it is returned")]
fn problems(raw: &Vec<Problem>) -> Value {
    let problem =
        |raw: &Problem| json!({ "field": raw.field, "code": raw.code, "message": raw.message, "hint": raw.hint });
    raw.iter().map(problem).collect()
}

fn failure(raw: &Failure) -> Value {
    json!({
        "code": raw.code, "recovery": recovery(raw.recovery), "message": raw.message, "hint": raw.hint,
        "field": raw.field, "provider-code": raw.provider_code, "provider-message": raw.provider_message,
    })
}

fn recovery(raw: Recovery) -> Value {
    match raw.retry_after() {
        Some(seconds) => json!({ "tag": raw.name(), "val": seconds }),
        None => json!({ "tag": raw.name() }),
    }
}

fn token(raw: &Token) -> Value {
    json!({
        "value": raw.value.expose(), "kind": raw.kind, "expires-in": raw.expires_in,
        "refresh-after": raw.refresh_after, "lifetime-assumed": raw.lifetime_assumed, "scopes": raw.scopes,
        "missing-scopes": raw.missing_scopes, "refresh-token": raw.refresh_token.as_ref().map(Secret::expose),
    })
}

fn request(raw: &Request) -> Value {
    json!({
        "method": raw.method, "url": raw.url, "headers": raw.headers, "body": bytes(&raw.body),
        "authorized": raw.authorized, "repeatable": raw.repeatable, "timeout": raw.timeout,
        "response-limit": raw.response_limit,
    })
}

fn response(given: &Response) -> Value {
    json!({
        "status": given.status, "headers": given.headers, "body": bytes(&given.body),
        "received-at": given.received_at,
    })
}

fn operation(raw: &Operation) -> Value {
    json!({
        "id": raw.id, "title": raw.title, "description": raw.description, "permission": raw.permission,
        "effect": raw.effect, "input-schema": raw.input_schema, "output-schema": raw.output_schema,
        "documentation": raw.documentation, "download-domains": raw.download_domains,
    })
}

fn step(raw: &Step) -> Value {
    match raw {
        Step::Send(raw) => json!({ "tag": "send", "val": {
            "request": request(&raw.request), "wait": raw.wait, "state": bytes(&raw.state), "progress": raw.progress,
        } }),
        Step::Download(raw) => json!({ "tag": "download", "val": {
            "request": request(&raw.request), "state": bytes(&raw.state), "media-type": raw.media_type,
            "compression": raw.compression, "partial": raw.partial, "warnings": raw.warnings,
        } }),
        Step::Done(raw) => json!({ "tag": "done", "val": {
            "output": raw.output, "partial": raw.partial, "warnings": raw.warnings,
        } }),
    }
}
