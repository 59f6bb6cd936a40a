//! Operations of the Nexthink connector over a scripted provider: limits, the longest input,
//! what is sent to whom, and what can be saved.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use connector_core::OperationCall;
use connector_host::{
    ApiCall, CallErrorKind, Completed, Component, Connector, ConnectorError, Error, Event, Fault, Function, Limits,
    NotSaved, OperationRun, SavedError,
};
use nexthink_component::NEXTHINK;
use serde_json::{Value, json};
use tokio::io::AsyncWrite;

use super::script::Answer::{self, Json};
use super::script::{Fixture, connector, entries};

const EXPORT: &str = r##"{"queryId":"#export_devices"}"##;
pub const QUERY: &str = r##"{"queryId":"#devices"}"##;
pub const ACTION: &str =
    r##"{"remoteActionId":"#restart_service","devices":["3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001"]}"##;

/// A result of a query without rows.
pub const ROWS: Answer = Json(
    r##"{"queryId":"#devices","executedQuery":"devices","rows":0,"executionDateTime":"2026-01-15T10:30:00","data":[]}"##,
);
const STARTED: Answer = Json(r#"{"exportId":"5f0c6a1e-9a54-4c3e-8d1f-7f3a00010002"}"#);
const IN_PROGRESS: Answer = Json(r#"{"status":"IN_PROGRESS"}"#);
const COMPLETE: Answer = Json(
    r#"{"status":"COMPLETED","resultsFileUrl":"https://bucket.s3.eu-west-1.amazonaws.com/e1.csv?X-Amz-Signature=l1nk"}"#,
);

/// A fixture whose API answers from a list.
fn fixture(api: &[Answer]) -> Fixture {
    Fixture::new(&[Answer::Token(900)], api)
}

async fn start(fixture: &Fixture, id: &str, input: impl Into<String>) -> OperationRun {
    fixture.session.start(id, input).await.unwrap()
}

/// Starts an export and returns it with a provider whose link answers from a list.
async fn export(links: &[Answer]) -> (Fixture, OperationRun) {
    let fixture = fixture(&[STARTED, COMPLETE]);
    fixture.script.link_to(links);
    let run = start(&fixture, "nql.export", EXPORT).await;
    (fixture, run)
}

/// Completes a run until so many calls of the API were sent, the last of which hangs.
async fn cancel_at(calls: usize, fixture: &Fixture, run: &mut OperationRun) {
    let sent = async {
        while fixture.script.calls().len() < calls {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        result = run.complete(|_| ()) => panic!("{result:?}"),
        () = sent => {}
    }
}

fn failure_code<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Failed(failure)) => {
            assert!(!format!("{failure:?}").contains("l1nk"), "{failure:?}");
            failure.code
        }
        other => panic!("{other:?}"),
    }
}

/// An input of the greatest number of objects that fit, and their number.
fn enrichment(bytes: usize) -> (String, usize) {
    let object = json!({
        "identification": [{ "name": "device/device/name", "value": "PC-0000001" }],
        "fields": [{ "name": "device/device/#cost_centre", "value": "4711" }],
    });
    let object = object.to_string();
    let count = bytes / (object.len() + 1) - 1;
    let objects = vec![object; count].join(",");
    (format!(r#"{{"domain":"test","batchSize":10000,"enrichments":[{objects}]}}"#), count)
}

#[test]
fn what_a_call_may_use_grows_with_what_it_reads() {
    let limits = Limits { fuel_per_byte: 0, memory_per_byte: 0, ..Limits::default() };
    for (limits, kind) in [
        (Limits { memory_per_byte: 4, ..limits }, CallErrorKind::OutOfFuel { fuel: limits.fuel }),
        (Limits { fuel_per_byte: 600, ..limits }, CallErrorKind::OutOfMemory { bytes: limits.memory_bytes }),
    ] {
        let connector = Connector::new(Component::load(NEXTHINK, limits).unwrap()).unwrap();
        let opened = connector.open(entries(&connector)).unwrap();
        let operations = connector.operations().unwrap();
        let operation = operations.iter().find(|operation| operation.id == "enrichment.write").unwrap();
        let (input, _) = enrichment(4 << 20);
        let call = OperationCall { opened: &opened, token: None, operation, input: &input };
        let Err(connector_core::Error::Connector(error)) = connector.start(call) else { panic!("{kind:?}") };
        let ConnectorError::Call(error) = &*error else { panic!("{error:?}") };
        assert_eq!((error.function, error.kind), (Function::Start, kind));
    }
}

/// 8 MiB, as `nql.execute` accepts, went beyond the fuel of `api-response`.
#[tokio::test]
async fn a_response_as_long_as_the_request_accepts_is_read() {
    let row = format!(r#"["{}"]"#, "x".repeat(1000));
    let rows = vec![row; (8 << 20) / 1010].join(",");
    let body = format!(
        r##"{{"queryId":"#all","executedQuery":"devices","rows":1,"executionDateTime":"","headers":["name"],"data":[{rows}]}}"##
    );
    let fixture = Fixture::new(&[Answer::Token(900)], &[Answer::Json(body.leak())]);
    let call = ApiCall { method: "GET".into(), path_and_query: "/api/v1/workflows".into(), ..ApiCall::default() };
    let mut request = fixture.connector.api_request(fixture.session.opened(), &call).unwrap();
    request.response_limit = 8 << 20;
    fixture.session.send(request).await.unwrap();
}

#[test]
fn every_operation_is_described_and_shows_an_input() {
    let connector = connector();
    let operations = connector.operations().unwrap();
    assert_eq!(operations.len(), 17);
    for operation in operations {
        assert!(operation.input_schema["examples"][0].is_object(), "{}", operation.id);
        assert!(operation.output_schema["type"].is_string(), "{}", operation.id);
    }
    let destructive: Vec<_> = operations.iter().filter(|o| o.is_destructive()).map(|o| o.id.as_str()).collect();
    assert_eq!(destructive, ["devices.delete"]);
    let files: Vec<_> = operations.iter().filter(|o| !o.download_domains.is_empty()).map(|o| o.id.as_str()).collect();
    assert_eq!(files, ["nql.export"]);
}

#[tokio::test]
async fn the_longest_input_runs_within_the_limits() {
    let (input, count) = enrichment(16 << 20);
    assert!(input.len() > 16_700_000, "{}", input.len());
    let fixture = fixture(&[Json(r#"{"status":"success"}"#)]);
    let mut run = start(&fixture, "enrichment.write", input).await;

    let mut steps = Vec::new();
    let watch = |event: Event<'_>| {
        if let Event::Step(progress, _) = event {
            steps.push((progress.done, progress.total));
        }
    };
    let Ok(Completed::Done(outcome)) = run.complete(watch).await else { panic!() };
    let output: Value = serde_json::from_str(&outcome.output).unwrap();
    assert_eq!(output["accepted"], count);
    assert_eq!(fixture.script.calls().len(), count.div_ceil(10_000));
    assert!(steps.is_sorted() && steps.len() == count.div_ceil(10_000), "{steps:?}");
}

#[tokio::test]
async fn problems_of_an_input_are_refused_and_nothing_is_sent() {
    let fixture = fixture(&[ROWS]);
    for (id, input, field, code) in [
        ("nql.execute", r#"{"queryId":7}"#.to_owned(), "/queryId", "wrong-type"),
        ("nql.execute", " ".repeat((16 << 20) + (64 << 10) + 1), "", "too-long"),
        ("no.operation", "{}".to_owned(), "", "unknown-operation"),
    ] {
        match fixture.session.start(id, input).await.map(|_| ()) {
            Err(Error::Refused(problems)) => {
                let problem = &problems[0];
                assert_eq!((problem.field.as_deref().unwrap_or_default(), problem.code.as_str()), (field, code));
            }
            other => panic!("{id}: {other:?}"),
        }
    }
    assert_eq!((fixture.script.exchanges(), fixture.script.calls().len()), (0, 0));
}

#[tokio::test]
async fn an_export_that_never_completes_ends() {
    let fixture = fixture(&[STARTED, IN_PROGRESS]);
    let input = r##"{"queryId":"#export_devices","waitMinutes":1}"##;
    let failure = start(&fixture, "nql.export", input).await.complete(|_| ()).await.unwrap_err();
    assert!(failure.to_string().contains("was not complete after 1 minute."), "{failure}");
}

#[tokio::test]
async fn a_download_is_streamed_without_a_token_and_its_progress_is_reported() {
    for announced in [Some(8), None] {
        let (fixture, mut run) = export(&[Answer::Streamed(announced, &["abc", "defgh"], None)]).await;
        let (mut file, mut seen) = (Vec::new(), Vec::new());
        let watch = |event: Event<'_>| {
            if let Event::Bytes { done, total } = event {
                seen.push((done, total));
            }
        };
        let Ok(Completed::Downloaded(downloaded)) = run.complete_into(&mut file, watch).await else { panic!() };
        assert_eq!((downloaded.bytes, file.as_slice()), (8, &b"abcdefgh"[..]));
        assert_eq!(seen, [(0, announced), (3, announced), (8, announced)]);
        assert_eq!(fixture.script.calls(), ["Bearer token-1"; 2], "the link is not sent the token");
        assert_eq!(fixture.script.downloads(), [""]);
    }
}

#[tokio::test]
async fn a_download_that_breaks_off_is_a_failure_and_can_be_repeated() {
    let whole = Answer::Streamed(Some(8), &["abcdefgh"], None);
    for (broken, code) in [
        (Answer::Streamed(None, &["abc"], Some(Fault::Reset)), "network"),
        // As a transport that does not notice would have it.
        (Answer::Streamed(Some(8), &["abc"], None), "network"),
        (Answer::Streamed(Some(8), &["abc"], Some(Fault::Timeout { seconds: 60 })), "timeout"),
        (Answer::Broken(Fault::Refused), "network"),
    ] {
        let (fixture, mut run) = export(&[broken, whole.clone()]).await;
        assert_eq!(failure_code(run.complete(|_| ()).await), code);
        // A link is not saved: the status is asked for another one.
        let mut resumed = fixture.session.resume(run.save().unwrap()).unwrap();
        let calls = fixture.script.calls().len();
        let mut file = Vec::new();
        resumed.complete_into(&mut file, |_| ()).await.unwrap();
        assert_eq!((file.as_slice(), fixture.script.calls().len()), (&b"abcdefgh"[..], calls + 1));
    }
}

#[tokio::test]
async fn a_link_that_is_refused_is_asked_for_again() {
    let refused = Answer::Status(403, Vec::new(), "<Error/>");
    let (fixture, mut run) = export(&[refused, Answer::Streamed(None, &["abc"], None)]).await;
    let mut file = Vec::new();
    run.complete_into(&mut file, |_| ()).await.unwrap();
    assert_eq!(file, b"abc");
    assert_eq!(fixture.script.calls().len(), 3);
}

#[tokio::test]
async fn a_sink_that_takes_no_more_ends_a_download() {
    struct Full;
    impl AsyncWrite for Full {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
            Poll::Ready(Err(io::Error::other("full")))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    let (_fixture, mut run) = export(&[Answer::Streamed(None, &["abc"], None)]).await;
    let result = run.complete_into(&mut Full, |_| ()).await;
    assert!(matches!(&result, Err(Error::Sink(error)) if error.to_string() == "full"), "{result:?}");
    assert!(run.save().is_ok());
}

#[tokio::test]
async fn a_run_that_is_over_or_undecided_is_not_saved() {
    let fixture = fixture(&[Json("{}"), ROWS]);
    let mut run = start(&fixture, "nql.export", EXPORT).await;
    assert!(run.save().is_ok(), "nothing was sent yet");
    run.complete(|_| ()).await.unwrap_err();
    assert_eq!(run.save().err(), Some(NotSaved::Unknown));

    let mut run = start(&fixture, "nql.execute", QUERY).await;
    run.complete(|_| ()).await.unwrap();
    assert_eq!(run.save().err(), Some(NotSaved::Nothing));
}

#[tokio::test]
async fn an_input_that_repeats_a_secret_is_not_saved() {
    let input = r##"{"queryId":"#export_devices","parameters":{"a":"secret-0123456789"}}"##;
    let run = start(&fixture(&[STARTED]), "nql.export", input).await;
    assert_eq!(run.save().err(), Some(NotSaved::Secret));
}

#[tokio::test]
async fn a_saved_run_is_resumed_where_it_was() {
    let fixture = fixture(&[STARTED, IN_PROGRESS, Answer::Hanging, COMPLETE]);
    fixture.script.link_to(&[Answer::Streamed(None, &["abc"], None)]);
    let mut run = start(&fixture, "nql.export", EXPORT).await;
    cancel_at(3, &fixture, &mut run).await;
    let saved = serde_json::to_string(&run.save().unwrap()).unwrap();
    for secret in ["secret-0123456789", "token-1", "authorization", "l1nk"] {
        assert!(!saved.contains(secret), "{saved}");
    }
    let mut resumed = fixture.session.resume(serde_json::from_str(&saved).unwrap()).unwrap();
    let mut file = Vec::new();
    resumed.complete_into(&mut file, |_| ()).await.unwrap();
    assert_eq!(file, b"abc");
    assert_eq!(fixture.script.calls().len(), 4, "the export is started once");
}

#[tokio::test]
async fn a_saved_run_that_was_changed_or_belongs_elsewhere_is_refused() {
    let fixture = fixture(&[ROWS]);
    let run = start(&fixture, "nql.execute", QUERY).await;
    let saved = serde_json::to_string(&run.save().unwrap()).unwrap();
    for (from, to, error) in [
        ("https://nxdocs.api", "https://evil.api", SavedError::Seal),
        ("/api/v2/nql/execute", "/api/v1/act/execute", SavedError::Seal),
        (r#""format":2"#, r#""format":1"#, SavedError::Foreign),
        (r#""operation":"nql.execute""#, r#""operation":"no.operation""#, SavedError::Seal),
        (r#"["instance","nxdocs"]"#, r#"["instance","other"]"#, SavedError::OtherConnection),
        (r#""version":"0"#, r#""version":"9"#, SavedError::OtherConnector),
    ] {
        assert!(saved.contains(from), "{from}: {saved}");
        let changed = serde_json::from_str(&saved.replace(from, to)).unwrap();
        let refused = fixture.session.resume(changed).map(|_| ()).unwrap_err();
        assert_eq!(refused.to_string(), error.to_string(), "{from}");
    }
    // The same connection with another secret.
    let pairs = fixture.session.opened().entries().pairs().iter();
    let pairs = pairs.map(|(key, text)| (key.clone(), text.replace("secret-0123456789", "secret-9876543210")));
    let other = fixture.reopen(fixture.connector.entries(pairs.collect())).unwrap();
    let refused = other.resume(serde_json::from_str(&saved).unwrap()).map(|_| ()).unwrap_err();
    assert_eq!(refused.to_string(), SavedError::Seal.to_string());
    assert_eq!(fixture.script.calls().len(), 0);
}

#[tokio::test]
async fn a_run_that_is_cancelled_can_be_completed_again() {
    let fixture = fixture(&[Answer::Hanging, ROWS]);
    let mut run = start(&fixture, "nql.execute", QUERY).await;
    cancel_at(1, &fixture, &mut run).await;
    assert!(matches!(run.complete(|_| ()).await, Ok(Completed::Done(_))));
    assert_eq!(fixture.script.calls().len(), 2);
}

#[tokio::test]
async fn a_request_whose_effect_is_unknown_is_not_sent_again() {
    let fixture = fixture(&[Answer::Hanging, Json(r#"{"requestId":"r","expiresInMinutes":60}"#)]);
    let mut run = start(&fixture, "remote-actions.execute", ACTION).await;
    cancel_at(1, &fixture, &mut run).await;
    assert_eq!(run.save().err(), Some(NotSaved::Unknown));
    assert_eq!(failure_code(run.complete(|_| ()).await), "interrupted");
    assert_eq!(fixture.script.calls().len(), 1);
}

#[tokio::test]
async fn a_run_that_is_cancelled_before_it_sends_is_saved_and_sends_once() {
    let fixture = Fixture::new(&[Answer::Token(900)], &[Json(r#"{"requestId":"r","expiresInMinutes":60}"#)]);
    let run = start(&fixture, "remote-actions.execute", ACTION).await;
    let mut resumed = fixture.session.resume(run.save().unwrap()).unwrap();
    drop(run);
    resumed.complete(|_| ()).await.unwrap();
    assert_eq!(fixture.script.calls().len(), 1);
}

/// Counts how often another task runs while a future does, on one thread.
async fn turns_of_another_task<T>(future: impl Future<Output = T>) -> (T, u32) {
    let turns = Arc::new(AtomicU32::new(0));
    let other = tokio::spawn({
        let turns = Arc::clone(&turns);
        async move {
            loop {
                tokio::time::sleep(Duration::from_millis(1)).await;
                turns.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    let result = future.await;
    other.abort();
    (result, turns.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_long_input_blocks_no_other_task() {
    let (input, _) = enrichment(8 << 20);
    let fixture = fixture(&[Json(r#"{"status":"success"}"#)]);
    fixture.token().await.unwrap();
    let (mut run, turns) = turns_of_another_task(start(&fixture, "enrichment.write", input)).await;
    assert!(turns > 5, "while the input is checked: {turns}");
    // Each step reads the input again, though the response is short.
    let (completed, turns) = turns_of_another_task(run.complete(|_| ())).await;
    assert!(turns > 5, "while the steps are taken: {turns}");
    assert!(matches!(completed, Ok(Completed::Done(_))), "{completed:?}");
}

#[tokio::test]
async fn a_long_response_blocks_no_other_task() {
    let row = r#"{"device.name":"PC-0000001","device.hardware.memory":8589934592}"#;
    let data = vec![row; 100_000].join(",");
    let body = format!(
        r##"{{"queryId":"#devices","executedQuery":"devices","rows":100000,"executionDateTime":"2026-01-15T10:30:00","data":[{data}]}}"##
    );
    let fixture = fixture(&[Json(body.leak())]);
    fixture.token().await.unwrap();
    let mut run = start(&fixture, "nql.execute", QUERY).await;
    let (completed, turns) = turns_of_another_task(run.complete(|_| ())).await;
    assert!(matches!(completed, Ok(Completed::Done(_))), "{completed:?}");
    assert!(turns > 5, "{turns}");
}

#[tokio::test]
async fn a_response_that_is_being_read_is_not_asked_for_again() {
    let (input, count) = enrichment(8 << 20);
    let fixture = fixture(&[Json(r#"{"status":"success"}"#)]);
    fixture.token().await.unwrap();
    let mut run = start(&fixture, "enrichment.write", input).await;
    // Cancelled again and again, mostly while the connector reads.
    let outcome = loop {
        match tokio::time::timeout(Duration::from_millis(20), run.complete(|_| ())).await {
            Ok(Ok(Completed::Done(outcome))) => break outcome,
            Ok(other) => panic!("{other:?}"),
            Err(_) => {}
        }
    };
    assert_eq!(serde_json::from_str::<Value>(&outcome.output).unwrap()["accepted"], count);
    assert_eq!(fixture.script.calls().len(), count.div_ceil(10_000));
}
