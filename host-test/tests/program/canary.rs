//! Drives recognisable credentials through everything and proves that the secret
//! turns up in nothing that a person, a script or a log gets to see.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connector_host::{Component, Connector, Limits};
use connector_recordings::{Placeholders, Recording};
use nexthink_component::NEXTHINK;
use serde_json::{Value, json};
use test_support::SecretFinder;

use crate::program::host_test;
use crate::recordings::{self, Folder};

const ID: &str = "canary-id-0123456789";
const SECRET: &str = "cAnArY-5ecret-0123456789";

/// Asserts that the canary stands in a text in no form.
#[track_caller]
fn assert_silent(text: &str, place: &str) {
    let mut finder = SecretFinder::default();
    finder.add("secret", SECRET);
    finder.assert_silent(text, place);
    assert!(!text.contains(&SECRET[..8]), "{place}: {text}");
}

fn read(path: &Path) -> Recording {
    Recording::read(path).unwrap_or_else(|error| panic!("{error}"))
}

/// Returns placeholders that stand for the canary.
fn placeholders() -> Placeholders {
    let component = Component::load(NEXTHINK, Limits::default()).unwrap();
    let connector = Connector::new(component).unwrap();
    let pairs = vec![("client_id".to_owned(), ID.to_owned()), ("client_secret".to_owned(), SECRET.to_owned())];
    Placeholders::with_entries(connector.definition(), &connector.entries(pairs))
}

fn token(members: &Value) -> Vec<u8> {
    let mut token = json!({ "access_token": "opaque", "token_type": "Bearer", "expires_in": 900 });
    for (name, value) in members.as_object().unwrap() {
        token[name] = value.clone();
    }
    token.to_string().into_bytes()
}

/// Returns arguments that enter what a recording does, the secrets as files.
fn set(folder: &Folder, recording: &Recording, placeholders: &Placeholders) -> Vec<String> {
    let mut arguments = Vec::new();
    for (i, (key, text)) in recording.entries.iter().enumerate() {
        let text = placeholders.fill(text).unwrap();
        let secret = key == "client_secret";
        let value = if secret { format!("@{}", folder.file(&i.to_string(), text)) } else { text };
        arguments.extend(["--set".to_owned(), format!("{key}={value}")]);
    }
    arguments
}

/// Connects with the program, for a person and for a script, and asserts that it says nothing.
#[track_caller]
fn assert_program_silent(path: &str, folder: &Folder, recording: &Recording, placeholders: &Placeholders) {
    for format in [&[][..], &["--json"]] {
        let mut arguments = [&["connect", "--recording", path], format].concat();
        let set = set(folder, recording, placeholders);
        arguments.extend(set.iter().map(String::as_str));
        let ran = host_test(&arguments);
        assert_silent(&format!("{}{}", ran.out, ran.err), path);
        // The connector is not blamed for what others do.
        assert_ne!(ran.status, 3, "{path}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn no_recording_lets_the_program_tell_the_secret() {
    let folder = Folder::new();
    let basic = STANDARD.encode(format!("{ID}:{SECRET}"));
    let files = recordings::all();
    for path in &files {
        let text = fs::read_to_string(path).unwrap();
        let text = text
            .replace("{{entry:client_id}}", ID)
            .replace("{{secret:client_secret}}", SECRET)
            .replace("{{basic:client_id:client_secret}}", &basic);
        folder.file(path.file_name().unwrap().to_str().unwrap(), text);
    }
    let directory = folder.path().to_str().unwrap();
    for arguments in [vec!["run", directory], vec!["run", directory, "--json"]] {
        let ran = host_test(&arguments).succeeded();
        assert_silent(&ran.out, "run");
        let last = format!("\n{} passed, 0 failed\n", files.len());
        assert!(arguments.contains(&"--json") || ran.out.ends_with(&last), "{}", ran.out);
    }
}

#[test]
fn no_kind_of_outcome_lets_the_program_tell_the_secret_of_a_person() {
    let placeholders = placeholders();
    let mut kinds = BTreeMap::new();
    for path in recordings::all() {
        let recording = read(&path);
        let expect = &recording.expect;
        let kind = [&expect["failure"]["code"], &expect["problems"][0]["code"], &expect["token"]["kind"]];
        kinds.entry(kind.map(ToString::to_string)).or_insert((path, recording));
    }
    assert!(kinds.len() > 10, "{} kinds are too few", kinds.len());
    for (path, recording) in kinds.values() {
        assert_program_silent(path.to_str().unwrap(), &Folder::new(), recording, &placeholders);
    }
}

#[test]
fn no_answer_that_repeats_the_secret_lets_the_program_tell_it() {
    let folder = Folder::new();
    let placeholders = placeholders();
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
        assert_program_silent(&path, &folder, &read(Path::new(&path)), &placeholders);
    }
}
