//! Recordings that the page offers to answer from, whoever connects.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Map, Value, json};
use url::Url;

use crate::entries::Entries;
use crate::guard::Connector;
use crate::har::{HarError, Placeholders, Recording};
use crate::model::Connection;
use crate::scenario;

/// Tells of a recording what the page shows.
#[derive(Debug, Serialize)]
pub struct Listed {
    #[serde(skip)]
    pub(super) path: PathBuf,
    name: String,
    file: String,
    origin: &'static str,
    /// `token`, `failure`, `problems`, or what an operation ends with.
    outcome: &'static str,
    /// Whether something is derived or noted on the way.
    plain: bool,
    /// Whether it goes on to tell what the credentials may do.
    permissions: bool,
    /// What was entered, secrets left out.
    entered: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<Value>,
}

impl Listed {
    /// Looks whether a form of this component can enter what was recorded: every
    /// key is one of its fields', none twice.
    pub fn of(recording: &Recording, connector: &Connector) -> Option<Self> {
        let placeholders = Placeholders::default();
        let mut entered = Map::new();
        for (key, text) in &recording.entered {
            let field = connector.definition().field(key)?;
            let text = if field.kind == "secret" { String::new() } else { placeholders.fill(text).ok()? };
            if entered.insert(key.clone(), Value::String(text)).is_some() {
                return None;
            }
        }
        entered.retain(|key, _| connector.definition().field(key).is_some_and(|field| field.kind != "secret"));
        let outcomes = ["token", "failure", "problems", "outcome", "download"];
        let input = match &recording.scenario {
            Some(scenario) => Some(filled(&scenario.input, &placeholders)?),
            None => None,
        };
        Some(Self {
            path: recording.path.clone(),
            name: recording.name.clone(),
            file: recording.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            origin: recording.origin.as_str(),
            outcome: outcomes.into_iter().find(|name| recording.expect.get(name).is_some())?,
            plain: recording.expect.get("notes").is_none(),
            permissions: recording.expect.get("permissions").is_some(),
            entered,
            operation: recording.scenario.as_ref().map(|scenario| scenario.operation.clone()),
            input,
        })
    }
}

/// Fills the placeholders of an input; what is no text stays as it is.
fn filled(value: &Value, placeholders: &Placeholders) -> Option<Value> {
    let text = placeholders.fill(&value.to_string()).ok()?;
    Some(serde_json::from_str(&text).unwrap_or(json!(text)))
}

/// Reads a recording and turns it to where the entries of a person lead, so that
/// every tenant's name is as good as the recorded one. Returns the placeholders that
/// stand for what was entered.
pub(super) fn turned(
    listed: &Listed,
    connector: &Connector,
    entries: &Entries,
    connection: Option<&Connection>,
) -> Result<(Recording, Placeholders), HarError> {
    let mut recording = Recording::read(&listed.path)?;
    let under = |placeholder: &str| {
        let key = recording.entered.iter().find(|(_, text)| text.contains(placeholder)).map(|(key, _)| key.as_str());
        key.and_then(|key| entries.text(key))
    };
    let placeholders = Placeholders::new(under("{{client_id}}"), under("{{client_secret}}"));
    let preset = Placeholders::default();
    let recorded = scenario::entries(connector, &recording, &preset).ok();
    let recorded = recorded.and_then(|entries| connector.resolve(&entries).ok()?.ok());
    if let (Some(recorded), Some(connection)) = (recorded, connection) {
        let hosts: Vec<_> = recorded.hosts.iter().zip(&connection.hosts).collect();
        for exchange in &mut recording.exchanges {
            let Ok(mut url) = Url::parse(&exchange.request.url) else { continue };
            let Some((_, host)) = hosts.iter().find(|(from, _)| url.host_str() == Some(from)) else { continue };
            if url.set_host(Some(host)).is_ok() {
                exchange.request.url = url.into();
            }
        }
    }
    Ok((recording, placeholders))
}
