//! `--digest`: other bytes than those that were asked for are not touched.

use connector_host::Digest;
use nexthink_component::NEXTHINK;

use super::{assert_refused, host_test};
use crate::recordings::Folder;

const WRONG_USE: i32 = 2;

/// Every command that loads, reads or writes a component, as far as it needs no
/// tenant: the check comes before anything is sent.
const COMMANDS: [&[&str]; 11] = [
    &["run", "fixtures/success-eu.har"],
    &["describe"],
    &["resolve", "--set", "instance=nxdocs"],
    &["connect", "--recording", "fixtures/success-eu.har"],
    &["record", "--live", "--out", "never.har", "--set", "instance=nxdocs"],
    &["request", "GET", "/api/v1/workflows", "--live", "--set", "instance=nxdocs"],
    &["operations"],
    &["call", "workflows.list", "--input", "{}", "--recording", "fixtures/operations/workflows-list.har"],
    &["serve", "--port", "0"],
    &["inspect"],
    &["check"],
];

fn sentence(expected: Digest, found: Digest) -> String {
    format!(
        "this component has the digest {found}, not {expected}: it is not the file that was asked for; get it again, or \
         take the digest from whoever published it"
    )
}

#[test]
fn the_component_that_was_asked_for_is_used() {
    let digest = Digest::of(NEXTHINK).to_string();
    host_test(&["describe", "--digest", &digest]).succeeded();
    let folder = Folder::new();
    let file = folder.file("nexthink.wasm", NEXTHINK);
    host_test(&["run", "fixtures/success-eu.har", "--component", &file, "--digest", &digest]).succeeded();
}

#[test]
fn every_command_refuses_other_bytes() {
    let expected = Digest::of(b"another component");
    let digest = expected.to_string();
    for command in COMMANDS {
        let arguments = [command, &["--digest", &digest]].concat();
        assert_refused(&arguments, WRONG_USE, "digest-mismatch", &sentence(expected, Digest::of(NEXTHINK)));
    }
}

/// Were it looked into first, the error would be that it is no component.
#[test]
fn other_bytes_are_refused_before_they_are_looked_into() {
    let folder = Folder::new();
    let bytes = b"neither this nor that";
    let file = folder.file("odd.wasm", bytes);
    let expected = Digest::of(NEXTHINK);
    let said = format!("{file}: {}", sentence(expected, Digest::of(bytes)));
    let digest = expected.to_string();
    for command in ["describe", "run", "inspect"] {
        let arguments = [command, "--component", &file, "--digest", &digest];
        assert_refused(&arguments, WRONG_USE, "digest-mismatch", &said);
    }
}

#[test]
fn what_is_no_digest_is_wrong_use() {
    for digest in ["", "latest", "sha256:abc", "sha512:00"] {
        let ran = host_test(&["describe", "--digest", digest]).ended_with(WRONG_USE);
        let reason = "a digest is `sha256:` and 64 lower-case hexadecimal digits";
        let named = ran.err.starts_with(&format!("error: invalid value '{digest}' for '--digest <sha256:HEX>'"));
        let missing = ran.err.starts_with("error: a value is required for '--digest <sha256:HEX>'");
        assert!(missing || named && ran.err.contains(reason), "{}", ran.err);
    }
}
