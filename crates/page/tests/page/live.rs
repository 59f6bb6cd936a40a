//! Connections and operations over a transport.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use connector_host::records::{Request, Response};
use connector_host::{BoxFuture, Incoming, SendError, Transport};
use serde_json::{Value, json};

use super::server::{Server, entries};

const TOKEN: &str = "a-token/of-a-test";

/// What a provider does with requests of its API, after it has granted a token.
#[derive(Clone, Copy)]
enum Api {
    Panics,
    IsSilent,
}

/// A provider that reports each call of its API that is cancelled.
struct Provider {
    api: Api,
    cancelled: Sender<()>,
}

/// Reports that the future it lies in was dropped.
struct OnDrop(Sender<()>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        // Nobody may be listening any more.
        let _ = self.0.send(());
    }
}

impl Transport for Provider {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Incoming, SendError>> {
        let (api, cancelled) = (self.api, self.cancelled.clone());
        Box::pin(async move {
            if request.host().contains("-login.") {
                // It repeats the token where the page shows what it wrote.
                let body = format!(
                    r#"{{"token_type":"Bearer","access_token":"{TOKEN}","expires_in":900,"scope":"a {TOKEN} {}"}}"#,
                    TOKEN.replace('/', "%2F")
                );
                let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
                return Ok(Incoming::whole(Response { status: 200, headers, body: body.into(), received_at: 0 }));
            }
            let _reports = OnDrop(cancelled);
            match api {
                Api::Panics => panic!("a transport that panics"),
                Api::IsSilent => std::future::pending().await,
            }
        })
    }
}

fn connected(api: Api) -> (Server, Value, Receiver<()>) {
    let (cancelled, reports) = channel();
    let server = Server::live(Provider { api, cancelled });
    let mut lines = server.lines("/api/connect", &json!({ "entries": entries() }));
    let first = lines.next().unwrap();
    let result = if first.get("progress").is_some() { lines.next().unwrap() } else { first };
    let call = json!({
        "connection": result["connected"]["id"], "operation": "nql.execute", "input": r##"{"queryId":"#devices"}"##,
    });
    assert!(call["connection"].is_string(), "{result}");
    assert_eq!(result["connected"]["token"]["scopes"], json!(["a", "•••", "•••"]), "a token never comes back");
    (server, call, reports)
}

#[test]
fn closing_the_connection_cancels_the_operation() {
    let (server, call, reports) = connected(Api::IsSilent);
    let mut lines = server.lines("/api/call", &call);
    let progress = lines.next().unwrap();
    assert!(progress["progress"]["text"].is_string(), "{progress}");
    assert!(reports.recv_timeout(Duration::from_millis(100)).is_err(), "it goes on as long as someone listens");
    drop(lines);
    reports.recv_timeout(Duration::from_secs(10)).expect("the transport's future is dropped");
}

#[test]
fn requests_under_way_have_a_limit_and_closing_one_makes_room() {
    let (server, call, reports) = connected(Api::IsSilent);
    let under_way: Vec<_> = (0..16)
        .map(|_| {
            let mut lines = server.lines("/api/call", &call);
            assert!(lines.next().unwrap().get("progress").is_some());
            lines
        })
        .collect();
    assert_eq!(server.result("/api/call", &call)["error"]["code"], "busy");
    // The page itself is there all the while.
    assert!(server.ask("/api/resolve", &json!({ "entries": [["instance", "acme"], ["region", "eu"]] }))["connection"]["key"].is_string());
    drop(under_way);
    for _ in 0..16 {
        reports.recv_timeout(Duration::from_secs(10)).expect("every call is cancelled");
    }
    let until = Instant::now() + Duration::from_secs(10);
    while server.lines("/api/call", &call).next().unwrap().get("progress").is_none() {
        assert!(Instant::now() < until, "there is never room again");
    }
}

#[test]
fn a_panic_is_an_internal_error_and_the_page_stays() {
    let (server, call, _reports) = connected(Api::Panics);
    for _ in 0..2 {
        let result = server.result("/api/call", &call);
        assert_eq!(result, json!({ "error": { "code": "internal-error", "message": "Internal error." } }));
    }
}
