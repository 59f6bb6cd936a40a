//! What a person gets to read who names a host, a certificate or a file that does
//! not work.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;

use socket2::{Domain, Socket, Type};

use crate::fixture::{CLIENT_SECRET, Fixture};
use crate::program::Ran;

/// Records something longer than any file that the program may write. Without the
/// signal a write then fails as on a full disk, for any user. The limit leaves room
/// for Wasmtime, which keeps the component's memory in a file without a name.
fn record_without_room(fixture: &Fixture, more: &[&str]) -> Ran {
    let name = "too long ".repeat(12_000);
    let program = fixture.command(&[&["record", "--out", "recorded.har", "--name", &name], more].concat());
    let mut command = Command::new("sh");
    command.args(["-c", r#"trap "" XFSZ; ulimit -f 160; exec "$0" "$@""#]).arg(program.get_program());
    command.args(program.get_args()).env("NX_SECRET", CLIENT_SECRET).current_dir(fixture.folder());
    fixture.finish(command).ended_with(2)
}

#[test]
fn a_recording_without_room_leaves_nothing_and_says_where_and_why() {
    let fixture = Fixture::new(&[], "[]");
    assert_eq!(
        record_without_room(&fixture, &[]).err,
        "error: cannot write recorded.har: File too large (os error 27); \
         raise the limit of this session (ulimit -f), or name a file on another disk\n"
    );
    assert_eq!(fixture.files(), [""; 0]);
    assert_eq!(fixture.tenant.calls().tokens_issued(), 1, "it was the writing that failed");
}

#[test]
fn a_recording_without_room_keeps_the_one_it_should_replace() {
    let fixture = Fixture::new(&[], "[]");
    fs::write(fixture.path("recorded.har"), "old").unwrap();
    let report = record_without_room(&fixture, &["--force", "--json"]).json();
    assert_eq!(report["error"]["code"], "file");
    assert_eq!(fixture.files(), ["recorded.har"]);
    assert_eq!(fixture.read("recorded.har"), "old");
}

const CONNECT: &[&str] = &["connect", "--json"];
const REQUEST: &[&str] = &["request", "GET", "/api/v1/act/remote-action", "--json"];

#[test]
fn a_host_at_which_nobody_listens_is_named() {
    let mut fixture = Fixture::new(&[], "[]");
    // Bound and not listening: nobody else gets the port meanwhile.
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    let port = socket.local_addr().unwrap().as_socket().unwrap().port();
    fixture.resolve = vec![format!("nxdocs-login.eu.nexthink.cloud:443:127.0.0.1:{port}")];
    let failure = &fixture.connect().ended_with(1).json()["failure"];
    assert_eq!((&failure["code"], &failure["recovery"]), (&"network".into(), &"retry".into()));
    assert_eq!(failure["message"], "The host nxdocs-login.eu.nexthink.cloud refused the connection.");
    assert_eq!(failure["hint"], "Check whether a firewall stands between; try again.");
}

#[test]
fn a_ca_file_that_is_not_there_is_named_before_anything_is_sent() {
    let mut fixture = Fixture::new(&[], "[]");
    fixture.ca = "none/ca.pem".into();
    for command in [CONNECT, REQUEST] {
        let ran = fixture.run(command).ended_with(2);
        assert_eq!(ran.err, "error: cannot read the CA file none/ca.pem: there is no such file\n");
        assert_eq!(ran.json()["error"]["code"], "wrong-use");
    }
    assert_eq!(fixture.tenant.calls().connections, 0);
}

#[test]
fn a_certificate_of_an_authority_that_is_not_named_is_refused_before_anything_is_sent() {
    let (mut fixture, other) = (Fixture::new(&[], "[]"), Fixture::new(&[], "[]"));
    fixture.ca.clone_from(&other.ca);
    for command in [CONNECT, REQUEST] {
        let failure = &fixture.run(command).ended_with(1).json()["failure"];
        assert_eq!((&failure["code"], &failure["recovery"]), (&"tls".into(), &"alarm".into()));
        assert_eq!(
            failure["message"],
            "The host nxdocs-login.eu.nexthink.cloud did not prove its identity: \
             its certificate comes from an authority that is not known here."
        );
        assert!(failure["hint"].as_str().is_some_and(|hint| hint.contains("ask those who run this network")));
    }
    assert_eq!(fixture.tenant.calls().requests, 0);
}
