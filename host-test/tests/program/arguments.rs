//! Wrong arguments, and secrets where everyone could see them.

use super::{assert_refused, command, host_test, refused_in_json, run};
use crate::recordings::Folder;

const WRONG_USE: i32 = 2;

/// Without `--json` an error is all there is.
#[test]
fn an_error_leaves_standard_output_empty() {
    for arguments in [vec!["--frobnicate"], vec!["run", "none.har"], vec!["resolve", "--set", "colour=red"]] {
        let ran = host_test(&arguments).ended_with(WRONG_USE);
        assert_eq!(ran.out, "", "{arguments:?}");
        assert!(ran.err.starts_with("error: "), "{}", ran.err);
    }
}

#[test]
fn wrong_use_is_named() {
    for (arguments, sentence) in [
        (&["frobnicate"][..], "unrecognized subcommand 'frobnicate'"),
        (&["--frobnicate"], "unexpected argument '--frobnicate' found"),
        (&["describe", "--frobnicate"], "unexpected argument '--frobnicate' found"),
        (&["connect"], "the following required arguments were not provided:\n  --recording <FILE>"),
        (&["component"], "the following required arguments were not provided:\n  --out <FILE>"),
        (&["run", "--fuel", "much"], "invalid value 'much' for '--fuel <UNITS>': invalid digit found in string"),
        (&["run", "--memory", "8MiB"], "invalid value '8MiB' for '--memory <BYTES>': invalid digit found in string"),
    ] {
        let ran = refused_in_json(arguments, WRONG_USE, "wrong-use", &sentence.replace("\n ", ""));
        let start = format!("error: {sentence}\n\n");
        let end = "For more information, try '--help'.\n";
        assert!(ran.err.starts_with(&start) && ran.err.ends_with(end), "{}", ran.err);
    }
}

#[test]
fn an_unknown_format_is_refused() {
    let ran = host_test(&["describe", "--format", "yaml"]).ended_with(WRONG_USE);
    assert!(ran.err.starts_with("error: invalid value 'yaml' for '--format <FORMAT>'\n"), "{}", ran.err);
    assert!(ran.err.contains("[possible values: text, json, json-schema]"), "{}", ran.err);
}

#[test]
fn help_and_version_are_no_errors() {
    assert_eq!(host_test(&["--version"]).succeeded().out, "host-test 0.1.0\n");
    let help = host_test(&["--help"]).succeeded().out;
    for word in ["run", "describe", "resolve", "connect", "inspect", "component", "--json", "Exit status"] {
        assert!(help.contains(word), "{word}: {help}");
    }
}

#[test]
fn an_entry_that_makes_no_sense_is_refused() {
    let field = "there is no field `colour`; the fields are instance, region, client_id, client_secret";
    // It may be a secret, so it is not quoted.
    let no_sign = "--set takes KEY=VALUE, and this has no `=`";
    let not_set = "the variable HOST_TEST_NOT_SET is not set";
    for (entry, sentence) in
        [("colour=red", field), ("cAnArY-5ecret-0123456789", no_sign), ("client_secret=env:HOST_TEST_NOT_SET", not_set)]
    {
        assert_refused(&["resolve", "--set", entry], WRONG_USE, "wrong-use", sentence);
        let connect = ["connect", "--recording", "fixtures/success-eu.har", "--set", entry];
        assert_refused(&connect, WRONG_USE, "wrong-use", sentence);
    }
}

#[test]
fn a_secret_is_never_taken_as_an_argument() {
    let sentence = "client_secret is a secret, and others can see arguments: use --set client_secret=@- to read it \
                    from standard input, client_secret=@FILE or client_secret=env:NAME, or leave it out to be asked";
    for secret in ["cAnArY-5ecret-0123456789", "", "a=@-", "ENV:NAME", " @-"] {
        let entry = format!("client_secret={secret}");
        assert_refused(&["resolve", "--set", &entry], WRONG_USE, "wrong-use", sentence);
    }
}

#[test]
fn a_secret_file_that_cannot_be_read_is_named() {
    let folder = Folder::new();
    let missing = folder.path().join("none").display().to_string();
    let directory = folder.path().display().to_string();
    let binary = folder.file("binary", [0xff, 0xfe]);
    let long = folder.file("long", "x".repeat(64 * 1024 + 1));
    for (file, code, sentence) in [
        (&missing, "file", format!("cannot read {missing}: there is no such file or directory")),
        (&directory, "file", format!("cannot read {directory}: this is a directory")),
        (&binary, "wrong-use", format!("{binary} is not UTF-8 text")),
        (
            &long,
            "file",
            format!("cannot read {long}: it has more than 65536 bytes, the limit of a secret; give a shorter one"),
        ),
    ] {
        let entry = format!("client_secret=@{file}");
        assert_refused(&["resolve", "--set", &entry], WRONG_USE, code, &sentence);
    }
}

#[test]
fn standard_input_that_is_no_text_is_refused() {
    let arguments = ["resolve", "--set", "client_secret=@-"];
    let ran = run(command(&arguments), &[0xff, 0xfe]).ended_with(WRONG_USE);
    assert_eq!(ran.err, "error: standard input is not UTF-8 text\n");
    let ran = run(command(&arguments), "x".repeat(64 * 1024 + 1).as_bytes()).ended_with(WRONG_USE);
    assert_eq!(
        ran.err,
        "error: cannot read standard input: it has more than 65536 bytes, the limit of a secret; give a shorter one\n"
    );
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_told_from_one_that_is_not_set() {
    use std::os::unix::ffi::OsStrExt as _;
    let mut command = command(&["resolve", "--set", "client_secret=env:HOST_TEST_BINARY"]);
    command.env("HOST_TEST_BINARY", std::ffi::OsStr::from_bytes(b"cAnArY\xff"));
    let ran = run(command, b"").ended_with(WRONG_USE);
    assert_eq!(ran.err, "error: the variable HOST_TEST_BINARY is not UTF-8 text\n");
}
