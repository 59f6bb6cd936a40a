//! A fake tenant on loopback, and the program that reaches it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use fake_nexthink::{Config, Credential, FakeNexthink, Permission, Secret};
use serde_json::Value;
use tempfile::TempDir;

pub const CLIENT_ID: &str = "live-client-0001";
pub const CLIENT_SECRET: &str = "cAnArY-live-5ecret-0123456789";

/// A fake tenant that runs, and a folder of the test's own.
pub struct Fixture {
    pub tenant: FakeNexthink,
    folder: TempDir,
    trust: TempDir,
}

impl Fixture {
    /// Starts a tenant that knows `CLIENT_ID`, with rules of what goes wrong.
    pub fn new(permissions: &[Permission], faults: &str) -> Self {
        Self::with_client(CLIENT_ID, CLIENT_SECRET, permissions, faults)
    }

    /// Starts one with other credentials.
    pub fn with_client(id: &str, secret: &str, permissions: &[Permission], faults: &str) -> Self {
        Self::with(|config| {
            config.credentials = vec![credential(id, secret, permissions)];
            config.faults = serde_json::from_str(faults).unwrap();
        })
    }

    /// Starts one with all permissions.
    pub fn all() -> Self {
        Self::with(|_| ())
    }

    /// Starts one with all permissions on which some calls go wrong.
    pub fn faulty(faults: &str) -> Self {
        Self::with(|config| config.faults = serde_json::from_str(faults).unwrap())
    }

    /// Starts one whose configuration is changed.
    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::new("nxdocs", "eu");
        config.credentials = vec![credential(CLIENT_ID, CLIENT_SECRET, &Permission::ALL)];
        change(&mut config);
        let tenant = FakeNexthink::start(config).unwrap();
        let trust = TempDir::new().unwrap();
        fs::write(trust.path().join("ca.pem"), tenant.ca_pem()).unwrap();
        Self { tenant, folder: TempDir::new().unwrap(), trust }
    }

    /// Returns the folder of the test's own.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the path of a file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Returns the names of the files in it, sorted.
    pub fn files(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder()).unwrap();
        let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Returns the file with the certificate to trust.
    pub fn ca(&self) -> PathBuf {
        self.trust.path().join("ca.pem")
    }

    /// Adds to a command what reaches the tenant: rules, certificate, instance, secret.
    pub fn reach(&self, command: &mut Command, secret: &str) {
        self.reach_trusting(command, secret, &self.ca());
    }

    /// Does the same with the certificate of another authority.
    pub fn reach_trusting(&self, command: &mut Command, secret: &str, ca: &Path) {
        command.arg("--live").arg("--ca-file").arg(ca).env("NX_SECRET", secret);
        command.args(["--set", "instance=nxdocs.data.eu.nexthink.cloud", "--set", "client_secret=env:NX_SECRET"]);
        for line in self.tenant.resolve_lines() {
            command.args(["--resolve", &line]);
        }
    }

    /// Runs the program against the tenant.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_host-test"));
        command.args(arguments);
        self.reach(&mut command, CLIENT_SECRET);
        let output = command.output().unwrap();
        for text in [&output.stdout, &output.stderr] {
            let text = String::from_utf8_lossy(text);
            assert!(!text.contains(CLIENT_SECRET) && !text.contains("panicked"), "{text}");
        }
        output
    }

    /// Connects and returns the status and the report.
    pub fn connect(&self) -> (Option<i32>, Value) {
        let output = self.run(&["connect", "--json", "--set", &format!("client_id={CLIENT_ID}")]);
        (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
    }

    /// Returns `host-test call` with arguments and what reaches the tenant, to be run in
    /// the folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_host-test"));
        command.arg("call").args(arguments).args(["--set", &format!("client_id={CLIENT_ID}")]);
        self.reach(&mut command, CLIENT_SECRET);
        command.current_dir(self.folder()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs `host-test call` to its end.
    #[track_caller]
    pub fn call(&self, arguments: &[&str]) -> Ended {
        Ended::new(self.command(arguments).output().unwrap())
    }

    /// Runs an operation that succeeds and returns its report.
    #[track_caller]
    pub fn succeeds(&self, id: &str, input: &str) -> Value {
        self.call(&[id, "--json", "--input", input]).with_status(0).json()
    }
}

fn credential(id: &str, secret: &str, permissions: &[Permission]) -> Credential {
    Credential { client_id: id.to_owned(), client_secret: Secret::from(secret), permissions: permissions.to_vec() }
}

/// A run of the program that ended.
pub struct Ended {
    pub status: Option<i32>,
    pub out: Vec<u8>,
    pub err: String,
}

impl Ended {
    #[track_caller]
    pub fn new(output: Output) -> Self {
        let err = String::from_utf8(output.stderr).unwrap();
        for text in [&err, &*String::from_utf8_lossy(&output.stdout)] {
            let leaked = [CLIENT_SECRET, "X-Amz-Signature", "panicked"].into_iter().find(|word| text.contains(word));
            assert_eq!(leaked, None, "{text:.2000}");
        }
        Self { status: output.status.code(), out: output.stdout, err }
    }

    #[track_caller]
    pub fn with_status(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{:.2000}{}", String::from_utf8_lossy(&self.out), self.err);
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.out).unwrap_or_else(|error| panic!("{error}: {:.2000}", self.err))
    }
}
