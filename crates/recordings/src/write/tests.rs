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
        blocked: 0,
        started: None,
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
        expect: json!({ "z": 1, "a": [null] }),
        exchanges: vec![
            exchange(response(RecordedBody::Text("{{link}}".to_owned()))),
            exchange(response(RecordedBody::Bytes(vec![0xff, 0]))),
            exchange(Err(RecordedFault::Tls)),
        ],
    }
}

fn written() -> Value {
    let mut recording = recording();
    recording.exchanges[0].started = Some(Duration::from_millis(1_768_469_400_250));
    recording.exchanges[0].blocked = 500;
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
    for (read, wrote) in read.exchanges.iter().zip(&wrote.exchanges) {
        assert_eq!((&read.request.method, &read.request.url), (&wrote.request.method, &wrote.request.url));
        assert_eq!((&read.request.headers, &read.request.body), (&wrote.request.headers, &wrote.request.body));
        assert_eq!(read.milliseconds, wrote.milliseconds);
        match (&read.response, &wrote.response) {
            (Err(read), Err(wrote)) => assert_eq!(read, wrote),
            (Ok(read), Ok(wrote)) => {
                assert_eq!((read.status, &read.headers), (wrote.status, &wrote.headers));
                match (&read.body, &wrote.body) {
                    (RecordedBody::Text(read), RecordedBody::Text(wrote)) => assert_eq!(read, wrote),
                    (RecordedBody::Bytes(read), RecordedBody::Bytes(wrote)) => assert_eq!(read, wrote),
                    _ => panic!("the body changed its kind"),
                }
            }
            _ => panic!("the response changed its kind"),
        }
    }
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
    let written = written();
    assert_eq!(shape(&written), shape(&bytes));
    assert_eq!(shape(&written["log"]["entries"][1]), shape(&bytes["log"]["entries"][0]));
    assert_eq!(shape(&written["log"]["entries"][2]), shape(&fault["log"]["entries"][0]));
}

#[test]
fn moments_are_utc_to_the_millisecond() {
    let file = written();
    assert_eq!(file["log"]["_clock"], "2026-01-15T09:30:00Z");
    assert_eq!(file["log"]["entries"][0]["startedDateTime"], "2026-01-15T09:30:00.25Z");
    assert_eq!(file["log"]["entries"][0]["timings"], json!({ "blocked": 500, "send": 0, "wait": 1000, "receive": 0 }));
    assert_eq!(file["log"]["entries"][1]["timings"], json!({ "send": 0, "wait": 1500, "receive": 0 }));
    let mut beyond = recording();
    beyond.exchanges[0].started = Some(Duration::from_secs(1 << 40));
    assert_eq!(beyond.to_text(), None);
}

#[test]
fn a_size_is_that_of_the_text_and_unknown_with_a_placeholder() {
    let entries = &written()["log"]["entries"];
    assert_eq!(entries[0]["request"]["bodySize"], 2);
    assert_eq!(
        (&entries[0]["response"]["content"]["size"], &entries[0]["response"]["bodySize"]),
        (&json!(8), &json!(-1))
    );
    assert_eq!(
        (&entries[1]["response"]["content"]["size"], &entries[1]["response"]["bodySize"]),
        (&json!(2), &json!(2))
    );
}

#[test]
fn the_query_is_listed_decoded_also_behind_a_placeholder_for_the_host() {
    let mut other = recording();
    other.exchanges[0].request.url = "https://%7B%7Bentry%3Ainstance%7D%7D.example/a?c=d+e#f".to_owned();
    let other: Value = serde_json::from_str(&other.to_text().unwrap()).unwrap();
    let query = &other["log"]["entries"][0]["request"]["queryString"];
    assert_eq!(*query, json!([{ "name": "c", "value": "d e" }]));
    let expected = json!([{ "name": "b", "value": "{{link}}" }, { "name": "c", "value": "d e" }]);
    assert_eq!(written()["log"]["entries"][0]["request"]["queryString"], expected);
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
