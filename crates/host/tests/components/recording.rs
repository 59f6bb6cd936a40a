//! Recordings in `fixtures/`, played in the order of their entries. What is sent is
//! compared by method and URL alone: `connector-recordings` compares all of it.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connector_core::permissions::PermissionCheck;
use connector_core::{GrantedToken, Secret};
use connector_host::records::{Request, Response, Token};
use connector_host::{
    BoxFuture, Clock, Completed, Connector, Error, Fault, Incoming, Options, Policy, SendError, Session, Transport,
};
use serde_json::Value;

use super::response;

/// What is put in place of placeholders.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    pub id: &'a str,
    pub secret: &'a str,
}

pub struct Recording {
    entries: Vec<(String, String)>,
    /// An operation and its input.
    operation: Option<(String, String)>,
    permissions: bool,
    /// Method and URL of each request, and the response.
    exchanges: Vec<(String, Response)>,
}

/// What a recording ended with.
pub struct Played {
    pub session: Result<Session, Error>,
    pub token: Option<Result<Arc<GrantedToken>, Error>>,
    pub permissions: Option<Result<Vec<PermissionCheck>, Error>>,
    pub completed: Option<Result<Completed, Error>>,
}

impl Recording {
    /// Reads a recording; none where it has what only `connector-recordings` plays: a
    /// fault of the network, or a body that is no text.
    pub fn read(path: &Path, credentials: Credentials<'_>) -> Option<Self> {
        let log = serde_json::from_str::<Value>(&std::fs::read_to_string(path).unwrap()).unwrap()["log"].take();
        let fill = |text: &str| {
            let filled = text
                .replace("{{entry:client_id}}", credentials.id)
                .replace("{{secret:client_secret}}", credentials.secret);
            filled.replace("{{access_token}}", "recorded-token-0123456789")
        };
        let text = |value: &Value| fill(value.as_str().unwrap());
        let pair = |pair: &Value| (text(&pair["name"]), text(&pair["value"]));
        let exchanges = log["entries"].as_array().unwrap().iter().map(|entry| {
            let (request, answer) = (&entry["request"], &entry["response"]);
            let content = &answer["content"];
            if entry.get("_fault").is_some() || content.get("encoding").is_some() {
                return None;
            }
            let headers: Vec<_> = answer["headers"].as_array().unwrap().iter().map(pair).collect();
            let status = u16::try_from(answer["status"].as_u64().unwrap()).unwrap();
            let body = fill(content["text"].as_str().unwrap_or_default());
            let place = format!("{} {}", text(&request["method"]), text(&request["url"]));
            Some((place, Response { headers, ..response(status, &[], body) }))
        });
        let exchanges = exchanges.collect::<Option<_>>()?;
        let input = |scenario: &Value| match &scenario["input"] {
            Value::String(text) => fill(text),
            value => fill(&value.to_string()),
        };
        Some(Self {
            entries: log["_entries"].as_array().unwrap().iter().map(pair).collect(),
            operation: log.get("_scenario").map(|scenario| (text(&scenario["operation"]), input(scenario))),
            permissions: log["_expect"].get("permissions").is_some(),
            exchanges,
        })
    }

    /// Returns one response to one request in place of what is recorded.
    pub fn answered(mut self, response: Response) -> Self {
        self.exchanges.truncate(1);
        self.exchanges[0].1 = response;
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
        let transport = Arc::new(InOrder(Mutex::new(self.exchanges.clone().into())));
        let options = Options { policy: Policy::once(), clock: Arc::new(Impatient::default()) };
        let entries = connector.entries(self.entries.clone());
        let mut played = Played {
            session: Session::open_with(Arc::clone(connector), entries, transport, options),
            token: None,
            permissions: None,
            completed: None,
        };
        let Ok(session) = &played.session else { return played };
        if let Some((operation, input)) = &self.operation {
            session.adopt(recorded_token());
            played.completed = Some(match session.start(operation, input.as_str()).await {
                Ok(mut run) => run.complete(|_| ()).await,
                Err(error) => Err(error),
            });
            return played;
        }
        played.token = Some(session.token().await);
        if self.permissions {
            played.permissions = Some(session.permissions(|_| ()).await);
        }
        played
    }
}

fn recorded_token() -> Token {
    Token {
        value: Secret::new("recorded-token-0123456789"),
        kind: "Bearer".to_owned(),
        expires_in: u32::MAX,
        refresh_after: u32::MAX - 1,
        lifetime_assumed: false,
        scopes: Vec::new(),
        missing_scopes: Vec::new(),
    }
}

/// Answers requests in order.
struct InOrder(Mutex<VecDeque<(String, Response)>>);

impl Transport for InOrder {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Incoming, SendError>> {
        let next = self.0.lock().unwrap().pop_front();
        Box::pin(async move {
            // Some end where a session would go on, such as with a refused token.
            let (place, response) = next.ok_or(Fault::Reset)?;
            assert_eq!(format!("{} {}", request.method, request.url), place);
            Ok(Incoming::whole(response))
        })
    }
}

/// A clock by which every wait is over at once.
#[derive(Default)]
struct Impatient(Mutex<Duration>);

impl Clock for Impatient {
    fn now(&self) -> Duration {
        *self.0.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        *self.0.lock().unwrap() += duration;
        Box::pin(async {})
    }

    fn passed(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}
