//! What entries resolve to.

use serde::{Serialize, Serializer};

use super::definition::HostRole;

/// A resolved connection: its hosts, and the entries after normalisation without the
/// secret ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Connection {
    pub key: String,
    pub label: String,
    /// Serialised as an object: the guard has made sure that keys are unique.
    #[serde(serialize_with = "object")]
    pub settings: Vec<(String, String)>,
    /// The hosts that the templates of the definition give, in their order.
    pub hosts: Vec<Host>,
    pub base_url: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl Connection {
    /// Returns whether a name is that of a host with this role.
    pub fn has_host(&self, role: HostRole, name: &str) -> bool {
        self.hosts.iter().any(|host| host.role == role && host.name == name)
    }
}

/// A host of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Host {
    /// What it is for.
    pub role: HostRole,
    /// Kind of tenant that has it. None: every tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Fully qualified domain name, in lower case.
    pub name: String,
}

fn object<S: Serializer>(pairs: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(key, value)| (key, value)))
}
