//! What a platform shows before anyone connects.

use serde::Serialize;

/// A provider and its form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Definition {
    pub id: String,
    pub name: String,
    pub summary: String,
    pub version: String,
    pub categories: Vec<String>,
    pub icon: String,
    pub links: Vec<Link>,
    pub domains: Vec<String>,
    pub hosts: Vec<HostTemplate>,
    pub auth: String,
    pub fields: Vec<Field>,
    pub permissions: Vec<Permission>,
    pub prerequisites: Vec<String>,
    pub guide: Vec<GuideStep>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<(String, String)>,
}

impl Definition {
    /// Returns the keys of the fields of kind `secret`.
    pub fn secret_keys(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|field| field.is_secret()).map(|field| field.key.as_str())
    }

    /// Returns the field with this key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// Returns the permission with this id.
    pub fn permission(&self, id: &str) -> Option<&Permission> {
        self.permissions.iter().find(|permission| permission.id == id)
    }
}

/// What a host is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the contract documents the cases")]
pub enum HostRole {
    Token,
    Api,
    Authorization,
    Web,
}

impl HostRole {
    /// Returns the case as the contract spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Api => "api",
            Self::Authorization => "authorization",
            Self::Web => "web",
        }
    }
}

/// A host name with keys of fields in braces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct HostTemplate {
    pub role: HostRole,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    pub template: String,
}

/// A page about the provider or the connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Link {
    pub relation: String,
    pub url: String,
}

/// One input of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Field {
    pub key: String,
    pub label: String,
    pub description: String,
    pub kind: String,
    pub required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guide_step: Option<String>,
}

impl Field {
    /// Returns whether its value is one of a list.
    pub fn is_choice(&self) -> bool {
        self.kind == "choice"
    }

    /// Returns whether its value is a secret.
    pub fn is_secret(&self) -> bool {
        self.kind == "secret"
    }
}

/// One value of a `choice` field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Choice {
    pub value: String,
    pub label: String,
}

/// Something that credentials can be allowed to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Permission {
    pub id: String,
    pub label: String,
    pub purpose: String,
}

/// One step of the guide to connecting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct GuideStep {
    pub id: String,
    pub title: String,
    pub text: String,
}
