//! The contract's records after the guard has checked them, as reports, scripts
//! and recordings spell them.

pub mod operation;

use std::fmt;

use serde::{Serialize, Serializer};
use url::Url;
use zeroize::{Zeroize, Zeroizing};

/// Holds a text that is never printed and is overwritten when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over the text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// Shows the text to whoever has to send or hide it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Describes the provider.
#[derive(Debug, Clone, Serialize)]
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
    pub auth: String,
    pub fields: Vec<Field>,
    pub permissions: Vec<Permission>,
    pub prerequisites: Vec<String>,
    pub guide: Vec<GuideStep>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<(String, String)>,
}

impl Definition {
    /// Returns the keys of fields that hold secrets.
    pub fn secret_keys(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|field| field.kind == "secret").map(|field| field.key.as_str())
    }

    /// Returns a field by its key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// Returns a permission by its id.
    pub fn permission(&self, id: &str) -> Option<&Permission> {
        self.permissions.iter().find(|permission| permission.id == id)
    }
}

/// Points to a page.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Link {
    pub relation: String,
    pub url: String,
}

/// Describes one thing to ask for.
#[derive(Debug, Clone, Serialize)]
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

/// Offers one value of a `choice` field.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Choice {
    pub value: String,
    pub label: String,
}

/// Names something the credentials may be allowed to do.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Permission {
    pub id: String,
    pub label: String,
    pub purpose: String,
}

/// Explains one step of connecting.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct GuideStep {
    pub id: String,
    pub title: String,
    pub text: String,
}

/// Says one thing that is wrong with what was entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Problem {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    pub code: String,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Says why an exchange did not give what it should: the plugin's judgement of a
/// response, or the host's of what happened before there was one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Failure {
    pub code: String,
    pub class: String,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

/// Says where the entries lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Connection {
    pub key: String,
    pub label: String,
    /// Spelled as an object: keys are unique once the guard has passed them.
    #[serde(serialize_with = "object")]
    pub settings: Vec<(String, String)>,
    pub hosts: Vec<String>,
    pub base_url: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

fn object<S: Serializer>(pairs: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(key, value)| (key, value)))
}

/// Holds the token request and what was changed to build it.
#[derive(Debug)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Exchange {
    pub request: Request,
    pub notes: Vec<String>,
}

/// Holds a request that passed the guard. `Debug` shows no header value and no
/// body: either may carry credentials.
#[derive(Clone)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Request {
    pub method: String,
    pub url: Url,
    pub headers: Vec<(String, Secret)>,
    pub body: Zeroizing<Vec<u8>>,
    pub authorized: bool,
    pub repeatable: bool,
    pub timeout: u32,
    pub response_limit: u32,
}

impl Request {
    /// Returns the host it goes to.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Names it for a log: the query may be a signature.
    pub(crate) fn place(&self) -> String {
        format!("{} {}{}", self.method, self.host(), self.url.path())
    }

    /// Returns the first header of that name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.expose())
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &format_args!("{}", self.url))
            .field("headers", &names)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// Holds what came back. `Debug` shows neither header values nor body; the body
/// is overwritten when dropped.
#[derive(Clone)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub received_at: u64,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

impl Drop for Response {
    fn drop(&mut self) {
        self.body.zeroize();
    }
}

/// Holds an access token. Serialised, its value is left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Token {
    #[serde(skip)]
    pub value: Secret,
    pub kind: String,
    pub expires_in: u32,
    pub refresh_after: u32,
    pub lifetime_assumed: bool,
    pub scopes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing_scopes: Vec<String>,
}

/// Asks whether one permission is granted.
#[derive(Debug)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Probe {
    pub permission: String,
    pub request: Option<Request>,
}

/// Says what a probe proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the contract documents the members")]
pub struct Standing {
    pub state: String,
    pub detail: String,
}
