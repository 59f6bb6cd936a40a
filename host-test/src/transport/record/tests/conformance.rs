//! What is recorded is HAR 1.2 for others too.

use serde_json::Value;

use super::{LIVE, recorded};

#[test]
fn a_recording_is_valid_against_the_schema() {
    let schema = serde_json::from_str(include_str!("../../../../tests/har-1.2.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let file: Value = serde_json::from_str(&recorded(LIVE.exchanges(), LIVE.outcome()).unwrap()).unwrap();
    let errors: Vec<_> = schema.iter_errors(&file).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn a_recording_is_read_by_an_independent_reader() {
    let text = recorded(LIVE.exchanges(), LIVE.outcome()).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let har::Spec::V1_2(log) = har::from_str(&text).unwrap().log else { panic!("not HAR 1.2") };
    let entries = file["log"]["entries"].as_array().unwrap();
    assert_eq!(log.entries.len(), entries.len());
    for (read, written) in log.entries.iter().zip(entries) {
        assert_eq!(read.request.url, written["request"]["url"]);
        assert_eq!(read.response.content.text.as_deref(), written["response"]["content"]["text"].as_str());
    }
}

#[test]
fn a_recording_is_formatted_like_the_other_files() {
    let text = recorded(LIVE.exchanges(), LIVE.outcome()).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(text, serde_json::to_string_pretty(&file).unwrap() + "\n");
}
