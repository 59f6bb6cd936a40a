//! Enters what attackers enter, and secrets that can be found again.

use std::sync::Arc;
use std::time::Duration;

use connector_core::records::Context;
use connector_core::{Opened, SignIn};
use connector_host::ApiCall;
use connector_host::Interface;
use connector_host::records::Problem;
use serde_json::json;

use crate::check::Check;
use crate::report::Rule;
use crate::sample_entries::{CANARY, SampleEntries};
use crate::text::quoted;

/// Part of entries that are refused: a problem that contains it quotes them. Nothing that
/// a person would enter, and no secret.
const QUOTED: &str = "zq7Xw9-quoted";

/// Entries that would give another host, where an address is put together from them; `{}`
/// is a domain of the definition.
#[rustfmt::skip]
const ELSEWHERE: [&str; 36] = [
    "evil.example", "evil.example/", "evil.example#", "evil.example?", "evil.example\\", "evil.example:443/",
    "evil.example%2f", "evil.example@", "@evil.example/", "a@evil.example/", "https://evil.example/",
    "https://{}@evil.example/", "https://a.{}@evil.example/", "https://evil.example@a.{}/",
    "https://evil.example\\@a.{}/", "https://evil.example/?.{}", "https://evil.example#.{}", "//evil.example/.{}",
    "evil{}", "a.evil{}", "a.{}.evil.example", "a.{}:8443", "a.{}:443", "a.{}/", "HTTPS://A.{}/", "https:\\\\a.{}\\",
    "a\t.{}", "a\r\nhost: evil.example\r\n.{}", "a\0.{}", "a。{}", "аcme", "ａcme", "a%2e{}", "127.0.0.1", "[::1]",
    "..",
];

/// Where a browser may have to come back to.
const REDIRECT_URIS: [&str; 3] =
    ["http://127.0.0.1:49152/callback", "http://[::1]:49152/a?b=c%20d&e=", "https://platform.example/sign-in/callback"];

/// Paths that would leave the API's host, or smuggle a header.
#[rustfmt::skip]
const PATHS: [&str; 12] = [
    "/", "/v1/things?a=b", "//evil.example/", "/\\evil.example/", "@evil.example/", ".evil.example/", ":8443/",
    "https://evil.example/", "/../../x", "/a\r\nhost: evil.example", "/a\tb", "/#@evil.example/",
];

impl Check {
    /// Tries every field with what would give another host, and with what must not be
    /// repeated.
    pub(crate) fn probe(&mut self, opened: Option<&Opened>) {
        let connector = Arc::clone(&self.connector);
        let definition = connector.definition();
        let domain = definition.domains.first().map(String::as_str).unwrap_or_default();
        let sample = self.entries.clone();
        for field in &definition.fields {
            for text in ELSEWHERE {
                let text = text.replace("{}", domain);
                self.connect(&format!("{} = {}", field.key, quoted(&text)), &sample.with(&field.key, &text));
            }
        }
        for field in &definition.fields {
            let key = &field.key;
            self.connect(&format!("{key} left out"), &sample.without(key));
            let (canary, place) = if field.is_secret() { (CANARY, "the secret") } else { (QUOTED, "a text") };
            for (how, text) in [
                ("", canary.to_owned()),
                (" with white space around it", format!(" {canary}\r\n")),
                (" with a control character behind it", format!("{canary}\u{1}x")),
                (" with a colon behind it", format!("{canary}:x")),
                (" repeated 1,000 times", canary.repeat(1000)),
                (" in an address", format!("https://{canary}.example/{canary}")),
            ] {
                self.connect(&format!("{place}{how} as {key}"), &sample.with(key, &text));
            }
            // Entered twice, which may be a problem and must not be a way out.
            let twice = sample.clone().and(key, format!("{QUOTED}\u{1}"));
            self.connect(&format!("{key} entered twice"), &twice);
        }
        self.connect("nothing entered", &SampleEntries(Vec::new()));
        self.connect("a field that the form does not have", &sample.with("not-a-field", "x"));
        if let Some(opened) = opened {
            self.paths(opened);
        }
    }

    /// Opens a connection and looks through all that comes back.
    fn connect(&mut self, at: &str, entries: &SampleEntries) {
        let Some(opened) = self.open(at, entries) else { return };
        self.findings.tried(Rule::Secrets);
        let connection = match &opened {
            Ok(opened) => Some(opened.connection()),
            Err(refused) => refused.connection.as_ref(),
        };
        if let Some(connection) = connection {
            self.look_for_secret(at, "a connection", &json!(connection).to_string());
        }
        match &opened {
            Ok(opened) => {
                if let Some(exchange) = opened.rehearsed() {
                    self.look_for_secret(at, "the notes of a token request", &exchange.notes.join("\n"));
                    self.look_for_secret(at, "the URL of a token request", exchange.request.url.as_str());
                }
            }
            Err(refused) => self.look_through(at, &refused.problems),
        }
    }

    fn look_through(&mut self, at: &str, problems: &[Problem]) {
        for problem in problems {
            let texts = [Some(problem.code.as_str()), Some(&problem.message), problem.hint.as_deref()];
            let text = texts.into_iter().flatten().collect::<Vec<_>>().join("\n");
            self.look_for_secret(at, "a problem", &text);
            if text.to_ascii_lowercase().contains(&QUOTED.to_ascii_lowercase()) {
                self.findings.broken(Rule::Secrets, at, "a problem quotes what was entered");
            }
        }
    }

    fn paths(&mut self, opened: &Opened) {
        if !self.connector.offers(Interface::Access) {
            return;
        }
        for path in PATHS {
            for (header, value) in [("accept", "*/*"), ("x-a", "b\r\nhost: evil.example"), ("host", "evil.example")] {
                let headers = vec![(header.to_owned(), value.to_owned())];
                let call =
                    ApiCall { method: "GET".to_owned(), path_and_query: path.to_owned(), headers, body: Vec::new() };
                self.findings.tried(Rule::Hosts);
                self.call(&format!("`api-request` of {}", quoted(path)), |connector| {
                    connector.api_request(opened, &call)
                });
            }
        }
        self.grants(opened);
        self.signature(opened);
    }

    /// Tries what a token is got and presented with, apart from the token request.
    fn grants(&mut self, opened: &Opened) {
        let token = Arc::clone(&self.token);
        if self.connector.offers(Interface::Token) {
            self.call("`authorize`", |connector| connector.authorize(token.token()));
        }
        if self.connector.offers(Interface::Refresh) {
            self.findings.tried(Rule::Hosts);
            self.call("`refresh-request`", |connector| connector.exchange(opened, Some(&token), &Context::REHEARSAL));
        }
        if self.connector.offers(Interface::AuthorizationCode) {
            for redirect_uri in REDIRECT_URIS {
                self.findings.tried(Rule::Hosts);
                self.call(&format!("a sign-in that comes back to {redirect_uri}"), |connector| {
                    let random = [[1; 32], [2; 32]];
                    let mut sign_in = SignIn::begin(connector, opened, redirect_uri, random, Duration::ZERO)?;
                    let query = format!("code={CANARY}-code&state={}", sign_in.state());
                    sign_in.redirected(connector, opened, &query, &Context::REHEARSAL, Duration::ZERO)
                });
            }
        }
    }

    /// Has a request of the API signed, with a query and without.
    fn signature(&mut self, opened: &Opened) {
        if !self.connector.offers(Interface::Signature) {
            return;
        }
        let token = self.connector.offers(Interface::Token).then(|| Arc::clone(&self.token));
        for path in ["/a", "/a?b=c"] {
            self.findings.tried(Rule::Hosts);
            self.call(&format!("`sign` of {}", quoted(path)), |connector| {
                let call = ApiCall { method: "GET".to_owned(), path_and_query: path.to_owned(), ..ApiCall::default() };
                let request = connector.api_request(opened, &call)?;
                let request = connector.authorized(opened, token.as_deref(), request)?;
                connector.signed(opened, token.as_deref(), &request, &Context::REHEARSAL)
            });
        }
    }
}
