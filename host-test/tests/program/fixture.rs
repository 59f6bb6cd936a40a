//! A fake tenant on loopback, and the program that reaches it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fake_nexthink::{Config, Credential, FakeNexthink, Permission, Secret};
use serde_json::Value;
use tempfile::TempDir;

use super::program::{Ran, command};

pub const CLIENT_ID: &str = "live-client-0001";
pub const CLIENT_SECRET: &str = "cAnArY-live-5ecret-0123456789";

/// A fake tenant that runs, how the program reaches it, and a folder of the test's own.
pub struct Fixture {
    pub tenant: FakeNexthink,
    /// Credentials that the program uses.
    pub client: (String, String),
    /// The file with the certificate to trust.
    pub ca: PathBuf,
    /// Where hosts are.
    pub resolve: Vec<String>,
    folder: TempDir,
    _trust: TempDir,
}

impl Fixture {
    /// Starts a tenant that knows `CLIENT_ID`, with rules of what goes wrong.
    pub fn new(permissions: &[Permission], faults: &str) -> Self {
        Self::with_client(CLIENT_ID, CLIENT_SECRET, permissions, faults)
    }

    /// Starts one with other credentials.
    pub fn with_client(id: &str, secret: &str, permissions: &[Permission], faults: &str) -> Self {
        let fixture = Self::with(|config| {
            config.credentials = vec![credential(id, secret, permissions)];
            config.faults = serde_json::from_str(faults).unwrap();
        });
        Self { client: (id.to_owned(), secret.to_owned()), ..fixture }
    }

    /// Starts one with all permissions.
    pub fn all() -> Self {
        Self::with(|_| ())
    }

    /// Starts one with all permissions on which some calls go wrong.
    pub fn faulty(faults: &str) -> Self {
        Self::new(&Permission::ALL, faults)
    }

    /// Starts one whose configuration is changed.
    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::new("nxdocs", "eu");
        config.credentials = vec![credential(CLIENT_ID, CLIENT_SECRET, &Permission::ALL)];
        change(&mut config);
        let tenant = FakeNexthink::start(config).unwrap();
        let trust = TempDir::new().unwrap();
        let (ca, resolve) = (trust.path().join("ca.pem"), tenant.resolve_lines().to_vec());
        fs::write(&ca, tenant.ca_pem()).unwrap();
        let client = (CLIENT_ID.to_owned(), CLIENT_SECRET.to_owned());
        Self { tenant, client, ca, resolve, folder: TempDir::new().unwrap(), _trust: trust }
    }

    /// Returns the folder of the test's own.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the path of a file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Returns the text of a file in it.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Returns the names of the files in it, sorted.
    pub fn files(&self) -> Vec<String> {
        let names = fs::read_dir(self.folder()).unwrap();
        let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Returns the program with arguments and what reaches the tenant, to be run in the
    /// folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let (id, secret) = &self.client;
        let mut command = command(arguments);
        command.arg("--live").arg("--ca-file").arg(&self.ca).env("NX_SECRET", secret);
        command.args(["--set", "instance=nxdocs.data.eu.nexthink.cloud", "--set", "client_secret=env:NX_SECRET"]);
        command.args(["--set", &format!("client_id={id}")]);
        command.args(self.resolve.iter().flat_map(|line| ["--resolve", line]));
        command.current_dir(self.folder()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.finish(self.command(arguments))
    }

    /// Runs a command to its end, and asserts that it shows neither secret nor link.
    #[track_caller]
    pub fn finish(&self, mut command: Command) -> Ran {
        self.harmless(Ran::new(command.output().unwrap()))
    }

    /// Asserts that a run shows neither secret nor link.
    #[track_caller]
    pub fn harmless(&self, ran: Ran) -> Ran {
        for text in [&ran.out, &ran.err] {
            let leaked = [&*self.client.1, "X-Amz-Signature"].into_iter().find(|word| text.contains(word));
            assert_eq!(leaked, None, "{text:.2000}");
        }
        ran
    }

    /// Connects and returns the report.
    #[track_caller]
    pub fn connect(&self) -> Ran {
        self.run(&["connect", "--json"])
    }

    /// Runs an operation with an input.
    #[track_caller]
    pub fn call(&self, id: &str, input: &str, more: &[&str]) -> Ran {
        self.run(&[&["call", id, "--input", input], more].concat())
    }

    /// Runs an operation that succeeds and returns its report.
    #[track_caller]
    pub fn succeeds(&self, id: &str, input: &str) -> Value {
        self.call(id, input, &["--json"]).ended_with(0).json()
    }
}

fn credential(id: &str, secret: &str, permissions: &[Permission]) -> Credential {
    Credential { client_id: id.to_owned(), client_secret: Secret::from(secret), permissions: permissions.to_vec() }
}
