//! People who sign in at the provider, in another window than the page.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse as _, Response};
use connector_core::SIGN_IN_TIME;
use connector_host::{Error, Session};
use tokio::sync::oneshot;
use tokio::time::timeout;
use url::form_urlencoded;

use crate::page::Page;

/// The path that a browser comes back to.
pub(crate) const PATH: &str = "/callback";

/// Longest time for a token once the browser has come back: as long as a person waits in front
/// of a progress bar.
pub(crate) const EXCHANGING: Duration = Duration::from_mins(1);

/// A redirect, and where to say what came of it.
type Arrival = (String, oneshot::Sender<bool>);

/// Sign-ins under way, by their state.
#[derive(Default)]
pub(crate) struct SignIns(Mutex<HashMap<String, oneshot::Sender<Arrival>>>);

/// One of them, which nobody waits for any more once this is dropped.
struct Waiting<'a> {
    sign_ins: &'a SignIns,
    state: String,
}

impl SignIns {
    fn under_way(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<Arrival>>> {
        // Every change is whole before anything can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.sign_ins.under_way().remove(&self.state);
    }
}

/// Has `show` show where to sign in, and waits until that is done.
pub(crate) async fn sign_in(page: &Page, session: &Session, show: impl FnOnce(&str)) -> Result<(), Error> {
    let mut sign_in = session.begin_sign_in(&page.redirect_uri())?;
    let state = sign_in.state().to_owned();
    let (arrive, arrived) = oneshot::channel();
    page.sign_ins.under_way().insert(state.clone(), arrive);
    let waiting = Waiting { sign_ins: &page.sign_ins, state };
    show(sign_in.url().as_str());
    let Ok(Ok((query, answer))) = timeout(SIGN_IN_TIME, arrived).await else {
        return Err(connector_core::expired().into());
    };
    drop(waiting);
    let finished = session.finish_sign_in(&mut sign_in, &query).await.map(drop);
    // The other window may be closed.
    let _ = answer.send(finished.is_ok());
    finished
}

/// Takes a redirect, and sends the browser on to the same path without its query, so that no
/// code stays in the history.
pub(crate) async fn callback(State(page): State<Arc<Page>>, RawQuery(query): RawQuery) -> Response {
    let Some(query) = query else {
        return (StatusCode::OK, "You can close this window and go back to the other one.\n").into_response();
    };
    let state = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "state");
    let arrive = state.and_then(|(_, state)| page.sign_ins.under_way().remove(&*state));
    let (answer, finished) = oneshot::channel();
    if arrive.is_none_or(|arrive| arrive.send((query, answer)).is_err()) {
        let text = "This belongs to no sign-in that is under way here. Go back to the other window, and start again.\n";
        return (StatusCode::BAD_REQUEST, text).into_response();
    }
    match timeout(EXCHANGING, finished).await {
        Ok(Ok(true)) => (StatusCode::SEE_OTHER, [(LOCATION, PATH)], "").into_response(),
        _ => (StatusCode::OK, "You are not signed in: the other window says why.\n").into_response(),
    }
}
