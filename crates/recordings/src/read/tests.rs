use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::recording::{Origin, RecordedFault};

/// A recording that uses everything there is.
fn good() -> Value {
    json!({
        "log": {
            "version": "1.2",
            "creator": { "name": "someone", "version": "1" },
            "_name": "A good one",
            "_origin": "documented",
            "_source": "Made for this test.",
            "_clock": "2026-01-15T10:30:00.9+01:00",
            "_entries": [
                { "name": "instance", "value": "first" },
                { "name": "user", "value": "{{entry:user}}" },
                { "name": "instance", "value": "second" },
            ],
            "_expect": { "token": { "_any": ["thing"] } },
            "entries": [
                {
                    "time": 180,
                    "request": {
                        "method": "POST",
                        "url": "https://nxdocs-login.eu.nexthink.cloud/token",
                        "headers": [
                            { "name": "Accept", "value": "text/plain" },
                            { "name": "accept", "value": "*/*" },
                        ],
                        "postData": { "mimeType": "text/plain", "text": "{{basic:user:word}}" },
                    },
                    "response": {
                        "status": 200,
                        "headers": [{ "name": "Content-Length", "value": "5" }],
                        "content": { "size": 5, "mimeType": "text/plain", "text": "hello" },
                    },
                },
                {
                    "time": 60.9,
                    "request": { "method": "GET", "url": "https://nxdocs.api.eu.nexthink.cloud/", "headers": [] },
                    "response": { "status": 0, "headers": [], "content": { "size": 0, "mimeType": "x-unknown" } },
                    "_fault": "timeout",
                },
            ],
        },
    })
}

/// Writes a file and reads it as a recording.
fn read(text: &[u8]) -> (PathBuf, Result<Recording, HarError>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.har");
    fs::write(&path, text).unwrap();
    (path.clone(), Recording::read(&path), folder)
}

/// Returns pointer and reason of the refusal.
#[track_caller]
fn refusal(text: &[u8]) -> (String, String) {
    let (path, result, _folder) = read(text);
    let Err(error) = result else { panic!("read, though bad: {}", String::from_utf8_lossy(text)) };
    assert_eq!(error.path, path);
    (error.pointer, error.reason)
}

/// Puts a value into the good recording.
#[track_caller]
fn set(pointer: &str, value: Value) -> Value {
    let mut file = good();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    file.pointer_mut(parent).unwrap_or_else(|| panic!("there is no {parent}"))[name] = value;
    file
}

#[track_caller]
fn refused(pointer: &str, value: Value, at: &str, reason: &str) {
    let file = set(pointer, value);
    assert_eq!(refusal(file.to_string().as_bytes()), (at.to_owned(), reason.to_owned()), "{pointer}");
}

#[track_caller]
fn accepted(file: &Value) -> Recording {
    read(file.to_string().as_bytes()).1.unwrap_or_else(|error| panic!("{error}"))
}

fn text(exchange: &Exchange) -> &RecordedResponse {
    exchange.response.as_ref().unwrap_or_else(|fault| panic!("{fault:?}"))
}

#[test]
fn a_recording_is_read_as_it_stands_in_its_file() {
    let (path, recording, _folder) = read(good().to_string().as_bytes());
    let recording = recording.unwrap();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(recording.path, path);
    assert_eq!((recording.name.as_str(), recording.source.as_str()), ("A good one", "Made for this test."));
    assert_eq!(recording.origin, Origin::Documented);
    // 2026-01-15T09:30:00Z
    assert_eq!(recording.clock, 1_768_469_400);
    assert_eq!(
        recording.entries,
        [pair("instance", "first"), pair("user", "{{entry:user}}"), pair("instance", "second")]
    );
    assert_eq!(recording.expect, json!({ "token": { "_any": ["thing"] } }));
    let [first, second] = &recording.exchanges[..] else { panic!("{} exchanges", recording.exchanges.len()) };
    let RecordedRequest { method, url, headers, body } = &first.request;
    assert_eq!((method.as_str(), url.as_str()), ("POST", "https://nxdocs-login.eu.nexthink.cloud/token"));
    assert_eq!(*headers, [pair("Accept", "text/plain"), pair("accept", "*/*")]);
    assert_eq!((body.as_str(), first.milliseconds), ("{{basic:user:word}}", 180));
    let RecordedResponse { status, headers, body } = text(first);
    assert_eq!((*status, &headers[..]), (200, &[pair("Content-Length", "5")][..]));
    assert!(matches!(body, RecordedBody::Text(text) if text == "hello"));
    assert_eq!((second.request.body.as_str(), second.milliseconds), ("", 60));
    assert_eq!(second.response.as_ref().err(), Some(&RecordedFault::Timeout));
}

#[test]
fn what_a_replay_does_not_need_is_ignored() {
    for (pointer, value) in [
        ("/log/comment", json!("any")),
        ("/log/pages", json!([{ "id": 1 }])),
        ("/log/entries/0/cache", json!({ "beforeRequest": null })),
        ("/log/entries/0/response/content/size", json!(-7)),
        ("/comment", json!({})),
    ] {
        accepted(&set(pointer, value));
    }
}

#[test]
fn an_error_shows_path_pointer_and_reason() {
    let (path, result, _folder) = read(set("/log/version", json!("1.1")).to_string().as_bytes());
    let error = result.err().unwrap();
    assert_eq!(error.to_string(), format!("{} at /log/version: only HAR 1.2 is read", path.display()));
    let (path, result, _folder) = read(b"");
    let error = result.err().unwrap();
    let reason = "this is not JSON: EOF while parsing a value at line 1 column 0";
    assert_eq!(error.to_string(), format!("{}: {reason}", path.display()));
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_the_reason() {
    let reason = |path: &Path| {
        let error = Recording::read(path).err().unwrap();
        assert_eq!((error.path.as_path(), error.pointer.as_str()), (path, ""));
        error.reason
    };
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(reason(&folder.path().join("none.har")), "there is no such file");
    assert_eq!(reason(folder.path()), "this is a directory");
    let pipe = folder.path().join("pipe.har");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [&pipe, Path::new("/dev/zero")] {
        assert_eq!(reason(path), "this is a pipe or a device; a recording is a regular file");
    }
    // Whoever runs the tests may be allowed to read everything.
    let error = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    assert_eq!(super::reason(&error), "this file may not be read");
    assert_eq!(super::reason(&std::io::Error::other("on fire")), "this file cannot be read (on fire)");
}

#[test]
fn a_file_of_more_than_8_mebibytes_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.har");
    fs::File::create(&path).unwrap().set_len((8 << 20) + 1).unwrap();
    let error = Recording::read(&path).err().unwrap();
    assert_eq!((error.pointer.as_str(), error.reason.as_str()), ("", "the file has more than 8388608 bytes"));
}

#[test]
fn a_file_that_is_no_json_is_refused_as_a_whole() {
    for (text, reason) in [
        (&b"no"[..], "this is not JSON: expected ident at line 1 column 2"),
        (b"{\"log\":\n{", "this is not JSON: EOF while parsing an object at line 2 column 1"),
        (b"{} {}", "this is not JSON: trailing characters at line 1 column 4"),
        (b"{\"log\": \"\xff\"}", "this is not JSON: invalid unicode code point at line 1 column 10"),
    ] {
        assert_eq!(refusal(text), (String::new(), reason.to_owned()));
    }
}

#[test]
fn a_missing_member_is_named_where_it_is_missing() {
    for (pointer, at) in [
        ("/log", ""),
        ("/log/version", "/log"),
        ("/log/_name", "/log"),
        ("/log/_origin", "/log"),
        ("/log/_source", "/log"),
        ("/log/_clock", "/log"),
        ("/log/_entries", "/log"),
        ("/log/_expect", "/log"),
        ("/log/entries", "/log"),
        ("/log/_entries/2/value", "/log/_entries/2"),
        ("/log/entries/1/time", "/log/entries/1"),
        ("/log/entries/1/request", "/log/entries/1"),
        ("/log/entries/1/response", "/log/entries/1"),
        ("/log/entries/0/request/method", "/log/entries/0/request"),
        ("/log/entries/0/request/headers/1/name", "/log/entries/0/request/headers/1"),
        ("/log/entries/0/response/content", "/log/entries/0/response"),
    ] {
        let mut file = good();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        file.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).unwrap();
        let expected = (at.to_owned(), format!("missing field `{name}`"));
        assert_eq!(refusal(file.to_string().as_bytes()), expected, "{pointer}");
    }
}

#[test]
fn a_value_of_the_wrong_type_is_named_by_its_pointer() {
    for (pointer, value, reason) in [
        ("/log", json!(7), "invalid type: integer `7`, expected struct Log"),
        ("/log/_name", json!(null), "invalid type: null, expected a string"),
        ("/log/_entries", json!({}), "invalid type: map, expected a sequence"),
        ("/log/_entries/1/value", json!(1), "invalid type: integer `1`, expected a string"),
        ("/log/entries/0/time", json!("180"), "invalid type: string \"180\", expected a JSON number"),
        ("/log/entries/0/response/status", json!("200"), "invalid type: string \"200\", expected u16"),
        ("/log/entries/0/response/status", json!(65536), "invalid value: integer `65536`, expected u16"),
        ("/log/entries/0/response/status", json!(-1), "invalid value: integer `-1`, expected u16"),
        ("/log/entries/0/response/content/text", json!(["x"]), "invalid type: sequence, expected a string"),
    ] {
        refused(pointer, value, pointer, reason);
    }
}

#[test]
fn an_unknown_extension_is_never_ignored() {
    for (parent, name) in [
        ("", "_comment"),
        ("/log", "_expct"),
        ("/log", "_fault"),
        ("/log", "_Name"),
        ("/log", "_"),
        ("/log/creator", "_name"),
        ("/log/_entries/1", "_secret"),
        ("/log/entries/1", "_falt"),
        ("/log/entries/1", "_name"),
        ("/log/entries/0/request", "_priority"),
        ("/log/entries/0/request/headers/0", "_secret"),
        ("/log/entries/0/request/postData", "_text"),
        ("/log/entries/0/response", "_fault"),
        ("/log/entries/0/response/content", "_encoding"),
    ] {
        let reason = format!("`{name}` is not a member that this host knows; `_` members are never ignored");
        refused(&format!("{parent}/{name}"), json!(null), parent, &reason);
    }
}

#[test]
fn a_value_out_of_range_is_refused_at_its_pointer() {
    let unknown = "`_x` is not a member that this host knows; `_` members are never ignored";
    let moment = "this is not a date and time of RFC 3339";
    let (status, other) = ("/log/entries/0/response/status", "/log/entries/1/response/status");
    let (no_status, zero) = ("this is no status from 100 to 599", "with a `_fault` it has to be 0");
    let (time, milliseconds) = ("/log/entries/0/time", "this is not a number of milliseconds up to a day");
    let origin = "unknown variant `guessed`, expected one of `documented`, `observed`, `synthetic`";
    let fault = "unknown variant `fire`, expected one of `dns`, `refused`, `reset`, `timeout`, `tls`";
    let mut cases = vec![
        // As RFC 6901 §3 asks.
        ("/log/creator", json!({ "a/b~c": [{ "_x": 1 }] }), "/log/creator/a~1b~0c/0", unknown),
        ("/log/_origin", json!("guessed"), "/log/_origin", origin),
        ("/log/entries/1/_fault", json!("fire"), "/log/entries/1/_fault", fault),
        ("/log/entries/0/_fault", json!("tls"), status, zero),
        (other, json!(200), other, zero),
        ("/log/entries/1/_fault", json!(null), other, no_status),
    ];
    let versions = ["1.1", "1.3", "", "1.2 "];
    cases.extend(versions.map(|version| ("/log/version", json!(version), "/log/version", "only HAR 1.2 is read")));
    let clocks = ["", "now", "2026-01-15", "2026-01-15T09:30:00", "2026-02-30T09:30:00Z", "1969-12-31T23:59:59Z"];
    cases.extend(clocks.map(|clock| ("/log/_clock", json!(clock), "/log/_clock", moment)));
    cases.extend([0, 99, 600, 65535].map(|number| (status, json!(number), status, no_status)));
    cases.extend([-1.0, -0.001, 86_400_000.5, 1e300].map(|number| (time, json!(number), time, milliseconds)));
    for (pointer, value, at, reason) in cases {
        refused(pointer, value, at, reason);
    }
}

#[test]
fn values_at_the_ends_of_their_range_are_read() {
    let at = |pointer: &str, value: Value| accepted(&set(pointer, value));
    assert_eq!(at("/log/_clock", json!("1970-01-01T00:00:00Z")).clock, 0);
    for (word, origin) in
        [("documented", Origin::Documented), ("observed", Origin::Observed), ("synthetic", Origin::Synthetic)]
    {
        let read = at("/log/_origin", json!(word)).origin;
        assert_eq!((read, read.as_str()), (origin, word));
    }
    for (word, fault) in [
        ("dns", RecordedFault::Dns),
        ("refused", RecordedFault::Refused),
        ("reset", RecordedFault::Reset),
        ("timeout", RecordedFault::Timeout),
        ("tls", RecordedFault::Tls),
    ] {
        let recording = at("/log/entries/1/_fault", json!(word));
        assert_eq!(recording.exchanges[1].response.as_ref().err(), Some(&fault));
    }
    for status in [100, 599] {
        assert_eq!(text(&at("/log/entries/0/response/status", json!(status)).exchanges[0]).status, status);
    }
    for (time, milliseconds) in [(json!(0), 0), (json!(0.9), 0), (json!(86_400_000), 86_400_000)] {
        assert_eq!(at("/log/entries/0/time", time).exchanges[0].milliseconds, milliseconds);
    }
}

#[test]
fn a_body_that_is_no_text_is_base64() {
    let content = "/log/entries/0/response/content";
    let body = |encoding: Value, text: &str| set(content, json!({ "encoding": encoding, "text": text }));
    let read = |file: Value| match &text(&accepted(&file).exchanges[0]).body {
        RecordedBody::Text(text) => Ok(text.clone()),
        RecordedBody::Bytes(bytes) => Err(bytes.clone()),
    };
    assert_eq!(read(body(json!("base64"), "/wD+")), Err(vec![0xff, 0, 0xfe]));
    assert_eq!(read(body(json!("base64"), "")), Err(Vec::new()));
    for encoding in [json!(null), json!("")] {
        assert_eq!(read(body(encoding, "/wD+")), Ok("/wD+".to_owned()));
    }
    assert_eq!(read(set(content, json!({}))), Ok(String::new()));
    for text in ["/wD", "/wD+=", "/w D+", "_wD-", "{{basic:user:word}}"] {
        let value = json!({ "encoding": "base64", "text": text });
        refused(content, value, &format!("{content}/text"), "this is not base64");
    }
    for encoding in ["gzip", "BASE64", "utf-8"] {
        let reason = "this is not `base64`, the one encoding that HAR names";
        refused(content, json!({ "encoding": encoding }), &format!("{content}/encoding"), reason);
    }
}

#[test]
fn headers_of_an_undone_encoding_are_left_out() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let read = |names: &[&str]| {
        let headers: Vec<_> = names.iter().map(|name| json!({ "name": name, "value": "1" })).collect();
        let file = set("/log/entries/0/response/headers", json!(headers));
        text(&accepted(&file).exchanges[0]).headers.clone()
    };
    assert_eq!(read(&["content-length", "x-first", "content-encoding"]), [pair("x-first", "1")]);
    // Browsers keep the spelling of the server.
    assert_eq!(read(&["Content-Encoding", "Content-Length", "X-First"]), [pair("X-First", "1")]);
    // A length without an encoding stays, for a body that was cut off shows by it.
    assert_eq!(
        read(&["content-length", "accept-encoding"]),
        [pair("content-length", "1"), pair("accept-encoding", "1")]
    );
}

#[test]
fn a_long_text_of_the_file_is_cut_in_an_error() {
    let long = "x".repeat(1 << 20);
    for file in [
        set("/log/_origin", json!(long)),
        set("/log/entries/0/time", json!(long)),
        set(&format!("/log/_{long}"), json!(1)),
        set("/log/comment", json!({ &long: { "_x": 1 } })),
    ] {
        let (pointer, reason) = refusal(file.to_string().as_bytes());
        assert!(pointer.len() + reason.len() < 1000, "{} and {} bytes", pointer.len(), reason.len());
    }
}

/// With a pointer for every value, the long name would be copied a million times.
#[test]
fn many_values_under_a_long_name_are_read_and_compared_at_once() {
    let name = "x".repeat(1 << 20);
    let long = json!({ name: vec![json!(0); 1 << 20] });
    let begun = std::time::Instant::now();
    for pointer in ["/log/comment", "/log/_expect", "/log/entries/0/cache"] {
        accepted(&set(pointer, long.clone()));
    }
    assert_eq!(crate::differences::differences(&long, &long), Vec::<String>::new());
    let [found] = &crate::differences::differences(&long, &json!({}))[..] else { panic!("not one difference") };
    assert!(found.len() < 1000, "{} bytes", found.len());
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}
