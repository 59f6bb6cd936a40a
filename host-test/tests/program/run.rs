//! `run`, the default command.

use super::{assert_refused, host_test};
use crate::recordings::{Folder, changed, played, read};

#[test]
fn without_arguments_every_recording_is_replayed_and_passes() {
    let ran = host_test(&[""; 0]).succeeded();
    let expected = format!("{} passed, 0 failed", played().len());
    assert_eq!(ran.out.lines().last(), Some(expected.as_str()));
    assert!(ran.out.starts_with("Nexthink 0.1.0\n"), "{}", ran.out);
    assert!(
        ran.out.contains("  component   0 imports, exports types, token, client-credentials, access, permissions, operations, provider\n"),
        "{}",
        ran.out
    );
    assert_eq!(host_test(&["run"]).succeeded().out, ran.out, "`run` is the default command");
    assert_eq!(host_test(&["run", "fixtures"]).succeeded().out, ran.out, "`fixtures` is the default directory");
}

#[test]
fn a_report_has_what_was_resolved_sent_received_and_the_result() {
    let ran = host_test(&["run", "fixtures/success-eu.har"]).succeeded();
    let (_, report) = ran.out.split_once("✓ ").unwrap();
    assert_eq!(
        report,
        "Success in the European Union  success-eu.har, documented
  resolved    nxdocs (European Union)
              nxdocs-login.eu.nexthink.cloud
              nxdocs.api.eu.nexthink.cloud
  sent        POST https://nxdocs-login.eu.nexthink.cloud/oauth2/default/v1/token
  received    200, application/json, 129 bytes
  result      Bearer token, lives 900 s, next one after 840 s
              scopes: service:integration

1 passed, 0 failed
"
    );
}

#[test]
fn files_and_directories_can_be_mixed() {
    let folder = Folder::new();
    folder.recording("b.har", &read("success-us.har"));
    folder.recording("a.har", &read("success-pac.har"));
    folder.file("notes.txt", "not a recording");
    let directory = folder.path().display().to_string();
    let ran = host_test(&["run", "fixtures/success-eu.har", &directory]).succeeded();
    let order: Vec<_> = ran.out.lines().filter_map(|line| line.strip_prefix("✓ ")).collect();
    assert_eq!(
        order,
        [
            "Success in the European Union  success-eu.har, documented",
            "Success in Asia-Pacific  a.har, documented",
            "Success in the United States  b.har, documented",
        ]
    );
    assert!(ran.out.ends_with("\n3 passed, 0 failed\n"), "{}", ran.out);
}

#[test]
fn folders_in_a_directory_are_replayed_too() {
    let folder = Folder::new();
    let inner = folder.path().join("one").join("more.har");
    std::fs::create_dir_all(&inner).unwrap();
    folder.recording("one/more.har/b.har", &read("success-us.har"));
    folder.recording("a.har", &read("success-pac.har"));
    let ran = host_test(&["run", folder.path().to_str().unwrap()]).succeeded();
    assert!(ran.out.contains("  b.har, documented\n"), "{}", ran.out);
    assert!(ran.out.ends_with("\n2 passed, 0 failed\n"), "{}", ran.out);
}

#[test]
fn another_outcome_than_expected_fails_and_shows_where() {
    let folder = Folder::new();
    let changed = changed("success-eu.har", "/log/_expect/token/expires-in", 901);
    let file = folder.recording("changed.har", &changed);
    let ran = host_test(&["run", "fixtures/success-eu.har", &file]).ended_with(1);
    assert!(ran.out.contains("✗ Success in the European Union  changed.har, documented\n"), "{}", ran.out);
    assert!(ran.out.contains("  unexpected  /token/expires-in: expected 901, found 900\n"), "{}", ran.out);
    assert_eq!(ran.out.matches("unexpected").count(), 1, "{}", ran.out);
    assert!(ran.out.ends_with("\n1 passed, 1 failed\n"), "{}", ran.out);
    assert_eq!(ran.err, "");

    let report = host_test(&["run", "--json", &file]).ended_with(1).json();
    assert_eq!(report["counts"], serde_json::json!({ "passed": 0, "failed": 1 }));
    assert_eq!(report["recordings"][0]["passed"], false);
    assert_eq!(report["recordings"][0]["differences"][0], "/token/expires-in: expected 901, found 900");
}

#[test]
fn what_is_missing_and_what_is_too_much_differs_too() {
    let folder = Folder::new();
    let mut recording = changed("success-eu.har", "/log/_expect/connection/hosts", serde_json::json!(["one"]));
    let expect = recording.pointer_mut("/log/_expect").unwrap().as_object_mut().unwrap();
    let token = expect.shift_remove("token").unwrap();
    expect.insert("notes".to_owned(), serde_json::json!(["a~b"]));
    let file = folder.recording("changed.har", &recording);
    let report = host_test(&["run", "--json", &file]).ended_with(1).json();
    let hosts = r#"[{"role":"token","name":"nxdocs-login.eu.nexthink.cloud"},{"role":"api","name":"nxdocs.api.eu.nexthink.cloud"},{"role":"web","platform":"Cloud-native","name":"nxdocs.data.eu.nexthink.cloud"},{"role":"web","platform":"Classic","name":"nxdocs.eu.nexthink.cloud"}]"#;
    assert_eq!(
        report["recordings"][0]["differences"],
        serde_json::json!([
            format!("/connection/hosts: expected [\"one\"], found {hosts}"),
            "/notes: expected [\"a~b\"], found nothing",
            format!("/token: expected nothing, found {token}"),
        ])
    );
}

#[test]
fn another_request_than_recorded_stops_the_replay_and_shows_what_differs() {
    let folder = Folder::new();
    let url = "https://nxdocs-login.eu.nexthink.cloud/oauth2/default/v1/tokens";
    let file = folder.recording("changed.har", &changed("success-eu.har", "/log/entries/0/request/url", url));
    let ran = host_test(&["run", &file]).ended_with(1);
    let expected = format!(
        "  stopped     the request is not the recorded one (exchange 0):
                url
                  recorded  {url}
                  sent      https://nxdocs-login.eu.nexthink.cloud/oauth2/default/v1/token\n"
    );
    assert!(ran.out.contains(&expected), "{}", ran.out);
    let report = host_test(&["run", "--json", &file]).ended_with(1).json();
    assert!(report["recordings"][0]["stopped"].as_str().unwrap().contains(url), "{report}");
}

#[test]
fn the_json_report_holds_every_recording() {
    let report = host_test(&["run", "--json"]).succeeded().json();
    let recordings = report["recordings"].as_array().unwrap();
    assert_eq!(recordings.len(), played().len());
    assert_eq!(report["counts"], serde_json::json!({ "passed": recordings.len(), "failed": 0 }));
    for recording in recordings {
        let path = recording["file"].as_str().unwrap();
        let file: serde_json::Value =
            serde_json::from_slice(&std::fs::read(super::root().join(path)).unwrap()).unwrap();
        assert_eq!(recording["name"], file["log"]["_name"], "{path}");
        assert_eq!(recording["outcome"], file["log"]["_expect"], "{path}");
    }
}

#[test]
fn files_that_are_no_recordings_are_refused_with_place_and_reason() {
    let folder = Folder::new();
    let missing = folder.path().join("none.har").display().to_string();
    let directory = folder.path().join("empty");
    std::fs::create_dir(&directory).unwrap();
    let directory = directory.display().to_string();
    let broken = folder.file("broken.har", "{\n  \"log\": {,");
    let empty = folder.file("empty.har", "");
    let mut unknown = read("success-eu.har");
    unknown["log"]["_expected"] = true.into();
    let unknown = folder.recording("unknown.har", &unknown);
    let mut nested = read("success-eu.har");
    nested["log"]["entries"][0]["response"]["_status"] = 200.into();
    let nested = folder.recording("nested.har", &nested);
    let version = folder.recording("version.har", &changed("success-eu.har", "/log/version", "1.1"));
    let wrong = folder.recording("wrong.har", &changed("success-eu.har", "/log/entries/0/request/headers", "none"));
    let never_ignored = "is not a member that this host knows; `_` members are never ignored";
    for (file, code, sentence) in [
        (&missing, "bad-recording", format!("{missing}: there is no such file or directory")),
        (&directory, "wrong-use", format!("{directory} has no recordings (files that end in .har)")),
        (&broken, "bad-recording", format!("{broken}: this is not JSON: key must be a string at line 2 column 11")),
        (&empty, "bad-recording", format!("{empty}: this is not JSON: EOF while parsing a value at line 1 column 0")),
        (&unknown, "bad-recording", format!("{unknown} at /log: `_expected` {never_ignored}")),
        (&nested, "bad-recording", format!("{nested} at /log/entries/0/response: `_status` {never_ignored}")),
        (&version, "bad-recording", format!("{version} at /log/version: only HAR 1.2 is read")),
        (
            &wrong,
            "bad-recording",
            format!("{wrong} at /log/entries/0/request/headers: invalid type: string \"none\", expected a sequence"),
        ),
    ] {
        assert_refused(&["run", file], 2, code, &sentence);
    }
}

#[test]
fn one_bad_recording_is_found_before_any_is_replayed() {
    let folder = Folder::new();
    let broken = folder.file("broken.har", "{");
    let sentence = format!("{broken}: this is not JSON: EOF while parsing an object at line 1 column 1");
    assert_refused(&["run", "fixtures", &broken], 2, "bad-recording", &sentence);
}
