//! A person signs in at the provider, in another window.

use connector_host::records::{Request, Response};
use connector_host::{BoxFuture, Incoming, SendError, Transport};
use serde_json::{Value, json};
use test_support::TestComponent;

use super::server::{Lines, Server};

/// A provider that exchanges every code.
struct Provider;

impl Transport for Provider {
    fn send(&self, _: Request) -> BoxFuture<'_, Result<Incoming, SendError>> {
        let response = Response { status: 200, headers: Vec::new(), body: "{}".into(), received_at: 0 };
        Box::pin(async { Ok(Incoming::whole(response)) })
    }
}

/// A connection that waits for its person, and the state of the sign-in.
struct Waiting {
    server: Server,
    lines: Lines,
    url: String,
    state: String,
}

impl Waiting {
    fn new() -> Self {
        let server = Server::live_with(&TestComponent::sign_in(), Provider);
        let entries = json!([["account", "acme"], ["password", "pass-Word-0123456789"]]);
        let mut lines = server.lines("/api/connect", &json!({ "entries": entries }));
        let line = lines.find(|line| line.get("progress").is_none()).unwrap();
        let url = line["sign-in"]["url"].as_str().unwrap_or_else(|| panic!("{line}")).to_owned();
        let state = url.split("&state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        Self { server, lines, url, state }
    }

    fn come_back(&self, query: &str) -> String {
        let headers = [("host", self.server.own()), ("sec-fetch-site", "cross-site".to_owned())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.server.request("GET", &format!("/callback{query}"), &headers, "")
    }

    fn result(&mut self) -> Value {
        self.lines.find(|line| line.get("progress").is_none()).unwrap()
    }
}

#[test]
fn the_page_waits_for_the_redirect_and_no_code_stays_in_the_history() {
    let mut waiting = Waiting::new();
    let port = waiting.server.port();
    assert!(
        waiting.url.contains(&format!("redirect_uri=http%3A%2F%2F127.0.0.1%3A{port}%2Fcallback")),
        "{}",
        waiting.url
    );
    let answer = waiting.come_back(&format!("?code=a-code&state={}", waiting.state));
    assert!(answer.starts_with("HTTP/1.1 303 ") && answer.contains("location: /callback\r\n"), "{answer}");
    assert!(answer.contains("cache-control: no-store") && answer.contains("referrer-policy: no-referrer"), "{answer}");
    assert!(waiting.come_back("").contains("You can close this window"));
    let result = waiting.result();
    assert!(result["connected"]["id"].is_string() && result["connected"]["token"]["kind"] == "Bearer", "{result}");
}

#[test]
fn a_redirect_that_belongs_to_no_sign_in_is_refused_and_disturbs_none() {
    let mut waiting = Waiting::new();
    for query in ["?code=a&state=guessed", "?code=a", "?", "?state="] {
        let answer = waiting.come_back(query);
        assert!(answer.starts_with("HTTP/1.1 400 ") && !answer.contains("guessed"), "{query}: {answer}");
    }
    waiting.come_back(&format!("?code=a-code&state={}", waiting.state));
    assert!(waiting.result()["connected"].is_object());
    let again = waiting.come_back(&format!("?code=a-code&state={}", waiting.state));
    assert!(again.starts_with("HTTP/1.1 400 "), "{again}");
}

#[test]
fn a_person_who_refuses_sees_why_in_the_page() {
    let mut waiting = Waiting::new();
    let answer = waiting.come_back(&format!("?error=access_denied&state={}", waiting.state));
    assert!(answer.contains("You are not signed in"), "{answer}");
    assert_eq!(waiting.result()["failure"]["code"], "access-denied");
}
