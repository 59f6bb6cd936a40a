//! Making a connection, checking its permissions, and forgetting it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use connector_core::SIGN_IN_TIME;
use connector_host::records::Permission;
use connector_host::{Entries, Error, Interface, PermissionCheck, Session};
use connector_recordings::{Replay, ReplayError};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Progress, answer, stream};
use super::computing::computed;
use super::error::ApiError;
use super::request::{Asked, Shared};
use crate::page::{Answers, Page};
use crate::sign_in::{EXCHANGING, sign_in};

/// Time to make a connection, or to check its permissions: as long as a person waits in
/// front of a progress bar.
const CONNECTING: Duration = Duration::from_mins(1);

#[derive(Deserialize)]
pub(crate) struct Connect {
    entries: Vec<(String, String)>,
    recording: Option<usize>,
}

/// Makes a connection. The secret comes in here and does not go out again.
pub(crate) async fn connect(State(page): Shared, Asked(asked): Asked<Connect>) -> Response {
    let entries = page.connector.entries(asked.entries);
    let shared = Arc::clone(&page);
    let signs_in = page.connector.offers(Interface::AuthorizationCode);
    let limit = if signs_in { SIGN_IN_TIME + EXCHANGING } else { CONNECTING };
    stream(&page, limit, move |progress| async move {
        let (session, replay) = computed(&shared, move |page| open(page, entries, asked.recording)).await?;
        match &replay {
            Some(replay) => connector_recordings::sign_in(&session, replay).await.1?,
            None if signs_in => sign_in(&shared, &session, |url| progress.sign_in(url)).await?,
            None => {}
        }
        connected(&shared, session, &progress).await
    })
}

fn open(page: &Page, entries: Entries, recording: Option<usize>) -> Result<(Session, Option<Arc<Replay>>), ApiError> {
    let connector = Arc::clone(&page.connector);
    Ok(match &page.answers {
        Answers::Live(transport) => (Session::open(connector, entries, Arc::clone(transport))?, None),
        Answers::Recordings(listed) => {
            let picked = recording.and_then(|number| listed.get(number)).ok_or(ApiError::NO_RECORDING)?;
            let connection = connector.resolve(&entries).ok();
            let replay = picked.replay(&connector, &entries, connection.as_ref());
            let options = replay.options();
            let session = Session::open_with(connector, entries, Arc::clone(&replay) as _, options)?;
            (session, Some(replay))
        }
    })
}

async fn connected(page: &Page, session: Session, progress: &Progress) -> Result<Value, ApiError> {
    if let Some(exchange) = session.opened().rehearsed() {
        progress.show(format!("Requesting a token from {}", exchange.request.host()), 0, 0);
    }
    let granted = session.token().await?;
    let connection = json!(session.connection());
    let id = page.connections.add(session).map_err(|_| ApiError::INTERNAL)?;
    // A token serialises without its value.
    Ok(
        json!({ "connected": { "id": id, "connection": connection, "token": granted.as_ref().map(|granted| granted.token()) } }),
    )
}

#[derive(Deserialize)]
pub(crate) struct OfConnection {
    connection: String,
}

/// Checks what the credentials may do.
pub(crate) async fn permissions(State(page): Shared, Asked(asked): Asked<OfConnection>) -> Response {
    let session = page.connections.item(&asked.connection);
    stream(&page, CONNECTING, |progress| async move {
        let session = session.ok_or(ApiError::NO_CONNECTION)?;
        checked(&session, &progress).await
    })
}

async fn checked(session: &Session, progress: &Progress) -> Result<Value, ApiError> {
    let definition = session.connector().definition();
    let permissions = &definition.permissions;
    let total = u32::try_from(permissions.len()).unwrap_or_default();
    let mut done = 0;
    let checking = |id: &str| {
        let label = definition.permission(id).map_or(id, |permission| &permission.label);
        progress.show(format!("Checking {label}"), done, total);
        done += 1;
    };
    let checks = match session.permissions(checking).await {
        // Most recordings end with the token.
        Err(Error::Transport(error)) if error.is::<ReplayError>() => {
            let unknown =
                |permission: &Permission| PermissionCheck::unknown(&permission.id, "The recording does not show this.");
            permissions.iter().map(unknown).collect()
        }
        checks => checks?,
    };
    Ok(json!({ "permissions": checks }))
}

/// Forgets a connection, its secret and its token.
pub(crate) async fn disconnect(State(page): Shared, Asked(asked): Asked<OfConnection>) -> Response {
    page.connections.remove(&asked.connection);
    answer(Ok(json!({})))
}
