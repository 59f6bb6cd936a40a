//! Recordings that answer whoever connects.

use std::path::PathBuf;
use std::sync::Arc;

use connector_host::records::{Connection, Definition, Host};
use connector_host::{Connector, Entries};
use connector_recordings::{Origin, Placeholders, Recording, Replay, entries};
use serde::Serialize;
use serde_json::{Map, Value, json};
use url::Url;

/// Members of an expected outcome, one of which says how a recording ends.
const OUTCOMES: [&str; 5] = ["token", "failure", "problems", "outcome", "download"];

/// A recording that the page offers.
#[derive(Debug, Serialize)]
pub struct Listed {
    #[serde(skip)]
    recording: Arc<Recording>,
    name: String,
    file: String,
    origin: &'static str,
    /// One of [`OUTCOMES`].
    outcome: &'static str,
    /// Whether nothing is derived or noted on the way.
    plain: bool,
    /// Whether it shows what the credentials may do.
    permissions: bool,
    /// Its entries without the secret ones.
    entries: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<Value>,
}

impl Listed {
    /// Lists a recording whose entries fit a form of this connector: every key is that of a
    /// field, none occurs twice. None: they do not.
    pub fn of(recording: Recording, connector: &Connector) -> Option<Self> {
        let definition = connector.definition();
        let placeholders = Placeholders::new(definition);
        let mut filled_in = Map::new();
        for (at, (key, text)) in recording.entries.iter().enumerate() {
            if recording.entries[..at].iter().any(|(earlier, _)| earlier == key) {
                return None;
            }
            if !definition.field(key)?.is_secret() {
                filled_in.insert(key.clone(), Value::String(placeholders.fill(text).ok()?));
            }
        }
        let input = match &recording.scenario {
            Some(scenario) => Some(filled(&scenario.input, &placeholders)?),
            None => None,
        };
        Some(Self {
            name: recording.name.clone(),
            file: recording.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            origin: recording.origin.as_str(),
            outcome: OUTCOMES.into_iter().find(|name| recording.expect.get(name).is_some())?,
            plain: recording.expect.get("notes").is_none(),
            permissions: recording.expect.get("permissions").is_some(),
            entries: filled_in,
            operation: recording.scenario.as_ref().map(|scenario| scenario.operation.clone()),
            input,
            recording: Arc::new(recording),
        })
    }

    /// Begins a replay for the entries of a person, so that any tenant's name is as good as
    /// the recorded one. Without a connection the entries are refused before anything is
    /// sent.
    pub(crate) fn replay(
        &self,
        connector: &Connector,
        entries: &Entries,
        connection: Option<&Connection>,
    ) -> Arc<Replay> {
        let recording = connection.and_then(|connection| moved(&self.recording, connector, connection));
        let placeholders = placeholders(connector.definition(), entries, connection);
        Replay::new(recording.map_or_else(|| Arc::clone(&self.recording), Arc::new), placeholders)
    }
}

/// Begins a replay that has no answer to anything.
pub(crate) fn no_answers(connector: &Connector, entries: &Entries, connection: &Connection) -> Arc<Replay> {
    let recording = Recording {
        path: PathBuf::new(),
        name: String::new(),
        origin: Origin::Synthetic,
        source: String::new(),
        clock: 0,
        entries: Vec::new(),
        expect: Value::Null,
        scenario: None,
        sign_in: None,
        exchanges: Vec::new(),
    };
    Replay::new(Arc::new(recording), placeholders(connector.definition(), entries, Some(connection)))
}

/// Returns placeholders for the entries of a person, as the connector normalises them.
fn placeholders(definition: &Definition, entries: &Entries, connection: Option<&Connection>) -> Arc<Placeholders> {
    let settings = connection.map_or(&[][..], |connection| &connection.settings);
    let text = |key: &str| {
        let setting = settings.iter().find(|(known, _)| known == key).map(|(_, text)| text.as_str());
        setting.or_else(|| entries.text(key))
    };
    let pairs = definition.fields.iter().filter_map(|field| Some((field.key.clone(), text(&field.key)?.to_owned())));
    let secret_keys: Vec<_> = definition.secret_keys().collect();
    Arc::new(Placeholders::with_entries(definition, &Entries::new(pairs.collect(), &secret_keys)))
}

/// Moves a recording to the hosts of another connection. None: its own entries do not
/// resolve, so nothing was sent.
fn moved(recording: &Recording, connector: &Connector, to: &Connection) -> Option<Recording> {
    let recorded = entries(connector, recording, &Placeholders::new(connector.definition())).ok()?;
    let from = connector.resolve(&recorded).ok()?;
    let mut recording = recording.clone();
    for exchange in &mut recording.exchanges {
        if let Some(url) = moved_url(&exchange.request.url, &from, to) {
            exchange.request.url = url;
        }
    }
    Some(recording)
}

/// Replaces the host, and every segment of the path that is the value of a setting. None:
/// its host is none of the connection's, as that of a download.
fn moved_url(url: &str, from: &Connection, to: &Connection) -> Option<String> {
    let mut url = Url::parse(url).ok()?;
    let known = from.hosts.iter().find(|known| url.host_str() == Some(&known.name))?;
    let same = |host: &&Host| (host.role, &host.platform) == (known.role, &known.platform);
    url.set_host(Some(&to.hosts.iter().find(same)?.name)).ok()?;
    let setting = |segment: &str| {
        let (key, _) = from.settings.iter().find(|(_, value)| value == segment)?;
        to.settings.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone())
    };
    let segments = url.path_segments()?.map(|segment| setting(segment).unwrap_or_else(|| segment.to_owned()));
    let path = segments.collect::<Vec<_>>().join("/");
    url.set_path(&path);
    Some(url.into())
}

/// Fills the placeholders of an input; one that is no JSON then stays a text.
fn filled(value: &Value, placeholders: &Placeholders) -> Option<Value> {
    let text = placeholders.fill(&value.to_string()).ok()?;
    Some(serde_json::from_str(&text).unwrap_or(json!(text)))
}

#[cfg(test)]
mod tests {
    use connector_host::records::HostRole;

    use super::*;

    fn connection(tenant: &str, hosts: [&str; 2]) -> Connection {
        Connection {
            key: tenant.to_owned(),
            label: tenant.to_owned(),
            settings: vec![("tenant".to_owned(), tenant.to_owned())],
            hosts: [HostRole::Token, HostRole::Api]
                .into_iter()
                .zip(hosts)
                .map(|(role, name)| Host { role, platform: None, name: name.to_owned() })
                .collect(),
            base_url: format!("https://{}", hosts[1]),
            notes: Vec::new(),
        }
    }

    #[test]
    fn a_recorded_url_moves_to_the_host_and_settings_of_another_connection() {
        let from = connection("sample", ["login.made.example", "sample.made.example"]);
        let to = connection("acme", ["login.made.example", "acme.made.example"]);
        for (recorded, expected) in [
            ("https://sample.made.example/api/v1?a=sample", Some("https://acme.made.example/api/v1?a=sample")),
            ("https://login.made.example/sample/token", Some("https://login.made.example/acme/token")),
            ("https://login.made.example/samples/", Some("https://login.made.example/samples/")),
            (
                "https://login.made.example/%7B%7Bentry%3Aid%7D%7D",
                Some("https://login.made.example/%7B%7Bentry%3Aid%7D%7D"),
            ),
            ("https://files.example/sample", None),
            ("no URL", None),
        ] {
            assert_eq!(moved_url(recorded, &from, &to).as_deref(), expected, "{recorded}");
        }
    }
}
