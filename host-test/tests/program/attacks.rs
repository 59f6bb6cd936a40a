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

fn pipe(folder: &Folder) -> String {
    let path = folder.path().join("pipe.har");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path.into_os_string().into_string().unwrap()
}

/// Every command that reads a file, which stands for FILE, as what, and how much at most.
const READERS: [(&str, &str, u64); 11] = [
    ("inspect FILE", "a component", 64 << 20),
    ("check FILE", "a component", 64 << 20),
    ("describe --component FILE", "a component", 64 << 20),
    ("run FILE", "a recording", 8 << 20),
    ("connect --recording FILE", "a recording", 8 << 20),
    ("serve --recording FILE", "a recording", 8 << 20),
    ("call nql.execute --recording fixtures/success-eu.har --input @FILE", "an input or body", 32 << 20),
    ("request POST /api --recording fixtures/success-eu.har --body @FILE", "an input or body", 32 << 20),
    ("call --recording fixtures/success-eu.har --resume FILE", "a saved operation", 96 << 20),
    ("resolve --set client_secret=@FILE", "a secret", 64 << 10),
    ("connect --live --set instance=nxdocs --ca-file FILE", "a CA file", 4 << 20),
];

#[test]
fn only_regular_files_are_read() {
    let folder = Folder::new();
    let link = folder.path().join("link.har");
    symlink("/dev/zero", &link).unwrap();
    for file in ["/dev/zero", &pipe(&folder), link.to_str().unwrap()] {
        for (arguments, name, limit) in READERS {
            let arguments: Vec<_> = arguments.split(' ').map(|word| word.replace("FILE", file)).collect();
            let ran = host_test(&arguments).ended_with(WRONG_USE);
            let end = format!(": this is a device or a pipe; {name} is a regular file of at most {limit} bytes\n");
            assert!(ran.err.contains(file) && ran.err.ends_with(&end), "{arguments:?}: {}", ran.err);
        }
    }
    let ran = host_test(&["run", folder.path().to_str().unwrap()]).ended_with(WRONG_USE);
    assert!(ran.err.contains("link.har: this is a device or a pipe; "), "{}", ran.err);
}

#[test]
fn standard_input_is_read_up_to_a_limit() {
    for arguments in [
        "call nql.execute --recording fixtures/success-eu.har --input @-",
        "request POST /api --recording fixtures/success-eu.har --body @-",
        "resolve --set client_secret=@-",
        "inspect /dev/stdin",
        "run /dev/stdin",
    ] {
        let mut command = command(&arguments.split(' ').collect::<Vec<_>>());
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
