//! Drives recognisable credentials through everything and proves that the secret
//! turns up in nothing that a person, a script or a log gets to see.

mod common;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use common::program::host_test;
use common::recordings::{self, Folder};
use host_test::BUILT_IN;
use host_test::guard::Connector;
use host_test::har::{Placeholders, RecordedBody, RecordedResponse, Recording};
use host_test::plugin::{Limits, Plugin};
use host_test::scenario::{self, Outcome, Stopped};
use host_test::transport::Replay;
use proptest::prelude::*;
use serde_json::{Value, json};
use url::form_urlencoded;

const ID: &str = "canary-id-0123456789";
const SECRET: &str = "cAnArY-5ecret-0123456789";

/// A secret that looks different in every encoding.
const ODD_SECRET: &str = "cAnArY-5ecret-0123456789 +/%&=ü";

fn connector() -> &'static Connector {
    static CONNECTOR: OnceLock<Connector> = OnceLock::new();
    CONNECTOR.get_or_init(|| Connector::new(Plugin::load(BUILT_IN, Limits::default()).unwrap()).unwrap())
}

/// Returns what is left of a text in base64 whatever stands before and after it.
fn base64_traces(text: &str) -> Vec<String> {
    let trace = |before: usize| {
        let bytes = [vec![0; before], text.as_bytes().to_vec()].concat();
        let (begin, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        [STANDARD, URL_SAFE].map(|engine| engine.encode(&bytes)[begin..end].to_owned())
    };
    (0..3).flat_map(trace).collect()
}

/// Asserts that neither the canary nor its base64 stands in a text. Its letters
/// are the same in percent and form encoding.
#[track_caller]
fn assert_silent(text: &str, place: &dyn Display) {
    assert!(!text.contains(&SECRET[..8]), "{place}: {text}");
    for trace in base64_traces(SECRET) {
        assert!(!text.contains(&trace), "{place}: {text}");
    }
}

/// Writes down everything that a caller of the library could print.
#[derive(Default)]
struct Printed(Vec<String>);

impl Printed {
    fn debug(&mut self, value: &impl Debug) {
        self.0.push(format!("{value:?}\n{value:#?}"));
    }

    fn error(&mut self, error: &(dyn Error + 'static)) {
        self.debug(&error);
        let mut next = Some(error);
        while let Some(error) = next {
            self.0.push(error.to_string());
            next = error.source();
        }
    }

    #[track_caller]
    fn assert_silent(&self, place: &dyn Display) {
        assert!(!self.0.is_empty());
        self.0.iter().for_each(|text| assert_silent(text, place));
    }
}

/// Takes the entries of a recording through every function of the library.
fn drive(recording: &Recording, placeholders: &Placeholders) -> (Printed, Result<Outcome, Stopped>) {
    let mut printed = Printed::default();
    let entries = scenario::entries(connector(), recording, placeholders).unwrap();
    printed.debug(&entries);
    let resolved = connector().resolve(&entries).unwrap();
    printed.debug(&resolved);
    let exchange = connector().token_request(&entries, resolved.as_ref().map_err(Vec::as_slice)).unwrap();
    printed.debug(&exchange);
    if let Ok(exchange) = &exchange {
        printed.debug(&exchange.request);
        printed.debug(&exchange.request.headers);
    }
    let outcome = scenario::connect(connector(), &entries, Replay::new(recording, placeholders));
    match &outcome {
        Ok(outcome) => {
            printed.debug(outcome);
            printed.0.push(json!(outcome.sent).to_string());
            printed.0.push(outcome.to_json(placeholders).to_string());
            printed.0.push(outcome.to_json(&Placeholders::default()).to_string());
        }
        Err(stopped) => printed.error(stopped),
    }
    (printed, outcome)
}

fn read(path: &Path) -> Recording {
    Recording::read(path).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn traces_are_found_wherever_they_stand() {
    for before in ["", "x", "xy", "xyz", "id:"] {
        let encoded = STANDARD.encode(format!("{before}{SECRET}ü"));
        assert!(base64_traces(SECRET).iter().any(|trace| encoded.contains(trace)), "{before}");
    }
}

#[test]
fn no_recording_lets_the_library_tell_the_secret() {
    for secret in [SECRET, ODD_SECRET] {
        let placeholders = Placeholders::new(Some(ID), Some(secret));
        for path in recordings::all() {
            let recording = read(&path);
            let (printed, outcome) = drive(&recording, &placeholders);
            printed.assert_silent(&path.display());
            // The canary went all the way: the recording ends as it does with
            // its own credentials.
            let outcome = outcome.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert_eq!(outcome.to_json(&placeholders), recording.expect, "{}", path.display());
        }
    }
}

/// Returns the success recording with another answer, byte for byte.
fn answering(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Recording {
    let mut recording = read(&common::fixture("success-eu.har"));
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let body = RecordedBody::Bytes(body.into());
    recording.exchanges[0].answer = Ok(RecordedResponse { status, headers, body });
    recording
}

const JSON: (&str, &str) = ("content-type", "application/json");

fn token(members: &Value) -> Vec<u8> {
    let mut token = json!({ "access_token": "opaque", "token_type": "Bearer", "expires_in": 900 });
    for (name, value) in members.as_object().unwrap() {
        token[name] = value.clone();
    }
    token.to_string().into_bytes()
}

/// Returns answers that repeat a text in every place that an answer has.
fn echoes(text: &str) -> Vec<(&'static str, Recording)> {
    let okta = json!({ "errorCode": "E0000011", "errorSummary": text, "errorCauses": [{ "errorSummary": text }] });
    let said = json!({ "error": "invalid_client", "error_description": format!("No: {text}!"), "error_uri": text });
    vec![
        ("description", answering(401, &[JSON], said.to_string())),
        ("code", answering(400, &[JSON], json!({ "error": text }).to_string())),
        ("summary", answering(401, &[JSON], okta.to_string())),
        ("summary of a 500", answering(500, &[JSON], okta.to_string())),
        ("code of Okta", answering(403, &[JSON], json!({ "errorCode": text }).to_string())),
        ("page", answering(401, &[("content-type", "text/html")], format!("<p>{text}</p>"))),
        ("plain text", answering(400, &[("content-type", "text/plain")], text)),
        ("broken JSON", answering(200, &[JSON], format!("{{\"a\":\"{text}"))),
        ("names", answering(200, &[JSON], format!("{{{0}:1,{0}:2}}", json!(text)))),
        ("scope", answering(200, &[JSON], token(&json!({ "scope": text })))),
        ("token type", answering(200, &[JSON], token(&json!({ "token_type": text })))),
        ("lifetime", answering(200, &[JSON], token(&json!({ "expires_in": text })))),
        ("token", answering(200, &[JSON], token(&json!({ "access_token": text })))),
        (
            "media type parameter",
            answering(200, &[("content-type", &format!("application/json; a={text}"))], token(&json!({}))),
        ),
        ("media type", answering(200, &[("content-type", &format!("text/{text}"))], token(&json!({})))),
        ("media type of an error", answering(401, &[("content-type", text)], said.to_string())),
        ("location", answering(302, &[("location", &format!("https://evil.example/?{text}"))], "")),
        ("waiting time", answering(429, &[("retry-after", text), JSON], said.to_string())),
        ("other header", answering(401, &[("www-authenticate", text), JSON], "{}")),
    ]
}

fn percent_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[test]
fn no_answer_that_repeats_the_secret_lets_the_library_tell_it() {
    for secret in [SECRET, ODD_SECRET] {
        let placeholders = Placeholders::new(Some(ID), Some(secret));
        let pair = format!("{ID}:{secret}");
        let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for text in [
            secret.to_owned(),
            percent_encoded(secret),
            percent_encoded(secret).to_lowercase().replace(&SECRET.to_lowercase(), SECRET),
            form,
            STANDARD.encode(secret),
            URL_SAFE.encode(secret),
            pair.clone(),
            STANDARD.encode(&pair),
            format!("Basic {}", STANDARD.encode(&pair)),
            STANDARD.encode(&pair).trim_end_matches('=').to_owned(),
        ] {
            for (place, recording) in echoes(&text) {
                let (printed, _) = drive(&recording, &placeholders);
                printed.assert_silent(&format!("{place} with {text}"));
            }
        }
    }
}

#[test]
fn a_text_that_is_cut_inside_the_secret_does_not_tell_its_beginning() {
    let placeholders = Placeholders::new(Some(ID), Some(SECRET));
    for length in 270..=305 {
        let text = format!("{}{SECRET}", "x".repeat(length));
        let said = json!({ "error": "invalid_client", "error_description": text });
        let (printed, outcome) = drive(&answering(401, &[JSON], said.to_string()), &placeholders);
        printed.assert_silent(&length);
        let failure = outcome.unwrap().verdict.unwrap().unwrap_err();
        assert!(failure.provider_message.unwrap().starts_with("xxx"));
    }
}

/// Returns arguments that enter what a recording does, the secrets as files.
fn set(folder: &Folder, recording: &Recording, placeholders: &Placeholders) -> Vec<String> {
    let mut arguments = Vec::new();
    for (i, (key, text)) in recording.entered.iter().enumerate() {
        let text = placeholders.fill(text).unwrap();
        let secret = key == "client_secret";
        let value = if secret { format!("@{}", folder.file(&i.to_string(), text)) } else { text };
        arguments.extend(["--set".to_owned(), format!("{key}={value}")]);
    }
    arguments
}

/// Connects with the program and asserts that it says nothing.
#[track_caller]
fn assert_program_silent(path: &str, set: &[String], json: bool) {
    let mut arguments = vec!["connect".to_owned(), "--recording".to_owned(), path.to_owned()];
    arguments.extend_from_slice(set);
    if json {
        arguments.push("--json".to_owned());
    }
    let ran = host_test(&arguments);
    assert_silent(&ran.out, &path);
    assert_silent(&ran.err, &path);
    // The plugin is not blamed for what others do.
    assert_ne!(ran.status, 3, "{path}: {}{}", ran.out, ran.err);
}

#[test]
fn no_recording_lets_the_program_tell_the_secret() {
    let folder = Folder::new();
    let basic = STANDARD.encode(format!("{ID}:{SECRET}"));
    let files = recordings::all();
    for path in &files {
        let text = fs::read_to_string(path).unwrap();
        let text = text.replace("{{client_id}}", ID).replace("{{client_secret}}", SECRET).replace("{{basic}}", &basic);
        folder.file(path.file_name().unwrap().to_str().unwrap(), text);
    }
    let directory = folder.path().to_str().unwrap();
    for arguments in [vec!["run", directory], vec!["run", directory, "--json"]] {
        let ran = host_test(&arguments).succeeded();
        assert_silent(&ran.out, &"run");
        let last = format!("\n{} passed, 0 failed\n", files.len());
        assert!(arguments.contains(&"--json") || ran.out.ends_with(&last), "{}", ran.out);
    }
}

#[test]
fn no_kind_of_outcome_lets_the_program_tell_the_secret_of_a_person() {
    let placeholders = Placeholders::new(Some(ID), Some(SECRET));
    let mut kinds = BTreeMap::new();
    for path in recordings::all() {
        let recording = read(&path);
        let expect = &recording.expect;
        let kind = [&expect["failure"]["code"], &expect["problems"][0]["code"], &expect["token"]["kind"]];
        kinds.entry(kind.map(ToString::to_string)).or_insert((path, recording));
    }
    assert!(kinds.len() > 10, "{} kinds are too few", kinds.len());
    for (path, recording) in kinds.values() {
        let folder = Folder::new();
        let set = set(&folder, recording, &placeholders);
        assert_program_silent(path.to_str().unwrap(), &set, false);
        assert_program_silent(path.to_str().unwrap(), &set, true);
    }
}

#[test]
fn no_answer_that_repeats_the_secret_lets_the_program_tell_it() {
    let folder = Folder::new();
    let placeholders = Placeholders::new(Some(ID), Some(SECRET));
    let content = "/log/entries/0/response/content/text";
    let media_type = "/log/entries/0/response/headers/0/value";
    let success = |members| String::from_utf8(token(&members)).unwrap();
    let description = |text: &str| json!({ "error": "invalid_client", "error_description": text }).to_string();
    for (i, (name, pointer, value)) in [
        ("failure-echoed-secret.har", content, description(SECRET)),
        ("failure-echoed-secret.har", content, description(&STANDARD.encode(format!("{ID}:{SECRET}")))),
        ("success-eu.har", content, success(json!({ "scope": SECRET }))),
        ("success-eu.har", content, success(json!({ "access_token": SECRET }))),
        ("success-eu.har", media_type, format!("application/json; a={SECRET}")),
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.recording(&format!("{i}.har"), &recordings::changed(name, pointer, value));
        let set = set(&folder, &read(Path::new(&path)), &placeholders);
        assert_program_silent(&path, &set, false);
        assert_program_silent(&path, &set, true);
    }
}

/// White space, marks of direction and what encodings treat in a special way.
fn odd_character() -> impl Strategy<Value = char> {
    prop::sample::select(
        "  \t\n\u{0}\u{7f}\u{85}\u{a0}\u{2003}\u{3000}\u{feff}\u{200e}\u{202e}\u{2066}\"\\'/+%&=:;{}<>aZ9-._~ü€𝄞"
            .chars()
            .collect::<Vec<_>>(),
    )
}

fn around() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::collection::vec(odd_character(), 0..6).prop_map(String::from_iter),
        prop::collection::vec(any::<char>(), 0..6).prop_map(String::from_iter),
    ]
}

/// Returns the secret as the provider gets to see it: out of the Basic header.
fn received(entries: &host_test::entries::Entries) -> Option<String> {
    let connection = connector().resolve(entries).unwrap().ok()?;
    let exchange = connector().token_request(entries, Ok(&connection)).unwrap().ok()?;
    let basic = exchange.request.header("authorization").unwrap().strip_prefix("Basic ").unwrap();
    let pair = String::from_utf8(STANDARD.decode(basic).unwrap()).unwrap();
    Some(pair.strip_prefix(&format!("{ID}:")).unwrap().to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_stands_around_the_secret_it_is_not_told(before in around(), after in around()) {
        let secret = format!("{before}{SECRET}{after}");
        let placeholders = Placeholders::new(Some(ID), Some(&secret));
        let mut recording = read(&common::fixture("success-eu.har"));
        let entered = recording.entered.iter_mut().find(|(key, _)| key == "client_secret").unwrap();
        // As it stands; as a placeholder it would come trimmed.
        entered.1.clone_from(&secret);
        let entries = connector().entries(
            recording.entered.iter().map(|(key, text)| (key.clone(), text.replace("{{client_id}}", ID))).collect(),
        );
        let Some(received) = received(&entries) else {
            recording.exchanges.clear();
            let resolved = connector().resolve(&entries).unwrap();
            let refused = connector().token_request(&entries, resolved.as_ref().map_err(Vec::as_slice)).unwrap();
            let mut printed = Printed::default();
            printed.debug(&entries);
            printed.debug(&resolved);
            printed.debug(&refused.unwrap_err());
            printed.assert_silent(&"problems");
            return Ok(());
        };
        prop_assert!(received.contains(SECRET));
        let said = json!({ "error": "invalid_client", "error_description": format!("The secret {received} is wrong.") });
        for (status, body) in [(401, said), (400, json!({ "error": received })), (200, json!({ "token_type": received }))] {
            let mut echo = answering(status, &[JSON], body.to_string());
            let outcome = scenario::connect(connector(), &entries, Replay::new(&echo, &placeholders));
            let mut printed = Printed::default();
            match &outcome {
                Ok(outcome) => {
                    printed.debug(outcome);
                    printed.0.push(outcome.to_json(&placeholders).to_string());
                }
                Err(stopped) => printed.error(stopped),
            }
            printed.assert_silent(&format!("{secret:?}"));
            prop_assert!(outcome.is_ok(), "{}", outcome.unwrap_err());

            // Also where the request is not the recorded one.
            echo.exchanges[0].request.headers[0].1 = "Basic another".to_owned();
            let stopped = scenario::connect(connector(), &entries, Replay::new(&echo, &placeholders)).unwrap_err();
            let mut printed = Printed::default();
            printed.error(&stopped);
            printed.assert_silent(&format!("{secret:?}"));
        }
    }
}
