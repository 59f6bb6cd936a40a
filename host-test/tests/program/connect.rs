//! `connect`: one person's entries, the ways to hand over a secret, and what is
//! shown of a token.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{Ran, assert_refused, command, host_test, run};
use crate::recordings::{Folder, changed};

const ID: &str = "canary-id-0001";
const SECRET: &str = "cAnArY-5ecret-0123456789";

/// What stands for the placeholder `{{access_token}}`.
const TOKEN: &str = "replayed.access.token-0000000000000000001";

/// Writes a recording that answers to `SECRET` and no other: its Basic header is
/// spelled out.
fn recording_of_the_secret(folder: &Folder) -> String {
    let basic = format!("Basic {}", STANDARD.encode(format!("{ID}:{SECRET}")));
    let recording = changed("success-eu.har", "/log/entries/0/request/headers/0/value", basic);
    folder.recording("secret.har", &recording)
}

/// Connects with the entries of a person and the secret from a source.
fn connect(recording: &str, source: &str, input: &[u8], variable: Option<&str>) -> Ran {
    let (id, secret) = (format!("client_id={ID}"), format!("client_secret={source}"));
    let entries = ["--set", "instance=nxdocs", "--set", "region=eu", "--set", &id, "--set", &secret];
    let mut command = command(&["connect", "--recording", recording]);
    command.args(entries).envs(variable.map(|value| ("HOST_TEST_SECRET", value)));
    run(command, input)
}

#[test]
fn a_recording_connects_with_its_own_entries() {
    let ran = host_test(&["connect", "--recording", "fixtures/success-eu.har"]).succeeded();
    assert_eq!(
        ran.out,
        "  resolved    nxdocs (European Union)
              nxdocs-login.eu.nexthink.cloud
              nxdocs.api.eu.nexthink.cloud
  sent        POST https://nxdocs-login.eu.nexthink.cloud/oauth2/default/v1/token
  received    200, application/json, 129 bytes
  result      Bearer token, lives 900 s, next one after 840 s
              scopes: service:integration
  token       masked; --show-token prints it
Connected to Nexthink.
"
    );
}

#[test]
fn a_failure_is_shown_and_ends_with_status_1() {
    let file = "fixtures/failure-invalid-client-rfc6749.har";
    let expected = &changed("failure-invalid-client-rfc6749.har", "/log/_name", "")["log"]["_expect"]["failure"];
    let ran = host_test(&["connect", "--recording", file]).ended_with(1);
    for member in ["code", "recovery", "message", "hint"] {
        let text = expected[member].as_str().unwrap();
        assert!(ran.out.contains(text), "{text}: {}", ran.out);
    }
    assert!(ran.out.ends_with("\nNot connected.\n"), "{}", ran.out);
    assert_eq!(ran.err, "");
    let outcome = host_test(&["connect", "--json", "--recording", file]).ended_with(1).json();
    assert_eq!(outcome["failure"], *expected);
}

#[test]
fn problems_are_shown_and_end_with_status_1() {
    let ran = host_test(&["connect", "--recording", "fixtures/problem-everything-missing.har"]).ended_with(1);
    assert!(ran.out.ends_with("\nNot connected: correct the problems first.\n"), "{}", ran.out);
    assert_eq!(ran.out.matches("  problem     ").count(), 4, "{}", ran.out);
}

#[test]
fn a_secret_comes_from_standard_input_a_file_or_a_variable() {
    let folder = Folder::new();
    let recording = recording_of_the_secret(&folder);
    let file = format!("@{}", folder.file("secret", SECRET));
    // The line break that editors and `echo` leave is not part of the secret,
    // and so the connector has nothing to note.
    let line = format!("@{}", folder.file("line", format!("{SECRET}\n")));
    let windows = format!("@{}", folder.file("windows", format!("{SECRET}\r\n")));
    for (source, input, variable) in [
        ("@-", SECRET, None),
        ("@-", &format!("{SECRET}\n"), None),
        (&file, "", None),
        (&line, "", None),
        (&windows, "", None),
        ("env:HOST_TEST_SECRET", "", Some(SECRET)),
    ] {
        let ran = connect(&recording, source, input.as_bytes(), variable).succeeded();
        assert!(ran.out.ends_with("\nConnected to Nexthink.\n"), "{source}: {}", ran.out);
        assert!(!ran.out.contains("note"), "{source}: {}", ran.out);
        assert!(!ran.out.contains("cAnArY"), "{source}: {}", ran.out);
    }
}

#[test]
fn another_secret_is_not_what_was_recorded_and_is_not_shown() {
    let folder = Folder::new();
    let recording = recording_of_the_secret(&folder);
    let ran = connect(&recording, "@-", b"cAnArY-another-0123456789", None).ended_with(1);
    let recorded = STANDARD.encode(format!("{ID}:{SECRET}"));
    assert_eq!(
        ran.err,
        format!(
            "error: the request is not the recorded one (exchange 0):
  header authorization
    recorded  Basic {recorded}
    sent      (another value)
"
        )
    );
    assert_eq!(ran.out, "");
}

#[test]
fn another_tenant_than_the_recorded_one_is_a_mismatch() {
    let sentence = "the request is not the recorded one (exchange 0):
  url
    recorded  https://nxdocs-login.eu.nexthink.cloud/oauth2/default/v1/token
    sent      https://acme-login.us.nexthink.cloud/oauth2/default/v1/token";
    let folder = Folder::new();
    let secret = format!("client_secret=@{}", folder.file("secret", SECRET));
    let arguments = ["connect", "--recording", "fixtures/success-eu.har", "--set", "instance=acme"];
    let more = ["--set", "region=us", "--set", "client_id=someone-else", "--set", &secret];
    assert_refused(&[&arguments[..], &more[..]].concat(), 1, "recording-mismatch", sentence);
}

#[test]
fn without_a_terminal_a_missing_secret_is_a_problem() {
    let arguments = ["connect", "--json", "--recording", "fixtures/success-eu.har", "--set", "instance=nxdocs"];
    let more = ["--set", "region=eu", "--set", "client_id=someone"];
    let file = crate::recordings::Folder::new();
    let mut recording = changed("success-eu.har", "/log/_name", "Nothing is sent");
    recording["log"]["entries"] = json!([]);
    let recording = file.recording("nothing.har", &recording);
    let mut arguments = [&arguments[..], &more[..]].concat();
    arguments[3] = &recording;
    let outcome = host_test(&arguments).ended_with(1).json();
    assert_eq!(outcome["problems"][0]["field"], "client_secret");
    assert_eq!(outcome["problems"][0]["code"], "required");
}

#[test]
fn a_recording_of_which_nothing_is_asked_for_is_a_mismatch() {
    let sentence = "1 recorded exchange(s) were never asked for";
    let entries = ["--set", "instance=nxdocs", "--set", "region=moon"];
    let arguments = [&["connect", "--recording", "fixtures/success-eu.har"], &entries[..]].concat();
    assert_refused(&arguments, 1, "recording-mismatch", sentence);
}

#[test]
fn a_token_is_masked_unless_asked_for() {
    let arguments = ["connect", "--recording", "fixtures/success-eu.har"];
    let json = [&arguments[..], &["--json"]].concat();
    assert!(!host_test(&arguments).succeeded().out.contains(TOKEN));
    let outcome = host_test(&json).succeeded();
    assert!(!outcome.out.contains(TOKEN), "{}", outcome.out);
    assert_eq!(outcome.json()["token"]["value"], "•••");
    assert_eq!(outcome.json()["token"]["expires-in"], 900);

    let shown = host_test(&[&arguments[..], &["--show-token"]].concat()).succeeded().out;
    assert!(shown.contains(&format!("  token       {TOKEN}\n")), "{shown}");
    let shown = host_test(&[&json[..], &["--show-token"]].concat()).succeeded().json();
    assert_eq!(shown["token"]["value"], TOKEN);
}

#[test]
fn a_run_shows_no_token_at_all() {
    for arguments in [vec!["run"], vec!["run", "--json"]] {
        assert!(!host_test(&arguments).succeeded().out.contains(TOKEN));
    }
}

#[test]
fn the_secret_may_be_a_pipe() {
    // As in `--set client_secret=@<(password-manager show nexthink)`.
    let device = Path::new("/dev/stdin");
    if !device.exists() {
        return;
    }
    let folder = Folder::new();
    let recording = recording_of_the_secret(&folder);
    connect(&recording, "@/dev/stdin", SECRET.as_bytes(), None).succeeded();
}
