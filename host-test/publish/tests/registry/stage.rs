//! A registry on loopback with an empty store, and a checkout to publish from.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connector_host::Digest;
use serde_json::{Value, json};
use tempfile::TempDir;
use walkdir::WalkDir;

/// User and password of a registry that asks for them.
pub const CREDENTIALS: &str = "publisher:correct-horse";

/// The same as `htpasswd -nbB` writes it, at the least cost.
const PASSWORD_FILE: &str = "publisher:$2y$05$sVIxyIG.NE9ByxUbYEpYmeu4D2uNVWyPItdkSzhKuhI5h/zZAs5I.\n";

/// When the checkout's commits were made, in another zone than the one below.
const COMMITTED: &str = "2026-03-01T01:30:00+02:00";
/// The same in UTC.
pub const COMMITTED_UTC: &str = "2026-02-28T23:30:00Z";

/// A program that ended.
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { status: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    #[track_caller]
    pub fn succeeded(self) -> Self {
        assert_eq!(self.status, 0, "{}{}", self.out, self.err);
        self
    }
}

/// Returns the path of `wkg`.
pub fn wkg() -> PathBuf {
    env::var_os("WKG").expect("`make test-publish` sets WKG").into()
}

pub fn digest(bytes: &[u8]) -> String {
    Digest::of(bytes).to_string()
}

pub struct Stage {
    folder: TempDir,
    host: String,
    registry: RefCell<Option<Child>>,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Stage {
    /// Starts a registry that lets everyone push.
    pub fn new() -> Self {
        Self::start("")
    }

    /// Starts a registry that asks for a password.
    pub fn with_password() -> Self {
        Self::start("auth:\n  htpasswd: {realm: test, path: PASSWORDS}\n")
    }

    fn start(auth: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        fs::write(path("passwords"), PASSWORD_FILE).unwrap();
        fs::create_dir(path("docker")).unwrap();
        let auth = auth.replace("PASSWORDS", &path("passwords"));
        // Port 0: the system names a free one, which the log tells.
        let configuration = format!(
            "version: 0.1\nstorage:\n  filesystem: {{rootdirectory: {}}}\nhttp: {{addr: '127.0.0.1:0'}}\n{auth}",
            path("store")
        );
        fs::write(path("registry.yml"), configuration).unwrap();
        let server = env::var_os("REGISTRY_SERVER").expect("`make test-publish` sets REGISTRY_SERVER");
        let mut registry = Command::new(server)
            .args(["serve", &path("registry.yml")])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(registry.stderr.take().unwrap());
        let mut host = String::new();
        for line in log.by_ref().lines() {
            let line = line.unwrap();
            if let Some((_, rest)) = line.split_once("listening on ") {
                rest.split(['"', ' ']).next().unwrap().clone_into(&mut host);
                break;
            }
        }
        assert!(host.starts_with("127.0.0.1:"), "the registry says where it listens");
        // Reads on, so that the registry never waits for a reader.
        std::thread::spawn(move || log.lines().count());
        let stage = Self { folder, host, registry: RefCell::new(Some(registry)) };
        stage.check_out();
        stage.package();
        stage
    }

    fn check_out(&self) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        let clone = self.clone_path("");
        let source = format!("file://{}", root.display());
        Ran::of(Command::new("git").args(["clone", "--quiet", "--depth=1", &source]).arg(clone)).succeeded();
        self.commit();
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        let author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
        self.git(&[&author[..], &["commit", "--quiet", "--allow-empty", "-m", "Test"]].concat());
    }

    pub fn stop(&self) {
        if let Some(mut registry) = self.registry.borrow_mut().take() {
            registry.kill().unwrap();
            registry.wait().unwrap();
        }
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn clone_path(&self, name: &str) -> PathBuf {
        self.folder.path().join("clone").join(name)
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(self.clone_path("")).env("GIT_COMMITTER_DATE", COMMITTED);
        Ran::of(&mut command).succeeded().out.trim().to_owned()
    }

    /// Replaces what has to be there in a file of the checkout, and commits.
    pub fn change(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.clone_path(file)).unwrap();
        assert!(text.contains(from), "{file}: {from}");
        fs::write(self.clone_path(file), text.replacen(from, to, 1)).unwrap();
        self.commit();
    }

    pub fn append(&self, file: &str, text: &str) {
        let before = fs::read_to_string(self.clone_path(file)).unwrap();
        fs::write(self.clone_path(file), before + text).unwrap();
        self.commit();
    }

    fn publish(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_publish"));
        command.current_dir(self.clone_path("")).env("DOCKER_CONFIG", self.folder.path().join("docker"));
        // The zone that commits are told in must not be the one that this runs in.
        command.env("TZ", "America/New_York");
        command
    }

    pub fn package(&self) {
        Ran::of(self.publish().args(["package", "--out", "target/package"])).succeeded();
    }

    /// Returns the path of a file that was packaged.
    pub fn packaged(&self, what: &str) -> PathBuf {
        let name =
            if what == "component" { "nexthink-connector-0.1.0.wasm" } else { "integration-provider-0.1.0.wasm" };
        self.clone_path("target/package").join(name)
    }

    fn pushing(&self, program: &Path, namespace: &str, more: &[&str]) -> Ran {
        let mut command = self.publish();
        command.args(["push", "--package", "target/package", "--registry", &format!("{}/{namespace}", self.host)]);
        Ran::of(command.args(["--digests", "target/digests", "--wkg"]).arg(program).args(more))
    }

    pub fn push(&self, namespace: &str, more: &[&str]) -> Ran {
        self.pushing(&wkg(), namespace, &[more, &["--insecure"]].concat())
    }

    pub fn push_over_tls(&self, namespace: &str) -> Ran {
        self.pushing(&wkg(), namespace, &[])
    }

    pub fn push_with(&self, program: &str, namespace: &str) -> Ran {
        self.pushing(Path::new(program), namespace, &["--insecure"])
    }

    /// Returns what `--digests` wrote.
    pub fn digests(&self) -> BTreeMap<String, String> {
        let text = fs::read_to_string(self.clone_path("target/digests")).unwrap();
        text.lines()
            .filter_map(|line| line.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    }

    /// Pushes the contract alone, as an earlier release or one that broke off.
    pub fn push_contract(&self, namespace: &str, version: &str) -> Ran {
        let reference = format!("{}/{namespace}/integration/provider:{version}", self.host);
        self.oci("push", &[&reference], &self.packaged("contract"))
    }

    pub fn pull(&self, reference: &str, file: &Path) -> Ran {
        self.oci("pull", &[reference, "--output"], file)
    }

    fn oci(&self, verb: &str, arguments: &[&str], file: &Path) -> Ran {
        Ran::of(Command::new(wkg()).args(["oci", verb, "--insecure", &self.host]).args(arguments).arg(file))
    }

    /// Gets a package by its name, as consumers do.
    pub fn get(&self, namespace: &str, package: &str) -> PathBuf {
        let host = &self.host;
        let (name, _) = package.split_once('@').unwrap();
        let configuration = format!(
            "[package_registry_overrides]\n\"{name}\" = {{ registry = \"{host}\", metadata = {{ preferredProtocol = \"oci\", \
             oci = {{ registry = \"{host}\", namespacePrefix = \"{namespace}/\" }} }} }}\n[registry.\"{host}\".oci]\n\
             protocol = \"http\"\n"
        );
        let path = |name: &str| self.folder.path().join(name);
        fs::write(path("wkg.toml"), configuration).unwrap();
        let file = path("got.wasm");
        let mut command = Command::new(wkg());
        command.args(["get", package, "--format", "wasm", "--overwrite", "--output"]).arg(&file);
        Ran::of(command.arg("--config").arg(path("wkg.toml")).arg("--cache").arg(path("cache"))).succeeded();
        file
    }

    /// Replays every recording against a component.
    pub fn play(&self, component: &Path) -> Ran {
        let expected = digest(&fs::read(self.packaged("component")).unwrap());
        let mut command = Command::new(env::var_os("HOST_TEST").expect("`make test-publish` sets HOST_TEST"));
        command.current_dir(self.clone_path("")).args(["run", "fixtures", "--digest", &expected, "--component"]);
        Ran::of(command.arg(component))
    }

    /// Returns the manifest as another client reads it.
    pub fn skopeo_manifest(&self, reference: &str) -> String {
        let reference = format!("docker://{reference}");
        Ran::of(Command::new("skopeo").args(["inspect", "--raw", "--tls-verify=false", &reference])).succeeded().out
    }

    /// Returns the one layer as another client copies it.
    pub fn skopeo_layer(&self, reference: &str) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (format!("docker://{reference}"), format!("dir:{}", folder.path().display()));
        let copy = ["copy", "--quiet", "--insecure-policy", "--src-tls-verify=false", &from, &to];
        Ran::of(Command::new("skopeo").args(copy)).succeeded();
        let manifest: Value = serde_json::from_slice(&fs::read(folder.path().join("manifest.json")).unwrap()).unwrap();
        let layer = manifest["layers"][0]["digest"].as_str().unwrap();
        fs::read(folder.path().join(layer.strip_prefix("sha256:").unwrap())).unwrap()
    }

    /// Returns what `Cargo.toml` says of the connector.
    pub fn cargo_package(&self) -> Value {
        let mut command = Command::new(env!("CARGO"));
        command.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(self.clone_path(""));
        let metadata: Value = serde_json::from_str(&Ran::of(&mut command).succeeded().out).unwrap();
        let packages = metadata["packages"].as_array().unwrap();
        packages.iter().find(|package| package["name"] == "nexthink-connector").unwrap().clone()
    }

    /// Writes Docker's configuration.
    pub fn log_in(&self, credentials: Option<&str>) {
        let auths = match credentials {
            Some(credentials) => json!({ &self.host: { "auth": STANDARD.encode(credentials) } }),
            None => json!({}),
        };
        fs::write(self.folder.path().join("docker/config.json"), json!({ "auths": auths }).to_string()).unwrap();
    }

    /// Returns every file in the store, sorted.
    pub fn store(&self) -> Vec<String> {
        let store = self.folder.path().join("store");
        let files = WalkDir::new(&store).into_iter().flatten().filter(|entry| entry.file_type().is_file());
        let mut names: Vec<_> =
            files.map(|entry| entry.path().strip_prefix(&store).unwrap().display().to_string()).collect();
        names.sort();
        names
    }

    /// Returns every tag in the store as `REPOSITORY:TAG`, sorted.
    pub fn tags(&self) -> Vec<String> {
        let tags = self.store().into_iter().filter_map(|file| {
            let rest = file.strip_prefix("docker/registry/v2/repositories/")?;
            let (repository, tag) = rest.split_once("/_manifests/tags/")?;
            Some(format!("{repository}:{}", tag.strip_suffix("/current/link")?))
        });
        tags.collect()
    }

    /// Changes one bit of what the store holds under a digest.
    pub fn flip(&self, digest: &str) {
        let digits = digest.strip_prefix("sha256:").unwrap();
        let blob = format!("store/docker/registry/v2/blobs/sha256/{}/{digits}/data", &digits[..2]);
        let path = self.folder.path().join(blob);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).unwrap();
    }
}
