//! The program `fake-nexthink`.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{fs, thread};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_fake-nexthink");

/// The running program, killed when dropped.
struct Program(Child);

impl Program {
    fn start(arguments: &[&str], stdin: Stdio) -> Self {
        Self(Command::new(PROGRAM).args(arguments).stdin(stdin).stdout(Stdio::piped()).spawn().unwrap())
    }

    /// Reads the JSON report.
    fn report(&mut self) -> Value {
        let mut text = String::new();
        let mut lines = BufReader::new(self.0.stdout.as_mut().unwrap());
        while !text.ends_with("}\n") {
            assert_ne!(lines.read_line(&mut text).unwrap(), 0, "{text}");
        }
        serde_json::from_str(&text).unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_serves_on_when_standard_input_ends() {
    for stdin in [Stdio::null(), Stdio::piped()] {
        let mut program = Program::start(&["--json"], stdin);
        drop(program.0.stdin.take());
        let address = program.report()["address"].as_str().unwrap().to_owned();
        thread::sleep(Duration::from_millis(300));
        assert_eq!(program.0.try_wait().unwrap(), None);
        assert!(TcpStream::connect(address).is_ok());
    }
}

#[cfg(unix)]
#[test]
fn it_ends_well_on_ctrl_c_and_sigterm() {
    for signal in ["INT", "TERM"] {
        let mut program = Program::start(&["--json"], Stdio::null());
        program.report();
        let sent = Command::new("sh").args(["-c", "kill -s $0 $1", signal, &program.0.id().to_string()]).status();
        assert!(sent.unwrap().success());
        assert!(program.0.wait().unwrap().success(), "{signal}");
    }
}

#[test]
fn the_report_has_the_address_the_trust_and_the_options_to_reach_it() {
    let ca_file = std::env::temp_dir().join(format!("fake-nexthink-ca-{}.pem", std::process::id()));
    let mut program = Program::start(&["--instance", "acme", "--ca-file", ca_file.to_str().unwrap()], Stdio::null());
    let mut lines = BufReader::new(program.0.stdout.as_mut().unwrap()).lines();
    let report: Vec<String> = (0..5).map(|_| lines.next().unwrap().unwrap()).collect();
    assert!(fs::read_to_string(&ca_file).unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    fs::remove_file(&ca_file).unwrap();
    let address = report[0].strip_prefix("  address     https://").unwrap();
    assert_eq!(
        report[1..],
        [
            format!("  trust       --ca-file {}", ca_file.display()),
            format!("  reach       --resolve acme-login.eu.nexthink.cloud:443:{address}"),
            format!("  reach       --resolve acme.api.eu.nexthink.cloud:443:{address}"),
            "  stop        press Ctrl-C".to_owned(),
        ]
    );
}

#[cfg(unix)]
#[test]
fn a_ca_file_is_replaced_and_never_written_through_a_link() {
    use std::os::unix::fs::{MetadataExt as _, symlink};

    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let ca_file = path("ca.pem");
    let start = || Program::start(&["--json", "--ca-file", ca_file.to_str().unwrap()], Stdio::null());

    // A second name shows whether the file is written or replaced.
    fs::write(&ca_file, "old").unwrap();
    fs::hard_link(&ca_file, path("old")).unwrap();
    start().report();
    assert!(fs::read_to_string(&ca_file).unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    assert_eq!(fs::read_to_string(path("old")).unwrap(), "old");
    // As readable as any other file that is made here.
    assert_eq!(fs::metadata(&ca_file).unwrap().mode(), fs::metadata(path("old")).unwrap().mode());

    fs::remove_file(&ca_file).unwrap();
    symlink(path("old"), &ca_file).unwrap();
    let output = Command::new(PROGRAM).args(["--ca-file", ca_file.to_str().unwrap()]).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("ca.pem: it is a link, a device or a directory; "), "{text}");
    assert_eq!((output.status.code(), fs::read_to_string(path("old")).unwrap()), (Some(1), "old".to_owned()));
    assert!(ca_file.is_symlink());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside them");
}

#[test]
fn a_wrong_configuration_is_an_error_with_its_place() {
    let program = Command::new(PROGRAM).args(["--instance", "Acme"]).output().unwrap();
    assert_eq!((program.status.code(), program.stdout.len()), (Some(1), 0));
    let mut text = String::new();
    program.stderr.as_slice().read_to_string(&mut text).unwrap();
    assert_eq!(text, "fake-nexthink: instance: must be a DNS label of at most 57 lower-case characters\n");
}
