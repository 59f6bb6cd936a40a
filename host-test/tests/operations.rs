//! Operations of the built-in connector over a carrier made for the test: limits,
//! the longest input, and what is asked of whom.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use host_test::BUILT_IN;
use host_test::entries::Entries;
use host_test::guard::{Connector, PluginError};
use host_test::model::operation::Link;
use host_test::model::{Connection, Request, Response, Token};
use host_test::operation::{Carrier, Event, Finished, NotSaved, Run, RunFailure};
use host_test::plugin::{CallErrorKind, Function, Limits, Plugin};
use host_test::session::{CallFailure, Cancel};
use host_test::transport::Downloaded;
use serde_json::{Value, json};

/// Answers every request with the same.
struct Same {
    connector: Connector,
    connection: Connection,
    entries: Entries,
    answer: &'static str,
    sent: AtomicUsize,
}

impl Same {
    fn new(answer: &'static str) -> Self {
        let connector = connector(Limits::default());
        let pairs = [("instance", "nxdocs"), ("region", "eu"), ("client_id", "id"), ("client_secret", "s3cret-0001")];
        let entries = connector.entries(pairs.map(|(key, text)| (key.to_owned(), text.to_owned())).into());
        let connection = connector.resolve(&entries).unwrap().unwrap();
        Self { connector, connection, entries, answer, sent: AtomicUsize::new(0) }
    }

    fn start(self, id: &str, input: String) -> Run<Self> {
        let operation = self.connector.operations().unwrap().into_iter().find(|operation| operation.id == id).unwrap();
        Run::start(self, operation, input).unwrap().unwrap()
    }
}

impl Carrier for Same {
    fn connector(&self) -> &Connector {
        &self.connector
    }

    fn connection(&self) -> &Connection {
        &self.connection
    }

    fn entries(&self) -> &Entries {
        &self.entries
    }

    fn token(&self) -> Option<Arc<Token>> {
        None
    }

    fn answer(&self, _: &Request, _: &Cancel) -> Result<Response, CallFailure> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Ok(Response { status: 200, headers, body: self.answer.into(), received_at: 0 })
    }

    fn download(
        &self,
        _: &Link,
        _: &mut dyn Write,
        _: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<Downloaded, RunFailure> {
        panic!("nothing is downloaded")
    }

    fn wait(&self, _: Duration, _: &Cancel) {}
}

fn connector(limits: Limits) -> Connector {
    Connector::new(Plugin::load(BUILT_IN, limits).unwrap()).unwrap()
}

#[test]
fn calls_of_operations_have_limits_of_their_own() {
    for (limits, kind) in [
        (Limits { operation_fuel: 1000, ..Limits::default() }, CallErrorKind::OutOfFuel { fuel: 1000 }),
        (
            Limits { operation_memory_bytes: 1 << 16, ..Limits::default() },
            CallErrorKind::OutOfMemory { bytes: 1 << 16 },
        ),
    ] {
        let Err(PluginError::Call(error)) = connector(limits).operations() else { panic!("{kind:?}") };
        assert_eq!((error.function, error.kind), (Function::Catalogue, kind));
    }
}

#[test]
fn every_operation_is_described_and_shows_an_input() {
    let operations = connector(Limits::default()).operations().unwrap();
    assert_eq!(operations.len(), 17);
    for operation in &operations {
        assert!(operation.input_schema["examples"][0].is_object(), "{}", operation.id);
        assert!(operation.output_schema["type"].is_string(), "{}", operation.id);
    }
    let destructive: Vec<_> = operations.iter().filter(|o| o.is_destructive()).map(|o| o.id.as_str()).collect();
    assert_eq!(destructive, ["devices.delete"]);
    let files: Vec<_> = operations.iter().filter(|o| !o.download_domains.is_empty()).map(|o| o.id.as_str()).collect();
    assert_eq!(files, ["nql.export"]);
}

#[test]
fn the_longest_input_runs_within_the_limits() {
    let object = json!({
        "identification": [{ "name": "device/device/name", "value": "PC-0000001" }],
        "fields": [{ "name": "device/device/#cost_centre", "value": "4711" }],
    });
    let object = object.to_string();
    let count = (16 << 20) / (object.len() + 1) - 1;
    let input = format!(r#"{{"domain":"test","enrichments":[{}]}}"#, vec![object; count].join(","));
    assert!(input.len() > 16_700_000, "{}", input.len());
    let run = Same::new(r#"{"status":"success"}"#).start("enrichment.write", input);

    let mut steps = Vec::new();
    let mut watch = |event: Event<'_>| {
        if let Event::Step(progress, _) = event {
            steps.push((progress.done, progress.total));
        }
    };
    let Ok(Finished::Done(outcome)) = run.go(&mut std::io::sink(), &Cancel::default(), &mut watch) else { panic!() };
    let output: Value = serde_json::from_str(&outcome.output).unwrap();
    assert_eq!(output["accepted"], count);
    assert_eq!(run.carrier().sent.load(Ordering::Relaxed), count.div_ceil(10_000));
    assert!(steps.is_sorted() && steps.len() == count.div_ceil(10_000), "{steps:?}");
}

#[test]
fn a_run_that_is_over_or_undecided_is_not_saved() {
    let input = r##"{"queryId":"#export_devices"}"##.to_owned();
    let run = Same::new("{}").start("nql.export", input);
    assert!(run.saved().is_ok(), "nothing was sent yet");
    run.go(&mut std::io::sink(), &Cancel::default(), &mut |_| ()).unwrap_err();
    assert_eq!(run.saved().err(), Some(NotSaved::Unknown));
}

#[test]
fn an_input_that_repeats_a_secret_is_not_saved() {
    let input = r##"{"queryId":"#export_devices","parameters":{"a":"s3cret-0001"}}"##.to_owned();
    assert_eq!(Same::new("{}").start("nql.export", input).saved().err(), Some(NotSaved::Secret));
}

#[test]
fn an_export_that_never_completes_ends_though_no_clock_moves() {
    let input = r##"{"queryId":"#export_devices","waitMinutes":1}"##.to_owned();
    let run = Same::new(r#"{"exportId":"5f0c6a1e-9a54-4c3e-8d1f-7f3a00010002","status":"IN_PROGRESS"}"#);
    let failure = run.start("nql.export", input).go(&mut std::io::sink(), &Cancel::default(), &mut |_| ()).unwrap_err();
    assert!(failure.to_string().contains("was not complete after 1 minute."), "{failure}");
}
