//! Recordings in `fixtures/`, played with the credentials of a test.

use std::path::Path;
use std::sync::Arc;

use connector_core::GrantedToken;
use connector_core::permissions::PermissionCheck;
use connector_host::records::Response;
use connector_host::{Completed, Connector, Error, Session};
use connector_recordings::{Placeholders, RecordedBody, RecordedResponse, Replay, entries, open};

use super::owned;

/// What is put in place of placeholders.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    pub id: &'a str,
    pub secret: &'a str,
}

pub struct Recording {
    file: connector_recordings::Recording,
    placeholders: Arc<Placeholders>,
    entries: Vec<(String, String)>,
}

/// What a recording ended with.
pub struct Played {
    pub session: Result<Session, Error>,
    pub token: Option<Result<Arc<GrantedToken>, Error>>,
    pub permissions: Option<Result<Vec<PermissionCheck>, Error>>,
    pub completed: Option<Result<Completed, Error>>,
}

impl Recording {
    pub fn read(path: &Path, connector: &Connector, Credentials { id, secret }: Credentials<'_>) -> Self {
        let file = connector_recordings::Recording::read(path).unwrap();
        let given = connector.entries(owned(&[("client_id", id), ("client_secret", secret)]));
        let placeholders = Arc::new(Placeholders::with_entries(connector.definition(), &given));
        let entries = entries(connector, &file, &placeholders).unwrap().pairs().to_vec();
        Self { file, placeholders, entries }
    }

    /// Returns one response to one request in place of what is recorded.
    pub fn answered(mut self, Response { status, headers, body, .. }: Response) -> Self {
        let body = RecordedBody::Bytes(body.to_vec());
        self.file.exchanges.truncate(1);
        self.file.exchanges[0].response = Ok(RecordedResponse { status, headers, body });
        self
    }

    /// Gives an entry another text.
    pub fn entering(mut self, key: &str, text: &str) -> Self {
        let entry = self.entries.iter_mut().find(|(given, _)| given == key).unwrap();
        text.clone_into(&mut entry.1);
        self
    }

    pub fn entries(&self) -> &[(String, String)] {
        &self.entries
    }

    /// Plays it: an operation with a token that is there already, or the exchange and the
    /// permissions.
    pub async fn play(&self, connector: &Arc<Connector>) -> Played {
        let replay = Replay::new(Arc::new(self.file.clone()), Arc::clone(&self.placeholders));
        let entries = connector.entries(self.entries.clone());
        let session = match &self.file.scenario {
            Some(_) => open(connector, entries, &replay),
            None => Session::open_with(Arc::clone(connector), entries, replay.clone(), replay.options()),
        };
        let mut played = Played { session, token: None, permissions: None, completed: None };
        let Ok(session) = &played.session else { return played };
        if let Some(scenario) = &self.file.scenario {
            let input = scenario.input.as_str().map_or_else(|| scenario.input.to_string(), str::to_owned);
            let input = self.placeholders.fill(&input).unwrap();
            played.completed = Some(match session.start(&scenario.operation, input).await {
                Ok(mut run) => run.complete(|_| ()).await,
                Err(error) => Err(error),
            });
            return played;
        }
        played.token = Some(session.token().await.map(|granted| granted.expect("a token is exchanged")));
        if self.file.expect.get("permissions").is_some() {
            played.permissions = Some(session.permissions(|_| ()).await);
        }
        played
    }
}
