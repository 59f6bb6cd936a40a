//! Plays a provider that responds with anything.

use std::sync::Arc;

use connector_core::{Error, Opened};
use connector_host::Interface;
use connector_host::records::{Failure, Response};
use serde_json::json;

use crate::check::Check;
use crate::report::Rule;
use crate::sample_entries::CANARY;

/// Longest body to try, in bytes. Up to there a component has to get by with what its own
/// request allows.
const LONGEST: u32 = 8 << 20;

impl Check {
    /// Responds to the token request, calls of the API and probes.
    pub(crate) fn responses(&mut self, opened: &Opened) {
        let access = self.connector.offers(Interface::Access);
        let token = Arc::clone(&self.token);
        let exchanges = self.connector.offers(Interface::Token);
        for (name, response) in responses() {
            if exchanges {
                let at = format!("`token-response` of {name}");
                let result = self.call(&at, |connector| connector.token_response(opened, &response));
                self.look_at_failure(&at, result);
            }
            if access {
                let at = format!("`api-response` of {name}");
                let result = self.call(&at, |connector| connector.api_response(opened, Some(&token), &response));
                self.look_at_failure(&at, result);
            }
        }
        if exchanges {
            self.longest_token_responses(opened);
        }
        self.probes(opened);
    }

    fn look_at_failure<T>(&mut self, at: &str, result: Option<Result<T, Error>>) {
        if let Some(Err(Error::Failed(failure))) = result {
            self.findings.tried(Rule::Secrets);
            self.look_for_secret_in(at, &failure);
        }
    }

    /// Looks for the made-up secret in a failure.
    pub(crate) fn look_for_secret_in(&mut self, at: &str, failure: &Failure) {
        self.look_for_secret(at, "a failure", &json!(failure).to_string());
    }

    /// Responds with bodies as long as the connector itself allows.
    fn longest_token_responses(&mut self, opened: &Opened) {
        let requested = opened.rehearsed().map_or(LONGEST, |exchange| exchange.request.response_limit);
        let limit = requested.min(LONGEST) as usize;
        let token = r#"{"token_type":"Bearer","expires_in":900,"access_token":""#;
        let scope = r#"{"access_token":"example","token_type":"Bearer","expires_in":900,"scope":""#;
        for (long, unit, head) in [("token", "a", token), ("scope", "a", scope), ("list of scopes", "a ", scope)] {
            let body = format!("{head}{}\"}}", unit.repeat(limit.saturating_sub(head.len() + 2) / unit.len()));
            let at = format!("`token-response` with a {long} as long as `response-limit` allows");
            let response = response(200, "application/json", body);
            self.call(&at, |connector| connector.token_response(opened, &response));
        }
    }

    fn probes(&mut self, opened: &Opened) {
        if !self.connector.offers(Interface::Permissions) {
            return;
        }
        self.findings.tried(Rule::Hosts);
        let Some(Ok(probes)) = self.call("`probes`", |connector| connector.probes(opened.connection())) else { return };
        for probe in probes {
            for (name, response) in responses() {
                let at = format!("`read-probe` {} with {name}", probe.permission);
                let status =
                    self.call(&at, |connector| connector.probe_status(&probe.permission, &response, opened.redactor()));
                if let Some(Ok(status)) = status {
                    self.look_for_secret(&at, "a permission status", &status.detail);
                }
            }
        }
    }
}

fn response(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Response {
    let headers = vec![("content-type".to_owned(), media_type.to_owned())];
    Response { status, headers, body: body.into().into(), received_at: 1_768_469_400 }
}

/// Returns whether a response repeats the made-up secret.
pub(crate) fn repeats(response: &Response) -> bool {
    String::from_utf8_lossy(&response.body).contains(CANARY)
}

/// Makes responses: right, nearly right and wrong, each with a name for it. They
/// follow RFC 6749 §5, as every token endpoint does.
pub(crate) fn responses() -> Vec<(String, Response)> {
    let json = "application/json";
    let token =
        |expires_in: &str| format!(r#"{{"access_token":"example","token_type":"Bearer","expires_in":{expires_in}}}"#);
    let mut made = Vec::new();
    for lifetime in ["0", "1", "2", "59", "60", "61", "900", "4294967295", "4294967296", "-1", "1.5", "\"900\"", "null"]
    {
        made.push((format!("a token with `expires_in` {lifetime}"), response(200, json, token(lifetime))));
    }
    let error = json!({ "error": "invalid_client", "error_description": format!("The secret {CANARY} is wrong.") });
    let elsewhere = json!({ "errors": [{ "message": CANARY }], "message": CANARY, "errorCode": CANARY });
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for status in [200, 204, 301, 400, 401, 403, 404, 429, 500, 503, 599, 100] {
        made.push((format!("{status} without a body"), response(status, json, "")));
        made.push((format!("{status} that repeats the secret"), response(status, json, error.to_string())));
        made.push((format!("{status} that repeats it elsewhere"), response(status, json, elsewhere.to_string())));
    }
    for (name, body) in [
        ("an empty object", "{}".as_bytes()),
        ("a list", b"[]"),
        ("JSON that breaks off", br#"{"access_token":"a"#),
        ("a token that fits in no header", br#"{"access_token":"a\r\nb","token_type":"Bearer","expires_in":900}"#),
        ("a member twice", br#"{"access_token":"a","access_token":"b","token_type":"Bearer","expires_in":900}"#),
        ("HTML", b"<html><body>no</body></html>"),
        ("bytes that are no text", b"\xff\xfe\x00\xd8\x00"),
        ("JSON that nests deeply", nested.as_bytes()),
    ] {
        for status in [200, 401] {
            made.push((format!("{status} with {name}"), response(status, json, body)));
        }
    }
    for wait in ["0", "7", "-1", "99999999999999999999", "Thu, 15 Jan 2026 09:31:00 GMT", "soon"] {
        let mut response = response(429, json, "{}");
        response.headers.push(("retry-after".to_owned(), wait.to_owned()));
        made.push((format!("429 with `retry-after` {wait}"), response));
    }
    made
}
