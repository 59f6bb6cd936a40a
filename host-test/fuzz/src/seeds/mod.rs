//! The first inputs and the vocabulary of the targets, made of recordings.

mod guard;
mod loader;
mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use connector_recordings::{Placeholders, RecordedBody, RecordedResponse, Recording, files};
use nexthink_connector::http::Response;
use nexthink_connector::operations::step::{Download, Pending, Step};
use nexthink_connector::operations::{self, CATALOGUE};
use serde_json::Value;

use crate::format::Writer;
use crate::har::CONNECTOR;
use crate::{CANARY, operations as fuzzed};

/// Longest seed, in bytes: a long one slows every change of it down, and says no
/// more.
const LONGEST: usize = 8 * 1024;

/// What fuzzing begins with.
pub struct Seeds {
    /// Inputs by target and name.
    pub inputs: BTreeMap<&'static str, BTreeMap<String, Vec<u8>>>,
    /// Words that mean something, in the form of a libFuzzer dictionary.
    pub dictionary: String,
}

impl Seeds {
    /// Makes them of all recordings in a folder.
    pub fn of(fixtures: &Path) -> Result<Self, Box<dyn Error>> {
        let mut seeds = Self { inputs: BTreeMap::new(), dictionary: String::new() };
        let mut recordings = Vec::new();
        for path in files(fixtures)? {
            let text = fs::read(&path)?;
            let recording = Recording::parse(&path, &text)?;
            seeds.add(&path.file_stem().unwrap_or_default().to_string_lossy(), &recording, &text);
            recordings.push(recording);
        }
        seeds.add_examples();
        seeds.add_values();
        seeds.add_components();
        seeds.add_requests(&recordings);
        seeds.dictionary = dictionary(&recordings);
        Ok(seeds)
    }

    /// Adds what a recording holds; `text` is its file.
    fn add(&mut self, name: &str, recording: &Recording, text: &[u8]) {
        self.insert("har", name, text.to_vec());
        let entries: Vec<_> = recording.entries.iter().map(|(key, text)| (key.clone(), filled(text))).collect();
        self.insert_both("resolve", "resolve", name, Writer::default().pairs(&entries));
        let answers = recording.exchanges.iter().filter_map(|exchange| exchange.response.as_ref().ok());
        let answers: Vec<Response> = answers.map(|answer| response(recording.clock, answer)).collect();
        match &recording.scenario {
            None => {
                for (i, answer) in answers.iter().enumerate() {
                    let name = format!("{name}-{i}");
                    self.insert_both("token_response", "token-response", &name, write(Writer::default(), answer));
                }
            }
            Some(scenario) => {
                let input = match &scenario.input {
                    Value::String(text) => filled(text),
                    value => filled(&value.to_string()),
                };
                self.add_operation(name, &scenario.operation, &input, &answers);
            }
        }
    }

    /// Adds the example of every operation.
    fn add_examples(&mut self) {
        for operation in CATALOGUE {
            let seed = Writer::default().part(operation.id).part(operation.example);
            self.insert_both("operation_input", "start", operation.id, seed);
        }
    }

    /// Runs an operation with the answers of a recording, to have its states.
    fn add_operation(&mut self, name: &str, id: &str, input: &str, answers: &[Response]) {
        let call = || Writer::default().part(id).part(input);
        self.insert_both("operation_input", "start", name, call());
        let mut step = operations::start(&fuzzed::settings(), id, input).ok();
        for (i, answer) in answers.iter().enumerate() {
            let name = format!("{name}-{i}");
            self.insert_both("api_response", "api-response", &name, write(Writer::default(), answer));
            let Some(Step::Send(Pending { state, .. }) | Step::Download(Download { state, .. })) = step else {
                return;
            };
            self.insert_both("resume", "resume", &name, write(call().part(&state), answer));
            step = operations::resume(&fuzzed::settings(), id, input, &state, answer).ok();
        }
    }

    /// Adds an input to a target and, with the name of the function before it, to
    /// that of the component.
    fn insert_both(&mut self, target: &'static str, function: &str, name: &str, seed: Writer) {
        let seed = seed.done();
        let of_component = Writer::default().part(function).part(&seed).done();
        self.insert(target, name, seed);
        self.insert("component", &format!("{function}-{name}"), of_component);
    }

    fn insert(&mut self, target: &'static str, name: &str, seed: Vec<u8>) {
        if seed.len() <= LONGEST {
            self.inputs.entry(target).or_default().insert(name.to_owned(), seed);
        }
    }
}

/// Writes the parts that [`crate::responses::read`] reads.
fn write(writer: Writer, response: &Response) -> Writer {
    let clock = response.received_at.to_string();
    writer.part(response.status.to_string()).part(clock).pairs(&response.headers).part(&response.body)
}

fn response(clock: u64, recorded: &RecordedResponse) -> Response {
    let headers = recorded.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), filled(value)));
    Response {
        status: recorded.status,
        headers: headers.collect(),
        body: match &recorded.body {
            RecordedBody::Text(text) => filled(text).into_bytes(),
            RecordedBody::Bytes(bytes) => bytes.clone(),
        },
        received_at: clock,
    }
}

/// Puts values in place of placeholders: the canary for a token and a signature, made
/// ones for the rest.
fn filled(text: &str) -> String {
    static PLACEHOLDERS: LazyLock<Placeholders> = LazyLock::new(|| Placeholders::new(CONNECTOR.definition()));
    let text = text.replace("{{access_token}}", CANARY);
    let text = text.replace("X-Amz-Signature=", &format!("X-Amz-Signature={CANARY}"));
    PLACEHOLDERS.fill(&text).unwrap_or(text)
}

/// Collects ids, and every member, short text and header in schemas and recordings.
fn dictionary(recordings: &[Recording]) -> String {
    let mut words = BTreeSet::from(SEPARATORS.map(str::to_owned));
    for operation in CATALOGUE {
        words.insert(operation.id.to_owned());
        for text in [operation.input_schema(), operation.example.to_owned()] {
            collect(&serde_json::from_str(&text).unwrap_or_default(), &mut words);
        }
    }
    for recording in recordings {
        words.extend(recording.entries.iter().map(|(key, _)| key.clone()));
        for answer in recording.exchanges.iter().filter_map(|exchange| exchange.response.as_ref().ok()) {
            words.extend(answer.headers.iter().flat_map(|(name, value)| [name.clone(), value.clone()]));
            words.insert(answer.status.to_string());
            if let RecordedBody::Text(text) = &answer.body
                && text.len() <= LONGEST
            {
                collect(&serde_json::from_str(text).unwrap_or_default(), &mut words);
            }
        }
    }
    let short = words.iter().filter(|word| (1..=40).contains(&word.len()));
    short.flat_map(|word| ["\"".to_owned(), word.bytes().map(escaped).collect(), "\"\n".to_owned()]).collect()
}

/// What stands between: the separators of the format, and what JSON and URLs have.
#[rustfmt::skip]
const SEPARATORS: [&str; 23] = [
    "\u{1d}", "\u{1e}", "\u{1f}", "\":\"", "\",\"", "{\"", "\"}", "[]", "{}", "null", "true", "\\u0000", "\\ud800", "1e999",
    "18446744073709551616", "https://", ".nexthink.cloud", ".amazonaws.com", "%2e%2e/", "://", "@", "\u{202e}",
    CANARY,
];

fn collect(value: &Value, words: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                words.insert(name.clone());
                collect(member, words);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
        Value::String(text) => drop(words.insert(text.clone())),
        Value::Number(number) => drop(words.insert(number.to_string())),
        Value::Null | Value::Bool(_) => {}
    }
}

fn escaped(byte: u8) -> String {
    if byte.is_ascii_graphic() && !b"\"\\".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("\\x{byte:02x}")
    }
}
