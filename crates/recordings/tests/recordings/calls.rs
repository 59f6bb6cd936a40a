//! Calls of the API over recordings, as a platform's proxy makes them.

use std::sync::Arc;

use connector_host::records::Response;
use connector_host::{ApiCall, Error, Options, Policy, Session};
use connector_recordings::{Placeholders, Recording, Replay, entries, files};
use serde_json::{Value, json};

use crate::{CONNECTOR, folder};

const PATH: &str = "/api/v1/act/remote-action";

fn read(name: &str) -> Recording {
    Recording::read(&folder("tests/har").join(name)).unwrap()
}

/// Calls a path over a recording; a refused token is renewed once.
async fn call(recording: Recording, path: &str) -> (Result<Response, Error>, Arc<Replay>) {
    let placeholders = Arc::new(Placeholders::new(CONNECTOR.definition()));
    let entries = entries(&CONNECTOR, &recording, &placeholders).unwrap();
    let replay = Replay::new(Arc::new(recording), placeholders);
    let options = Options { policy: Policy { renewal: true, ..Policy::once() }, ..replay.options() };
    let session = Session::open_with(Arc::clone(&CONNECTOR), entries, replay.clone(), options).unwrap();
    let call = ApiCall { method: "GET".into(), path_and_query: path.into(), ..ApiCall::default() };
    (session.call(&call).await, replay)
}

fn spelled(result: &Result<Response, Error>) -> Value {
    match result {
        Ok(Response { status, headers, body, .. }) => {
            json!({ "status": status, "headers": headers, "body": String::from_utf8_lossy(body) })
        }
        Err(Error::Failed(failure)) => json!({ "failure": failure }),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn every_recorded_call_ends_as_recorded() {
    let files = files(&folder("tests/har")).unwrap();
    assert_eq!(files.len(), 4);
    for path in files {
        let recording = Recording::read(&path).unwrap();
        let expected = recording.expect.clone();
        let (result, replay) = call(recording, PATH).await;
        assert_eq!(spelled(&result), expected, "{}", path.display());
        replay.finish().unwrap();
    }
}

/// A third exchange would find nothing recorded, and be a mismatch.
#[tokio::test]
async fn a_refused_token_is_renewed_once_and_no_more() {
    assert!(call(read("request-401-once.har"), PATH).await.0.is_ok());
    let Err(Error::Failed(failure)) = call(read("request-401-twice.har"), PATH).await.0 else { panic!("no failure") };
    assert_eq!(failure.code, "token-expired");
    // With one exchange and one call less, the session asks for them.
    let mut short = read("request-401-twice.har");
    short.exchanges.truncate(2);
    let (result, replay) = call(short, PATH).await;
    assert!(matches!(result, Err(Error::Transport(_))));
    let sent = "POST https://nxdocs-login.eu.nexthink.cloud/oauth2/default/v1/token";
    let sentence = format!("nothing more was recorded, but {sent} was sent");
    assert_eq!(replay.finish().unwrap_err().to_string(), sentence);
}

#[tokio::test]
async fn another_call_than_the_recorded_one_is_a_mismatch() {
    let (result, replay) = call(read("request-success.har"), "/api/v1/workflows").await;
    assert!(matches!(result, Err(Error::Transport(_))));
    let sentence = "the request is not the recorded one (exchange 1):
  url
    recorded  https://nxdocs.api.eu.nexthink.cloud/api/v1/act/remote-action
    sent      https://nxdocs.api.eu.nexthink.cloud/api/v1/workflows";
    assert_eq!(replay.finish().unwrap_err().to_string(), sentence);
}
