//! Pulls and pushes with `wkg`, the client of the WebAssembly package tools.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;

use crate::error::{Error, read};

/// A place in a registry: `HOST[:PORT]/NAMESPACE`, where the namespace may
/// have several parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    host: String,
    namespace: String,
}

impl FromStr for Registry {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((scheme, rest)) = text.split_once("://") {
            return Err(format!("leave out `{scheme}://` and write {rest}"));
        }
        let form = "write HOST[:PORT]/NAMESPACE, such as ghcr.io/example";
        let (host, namespace) = text.split_once('/').ok_or(form)?;
        let is_part = |part: &str| {
            let inside = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '.' | '_' | '-');
            part.starts_with(|first: char| first.is_ascii_alphanumeric()) && part.chars().all(inside)
        };
        if namespace.chars().any(|letter| letter.is_ascii_uppercase()) {
            return Err("registries know no upper case in a namespace".to_owned());
        }
        let is_host =
            |host: &str| !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
        if is_host(host) && namespace.split('/').all(is_part) {
            Ok(Self { host: host.to_owned(), namespace: namespace.to_owned() })
        } else {
            Err(form.to_owned())
        }
    }
}

impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.namespace)
    }
}

/// The client `wkg`. It takes credentials from Docker's configuration
/// (`$DOCKER_CONFIG/config.json` and the helpers named there).
#[derive(Debug, clap::Args)]
pub struct Wkg {
    /// Where to push to: host, port and namespace
    #[arg(long, value_name = "HOST[:PORT]/NAMESPACE")]
    registry: Registry,
    /// Speak plain HTTP to the registry
    #[arg(long)]
    insecure: bool,
    /// The program that pushes and pulls
    #[arg(long = "wkg", value_name = "FILE")]
    program: PathBuf,
}

/// What a registry answers for one it does not have (OCI distribution
/// specification, *Error codes*), as the pinned version of `wkg` words it.
const UNKNOWN: [&str; 3] = ["manifest unknown", "repository name not known to registry", "Image manifest not found"];

impl Wkg {
    /// Returns the address of a repository, to which a tag or a digest is added.
    pub fn repository(&self, namespace: &str, name: &str) -> String {
        format!("{}/{namespace}/{name}", self.registry)
    }

    /// Pulls what a reference names; none if the registry has no such thing.
    ///
    /// `wkg` compares every digest on the way, down to that of the bytes.
    ///
    /// # Errors
    ///
    /// Why the registry cannot be asked, and what helps.
    pub fn pull(&self, reference: &str) -> Result<Option<Vec<u8>>, Error> {
        let failed = |source| Error::File { verb: "make", path: "a temporary directory".into(), source };
        let folder = tempfile::tempdir().map_err(failed)?;
        let file = folder.path().join("pulled.wasm");
        match self.run(&["pull", reference, "--output"], &[&file]) {
            Ok(_) => read(&file).map(Some),
            Err(said) if UNKNOWN.iter().any(|unknown| said.contains(unknown)) => Ok(None),
            Err(said) => Err(self.failure("ask", &said)),
        }
    }

    /// Pushes a file under a reference that has no tag yet, and returns the digest of
    /// what is there now.
    ///
    /// The registry takes the bytes first and the tag last, so there is all of it or
    /// nothing that anyone could pull.
    ///
    /// # Errors
    ///
    /// Why it is not pushed, and what helps.
    pub fn push(&self, reference: &str, file: &Path, annotations: &[(&str, String)]) -> Result<String, Error> {
        let pairs: Vec<_> = annotations
            .iter()
            .map(|(key, text)| format!("--annotation=org.opencontainers.image.{key}={text}"))
            .collect();
        let mut arguments = vec!["push", reference];
        arguments.extend(pairs.iter().map(String::as_str));
        let printed = self.run(&arguments, &[file]).map_err(|said| self.failure("push to", &said))?;
        let digest = printed.lines().find_map(|line| line.strip_prefix("digest: "));
        digest.map(str::to_owned).ok_or_else(|| self.failure("push to", &format!("it named no digest: {printed}")))
    }

    /// Runs `wkg oci` and returns what it prints, or else what it says instead.
    fn run(&self, arguments: &[&str], files: &[&Path]) -> Result<String, String> {
        let mut command = Command::new(&self.program);
        command.arg("oci").args(arguments).args(files.iter().map(|path| path.as_os_str()));
        // Only the switch makes it speak plain HTTP, and only Docker's configuration
        // holds credentials; a trace of its own code helps no one here.
        for name in ["WKG_OCI_INSECURE", "WKG_OCI_USERNAME", "WKG_OCI_PASSWORD", "RUST_LOG"] {
            command.env_remove(name);
        }
        command.env("RUST_BACKTRACE", "0");
        if self.insecure {
            command.args([OsStr::new("--insecure"), OsStr::new(&self.registry.host)]);
        }
        let output = command.output().map_err(|error| format!("{} cannot be run: {error}", self.program.display()))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// Returns the error for a failure of `wkg`: what could not be done, what helps, what it printed.
    fn failure(&self, verb: &str, said: &str) -> Error {
        let Self { registry, insecure, .. } = self;
        let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
        let (why, help) = if has(&["Not authorized", "UNAUTHORIZED", "DENIED", "denied", "code: 401", "code: 403"]) {
            let help = format!("run `docker login {}`, or name the right file by DOCKER_CONFIG", registry.host);
            (": the registry refuses the credentials, or there are none", help)
        } else if has(&["InvalidContentType"]) && !insecure {
            (": the registry does not speak TLS", "if plain HTTP is meant, say so with INSECURE=1".to_owned())
        } else if has(&["error sending request"]) {
            (": the registry cannot be reached", "check host, port and network".to_owned())
        } else if has(&["Digest error"]) {
            let help = "its store is damaged, or someone changed it; use nothing from there and tell its keeper";
            (": the registry gives other bytes than their digest names", help.to_owned())
        } else {
            ("", "see below".to_owned())
        };
        Error::Refused(format!("cannot {verb} {registry}{why}; {help}\n{said}"))
    }
}

#[cfg(test)]
mod tests {
    use super::Registry;

    #[test]
    fn a_registry_is_host_port_and_namespace() {
        for text in ["ghcr.io/example", "127.0.0.1:5000/a", "localhost:5000/a-b/c.d_e", "[::1]:5000/a"] {
            assert_eq!(text.parse::<Registry>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_form() {
        for (text, said) in [
            ("https://ghcr.io/example", "leave out `https://`"),
            ("ghcr.io", "HOST[:PORT]/NAMESPACE"),
            ("ghcr.io/", "HOST[:PORT]/NAMESPACE"),
            ("/example", "HOST[:PORT]/NAMESPACE"),
            ("ghcr.io/example:latest", "HOST[:PORT]/NAMESPACE"),
            ("user:word@ghcr.io/example", "HOST[:PORT]/NAMESPACE"),
            ("ghcr.io/a//b", "HOST[:PORT]/NAMESPACE"),
            ("ghcr.io/Example", "upper case"),
        ] {
            let refusal = text.parse::<Registry>().unwrap_err();
            assert!(refusal.contains(said), "{text}: {refusal}");
        }
    }
}
