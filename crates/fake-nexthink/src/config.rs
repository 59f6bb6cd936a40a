//! The configuration of a fake: its names, its clients, its faults.

use std::path::Path;

use serde::Deserialize;
use serde_json::error::Category;

use crate::error::Error;
use crate::fault_rule::{Action, FaultRule};
use crate::file;
use crate::host::is_label;
use crate::permission::Permission;
use crate::secret::Secret;

/// Longest file, in bytes: room for some thousand clients or faults.
const LONGEST: u32 = 1 << 20;

/// The configuration of a fake; in a file, a JSON object with the same names.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The instance: the first label of the hosts, in lower case, at most 57 characters.
    pub instance: String,
    /// The region: `us`, `eu`, `pac`, `meta` or any other label.
    pub region: String,
    /// The clients of [`Config::instance`]; none by default.
    #[serde(default)]
    pub credentials: Vec<Credential>,
    /// The clients of all other instances of the region; absent means that only [`Config::instance`] exists.
    #[serde(default)]
    pub any_instance: Option<AnyInstance>,
    /// The lifetime of a token in seconds; 900 by default, as documented.
    #[serde(default = "documented_lifetime")]
    pub token_lifetime: u64,
    /// The port on 127.0.0.1; 0, the default, means any free one.
    #[serde(default)]
    pub port: u16,
    /// The number of rows in an export of the saved query `#export_devices`; 10,000 by default.
    #[serde(default = "some_rows")]
    pub export_rows: u64,
    /// Objects in an enrichment request; more return 400 `ENRICH_042`. 10,000 by default, as the specification of 2026
    /// has it; that of 2024 has 5,000.
    #[serde(default = "documented_objects")]
    pub enrichment_objects: usize,
    /// Bytes of an enrichment request; more return 413. By default only [`Limits::body_bytes`] applies: a limit of the
    /// API is not documented.
    #[serde(default)]
    pub enrichment_bytes: Option<usize>,
    /// Bytes of the definition of each workflow, 16 MiB at most; none by default. Listings have every definition, and
    /// those of real tenants exceed 4 MiB.
    #[serde(default)]
    pub workflow_definition_bytes: usize,
    /// Whether the tenant has the data management feature; without it, deletions return 403 `FEATURE_NOT_ENABLED`.
    #[serde(default = "yes")]
    pub data_management_enabled: bool,
    /// The bounds on what clients can use of this machine.
    #[serde(default)]
    pub limits: Limits,
    /// What goes wrong, and when; nothing by default.
    #[serde(default)]
    pub faults: Vec<FaultRule>,
}

/// API credentials and their permissions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// The client id, without a colon (RFC 7617, section 2).
    pub client_id: String,
    /// The client secret.
    pub client_secret: Secret,
    /// The permissions; a client without any still gets tokens.
    #[serde(default)]
    pub permissions: Vec<Permission>,
}

/// The clients of all instances other than the configured one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnyInstance {
    /// The start of every secret; see [`AnyInstance::secret_for`].
    pub shared_secret: Secret,
    /// The permissions of every client; all seven by default.
    #[serde(default = "every_permission")]
    pub permissions: Vec<Permission>,
}

impl AnyInstance {
    /// Returns the secret of a client: `<shared secret>.<instance>.<client id>`. Each pair has its own, so that a test
    /// notices when the credentials of one connection are used for another.
    pub fn secret_for(&self, instance: &str, client_id: &str) -> Secret {
        Secret::from(format!("{}.{instance}.{client_id}", self.shared_secret.expose()))
    }
}

/// Bounds on what clients can use of this machine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Connections open at once; one more is closed immediately. 512 by default: 64 callers with eight each.
    pub connections: usize,
    /// Bytes of a request's head, 8,192 or more; 16 KiB by default, at the upper end of common servers.
    pub head_bytes: usize,
    /// Bytes of a request's body; 8 MiB by default, which fits 10,000 enrichments of ten fields.
    pub body_bytes: usize,
    /// Seconds for a handshake, for the body of a request, and for a client to read on in a response; 30 by default.
    pub request_seconds: u64,
    /// Seconds for the head of the next request; 120 by default.
    pub idle_seconds: u64,
}

/// Bytes, so that a listing stays below 100 MiB.
const MAXIMUM_DEFINITION: usize = 16 * 1024 * 1024;

/// The smallest buffer that hyper accepts.
const MINIMUM_HEAD: usize = 8192;

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            head_bytes: 16 * 1024,
            body_bytes: 8 * 1024 * 1024,
            request_seconds: 30,
            idle_seconds: 120,
        }
    }
}

impl Config {
    /// Returns the configuration of a tenant without clients or faults.
    pub fn new(instance: &str, region: &str) -> Self {
        Self {
            instance: instance.to_owned(),
            region: region.to_owned(),
            credentials: Vec::new(),
            any_instance: None,
            token_lifetime: documented_lifetime(),
            port: 0,
            export_rows: some_rows(),
            enrichment_objects: documented_objects(),
            enrichment_bytes: None,
            workflow_definition_bytes: 0,
            data_management_enabled: true,
            limits: Limits::default(),
            faults: Vec::new(),
        }
    }

    /// Reads a JSON file: a regular one of at most 1 MiB.
    pub fn from_file(path: &Path) -> Result<Self, Error> {
        Self::from_json(&file::read(path, LONGEST)?)
    }

    /// Reads JSON.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|error| Error::Syntax {
            line: error.line(),
            column: error.column(),
            problem: problem(&error),
        })
    }

    /// Returns the host of the token endpoint.
    pub fn login_host(&self) -> String {
        format!("{}-login.{}.nexthink.cloud", self.instance, self.region)
    }

    /// Returns the host of the API.
    pub fn api_host(&self) -> String {
        format!("{}.api.{}.nexthink.cloud", self.instance, self.region)
    }

    /// Returns the first contradiction, with its place.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let refuse = |text: String| Err(Error::Config(text));
        // `<instance>-login` has to fit into one DNS label.
        if !is_label(&self.instance) || self.instance.len() > 57 {
            return refuse("instance: must be a DNS label of at most 57 lower-case characters".to_owned());
        }
        if !is_label(&self.region) {
            return refuse("region: must be a DNS label in lower case, such as eu".to_owned());
        }
        if self.limits.head_bytes < MINIMUM_HEAD {
            return refuse(format!("limits: head_bytes must be at least {MINIMUM_HEAD}"));
        }
        if self.workflow_definition_bytes > MAXIMUM_DEFINITION {
            return refuse(format!("workflow_definition_bytes: must be at most {MAXIMUM_DEFINITION}"));
        }
        for (index, credential) in self.credentials.iter().enumerate() {
            if credential.client_id.is_empty() || credential.client_id.contains(':') {
                return refuse(format!("credentials[{index}]: client_id is empty or contains a colon"));
            }
            if credential.client_secret.is_empty() {
                return refuse(format!("credentials[{index}]: client_secret is empty"));
            }
            if self.credentials[..index].iter().any(|earlier| earlier.client_id == credential.client_id) {
                return refuse(format!("credentials[{index}]: client_id occurs twice"));
            }
        }
        if self.any_instance.as_ref().is_some_and(|any| any.shared_secret.is_empty()) {
            return refuse("any_instance: shared_secret is empty".to_owned());
        }
        for (index, rule) in self.faults.iter().enumerate() {
            rule.check().map_err(|text| Error::Config(format!("faults[{index}]: {text}")))?;
        }
        if self.faults.iter().filter(|rule| rule.action.is_certificate()).count() > 1 {
            return refuse("faults: there is one certificate, so at most one rule can change it".to_owned());
        }
        Ok(())
    }

    /// Returns the fault of the certificate, if it has one.
    pub(crate) fn certificate_fault(&self) -> Option<&Action> {
        self.faults.iter().map(|rule| &rule.action).find(|action| action.is_certificate())
    }
}

/// Returns serde's message, unless it quotes a value: someone may have put a secret in the wrong place.
fn problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    let harmless = ["missing field ", "unknown field ", "duplicate field ", "when: "];
    if error.classify() == Category::Data && !harmless.iter().any(|start| text.starts_with(start)) {
        return "this value has another type or is not among the choices".to_owned();
    }
    text.to_owned()
}

fn documented_lifetime() -> u64 {
    900
}

fn documented_objects() -> usize {
    10_000
}

fn some_rows() -> u64 {
    10_000
}

fn yes() -> bool {
    true
}

fn every_permission() -> Vec<Permission> {
    Permission::ALL.to_vec()
}

#[cfg(test)]
mod tests {
    use super::{AnyInstance, Config};

    #[test]
    fn a_file_needs_instance_and_region_only() {
        let config = Config::from_json(r#"{"instance":"acme","region":"eu"}"#).unwrap();
        assert_eq!((config.token_lifetime, config.port), (900, 0));
        assert_eq!(config.login_host(), "acme-login.eu.nexthink.cloud");
        assert_eq!(config.api_host(), "acme.api.eu.nexthink.cloud");
    }

    #[test]
    fn an_error_says_where_and_never_quotes_a_value() {
        let cases = [
            (r#"{"instance":"a","region":"eu","colour":1}"#, "unknown field `colour`"),
            (r#"{"instance":"a"}"#, "missing field `region`"),
            (r#"{"instance":"a","region":"eu","token_lifetime":"canary"}"#, "another type"),
            (
                r#"{"instance":"a","region":"eu","credentials":[{"client_id":"i","client_secret":"s","permissions":["canary"]}]}"#,
                "not among the choices",
            ),
            (
                r#"{"instance":"a","region":"eu","faults":[{"when":{"nth":1,"every":2},"do":"reset-before"}]}"#,
                "exclude each other",
            ),
            ("{", "EOF"),
        ];
        for (text, expected) in cases {
            let error = Config::from_json(text).unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains("line 1"), "{error}");
            assert!(!error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let config = Config::from_json(
            r#"{"instance":"a","region":"eu","any_instance":{"shared_secret":"canary"},
                "credentials":[{"client_id":"i","client_secret":"canary"}]}"#,
        );
        assert!(!format!("{:?}", config.unwrap()).contains("canary"));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_place() {
        let credential = r#"{"client_id":"i","client_secret":"s"}"#;
        let cases = [
            (r#"{"instance":"Acme","region":"eu"}"#.to_owned(), "instance: "),
            (format!(r#"{{"instance":"{}","region":"eu"}}"#, "a".repeat(58)), "instance: "),
            (r#"{"instance":"a","region":"eu."}"#.to_owned(), "region: "),
            (
                format!(r#"{{"instance":"a","region":"eu","credentials":[{credential},{credential}]}}"#),
                "credentials[1]: client_id occurs twice",
            ),
            (
                r#"{"instance":"a","region":"eu","credentials":[{"client_id":"i:","client_secret":"s"}]}"#.to_owned(),
                "credentials[0]: client_id",
            ),
            (
                r#"{"instance":"a","region":"eu","faults":[{"when":{"nth":1},"do":"expired-certificate"}]}"#.to_owned(),
                "faults[0]: ",
            ),
        ];
        for (text, expected) in cases {
            let error = Config::from_json(&text).unwrap().check().unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn secrets_of_any_instance_differ_by_instance_and_client() {
        let any = AnyInstance { shared_secret: "s".into(), permissions: vec![] };
        assert!(any.secret_for("a", "b").matches(b"s.a.b"));
        assert!(!any.secret_for("a", "b").matches(b"s.b.a"));
    }
}
