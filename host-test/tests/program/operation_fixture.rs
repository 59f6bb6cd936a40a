//! A tenant, a folder, and the program that calls the one from the other.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use fake_nexthink::{Config, Credential, FakeNexthink, Permission, Secret};
use serde_json::Value;
use tempfile::TempDir;

const CLIENT_ID: &str = "live-client-0001";
pub const CLIENT_SECRET: &str = "cAnArY-live-5ecret-0123456789";

/// Holds a running tenant and a folder for results.
pub struct Stage {
    pub tenant: FakeNexthink,
    pub folder: TempDir,
    trust: TempDir,
}

impl Stage {
    pub fn new() -> Self {
        Self::with(|_| ())
    }

    /// Starts a tenant on which some calls go wrong.
    pub fn faulty(faults: &str) -> Self {
        Self::with(|config| config.faults = serde_json::from_str(faults).unwrap())
    }

    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::new("nxdocs", "eu");
        config.credentials = vec![Credential {
            client_id: CLIENT_ID.to_owned(),
            client_secret: Secret::from(CLIENT_SECRET),
            permissions: Permission::ALL.to_vec(),
        }];
        change(&mut config);
        let tenant = FakeNexthink::start(config).unwrap();
        let trust = TempDir::new().unwrap();
        fs::write(trust.path().join("ca.pem"), tenant.ca_pem()).unwrap();
        Self { tenant, folder: TempDir::new().unwrap(), trust }
    }

    /// Returns the path of a result.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Returns the names of what is in the folder.
    pub fn files(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Returns `host-test call` with arguments and all that leads to the tenant, to
    /// be run in the folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_host-test"));
        command.arg("call").args(arguments).arg("--live").arg("--ca-file").arg(self.trust.path().join("ca.pem"));
        command.args(["--set", "instance=nxdocs", "--set", "region=eu"]);
        command.args(["--set", &format!("client_id={CLIENT_ID}"), "--set", "client_secret=env:NX_SECRET"]);
        for line in self.tenant.resolve_lines() {
            command.args(["--resolve", &line]);
        }
        command.env("NX_SECRET", CLIENT_SECRET).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs it to its end.
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

/// Holds what a run left behind.
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
