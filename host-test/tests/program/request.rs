//! `request` against recordings: what a call of the API brings, and what is said
//! of a refusal.

use std::path::PathBuf;

use serde_json::Value;

use super::{Ran, assert_refused, host_test, root};
use crate::recordings::Folder;

const PATH: &str = "/api/v1/act/remote-action";

fn recording(name: &str) -> PathBuf {
    root().join("crates/recordings/tests/har").join(name)
}

fn read(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(recording(name)).unwrap()).unwrap()
}

fn request(name: &str, more: &[&str]) -> Ran {
    let file = recording(name);
    host_test(&[&["request", "GET", PATH, "--recording", file.to_str().unwrap()], more].concat())
}

#[test]
fn every_recorded_call_ends_as_recorded() {
    let files = connector_recordings::files(&recording("")).unwrap();
    assert!(!files.is_empty());
    for path in files {
        let name = path.file_name().unwrap().to_str().unwrap();
        let expected = &read(name)["log"]["_expect"];
        let ran = request(name, &["--json"]).ended_with(i32::from(expected.get("failure").is_some()));
        assert_eq!(ran.json(), *expected, "{name}");
        assert_eq!(ran.err, "", "{name}");
    }
}

#[test]
fn the_body_of_an_answer_is_printed_byte_for_byte_and_its_status_beside() {
    let ran = request("request-success.har", &[]).ended_with(0);
    let answer = &read("request-success.har")["log"]["entries"][1]["response"]["content"]["text"];
    assert_eq!(ran.out, answer.as_str().unwrap());
    assert_eq!(ran.err, format!("200 https://nxdocs.api.eu.nexthink.cloud{PATH}\n"));
}

#[test]
fn a_refusal_names_what_to_do_and_what_the_provider_said() {
    let ran = request("request-403.har", &[]).ended_with(1);
    assert!(ran.out.contains("(permission-missing, reconfigure)\n"), "{}", ran.out);
    assert!(ran.out.contains("Provider: FORBIDDEN: Not authorized to use remote actions.\n"), "{}", ran.out);
    assert!(ran.out.ends_with("\nFailed.\n"), "{}", ran.out);
}

/// A third exchange would find nothing recorded, and be a mismatch.
#[test]
fn a_refused_token_is_renewed_once_and_no_more() {
    request("request-401-once.har", &[]).ended_with(0);
    let ran = request("request-401-twice.har", &[]).ended_with(1);
    assert!(ran.out.contains("(token-expired, "), "{}", ran.out);
    // With one exchange and one call less, the program asks for them.
    let mut short = read("request-401-twice.har");
    short["log"]["entries"].as_array_mut().unwrap().truncate(2);
    let folder = Folder::new();
    let file = folder.recording("short.har", &short);
    let sent = "POST https://nxdocs-login.eu.nexthink.cloud/oauth2/default/v1/token";
    let sentence = format!("nothing more was recorded, but {sent} was sent");
    assert_refused(&["request", "GET", PATH, "--recording", &file], 1, "recording-mismatch", &sentence);
}

#[test]
fn another_call_than_the_recorded_one_is_a_mismatch() {
    let file = recording("request-success.har");
    let sentence = "the request is not the recorded one (exchange 1):
  url
    recorded  https://nxdocs.api.eu.nexthink.cloud/api/v1/act/remote-action
    sent      https://nxdocs.api.eu.nexthink.cloud/api/v1/workflows";
    let arguments = ["request", "GET", "/api/v1/workflows", "--recording", file.to_str().unwrap()];
    assert_refused(&arguments, 1, "recording-mismatch", sentence);
}
