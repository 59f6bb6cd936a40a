//! Plays a provider that answers anything.

use serde_json::json;

use super::entered::CANARY;
use super::{Check, Rule};
use crate::model::{Connection, Failure, Response};

/// Longest body to try, in bytes. Up to there a plugin has to get by with what its own
/// request allows.
const LONGEST: u32 = 8 << 20;

impl Check<'_> {
    /// Answers the token request, calls of the API and probes.
    pub(super) fn answers(&mut self, connection: Option<&Connection>) {
        let entries = self.entered.entries(self.connector);
        let access = self.connector.facts().exports_interface("access");
        for (name, response) in responses() {
            let at = format!("`token-response` of {name}");
            if let Some(Err(failure)) = self.call(&at, |connector| connector.token_response(&response, &entries)) {
                self.look_at_failure(&at, &failure);
            }
            if access {
                let at = format!("`api-response` of {name}");
                if let Some(Err(failure)) = self.call(&at, |connector| connector.api_response(&response, &entries)) {
                    self.look_at_failure(&at, &failure);
                }
            }
        }
        if let Some(connection) = connection {
            self.longest_token_response(connection);
            self.probes(connection);
        }
    }

    fn look_at_failure(&mut self, at: &str, failure: &Failure) {
        self.ledger.tried(Rule::Secrets);
        self.look_for_canary(at, "a failure", &json!(failure).to_string());
    }

    /// Answers as long as the plugin itself allows.
    fn longest_token_response(&mut self, connection: &Connection) {
        let entries = self.entered.entries(self.connector);
        let Some(Ok(exchange)) =
            self.call("the examples of the definition", |connector| connector.token_request(&entries, Ok(connection)))
        else {
            return;
        };
        let limit = exchange.request.response_limit.min(LONGEST) as usize;
        let token = r#"{"token_type":"Bearer","expires_in":900,"access_token":""#;
        let scope = r#"{"access_token":"example","token_type":"Bearer","expires_in":900,"scope":""#;
        for (long, unit, head) in [("token", "a", token), ("scope", "a", scope), ("list of scopes", "a ", scope)] {
            let body = format!("{head}{}\"}}", unit.repeat(limit.saturating_sub(head.len() + 2) / unit.len()));
            let at = format!("`token-response` with a {long} as long as `response-limit` allows");
            let response = response(200, "application/json", body);
            self.call(&at, |connector| connector.token_response(&response, &entries));
        }
    }

    fn probes(&mut self, connection: &Connection) {
        if !self.connector.facts().exports_interface("permissions") {
            return;
        }
        let entries = self.entered.entries(self.connector);
        self.ledger.tried(Rule::Hosts);
        for probe in self.call("`probes`", |connector| connector.probes(connection)).into_iter().flatten() {
            for (name, response) in responses() {
                let at = format!("`standing-of` {} with {name}", probe.permission);
                if let Some(standing) =
                    self.call(&at, |connector| connector.standing_of(&probe.permission, &response, &entries))
                {
                    self.look_for_canary(&at, "a standing", &standing.detail);
                }
            }
        }
    }
}

pub(super) fn response(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Response {
    let headers = vec![("content-type".to_owned(), media_type.to_owned())];
    Response { status, headers, body: body.into(), received_at: 1_768_469_400 }
}

/// Tells whether a response repeats the secret.
pub(super) fn repeats(response: &Response) -> bool {
    String::from_utf8_lossy(&response.body).contains(CANARY)
}

/// Makes responses: right, nearly right and wrong, each with a name for it. They
/// follow RFC 6749 §5, which a token endpoint does whoever runs it.
pub(super) fn responses() -> Vec<(String, Response)> {
    let json = "application/json";
    let token =
        |expires_in: &str| format!(r#"{{"access_token":"example","token_type":"Bearer","expires_in":{expires_in}}}"#);
    let mut made = Vec::new();
    for lifetime in ["0", "1", "2", "59", "60", "61", "900", "4294967295", "4294967296", "-1", "1.5", "\"900\"", "null"]
    {
        made.push((format!("a token with `expires_in` {lifetime}"), response(200, json, token(lifetime))));
    }
    let error = json!({ "error": "invalid_client", "error_description": format!("The secret {CANARY} is wrong.") });
    let said = json!({ "errors": [{ "message": CANARY }], "message": CANARY, "errorCode": CANARY });
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for status in [200, 204, 301, 400, 401, 403, 404, 429, 500, 503, 599, 100] {
        made.push((format!("{status} without a body"), response(status, json, "")));
        made.push((format!("{status} that repeats the secret"), response(status, json, error.to_string())));
        made.push((format!("{status} that repeats it elsewhere"), response(status, json, said.to_string())));
    }
    for (name, body) in [
        ("an empty object", "{}".as_bytes()),
        ("a list", b"[]"),
        ("JSON that breaks off", br#"{"access_token":"a"#),
        ("a token that no header can carry", br#"{"access_token":"a\r\nb","token_type":"Bearer","expires_in":900}"#),
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
        let mut answer = response(429, json, "{}");
        answer.headers.push(("retry-after".to_owned(), wait.to_owned()));
        made.push((format!("429 with `retry-after` {wait}"), answer));
    }
    made
}
