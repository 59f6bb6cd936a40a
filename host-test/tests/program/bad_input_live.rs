//! What a person gets to read who names a host, a certificate or a file that does
//! not work.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, Output};

use crate::fixture::{CLIENT_ID, CLIENT_SECRET, Fixture};
use serde_json::Value;
use socket2::{Domain, Socket, Type};

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(output)))
}

/// Records something longer than any file that the program may write. Without the
/// signal a write then fails as on a full disk, for any user. The limit leaves room
/// for Wasmtime, which keeps the component's memory in a file without a name.
fn record_without_room(fixture: &Fixture, out: &str, more: &[&str]) -> Output {
    let mut command = Command::new("sh");
    command.args(["-c", r#"trap "" XFSZ; ulimit -f 160; exec "$0" "$@""#, env!("CARGO_BIN_EXE_host-test")]);
    command.args(["record", "--out", out, "--name", &"too long ".repeat(12_000)]);
    command.args(["--set", &format!("client_id={CLIENT_ID}")]).args(more);
    fixture.reach(&mut command, CLIENT_SECRET);
    command.current_dir(fixture.folder()).output().unwrap()
}

#[test]
fn a_recording_without_room_leaves_nothing_and_says_where_and_why() {
    let fixture = Fixture::new(&[], "[]");
    let output = record_without_room(&fixture, "recorded.har", &[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(
        said(&output),
        "error: cannot write recorded.har: File too large (os error 27); \
         raise the limit of this session (ulimit -f), or name a file on another disk\n"
    );
    assert_eq!(fixture.files(), [""; 0]);
    assert_eq!(fixture.tenant.calls().tokens_issued(), 1, "it was the writing that failed");
}

#[test]
fn a_recording_without_room_keeps_the_one_it_should_replace() {
    let fixture = Fixture::new(&[], "[]");
    fs::write(fixture.folder().join("recorded.har"), "old").unwrap();
    let output = record_without_room(&fixture, "recorded.har", &["--force", "--json"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(report(&output)["error"]["code"], "file");
    assert_eq!(fixture.files(), ["recorded.har"]);
    assert_eq!(fs::read_to_string(fixture.folder().join("recorded.har")).unwrap(), "old");
}

/// Runs a command with rules and certificates of its own.
fn run(command: &[&str], ca: &str, resolve: &[String]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_host-test"));
    program.args(command).args(["--live", "--json", "--ca-file", ca]).env("NX_SECRET", CLIENT_SECRET);
    program.args(["--set", "instance=nxdocs", "--set", "region=eu", "--set", "client_id=anyone"]);
    program.args(["--set", "client_secret=env:NX_SECRET"]);
    for rule in resolve {
        program.args(["--resolve", rule]);
    }
    program.output().unwrap()
}

const CONNECT: &[&str] = &["connect"];
const REQUEST: &[&str] = &["request", "GET", "/api/v1/act/remote-action"];

#[test]
fn a_host_at_which_nobody_listens_is_named() {
    let fixture = Fixture::new(&[], "[]");
    // Bound and not listening: nobody else gets the port meanwhile.
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    let port = socket.local_addr().unwrap().as_socket().unwrap().port();
    let rule = format!("nxdocs-login.eu.nexthink.cloud:443:127.0.0.1:{port}");
    let output = run(CONNECT, fixture.ca().to_str().unwrap(), &[rule]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let failure = &report(&output)["failure"];
    assert_eq!((&failure["code"], &failure["class"]), (&"network".into(), &"transient".into()));
    assert_eq!(failure["message"], "The host nxdocs-login.eu.nexthink.cloud refused the connection.");
    assert_eq!(failure["hint"], "Check whether a firewall stands between; try again.");
}

#[test]
fn a_ca_file_that_is_not_there_is_named_before_anything_is_sent() {
    let fixture = Fixture::new(&[], "[]");
    for command in [CONNECT, REQUEST] {
        let output = run(command, "none/ca.pem", &fixture.tenant.resolve_lines());
        assert_eq!(output.status.code(), Some(2), "{command:?}");
        assert_eq!(said(&output), "error: cannot read the CA file none/ca.pem: there is no such file\n");
        assert_eq!(report(&output)["error"]["code"], "wrong-use");
    }
    assert_eq!(fixture.tenant.calls().connections, 0);
}

#[test]
fn a_certificate_of_an_authority_that_is_not_named_is_refused_before_anything_is_sent() {
    let (fixture, other) = (Fixture::new(&[], "[]"), Fixture::new(&[], "[]"));
    for command in [CONNECT, REQUEST] {
        let output = run(command, other.ca().to_str().unwrap(), &fixture.tenant.resolve_lines());
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        let failure = &report(&output)["failure"];
        assert_eq!((&failure["code"], &failure["class"]), (&"tls".into(), &"security".into()));
        assert_eq!(
            failure["message"],
            "The host nxdocs-login.eu.nexthink.cloud did not prove its identity: \
             its certificate comes from an authority that is not known here."
        );
        assert!(failure["hint"].as_str().is_some_and(|hint| hint.contains("ask those who run this network")));
    }
    assert_eq!(fixture.tenant.calls().requests, 0);
}
