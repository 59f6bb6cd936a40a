//! Says what the tenant is called, who may call it, and how it should misbehave.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::error::Category;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::faults::{Action, FaultRule};
use crate::secret::Secret;

/// Configures a tenant; a JSON object with the same names.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Names the instance: the first label of its hosts, in lower case.
    pub instance: String,
    /// Names the region, `us`, `eu`, `pac` or `meta`; any other label works as well.
    pub region: String,
    /// Lists who may get a token for [`Config::instance`].
    #[serde(default)]
    pub credentials: Vec<Credential>,
    /// Accepts every other instance name of the region as well; absent means that only [`Config::instance`] exists.
    #[serde(default)]
    pub any_instance: Option<AnyInstance>,
    /// Says how many seconds a token lives. The documented tenant gives 900.
    #[serde(default = "documented_lifetime")]
    pub token_lifetime: u64,
    /// Names the port on 127.0.0.1; 0 takes a free one.
    #[serde(default)]
    pub port: u16,
    /// Counts the rows of the saved query `#export_devices` when exported.
    #[serde(default = "some_rows")]
    pub export_rows: u64,
    /// Says whether the tenant has the data management feature; without it deletions answer 403 `FEATURE_NOT_ENABLED`.
    #[serde(default = "yes")]
    pub data_management_enabled: bool,
    /// Bounds what a client can ask of the machine.
    #[serde(default)]
    pub limits: Limits,
    /// Lists what should go wrong, and when.
    #[serde(default)]
    pub faults: Vec<FaultRule>,
}

/// Names one pair of API credentials and the boxes ticked for it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// Names the client; no colon, by RFC 7617.
    pub client_id: String,
    /// Proves it.
    pub client_secret: Secret,
    /// Lists the boxes that are ticked; may be empty, which still gives a token.
    #[serde(default)]
    pub permissions: Vec<Permission>,
}

/// Says how instances other than the configured one know their clients.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnyInstance {
    /// Starts every secret; see [`AnyInstance::secret_for`].
    pub shared_secret: Secret,
    /// Lists the boxes that are ticked for every client; all seven unless given.
    #[serde(default = "every_permission")]
    pub permissions: Vec<Permission>,
}

impl AnyInstance {
    /// Makes the secret of a client: `<shared secret>.<instance>.<client id>`. It differs for every pair, so that
    /// entries of one connection used for another are noticed.
    pub fn secret_for(&self, instance: &str, client_id: &str) -> Secret {
        Secret::from(format!("{}.{instance}.{client_id}", self.shared_secret.expose()))
    }
}

/// Names a box to tick for API credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// Triggers and queries remote actions.
    RemoteActions,
    /// Writes fields of inventory objects.
    Enrichment,
    /// Deletes devices.
    DataManagement,
    /// Triggers and queries workflows.
    Workflows,
    /// Triggers campaigns.
    Campaigns,
    /// Runs saved queries.
    Nql,
    /// Hands chats over to Spark.
    Spark,
}

impl Permission {
    /// Lists all seven in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::RemoteActions,
        Self::Enrichment,
        Self::DataManagement,
        Self::Workflows,
        Self::Campaigns,
        Self::Nql,
        Self::Spark,
    ];

    /// Gives the id used in the configuration.
    pub fn id(self) -> &'static str {
        match self {
            Self::RemoteActions => "remote-actions",
            Self::Enrichment => "enrichment",
            Self::DataManagement => "data-management",
            Self::Workflows => "workflows",
            Self::Campaigns => "campaigns",
            Self::Nql => "nql",
            Self::Spark => "spark",
        }
    }

    /// Finds the permission with an id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.id() == id)
    }
}

/// Bounds what a client can ask of the machine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Counts connections open at once; one more is closed at once. Enough for 64 callers that keep several.
    pub connections: usize,
    /// Counts bytes of a request's head; common servers allow 8 to 16 KiB.
    pub head_bytes: usize,
    /// Counts bytes of a request's body; 10,000 enrichments of ten fields fit.
    pub body_bytes: usize,
    /// Counts seconds in which a handshake or a whole request must arrive, and a reply be taken.
    pub request_seconds: u64,
    /// Counts seconds a connection may stay idle between two requests.
    pub idle_seconds: u64,
}

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
    /// Makes the configuration of a tenant without clients or faults, as documented otherwise.
    pub fn new(instance: &str, region: &str) -> Self {
        Self {
            instance: instance.to_owned(),
            region: region.to_owned(),
            credentials: Vec::new(),
            any_instance: None,
            token_lifetime: documented_lifetime(),
            port: 0,
            export_rows: some_rows(),
            data_management_enabled: true,
            limits: Limits::default(),
            faults: Vec::new(),
        }
    }

    /// Reads a JSON file.
    pub fn from_file(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(|source| Error::File { path: path.to_owned(), source })?;
        Self::from_json(&Zeroizing::new(text))
    }

    /// Reads JSON.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|error| Error::Syntax {
            line: error.line(),
            column: error.column(),
            problem: problem(&error),
        })
    }

    /// Gives the host that has the token endpoint.
    pub fn login_host(&self) -> String {
        format!("{}-login.{}.nexthink.cloud", self.instance, self.region)
    }

    /// Gives the host that has the API.
    pub fn api_host(&self) -> String {
        format!("{}.api.{}.nexthink.cloud", self.instance, self.region)
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let refuse = |text: String| Err(Error::Config(text));
        // `<instance>-login` has to fit into one DNS label.
        if !is_label(&self.instance) || self.instance.len() > 57 {
            return refuse("instance: a DNS label of at most 57 lower-case characters is needed".to_owned());
        }
        if !is_label(&self.region) {
            return refuse("region: a DNS label in lower case is needed, such as eu".to_owned());
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
            return refuse("faults: a tenant has one certificate, so at most one rule can spoil it".to_owned());
        }
        Ok(())
    }

    pub(super) fn spoiled_certificate(&self) -> Option<&Action> {
        self.faults.iter().map(|rule| &rule.action).find(|action| action.is_certificate())
    }
}

/// Reports whether a text is a DNS label in lower case.
pub(super) fn is_label(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(allowed) && !text.starts_with('-') && !text.ends_with('-')
}

/// Says what serde found wrong, unless its words would quote a value: a secret may stand in the wrong place.
fn problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    let harmless = ["missing field ", "unknown field ", "duplicate field ", "when: "];
    if error.classify() == Category::Data && !harmless.iter().any(|start| text.starts_with(start)) {
        return "this value has another type, or is not among the choices".to_owned();
    }
    text.to_owned()
}

fn documented_lifetime() -> u64 {
    900
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
    use super::{AnyInstance, Config, Permission};

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
                "when: only one of",
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

    #[test]
    fn every_permission_has_the_id_of_its_name_in_files() {
        for permission in Permission::ALL {
            assert_eq!(Permission::from_id(permission.id()), Some(permission));
            let read: Permission = serde_json::from_str(&format!("{:?}", permission.id())).unwrap();
            assert_eq!(read, permission);
        }
    }
}
