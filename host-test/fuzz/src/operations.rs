//! Operations with any input, any state and any answer.

use std::sync::LazyLock;

use jsonschema::Validator;
use nexthink_connector::entries::Entries;
use nexthink_connector::http::Request;
use nexthink_connector::operations::step::{Download, Outcome, Pending, Step};
use nexthink_connector::operations::{self, CATALOGUE, DOWNLOAD_DOMAINS, Operation, Output};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::format::Parts;
use crate::{CANARY, assert_hidden, holds_canary, responses};

/// Where the operations go: the tenant of the recordings.
const SETTINGS: [(&str, &str); 2] = [("instance", "nxdocs"), ("region", "eu")];

/// What every request to the API begins with.
const API: &str = "https://nxdocs.api.eu.nexthink.cloud/api/v";

/// Longest pause that a host grants, in seconds.
const WAIT: u32 = 3600;

/// Most answers to one input: enough for an export to come to its link and fail.
const ANSWERS: usize = 4;

/// Begins any operation with any input: the parts id and input.
pub fn operation_input(input: &[u8]) {
    if holds_canary(input) {
        return;
    }
    let mut parts = Parts::new(input);
    let (id, text) = (parts.text(), parts.text());
    let started = operations::start(&settings(), &id, &text);
    let again = operations::start(&settings(), &id, &text);
    assert_eq!(format!("{started:?}"), format!("{again:?}"), "equal input, other answers");
    match started {
        Err(problems) => {
            assert!(!problems.is_empty());
            let pointed = |field: &String| field.is_empty() || field.starts_with('/');
            assert!(problems.iter().all(|problem| problem.field.as_ref().is_none_or(pointed)), "{problems:?}");
        }
        Ok(step) => {
            let value: Value = serde_json::from_str(&text).expect("an input that is no JSON is accepted");
            let schema = &schemas(&id).expect("an operation that is not offered begins").input;
            assert!(schema.is_valid(&value), "the schema refuses what is accepted: {:?}", schema.validate(&value));
            check(&step);
        }
    }
    quotes_nothing(&id, &text);
}

/// Resumes any operation: the parts id, input, state and the response, which
/// stands for those that follow too.
pub fn resume(input: &[u8]) {
    let mut parts = Parts::new(input);
    let (id, text, mut state) = (parts.text(), parts.text(), parts.bytes().to_vec());
    let response = responses::read(&mut parts);
    // The id of an export is shown, sent and kept: it is no secret.
    let answer: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let named = answer["exportId"].as_str().is_some_and(|id| holds_canary(id.as_bytes()));
    if named
        || responses::announces_canary(&response)
        || holds_canary(id.as_bytes())
        || holds_canary(text.as_bytes())
        || holds_canary(&state)
    {
        return;
    }
    // With another input than it began with an operation may end in nonsense, but its
    // requests still go nowhere else.
    let begun = operations::start(&settings(), &id, &text).is_ok();
    for _ in 0..ANSWERS {
        match operations::resume(&settings(), &id, &text, &state, &response) {
            Err(failure) => return responses::speaks_for_itself(failure),
            Ok(step) => {
                check(&step);
                match step {
                    Step::Send(Pending { state: next, .. }) | Step::Download(Download { state: next, .. }) => {
                        assert!(!holds_canary(&next), "a state holds the answer");
                        state = next;
                    }
                    Step::Done(outcome) if begun => return obeys_the_schema(&id, &outcome),
                    Step::Done(_) => return,
                }
            }
        }
    }
}

/// Returns the settings that every operation here runs with.
pub fn settings() -> Entries {
    Entries::new(pairs())
}

/// Returns the same as pairs.
pub fn pairs() -> Vec<(String, String)> {
    SETTINGS.map(|(key, text)| (key.to_owned(), text.to_owned())).into()
}

/// Puts the canary into every text of an input: no problem repeats it.
fn quotes_nothing(id: &str, text: &str) {
    let marked = text.replace('"', &format!("\"{CANARY}"));
    let Err(problems) = operations::start(&settings(), id, &marked) else { return };
    for mut problem in problems {
        // A pointer names members as they were given.
        problem.field = None;
        assert_hidden(&problem, "a problem");
    }
}

fn check(step: &Step) {
    match step {
        Step::Send(pending) => {
            goes_to_the_api(&pending.request);
            assert!(pending.wait <= WAIT, "{}", pending.wait);
            assert!(!pending.progress.text.is_empty() && !pending.progress.text.contains(char::is_control));
            assert_hidden(&pending.progress, "progress");
        }
        Step::Download(download) => {
            goes_to_the_storage(&download.request);
            assert_hidden(download, "a download");
        }
        Step::Done(outcome) => assert!(serde_json::from_str::<&RawValue>(&outcome.output).is_ok()),
    }
}

fn goes_to_the_api(request: &Request) {
    let Request { method, url, headers, body, authorized, timeout, response_limit, .. } = request;
    let rest = url.strip_prefix(API).unwrap_or_else(|| panic!("{url}"));
    assert!(rest.bytes().all(|b| b.is_ascii_graphic() && !b"#\\\"<>^`{|}".contains(&b)), "{url}");
    let path = rest.split('?').next().unwrap_or_default().to_ascii_lowercase().replace("%2e", ".");
    assert!(path.split('/').all(|segment| segment != "." && segment != ".."), "{url}");
    assert!(*authorized && headers.iter().all(|header| header.name != "authorization"));
    assert!(headers.iter().all(|header| !header.value.expose().contains(char::is_control)));
    match *method {
        "GET" => assert!(body.is_empty()),
        "POST" => assert!(serde_json::from_slice::<Value>(body).is_ok_and(|value| value.is_object()), "{url}"),
        other => panic!("{other}"),
    }
    assert!(*timeout > 0 && *response_limit > 0);
}

fn goes_to_the_storage(request: &Request) {
    let Request { method, url, headers, body, authorized, .. } = request;
    let host = url.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#', '\\']).next());
    let under = |host: &str| {
        let domains = DOWNLOAD_DOMAINS.into_iter().chain(["nexthink.cloud"]);
        domains.into_iter().any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')))
    };
    assert!(host.is_some_and(|host| under(host) && !host.contains(['@', ':', '%'])), "{url}");
    assert!(!authorized && *method == "GET" && body.is_empty());
    let proofs = ["authorization", "cookie"];
    assert!(headers.iter().all(|header| !proofs.contains(&header.name.as_ref())));
}

fn obeys_the_schema(id: &str, outcome: &Outcome) {
    let schema = schemas(id).and_then(|schemas| schemas.output.as_ref()).expect("no output is promised");
    // What passes through as it stands may be JSON that a reader of values refuses: lone
    // surrogates, 1e999.
    if let Ok(output) = serde_json::from_str::<Value>(&outcome.output) {
        assert!(schema.is_valid(&output), "{id}: {:?}", schema.validate(&output));
    }
    let clean = |text: &String| !text.is_empty() && !text.contains(char::is_control);
    assert!(outcome.warnings.iter().all(clean), "{:?}", outcome.warnings);
}

struct Schemas {
    operation: &'static Operation,
    input: Validator,
    /// None: the operation gives a file.
    output: Option<Validator>,
}

fn schemas(id: &str) -> Option<&'static Schemas> {
    static ALL: LazyLock<Vec<Schemas>> = LazyLock::new(|| CATALOGUE.into_iter().map(Schemas::of).collect());
    ALL.iter().find(|schemas| schemas.operation.id == id)
}

impl Schemas {
    fn of(operation: &'static Operation) -> Self {
        let validator = |text: &str| {
            let schema = serde_json::from_str(text).expect("a schema is JSON");
            jsonschema::draft202012::new(&schema).expect("a schema is one")
        };
        Self {
            operation,
            input: validator(&operation.input_schema()),
            output: matches!(operation.output, Output::Json(_)).then(|| validator(&operation.output_schema())),
        }
    }
}
