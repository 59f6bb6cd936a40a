//! `serve`: the page's address, the browser that opens it, and wrong use.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use super::{assert_refused, command, host_test};

const WRONG_USE: i32 = 2;

/// The program as it serves, ended with the test.
struct Serving {
    child: Child,
    /// What it printed: the address of the page.
    line: String,
}

impl Serving {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, line }
    }

    fn port(&self) -> &str {
        let port = self.line.trim().strip_prefix("http://127.0.0.1:").and_then(|rest| rest.strip_suffix('/'));
        port.unwrap_or_else(|| panic!("no address: {}", self.line))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_browser_gets_the_address_and_only_what_it_needs_of_the_environment() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::thread;
    use std::time::Duration;

    use crate::recordings::Folder;

    let folder = Folder::new();
    let opened = folder.path().join("opened");
    // Without a PATH that has more than this, only what the shell has built in.
    let script = format!("#!/bin/sh\n{{ echo \"$1\"; export -p; echo end; }} >{}\n", opened.display());
    fs::set_permissions(folder.file("xdg-open", script), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = command(&["serve", "--port", "0", "--open"]);
    command.env("PATH", folder.path()).env("DISPLAY", ":7").env("XDG_SESSION_TYPE", "x11");
    command.env("NX_SECRET", "cAnArY-5ecret-0123456789").env("HTTPS_PROXY", "http://user:cAnArY@proxy.example");
    let serving = Serving::start(command);
    let told = (0..200).find_map(|_| {
        thread::sleep(Duration::from_millis(50));
        fs::read_to_string(&opened).ok().filter(|text| text.ends_with("end\n"))
    });
    let told = told.expect("the browser is started");
    assert_eq!(told.lines().next(), Some(serving.line.trim()));
    for needed in ["DISPLAY=':7'", "XDG_SESSION_TYPE='x11'", "PATH="] {
        assert!(told.contains(needed), "{needed}: {told}");
    }
    assert!(!told.contains("cAnArY") && !told.contains("CARGO"), "{told}");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let serving = Serving::start(command(&["serve", "--port", "0"]));
    let ran = host_test(&["serve", "--port", serving.port()]).ended_with(WRONG_USE);
    let start = format!("error: cannot listen on port {}: ", serving.port());
    assert!(ran.err.starts_with(&start) && ran.err.lines().count() == 1, "{}", ran.err);
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    for (arguments, sentence) in [
        (&["--live", "--recording", "fixtures"][..], "the argument '--live' cannot be used with '--recording <DIR>'"),
        (&["--ca-file", "x.pem"], "the following required arguments were not provided:\n  --live"),
        (&["--timeout", "5"], "the following required arguments were not provided:\n  --live"),
        (&["--port", "70000"], "invalid value '70000' for '--port <PORT>': 70000 is not in 0..=65535"),
    ] {
        let ran = host_test(&[&["serve"], arguments].concat()).ended_with(WRONG_USE);
        assert!(ran.err.starts_with(&format!("error: {sentence}\n")), "{}", ran.err);
    }
}

#[test]
fn recordings_that_cannot_be_read_are_named() {
    let sentence = "cannot read none.har: there is no such file or directory";
    let ran = host_test(&["serve", "--recording", "none.har"]).ended_with(WRONG_USE);
    assert!(ran.err.contains("none.har"), "{sentence}: {}", ran.err);
    let ran = host_test(&["serve", "--recording", "src"]).ended_with(WRONG_USE);
    assert!(ran.err.starts_with("error: ") && ran.err.contains("src"), "{}", ran.err);
    assert_refused(
        &["serve", "--component", "none.wasm"],
        WRONG_USE,
        "file",
        "cannot read none.wasm: there is no such file or directory",
    );
}
