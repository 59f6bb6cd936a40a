//! Ctrl-C: nothing half-written, and a command that goes on.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use fake_nexthink::Endpoint;

use crate::stage::{CLIENT_SECRET, Ended, Stage};

/// Presses Ctrl-C once something has come about.
fn interrupt_when(mut child: Child, stage: &Stage, ready: impl Fn(&Stage) -> bool) -> Ended {
    while !ready(stage) {
        assert!(child.try_wait().unwrap().is_none(), "it ended too early");
        thread::sleep(Duration::from_millis(5));
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    Ended::new(child.wait_with_output().unwrap())
}

/// Runs the command that the program printed, in a shell.
fn go_on(stage: &Stage, ended: &Ended) -> Ended {
    let (_, command) = ended.err.split_once("go on with\n").unwrap_or_else(|| panic!("{}", ended.err));
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).env("NX_SECRET", CLIENT_SECRET).current_dir(stage.folder.path());
    Ended::new(shell.output().unwrap())
}

#[test]
fn an_export_that_is_interrupted_while_waiting_goes_on() {
    let stage = Stage::new();
    let input = r##"{"queryId":"#devices_overview"}"##;
    let child = stage.command(&["nql.export", "--out", "rows.csv", "--input", input]).spawn().unwrap();
    let ended = interrupt_when(child, &stage, |stage| stage.tenant.calls().total(Endpoint::NqlStatus) == 1);
    let ended = ended.with_status(1);
    assert_eq!(stage.files(), ["nql.export.state.json"]);
    let saved = stage.path("nql.export.state.json");
    assert_eq!(fs::metadata(&saved).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&saved).unwrap();
    assert!(!text.contains(CLIENT_SECRET) && !text.contains("authorization"), "{text}");

    go_on(&stage, &ended).with_status(0);
    assert_eq!(fs::read_to_string(stage.path("rows.csv")).unwrap().lines().count(), 6);
    assert_eq!(stage.tenant.calls().total(Endpoint::NqlExport), 1, "the same export");
}

#[test]
fn a_download_that_is_interrupted_leaves_no_half_file_and_goes_on() {
    let stage = Stage::with(|config| config.export_rows = 400_000);
    let input = r##"{"queryId":"#export_devices"}"##;
    let arguments = ["nql.export", "--out", "rows.csv", "--state", "later.json", "--input", input];
    let child = stage.command(&arguments).spawn().unwrap();
    let begun = |stage: &Stage| {
        let size = |name: &String| fs::metadata(stage.path(name)).map_or(0, |data| data.len());
        stage.files().iter().any(|name| name.starts_with(".download-") && size(name) > 0)
    };
    let ended = interrupt_when(child, &stage, begun).with_status(1);
    assert_eq!(stage.files(), ["later.json"], "{}", ended.err);
    assert!(!fs::read_to_string(stage.path("later.json")).unwrap().contains("Signature"), "links are not saved");

    go_on(&stage, &ended).with_status(0);
    let text = fs::read_to_string(stage.path("rows.csv")).unwrap();
    assert_eq!(text.lines().count(), 400_001);
    assert_eq!(stage.tenant.calls().total(Endpoint::NqlExport), 1, "the same export");
}

#[test]
fn a_request_that_may_have_taken_effect_is_not_saved() {
    let faults = r#"[{"when":{"endpoint":"act-execute"},"do":{"delay":{"milliseconds":2500}}}]"#;
    let stage = Stage::faulty(faults);
    let input = r##"{"remoteActionId":"#restart_service","devices":["3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001"]}"##;
    let child = stage.command(&["remote-actions.execute", "--input", input]).spawn().unwrap();
    // The token is there; the request that needs it follows at once.
    let ended = interrupt_when(child, &stage, |stage| {
        let asked = stage.tenant.calls().tokens_issued() == 1;
        thread::sleep(Duration::from_millis(if asked { 300 } else { 0 }));
        asked
    });
    assert!(ended.with_status(1).err.contains("it is not known whether the last request took effect"));
    assert_eq!(stage.files(), [""; 0]);
}

#[test]
fn a_state_that_was_changed_or_belongs_elsewhere_is_refused() {
    let stage = Stage::new();
    let input = r##"{"queryId":"#devices_overview"}"##;
    let child = stage.command(&["nql.export", "--out", "rows.csv", "--input", input]).spawn().unwrap();
    let ended = interrupt_when(child, &stage, |stage| stage.tenant.calls().total(Endpoint::NqlStatus) == 1);
    ended.with_status(1);
    let good = fs::read_to_string(stage.path("nql.export.state.json")).unwrap();
    let before = stage.tenant.calls().requests;
    for (from, to, why) in [
        ("https://nxdocs.api", "https://evil.api", "was changed"),
        (r#"["instance","nxdocs"]"#, r#"["instance","other"]"#, "another connection"),
        (r#""version":"0"#, r#""version":"9"#, "another version"),
        (r#""format":1"#, r#""format":2"#, "was changed"),
    ] {
        assert!(good.contains(from), "{from}: {good}");
        fs::write(stage.path("changed.json"), good.replace(from, to)).unwrap();
        let ended = stage.call(&["--resume", "changed.json", "--out", "x.csv"]).with_status(2);
        assert!(ended.err.contains(why), "{}", ended.err);
    }
    assert_eq!(stage.tenant.calls().requests, before, "nothing was sent");
}
