//! How output looks: JSON for scripts, colours for terminals only.

use std::process::Stdio;

use super::{command, host_test, run};
use crate::recordings::Folder;

const ESCAPE: char = '\u{1b}';

/// One command of each kind, all of which succeed.
fn commands(folder: &Folder) -> Vec<Vec<String>> {
    let out = folder.path().join("nexthink.wasm").display().to_string();
    [
        vec![],
        vec!["run", "fixtures/failure-echoed-secret.har"],
        vec!["describe"],
        vec!["describe", "--format", "json-schema"],
        vec!["resolve", "--set", "instance=nxdocs", "--set", "region=eu"],
        vec!["connect", "--recording", "fixtures/success-eu.har"],
        vec!["inspect"],
        vec!["component", "--out", &out],
    ]
    .into_iter()
    .map(|arguments| arguments.into_iter().map(str::to_owned).collect())
    .collect()
}

#[test]
fn every_command_prints_one_json_value_for_scripts() {
    let folder = Folder::new();
    for arguments in commands(&folder) {
        let before = [&["--json".to_owned()], &arguments[..]].concat();
        let after = [&arguments[..], &["--json".to_owned()]].concat();
        let value = host_test(&before).succeeded().json();
        assert!(value.is_object(), "{arguments:?}");
        assert_eq!(host_test(&after).succeeded().json(), value, "{arguments:?}");
    }
}

#[test]
fn a_pipe_gets_no_colours() {
    let folder = Folder::new();
    for arguments in commands(&folder) {
        let ran = host_test(&arguments).succeeded();
        assert!(!ran.out.contains(ESCAPE), "{arguments:?}: {}", ran.out);
    }
    let ran = host_test(&["resolve", "--set", "colour=red"]);
    assert!(!ran.err.contains(ESCAPE), "{}", ran.err);
}

#[test]
fn no_color_is_honoured_even_where_colours_are_asked_for() {
    for arguments in [&["run"][..], &["resolve", "--set", "colour=red"], &["--unknown"]] {
        let mut coloured = command(arguments);
        coloured.env("CLICOLOR_FORCE", "1");
        let ran = run(coloured, b"");
        let plain = host_test(arguments);
        assert!(format!("{}{}", ran.out, ran.err).contains(ESCAPE), "there are colours to take out");

        let mut forbidden = command(arguments);
        forbidden.env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1");
        let ran = run(forbidden, b"");
        assert_eq!((ran.out, ran.err), (plain.out, plain.err));
    }
}

#[test]
fn control_characters_of_others_do_not_reach_the_terminal() {
    let folder = Folder::new();
    let name = "Name\u{1b}[2J\u{7}\u{9b}31m";
    let mut recording = crate::recordings::changed("failure-invalid-client-rfc6749.har", "/log/_name", name);
    let headers = recording.pointer_mut("/log/entries/0/response/headers/0").unwrap();
    assert_eq!(headers["name"], "content-type");
    headers["value"] = "application/json\u{1b}[31m".into();
    let file = folder.recording("control.har", &recording);
    for (arguments, status) in [(["run", &file].as_slice(), 0), (&["connect", "--recording", &file], 1)] {
        let ran = host_test(arguments).ended_with(status);
        assert!(!ran.out.contains(|c: char| c.is_control() && c != '\n'), "{:?}", ran.out);
        assert!(ran.out.contains("application/json\u{fffd}[31m"), "{}", ran.out);
    }

    // Nor in an error, where a terminal would take the host's own colours for it.
    recording["log"]["_\u{1b}[2J"] = true.into();
    let file = folder.recording("unknown.har", &recording);
    let mut coloured = command(&["run", &file]);
    coloured.env("CLICOLOR_FORCE", "1");
    let ran = run(coloured, b"").ended_with(2);
    assert!(ran.err.contains(" at /log: `_\u{fffd}[2J` is not"), "{:?}", ran.err);
}

#[test]
fn what_went_wrong_is_coloured_whole() {
    let folder = Folder::new();
    let changed = crate::recordings::changed("success-eu.har", "/log/_expect/token/expires-in", 901);
    let file = folder.recording("changed.har", &changed);
    let mut coloured = command(&["run", &file]);
    coloured.env("CLICOLOR_FORCE", "1");
    let ran = run(coloured, b"").ended_with(1);
    let difference = "\u{1b}[1m\u{1b}[31m/token/expires-in: expected 901, found 900\u{1b}[0m\n";
    assert!(ran.out.contains(difference), "{:?}", ran.out);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = command(&["run", "--json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error_and_no_panic() {
    for arguments in [&["run"][..], &["run", "--json"], &["describe"], &["inspect"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(arguments).stdout(full).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            err, "error: cannot write standard output: No space left on device (os error 28)\n",
            "{arguments:?}"
        );
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}
