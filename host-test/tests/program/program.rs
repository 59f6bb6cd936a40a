//! Runs the real program.

use std::ffi::OsStr;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::root;

/// What a run left behind.
pub struct Ran {
    /// Exit status.
    pub status: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// Reads what a run left behind, and asserts what holds for every run: it ends by
    /// itself, and never with a panic.
    #[track_caller]
    pub fn new(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
        let status = output.status.code().expect("the program ends by itself");
        let ran = Self { status, out: text(output.stdout), err: text(output.stderr) };
        for word in ["panicked", "backtrace", "RUST_BACKTRACE"] {
            assert!(!ran.err.contains(word) && !ran.out.contains(word), "{}{}", ran.out, ran.err);
        }
        assert!((0..=3).contains(&ran.status), "status {}: {}{}", ran.status, ran.out, ran.err);
        ran
    }

    /// Asserts success without a word on standard error.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        assert_eq!((self.status, self.err.as_str()), (0, ""), "{}", self.out);
        self
    }

    /// Asserts the exit status.
    #[track_caller]
    pub fn ended_with(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{:.2000}{:.2000}", self.out, self.err);
        self
    }

    /// Reads standard output as one JSON value.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

/// Returns the command, to be run in the root of the repository. Colours are
/// neither asked for nor forbidden; a panic would show a backtrace.
pub fn command(arguments: &[impl AsRef<OsStr>]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_host-test"));
    command.args(arguments).current_dir(root()).env("RUST_BACKTRACE", "1");
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"] {
        command.env_remove(name);
    }
    command
}

/// Runs the program with an empty standard input.
#[track_caller]
pub fn host_test(arguments: &[impl AsRef<OsStr>]) -> Ran {
    run(command(arguments), b"")
}

/// Runs a command with a standard input.
#[track_caller]
pub fn run(mut command: Command, input: &[u8]) -> Ran {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that does not read its input closes it.
    let _ = child.stdin.take().unwrap().write_all(input);
    Ran::new(child.wait_with_output().unwrap())
}
