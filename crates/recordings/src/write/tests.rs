use std::fs;

use serde_json::{Value, json};

use super::*;
use crate::recording::{Origin, RecordedFault};

fn recording() -> Recording {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let exchange = |response| Exchange {
        request: RecordedRequest {
            method: "POST".to_owned(),
            url: "https://host.example/a?b=%7B%7Blink%7D%7D&c=d+e".to_owned(),
            headers: vec![pair("content-type", "text/plain"), pair("accept", "*/*")],
            body: "ä".to_owned(),
        },
        response,
        milliseconds: 1500,
    };
    let response = |body| Ok(RecordedResponse { status: 429, headers: vec![pair("content-type", "text/html")], body });
    Recording {
        path: PathBuf::new(),
        name: "Name".to_owned(),
        origin: Origin::Observed,
        source: "Source".to_owned(),
        clock: 1_768_469_400,
        entries: vec![pair("instance", "{{entry:instance}}")],
        scenario: None,
        sign_in: None,
        expect: json!({ "z": 1, "a": [null] }),
        exchanges: vec![
            exchange(response(RecordedBody::Text("{{link}}".to_owned()))),
            exchange(response(RecordedBody::Bytes(vec![0xff, 0]))),
            exchange(Err(RecordedFault::Tls)),
        ],
    }
}

fn written(recording: &Recording) -> Value {
    serde_json::from_str(&recording.to_text().unwrap()).unwrap()
}

#[test]
fn what_is_written_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.har");
    write_new(&path, &recording().to_text().unwrap(), false).unwrap();
    let (read, wrote) = (Recording::read(&path).unwrap(), recording());
    assert_eq!((read.name, read.origin, read.source), (wrote.name, wrote.origin, wrote.source));
    assert_eq!((read.clock, read.entries, read.expect), (wrote.clock, wrote.entries, wrote.expect));
    assert_eq!(format!("{:?}", read.exchanges), format!("{:?}", wrote.exchanges));
}

#[test]
fn members_are_in_the_order_of_the_fixtures() {
    fn shape(value: &Value) -> Vec<String> {
        let Value::Object(members) = value else { return Vec::new() };
        let inner = |(name, member): (&String, &Value)| {
            let below = shape(member).into_iter().map(|below| format!("{name}.{below}")).collect::<Vec<_>>();
            std::iter::once(name.clone()).chain(below).collect::<Vec<_>>()
        };
        members.iter().filter(|(name, _)| *name != "_expect").flat_map(inner).collect()
    }
    let fixture = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let bytes = fixture(include_str!("../../../../fixtures/failure-not-utf-8.har"));
    let fault = fixture(include_str!("../../../../fixtures/fault-dns.har"));
    let written = written(&recording());
    assert_eq!(shape(&written), shape(&bytes));
    assert_eq!(shape(&written["log"]["entries"][1]), shape(&bytes["log"]["entries"][0]));
    assert_eq!(shape(&written["log"]["entries"][2]), shape(&fault["log"]["entries"][0]));
}

#[test]
fn exchanges_follow_each_other_and_moments_are_utc_to_the_millisecond() {
    let mut recording = recording();
    let file = written(&recording);
    assert_eq!(file["log"]["_clock"], "2026-01-15T09:30:00Z");
    for (number, moment) in [(0, "2026-01-15T09:30:00Z"), (1, "2026-01-15T09:30:01.5Z"), (2, "2026-01-15T09:30:03Z")] {
        let entry = &file["log"]["entries"][number];
        assert_eq!((&entry["startedDateTime"], &entry["time"]), (&json!(moment), &json!(1500)));
        assert_eq!(entry["timings"], json!({ "send": 0, "wait": 1500, "receive": 0 }));
    }
    for clock in [1 << 40, u64::MAX] {
        recording.clock = clock;
        assert_eq!(recording.to_text(), None);
    }
}

#[test]
fn a_size_is_that_of_the_text_and_unknown_with_a_placeholder() {
    let entries = &written(&recording())["log"]["entries"];
    assert_eq!(entries[0]["request"]["bodySize"], 2);
    for (number, size, body_size) in [(0, 8, -1), (1, 2, 2)] {
        let response = &entries[number]["response"];
        assert_eq!((&response["content"]["size"], &response["bodySize"]), (&json!(size), &json!(body_size)));
    }
}

#[test]
fn the_query_is_listed_decoded_also_behind_a_placeholder_for_the_host() {
    let mut recording = recording();
    for (url, expected) in [
        ("https://host.example/a?b=%7B%7Blink%7D%7D&c=d+e", json!([["b", "{{link}}"], ["c", "d e"]])),
        ("https://%7B%7Bentry%3Ainstance%7D%7D.example/a?c=d+e#f", json!([["c", "d e"]])),
    ] {
        url.clone_into(&mut recording.exchanges[0].request.url);
        let query = written(&recording)["log"]["entries"][0]["request"]["queryString"].take();
        let pairs: Value = query.as_array().unwrap().iter().map(|pair| json!([pair["name"], pair["value"]])).collect();
        assert_eq!(pairs, expected);
    }
}

#[test]
fn an_existing_target_is_replaced_only_by_force() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.har");
    write_new(&path, "first", false).unwrap();
    let error = write_new(&path, "second", false).unwrap_err();
    assert_eq!(error.to_string(), format!("{} exists already", path.display()));
    assert_eq!(fs::read_to_string(&path).unwrap(), "first");
    write_new(&path, "second", true).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "second");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_target_that_appears_meanwhile_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.har");
    let error = write_through(&path, false, |_| fs::write(&path, "other")).unwrap_err();
    assert!(matches!(error, WriteError::Exists(at) if at == path));
    assert_eq!(fs::read_to_string(&path).unwrap(), "other");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.har");
    let full = |file: &mut File| {
        file.write_all(b"half")?;
        // Writing to it fails with the error of a full disk.
        fs::OpenOptions::new().write(true).open("/dev/full")?.write_all(b"rest")
    };
    for (force, before) in [(false, None), (true, Some("old"))] {
        if let Some(text) = before {
            fs::write(&path, text).unwrap();
        }
        let error = write_through(&path, force, full).unwrap_err();
        assert!(
            matches!(&error, WriteError::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull),
            "{error:?}"
        );
        assert_eq!(fs::read_to_string(&path).ok().as_deref(), before);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), usize::from(before.is_some()));
    }
}

#[test]
fn a_target_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("none").join("one.har");
    let error = write_new(&inside, "text", false).unwrap_err();
    let WriteError::Io { source, .. } = &error else { panic!("{error:?}") };
    assert_eq!(source.kind(), io::ErrorKind::NotFound);
    assert_eq!(error.to_string(), format!("{} cannot be written: {source}", inside.display()));
    // A folder is not replaced, and nothing is left beside it.
    let target = folder.path().join("folder");
    fs::create_dir(&target).unwrap();
    assert!(matches!(write_new(&target, "text", true), Err(WriteError::Io { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
