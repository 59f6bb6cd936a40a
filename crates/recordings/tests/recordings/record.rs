//! Live sessions, recorded: what is written plays again over the same connector.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use connector_host::records::{Request, Response};
use connector_host::{BoxFuture, Clock, Completed, Fault, Incoming, Options, Pieces, SendError, Session, Transport};
use connector_recordings::{Called, Ended, Outcome, Recorder, Recording, Refused, Scenario, connected, play};
use serde_json::{Value, json};

use crate::CONNECTOR;

const SECRET: &str = "Live-Secret_0123456789-abcdefghijklmnopqrstuvw";
const TOKEN: &str = "live.token.0123456789";

/// A provider with responses in turn, each body in pieces.
struct Provider(Mutex<VecDeque<(u16, Vec<u8>)>>);

/// The rest of a body.
struct Rest(VecDeque<Vec<u8>>);

impl Pieces for Rest {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, Fault>> {
        let next = self.0.pop_front().map(Bytes::from);
        Box::pin(async { Ok(next) })
    }
}

impl Transport for Provider {
    fn send(&self, _: Request) -> BoxFuture<'_, Result<Incoming, SendError>> {
        let (status, body) = self.0.lock().unwrap().pop_front().unwrap();
        let json = body.starts_with(b"{");
        let headers = vec![("content-type".to_owned(), if json { "application/json" } else { "text/csv" }.to_owned())];
        let head = Response { status, headers, body: Vec::new().into(), received_at: 1_768_469_400 };
        let pieces = body.chunks(7).map(<[u8]>::to_vec).collect();
        Box::pin(async move { Ok(Incoming::streamed(head, Rest(pieces))) })
    }
}

/// A clock without waits.
struct NoWait;

impl Clock for NoWait {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }

    fn passed(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}

type Recorded = Arc<Recorder<Provider>>;

fn session(bodies: &[Value]) -> (Session, Recorded) {
    let token =
        json!({ "token_type": "Bearer", "expires_in": 900, "access_token": TOKEN, "scope": "service:integration" });
    let body = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned).into_bytes();
    let bodies = std::iter::once(&token).chain(bodies).map(|value| (200, body(value)));
    let recorder = Arc::new(Recorder::new(Provider(Mutex::new(bodies.collect()))));
    let pair = |key: &str, text: &str| (key.to_owned(), text.to_owned());
    let entries = CONNECTOR.entries(vec![
        pair("instance", "https://Acme-Live.eu.nexthink.cloud/"),
        pair("region", ""),
        pair("client_id", "0oa1live2client3id"),
        pair("client_secret", SECRET),
    ]);
    let options = Options { clock: Arc::new(NoWait), ..Recorder::options() };
    let session = Session::open_with(Arc::clone(&CONNECTOR), entries, recorder.clone(), options).unwrap();
    (session, recorder)
}

/// Plays a recording, and proves that nothing of the live connection is in it.
async fn plays(text: &str) -> Recording {
    for canary in ["acme", "0oa1live", "live-secret", "live.token"] {
        assert!(!text.to_lowercase().contains(canary), "{canary}");
    }
    let recording = Recording::parse("one.har".as_ref(), text.as_bytes()).unwrap();
    let played = play(&CONNECTOR, &Arc::new(recording.clone())).await;
    assert!(played.passed(), "{:?} {:#?}", played.outcome.err(), played.differences);
    recording
}

#[tokio::test]
async fn a_recorded_connection_plays() {
    let (session, recorder) = session(&[]);
    let outcome = connected(&session, || false).await.unwrap();
    let text = recorder.finish(&session, &outcome, None, "Live", "Made for a test.").unwrap();
    let recording = plays(&text).await;
    assert_eq!(recording.entries[0].1, "https://{{entry:instance}}.eu.nexthink.cloud/");
    assert_eq!(recording.expect["token"]["value"], "{{access_token}}");
}

async fn run(session: &Session, scenario: &Scenario) -> Outcome {
    let mut run = session.start(&scenario.operation, scenario.input.to_string()).await.unwrap();
    let ended = match run.complete(|_| ()).await.unwrap() {
        Completed::Done(outcome) => Ended::Done(outcome),
        // The recorder has its bytes.
        Completed::Downloaded(downloaded) => Ended::Downloaded(downloaded, Vec::new()),
    };
    let called = Called { operation: scenario.operation.clone(), ended };
    Outcome { called: Some(called), ..Outcome::default() }
}

#[tokio::test]
async fn a_recorded_operation_plays_without_its_token_request() {
    let export = "5f0c6a1e-9a54-4c3e-8d1f-7f3a00010002";
    let link =
        format!("https://nx-exports.s3.eu-west-1.amazonaws.com/{export}.csv?X-Amz-Expires=900&X-Amz-Signature=0a1b");
    let (session, recorder) = session(&[
        json!({ "exportId": export }),
        json!({ "status": "COMPLETED", "resultsFileUrl": link, "errorDescription": null }),
        json!("device.name,device.tenant\r\nPC-1,acme-live\r\n"),
    ]);
    let scenario = Scenario {
        operation: "nql.export".into(),
        input: json!({ "queryId": "#devices", "parameters": { "tenant": "acme-live" } }),
    };
    let outcome = run(&session, &scenario).await;
    let text = recorder.finish(&session, &outcome, Some(scenario), "Live export", "Made for a test.");
    let recording = plays(&text.unwrap_or_else(|error| panic!("{error}"))).await;
    assert_eq!(recording.exchanges.len(), 3);
    assert!(recording.exchanges[2].request.url.ends_with("amazonaws.com/%7B%7Blink%7D%7D"));
}

#[tokio::test]
async fn an_operation_that_shows_people_is_refused() {
    let rows = json!({ "queryId": "#users", "executedQuery": "users", "rows": 1, "executionDateTime": "2026-01-15T09:30:00",
        "headers": ["user.name"], "data": [{ "user.name": "jane@acme.example" }] });
    let (session, recorder) = session(&[rows]);
    let scenario = Scenario { operation: "nql.execute".into(), input: json!({ "queryId": "#users" }) };
    let outcome = run(&session, &scenario).await;
    let result = recorder.finish(&session, &outcome, Some(scenario), "Live", "Made for a test.");
    assert!(matches!(result, Err(Refused::Leaks(_))), "{result:?}");
}
