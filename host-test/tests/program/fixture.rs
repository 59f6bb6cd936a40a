//! A tenant on loopback and the real program that is led to it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fake_nexthink::{Config, Credential, FakeNexthink, Permission, Secret};
use serde_json::Value;
use tempfile::TempDir;

pub const CLIENT_ID: &str = "live-client-0001";
pub const CLIENT_SECRET: &str = "cAnArY-live-5ecret-0123456789";

/// Holds a running tenant and a folder with the certificate to trust.
pub struct Stage {
    pub tenant: FakeNexthink,
    folder: TempDir,
}

impl Stage {
    /// Starts a tenant that knows `CLIENT_ID`, with rules of what goes wrong.
    pub fn new(permissions: &[Permission], faults: &str) -> Self {
        Self::with_client(CLIENT_ID, CLIENT_SECRET, permissions, faults)
    }

    /// The same for other credentials.
    pub fn with_client(id: &str, secret: &str, permissions: &[Permission], faults: &str) -> Self {
        let mut config = Config::new("nxdocs", "eu");
        config.credentials = vec![Credential {
            client_id: id.to_owned(),
            client_secret: Secret::from(secret),
            permissions: permissions.to_vec(),
        }];
        config.faults = serde_json::from_str(faults).unwrap();
        let tenant = FakeNexthink::start(config).unwrap();
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("ca.pem"), tenant.ca_pem()).unwrap();
        Self { tenant, folder }
    }

    /// Returns a folder of the test's own, which holds the certificate.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the file with the certificate to trust.
    pub fn ca(&self) -> PathBuf {
        self.folder().join("ca.pem")
    }

    /// Leads a command to the tenant, with its certificate, instance and a secret.
    pub fn lead(&self, command: &mut Command, secret: &str) {
        self.lead_trusting(command, secret, &self.ca());
    }

    /// The same with the certificate of another authority.
    pub fn lead_trusting(&self, command: &mut Command, secret: &str, ca: &Path) {
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
        self.lead(&mut command, CLIENT_SECRET);
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
}
