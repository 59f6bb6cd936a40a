//! Making a connection, checking its permissions, and forgetting it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{BODY, Shared, answer, begun, failure, plugin, question};
use crate::entries::Entries;
use crate::har::{Placeholders, Recording};
use crate::model::{Connection, Permission};
use crate::page::recordings::{Listed, turned};
use crate::page::state::{Answers, Job, Page, error};
use crate::permissions::Checked;
use crate::session::{CallFailure, Policy, Session, SystemClock};
use crate::transport::{Live, OwnedReplay, Transport};

/// How long a connection may take to be made, and its permissions to be found.
const CONNECTING: Duration = Duration::from_mins(1);

#[derive(Deserialize)]
pub(in crate::page) struct Connect {
    entries: Vec<(String, String)>,
    recording: Option<usize>,
}

/// Makes a connection. The secret comes in here and does not go out again.
pub(in crate::page) async fn connect(State(page): Shared, body: Body) -> Response {
    let asked: Connect = match question(body, BODY).await {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let shared = Arc::clone(&page);
    begun(&page, CONNECTING, move |job| {
        let entries = shared.connector.entries(asked.entries);
        connected(&shared, entries, asked.recording, job).unwrap_or_else(|value| value)
    })
}

/// The error is what to answer as well.
fn connected(page: &Page, entries: Entries, recording: Option<usize>, job: &Job) -> Result<Value, Value> {
    let transport: Arc<dyn Transport> = match &page.answers {
        Answers::Live(live) => Arc::<Live>::clone(live),
        Answers::Recordings(listed) => {
            let resolved = page.connector.resolve(&entries).map_err(|failed| plugin(&failed))?.ok();
            let (recording, placeholders) = opened(page, listed, recording, &entries, resolved.as_ref())?;
            Arc::new(OwnedReplay::new(recording, placeholders))
        }
    };
    let (connector, clock) = (Arc::clone(&page.connector), Arc::new(SystemClock::new()));
    let session = Session::open(connector, entries, transport, clock, Policy::default())
        .map_err(|failed| plugin(&failed))?
        .map_err(|problems| json!({ "problems": problems }))?;
    let connection = session.connection().clone();
    job.progress(format!("Asking {}", connection.hosts.first().map_or("the provider", String::as_str)), 0, 0);
    let token = session.token(&job.cancel).map_err(|failed| failure(&failed, &session))?;
    if job.cancel.is_cancelled() {
        return Err(error("cancelled", "It was cancelled."));
    }
    let id = page.connections.put(Arc::new(session), |_| ());
    let id = id.ok_or_else(|| error("host-fault", "The system gives no random numbers."))?;
    Ok(json!({ "connected": { "id": id, "connection": connection, "token": *token } }))
}

/// Reads the recording that was picked, turned to where the entries lead.
fn opened(
    page: &Page,
    listed: &[Listed],
    number: Option<usize>,
    entries: &Entries,
    connection: Option<&Connection>,
) -> Result<(Recording, Placeholders), Value> {
    let picked = number.and_then(|number| listed.get(number));
    let picked = picked.ok_or_else(|| error("no-recording", "There is no recording to answer from."))?;
    turned(picked, &page.connector, entries, connection).map_err(|failed| error("bad-recording", &failed.to_string()))
}

#[derive(Deserialize)]
pub(in crate::page) struct OfConnection {
    connection: String,
}

pub(super) fn gone() -> Response {
    answer(&error("no-connection", "This connection is no longer open. Connect again."))
}

/// Finds out what the credentials may do.
pub(in crate::page) async fn permissions(State(page): Shared, body: Body) -> Response {
    let asked: OfConnection = match question(body, BODY).await {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let Some(session) = page.connections.get(&asked.connection) else { return gone() };
    let shared = Arc::clone(&page);
    begun(&page, CONNECTING, move |job| checked(&shared, &session, job).unwrap_or_else(|value| value))
}

fn checked(page: &Page, session: &Session, job: &Job) -> Result<Value, Value> {
    let definition = page.connector.definition();
    let permissions = &definition.permissions;
    let number = u32::try_from(permissions.len()).unwrap_or_default();
    let mut done = 0;
    let progress = |id: &str| {
        let known = definition.permission(id);
        job.progress(format!("Checking {}", known.map_or(id, |permission| &permission.label)), done, number);
        done += 1;
    };
    let table = match session.permissions(&job.cancel, progress) {
        // Most recordings end with the token.
        Err(CallFailure::Recording(_)) => {
            let untold =
                |permission: &Permission| Checked::unknown(&permission.id, "The recording has no answer to this.");
            Ok(permissions.iter().map(untold).collect())
        }
        told => told.map_err(|failed| failure(&failed, session)),
    }?;
    Ok(json!({ "permissions": table }))
}

/// Forgets a connection, its secret and its token.
pub(in crate::page) async fn disconnect(State(page): Shared, body: Body) -> Response {
    match question::<OfConnection>(body, BODY).await {
        Err(refusal) => refusal,
        Ok(asked) => {
            page.connections.remove(&asked.connection);
            answer(&json!({}))
        }
    }
}
