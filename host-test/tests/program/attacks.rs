//! Devices, pipes, links and texts that someone has put where a file or a name is expected.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use super::{Ran, assert_refused, command, host_test};
use crate::recordings::{Folder, changed, read};

const WRONG_USE: i32 = 2;
const EXECUTE: &str = "fixtures/operations/nql-execute.har";

fn pipe(folder: &Folder) -> String {
    let path = folder.path().join("pipe.har");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path.into_os_string().into_string().unwrap()
}

/// Returns every command that reads a file, with the rest of the sentence for one that is
/// none.
fn readers(file: &str) -> Vec<(Vec<String>, &'static str)> {
    let at = format!("@{file}");
    let secret = format!("client_secret={at}");
    let entries = ["--set", "instance=nxdocs", "--set", "region=eu", "--set", "client_id=a"];
    let live = [&["connect", "--live", "--ca-file", file][..], &entries].concat();
    let commands = [
        (vec!["inspect", file], "a component is a regular file of at most 67108864 bytes"),
        (vec!["check", file], "a component is a regular file of at most 67108864 bytes"),
        (vec!["describe", "--component", file], "a component is a regular file of at most 67108864 bytes"),
        (vec!["run", file], "a recording is a regular file of at most 67108864 bytes"),
        (vec!["connect", "--recording", file], "a recording is a regular file of at most 67108864 bytes"),
        (vec!["serve", "--recording", file], "a recording is a regular file of at most 67108864 bytes"),
        (
            vec!["call", "nql.execute", "--recording", EXECUTE, "--input", &at],
            "an input or body is a regular file of at most 33554432 bytes",
        ),
        (
            vec!["request", "POST", "/api", "--recording", EXECUTE, "--body", &at],
            "an input or body is a regular file of at most 33554432 bytes",
        ),
        (
            vec!["call", "--recording", EXECUTE, "--resume", file],
            "a saved operation is a regular file of at most 100663296 bytes",
        ),
        (vec!["resolve", "--set", &secret], "a secret is a regular file of at most 65536 bytes"),
        (live, "a CA file is a regular file of at most 4194304 bytes"),
    ];
    let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect();
    commands.into_iter().map(|(words, rest)| (owned(words), rest)).collect()
}

#[test]
fn only_regular_files_are_read() {
    let folder = Folder::new();
    let link = folder.path().join("link.har");
    symlink("/dev/zero", &link).unwrap();
    for file in ["/dev/zero", &pipe(&folder), link.to_str().unwrap()] {
        for (arguments, rest) in readers(file) {
            let ran = host_test(&arguments).ended_with(WRONG_USE);
            assert!(ran.err.contains(file), "{}", ran.err);
            let sentence = format!(": this is a device or a pipe; {rest}\n");
            assert!(ran.err.ends_with(&sentence), "{arguments:?}: {}", ran.err);
        }
    }
    let ran = host_test(&["run", folder.path().to_str().unwrap()]).ended_with(WRONG_USE);
    assert!(ran.err.contains("link.har: this is a device or a pipe; "), "{}", ran.err);
}

#[test]
fn standard_input_is_read_up_to_a_limit() {
    for arguments in [
        &["call", "nql.execute", "--recording", EXECUTE, "--input", "@-"][..],
        &["request", "POST", "/api", "--recording", EXECUTE, "--body", "@-"],
        &["resolve", "--set", "client_secret=@-"],
        &["inspect", "/dev/stdin"],
        &["run", "/dev/stdin"],
    ] {
        let mut command = command(arguments);
        let ran = Ran::new(command.stdin(File::open("/dev/zero").unwrap()).output().unwrap()).ended_with(WRONG_USE);
        assert!(ran.err.contains(": it has more than ") && ran.err.contains("; give a shorter one"), "{}", ran.err);
    }
}

#[test]
fn nothing_is_written_through_a_link_or_to_a_device() {
    let folder = Folder::new();
    let target = folder.file("target", "precious");
    let link = folder.path().join("link").display().to_string();
    symlink(&target, &link).unwrap();
    let export = ["call", "nql.export", "--recording", "fixtures/operations/nql-export.har", "--force"];
    let record = ["record", "--live", "--set", "instance=nxdocs", "--force"];
    for (file, reason) in [
        (&*link, "this is a symbolic link; name the file itself, or a new one"),
        (&pipe(&folder), "this is a device or a pipe; name a file"),
        (folder.path().to_str().unwrap(), "this is a directory"),
    ] {
        let sentence = format!("cannot write {file}: {reason}");
        for (command, option) in [
            (&["component"][..], "--out"),
            (&["vectors", "fixtures/success-eu.har"], "--out"),
            (&export, "--out"),
            (&export, "--state"),
            (&record, "--out"),
        ] {
            let arguments = [command, &[option, file]].concat();
            let arguments = if option == "--state" { [&arguments[..], &["--out", "x"]].concat() } else { arguments };
            assert_refused(&arguments, WRONG_USE, "file", &sentence);
        }
    }
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

/// An operating system has names that are no text.
#[test]
fn a_name_that_is_not_utf_8_is_a_name() {
    let folder = Folder::new();
    let mut out = PathBuf::from(folder.path());
    out.push(OsStr::from_bytes(b"a\xff.wasm"));
    let arguments: Vec<OsString> = vec!["component".into(), "--json".into(), "--out".into(), out.clone().into()];
    let report = host_test(&arguments).succeeded().json();
    assert!(report["file"].as_str().unwrap().ends_with("a\u{fffd}.wasm"), "{report}");
    assert!(out.exists());
    let ran = host_test(&[OsStr::from_bytes(b"--\xff")]).ended_with(WRONG_USE);
    assert!(ran.err.contains("unexpected argument"), "{}", ran.err);
}

#[test]
fn names_and_texts_of_others_give_a_terminal_no_orders() {
    const HOSTILE: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}2J\u{202e}\u{2066}";
    let obeyed = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{2069}').contains(&c);
    let folder = Folder::new();
    let name = format!("a{HOSTILE}.har");
    let good = folder.recording(&name, &changed("success-eu.har", "/log/_name", HOSTILE));
    let broken = folder.file(&format!("b{HOSTILE}.har"), "{");
    let set = format!("{HOSTILE}=1");
    for arguments in [
        &["run", &good][..],
        &["connect", "--recording", &good],
        &["run", &broken],
        &["inspect", &broken],
        &["describe", HOSTILE],
        &[HOSTILE],
        &["resolve", "--set", &set],
        &["operations", HOSTILE],
    ] {
        for more in [&[][..], &["--json"]] {
            let mut command = command(&[arguments, more].concat());
            let ran = Ran::new(command.env("CLICOLOR_FORCE", "1").output().unwrap());
            // Colours of the program's own, and of clap's.
            let styles = |text: &str| {
                ["0", "1", "2", "4", "31", "32", "33"]
                    .into_iter()
                    .fold(text.to_owned(), |text, style| text.replace(&format!("\u{1b}[{style}m"), ""))
            };
            for text in [styles(&ran.out), styles(&ran.err)] {
                assert!(!text.contains(obeyed), "{arguments:?}: {text:?}");
            }
            if arguments[..] == ["run", &good] && more == ["--json"] {
                assert!(ran.json().to_string().contains('\u{202e}'), "escaped, not lost: {}", ran.out);
            }
        }
    }
}

/// Returns a recording of an export whose file is given.
fn export(folder: &Folder, file: &str) -> String {
    let mut recording = read("operations/nql-export.har");
    let entries = recording["log"]["entries"].as_array_mut().unwrap();
    entries[0]["request"]["postData"]["text"] =
        json!({ "queryId": "#export_devices", "compression": "GZIP" }).to_string().into();
    let download = entries.last_mut().unwrap();
    download["response"]["content"] =
        json!({ "size": -1, "mimeType": "application/gzip", "text": file, "encoding": "base64" });
    folder.recording("export.har", &recording)
}

#[test]
fn a_download_that_cannot_be_decompressed_is_a_failure_and_leaves_nothing() {
    let folder = Folder::new();
    // "a,b\n" in gzip.
    let whole = "H4sIAAAAAAAC/0vUSeICAMUQlyQEAAAA";
    let out = folder.path().join("rows.csv").display().to_string();
    let call = |file: &str, more: &[&str]| {
        let recording = export(&folder, file);
        let input = r##"{"queryId":"#export_devices","compression":"GZIP"}"##;
        let call = ["call", "nql.export", "--input", input, "--recording", &recording, "--decompress", "--out", &out];
        host_test(&[&call[..], more].concat())
    };
    for (file, more, code) in [
        (&whole[..24], &["--json"][..], "download-damaged"),
        (whole, &["--json", "--max-size", "3B"], "download-too-large"),
    ] {
        let ran = call(file, more).ended_with(1);
        assert_eq!(ran.json()["error"]["code"], code, "{}", ran.err);
        assert!(!fs::exists(&out).unwrap() && ran.err.contains("--decompress"), "{}", ran.err);
    }
    call(whole, &["--max-size", "4 B"]).ended_with(0);
    assert_eq!(fs::read_to_string(&out).unwrap(), "a,b\n");
}
