//! Ctrl-C: nothing half-written, and a command that goes on.
#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use fake_nexthink::Endpoint;

use crate::fixture::{CLIENT_SECRET, Fixture};
use crate::program::Ran;

/// Sends a signal, such as that of Ctrl-C, once something has come about.
fn interrupt_when(mut child: Child, fixture: &Fixture, signal: &str, ready: impl Fn(&Fixture) -> bool) -> Ran {
    while !ready(fixture) {
        assert!(child.try_wait().unwrap().is_none(), "it ended too early");
        thread::sleep(Duration::from_millis(5));
    }
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    fixture.harmless(Ran::new(child.wait_with_output().unwrap()))
}

/// Runs the command that the program printed, in a shell.
fn go_on(fixture: &Fixture, ended: &Ran) -> Ran {
    let (_, command) = ended.err.split_once("resume with\n").unwrap_or_else(|| panic!("{}", ended.err));
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).env("NX_SECRET", CLIENT_SECRET).current_dir(fixture.folder());
    fixture.finish(shell)
}

#[test]
fn an_export_that_is_interrupted_while_waiting_goes_on() {
    let fixture = Fixture::all();
    let input = r##"{"queryId":"#devices_overview"}"##;
    let child = fixture.command(&["call", "nql.export", "--out", "rows.csv", "--input", input]).spawn().unwrap();
    let ended =
        interrupt_when(child, &fixture, "-INT", |fixture| fixture.tenant.calls().total(Endpoint::NqlStatus) == 1);
    let ended = ended.ended_with(1);
    assert_eq!(fixture.files(), ["nql.export.state.json"]);
    let saved = fixture.path("nql.export.state.json");
    assert_eq!(fs::metadata(&saved).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fixture.read("nql.export.state.json");
    assert!(!text.contains(CLIENT_SECRET) && !text.contains("authorization"), "{text}");

    go_on(&fixture, &ended).ended_with(0);
    assert_eq!(fixture.read("rows.csv").lines().count(), 6);
    assert_eq!(fixture.tenant.calls().total(Endpoint::NqlExport), 1, "the same export");
}

#[test]
fn a_download_that_is_stopped_leaves_no_half_file_and_goes_on() {
    let fixture = Fixture::with(|config| config.export_rows = 400_000);
    let input = r##"{"queryId":"#export_devices"}"##;
    let arguments = ["call", "nql.export", "--out", "rows.csv", "--state", "later.json", "--input", input];
    let mut ended = None;
    // The end of the terminal counts like Ctrl-C.
    for (number, signal) in ["-INT", "-HUP"].into_iter().enumerate() {
        let child = fixture.command(&arguments).spawn().unwrap();
        let begun = |fixture: &Fixture| fixture.tenant.calls().total(Endpoint::Download) > number as u64;
        let stopped = interrupt_when(child, &fixture, signal, begun).ended_with(1);
        assert_eq!(fixture.files(), ["later.json"], "{}", stopped.err);
        assert!(!fixture.read("later.json").contains("Signature"), "links are not saved");
        ended = Some(stopped);
    }
    go_on(&fixture, &ended.unwrap()).ended_with(0);
    assert_eq!(fixture.read("rows.csv").lines().count(), 400_001);
    assert_eq!(fixture.tenant.calls().total(Endpoint::NqlExport), 2, "one for each start");
}

#[test]
fn a_name_that_is_no_text_is_part_of_the_command_that_resumes() {
    let fixture = Fixture::all();
    let out = OsStr::from_bytes(b"a \xff\x1b.csv");
    let mut command = fixture.command(&["call", "nql.export", "--input", r##"{"queryId":"#devices_overview"}"##]);
    let child = command.arg("--out").arg(out).spawn().unwrap();
    let ended =
        interrupt_when(child, &fixture, "-INT", |fixture| fixture.tenant.calls().total(Endpoint::NqlStatus) == 1);
    assert!(!ended.err.contains('\u{1b}'), "{:?}", ended.err);
    go_on(&fixture, &ended.ended_with(1)).ended_with(0);
    assert!(fixture.folder().join(out).exists());
}

#[test]
fn a_download_that_is_killed_leaves_nothing() {
    let fixture = Fixture::with(|config| config.export_rows = 400_000);
    let input = r##"{"queryId":"#export_devices"}"##;
    let mut child = fixture.command(&["call", "nql.export", "--out", "rows.csv", "--input", input]).spawn().unwrap();
    while fixture.tenant.calls().total(Endpoint::Download) == 0 {
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());
    assert_eq!(fixture.files(), [""; 0]);
}

#[test]
fn a_request_that_may_have_taken_effect_is_not_saved() {
    let faults = r#"[{"when":{"endpoint":"act-execute"},"do":{"delay":{"milliseconds":2500}}}]"#;
    let fixture = Fixture::faulty(faults);
    let input = r##"{"remoteActionId":"#restart_service","devices":["3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001"]}"##;
    let child = fixture.command(&["call", "remote-actions.execute", "--input", input]).spawn().unwrap();
    // The token is there; the request that needs it follows at once.
    let ended = interrupt_when(child, &fixture, "-INT", |fixture| {
        let asked = fixture.tenant.calls().tokens_issued() == 1;
        thread::sleep(Duration::from_millis(if asked { 300 } else { 0 }));
        asked
    });
    assert!(ended.ended_with(1).err.contains("it is not known whether the last request took effect"));
    assert_eq!(fixture.files(), [""; 0]);
}

#[test]
fn a_state_that_was_changed_or_belongs_elsewhere_is_refused() {
    let fixture = Fixture::all();
    let input = r##"{"queryId":"#devices_overview"}"##;
    let child = fixture.command(&["call", "nql.export", "--out", "rows.csv", "--input", input]).spawn().unwrap();
    let ended =
        interrupt_when(child, &fixture, "-INT", |fixture| fixture.tenant.calls().total(Endpoint::NqlStatus) == 1);
    ended.ended_with(1);
    let good = fixture.read("nql.export.state.json");
    let before = fixture.tenant.calls().requests;
    for (from, to, why) in [
        ("https://nxdocs.api", "https://evil.api", "was changed"),
        (r#"["instance","nxdocs"]"#, r#"["instance","other"]"#, "another connection"),
        (r#""version":"0"#, r#""version":"9"#, "another version"),
        (r#""format":2"#, r#""format":1"#, "no saved operation"),
        ("/api/v1/nql/", "/api/v1/act/", "was changed"),
    ] {
        assert!(good.contains(from), "{from}: {good}");
        fs::write(fixture.path("changed.json"), good.replace(from, to)).unwrap();
        let ended = fixture.run(&["call", "--resume", "changed.json", "--out", "x.csv"]).ended_with(2);
        assert!(ended.err.contains(why), "{}", ended.err);
    }
    assert_eq!(fixture.tenant.calls().requests, before, "nothing was sent");
}
