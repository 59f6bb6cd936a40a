//! Proves that the recordings of this repository are HAR 1.2 for others too: an
//! independent reader takes them, the published schema accepts them.

use std::collections::BTreeMap;
use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connector_recordings::files;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::folder;

/// One recording as it is in its file.
struct Recording {
    file: String,
    text: String,
}

impl Recording {
    fn value(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{}: {error}", self.file))
    }
}

/// Returns every recording of either folder. Fails when one has none, for then nothing
/// would be proved.
fn recordings() -> Vec<Recording> {
    let mut found = Vec::new();
    for folder in ["../../fixtures", "tests/har"].map(folder) {
        let files = files(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        assert!(!files.is_empty(), "no recordings in {}", folder.display());
        found.extend(files.iter().map(|path| Recording {
            file: path.strip_prefix(&folder).unwrap().display().to_string(),
            text: fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        }));
    }
    found
}

fn schema() -> Validator {
    let schema = serde_json::from_str(include_str!("har-1.2.schema.json")).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn every_recording_is_read_by_an_independent_reader_and_every_size_is_that_of_the_text() {
    for Recording { file, text } in recordings() {
        let har = har::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error:?}"));
        let har::Spec::V1_2(log) = har.log else { panic!("{file} is not HAR 1.2") };
        let value: Value = serde_json::from_str(&text).unwrap();
        let entries = value["log"]["entries"].as_array().unwrap();
        assert_eq!(log.entries.len(), entries.len(), "{file}");
        for (read, written) in log.entries.into_iter().zip(entries) {
            let (request, response) = (read.request, read.response);
            assert_eq!(request.url, written["request"]["url"], "{file}");
            assert_eq!(response.status, written["response"]["status"], "{file}");
            assert_eq!(json!(response.content.text), written["response"]["content"]["text"], "{file}");
            let text = response.content.text.unwrap_or_default();
            let size = match response.content.encoding.as_deref() {
                Some("base64") => STANDARD.decode(&text).unwrap().len(),
                _ => text.len(),
            };
            assert_eq!(usize::try_from(response.content.size), Ok(size), "{file}");
            // -1 is unknown: a placeholder, or a response that never came.
            assert!([response.content.size, -1].contains(&response.body_size), "{file}");
        }
    }
}

#[test]
fn every_recording_is_valid_against_the_schema() {
    let schema = schema();
    for recording in recordings() {
        let value = recording.value();
        let errors: Vec<_> =
            schema.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}:\n{}", recording.file, errors.join("\n"));
    }
}

#[test]
fn the_schema_refuses_what_is_no_har() {
    let schema = schema();
    let good = recordings().into_iter().find(|recording| recording.file == "success-eu.har").unwrap().value();
    assert!(schema.is_valid(&good));
    // Each is behind another reference, so a lost one shows.
    for (pointer, broken) in [
        ("/log", json!(null)),
        ("/log/creator", json!({})),
        ("/log/entries", json!({})),
        ("/log/entries/0/startedDateTime", json!("yesterday")),
        ("/log/entries/0/time", json!("180")),
        ("/log/entries/0/timings", json!({})),
        ("/log/entries/0/request/url", json!("nowhere in particular")),
        ("/log/entries/0/request/headers/0", json!({ "name": "accept" })),
        ("/log/entries/0/request/postData/mimeType", json!(1)),
        ("/log/entries/0/response/status", json!("200")),
        ("/log/entries/0/response/content/size", json!(null)),
    ] {
        let mut har = good.clone();
        *har.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is missing")) = broken;
        assert!(!schema.is_valid(&har), "{pointer}");
    }
}

#[test]
fn every_name_is_unique() {
    let mut files = BTreeMap::new();
    for recording in recordings() {
        let value = recording.value();
        let name = value["log"]["_name"].as_str().unwrap_or_else(|| panic!("{} has no name", recording.file));
        if let Some(other) = files.insert(name.to_owned(), recording.file.clone()) {
            panic!("{other} and {} are both named {name:?}", recording.file);
        }
    }
}

#[test]
fn every_file_is_formatted_as_serde_json_does_it() {
    for recording in recordings() {
        let formatted = serde_json::to_string_pretty(&recording.value()).unwrap() + "\n";
        let same = recording.text.lines().zip(formatted.lines()).take_while(|(is, should)| is == should).count();
        assert!(recording.text == formatted, "{}: differs from line {} on", recording.file, same + 1);
    }
}
