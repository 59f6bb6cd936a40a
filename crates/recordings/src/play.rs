//! Takes a connector through a recording.

use std::sync::Arc;

use connector_core::{Connector, ConnectorError, Functions, Secret};
use connector_host::records::Token;
use connector_host::{Completed, Entries, Error, Interface, Session};
use serde_json::Value;
use thiserror::Error as ThisError;

use crate::differences::differences;
use crate::outcome::{Called, Ended, Outcome};
use crate::placeholder::Placeholders;
use crate::recording::{RecordedSignIn, Recording, Scenario};
use crate::replay::{Replay, ReplayError};

/// Where the browser of a recorded sign-in comes back to.
const REDIRECT_URI: &str = "http://127.0.0.1:49152/callback";

/// Why a recording could not be played to its end.
#[derive(Debug, ThisError)]
pub enum Stopped {
    /// The connector failed the host.
    #[error(transparent)]
    Connector(#[from] Arc<ConnectorError>),
    /// The recording does not fit.
    #[error(transparent)]
    Replay(#[from] Arc<ReplayError>),
    /// Anything else.
    #[error(transparent)]
    Host(Box<Error>),
}

impl From<ReplayError> for Stopped {
    fn from(error: ReplayError) -> Self {
        Self::Replay(Arc::new(error))
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        match error {
            Error::Connector(error) => Self::Connector(error),
            error => Self::Host(Box::new(error)),
        }
    }
}

impl From<connector_core::Error> for Stopped {
    fn from(error: connector_core::Error) -> Self {
        Error::from(error).into()
    }
}

/// One recording, played.
#[derive(Debug)]
pub struct Played {
    /// What happened, as far as it went.
    pub outcome: Result<Outcome, Stopped>,
    /// Where the outcome differs from the expected one; empty where it agrees.
    pub differences: Vec<String>,
}

impl Played {
    /// Returns whether the recording was played to its end and ended as expected.
    pub fn passed(&self) -> bool {
        self.outcome.is_ok() && self.differences.is_empty()
    }
}

/// Takes a connector through a recording and compares the whole outcome.
pub async fn play<F: Functions + Send + Sync + 'static>(
    connector: &Arc<Connector<F>>,
    recording: &Arc<Recording>,
) -> Played {
    let placeholders = Arc::new(Placeholders::new(connector.definition()));
    let outcome = match entries(connector, recording, &placeholders) {
        Ok(entries) => {
            let replay = Replay::new(Arc::clone(recording), Arc::clone(&placeholders));
            match &recording.scenario {
                Some(scenario) => call(connector, entries, &replay, scenario).await,
                None => connect(connector, entries, &replay).await,
            }
        }
        Err(error) => Err(error.into()),
    };
    let differences = match &outcome {
        Ok(outcome) => differences(&recording.expect, &outcome.to_json(&placeholders)),
        Err(_) => Vec::new(),
    };
    Played { outcome, differences }
}

/// Returns the entries of a recording with their placeholders filled.
///
/// # Errors
///
/// [`ReplayError::Placeholder`]
pub fn entries(
    connector: &Connector<impl Functions>,
    recording: &Recording,
    placeholders: &Placeholders,
) -> Result<Entries, ReplayError> {
    let filled = recording.entries.iter().map(|(key, text)| {
        let text = placeholders.fill(text).map_err(ReplayError::Placeholder)?;
        Ok((key.clone(), text))
    });
    Ok(connector.entries(filled.collect::<Result<_, ReplayError>>()?))
}

/// Connects: resolves, gets a token, and where the recording goes on after that, checks the
/// permissions as well.
///
/// # Errors
///
/// [`Stopped`]
pub async fn connect<F: Functions + Send + Sync + 'static>(
    connector: &Arc<Connector<F>>,
    entries: Entries,
    replay: &Arc<Replay>,
) -> Result<Outcome, Stopped> {
    let mut outcome = Outcome::default();
    match connector.resolve(&entries) {
        Ok(connection) => outcome.connection = Some(connection),
        Err(connector_core::Error::Refused(_)) => {}
        Err(error) => return Err(error.into()),
    }
    let transport = Arc::clone(replay);
    match Session::open_with(Arc::clone(connector), entries, transport, replay.options()) {
        Err(Error::Refused(problems)) => outcome.problems = problems,
        session => {
            let session = session?;
            let (url, signed_in) = sign_in(&session, replay).await;
            outcome = match signed_in {
                Ok(()) => connected(&session, || !replay.is_over()).await,
                Err(Error::Failed(failure)) => Ok(Outcome {
                    connection: Some(session.connection().clone()),
                    token: Some(Err(failure)),
                    ..Outcome::default()
                }),
                Err(error) => Err(error),
            }
            .map_err(|error| stopped(replay, error))?;
            outcome.authorization_url = url;
        }
    }
    outcome.sent = replay.finish()?;
    Ok(outcome)
}

/// Signs in as the recording does, or takes the refresh token that was kept; where the
/// connector knows neither, does nothing. Returns the URL that a person opens, if one does, and
/// how it ended.
pub async fn sign_in<F: Functions + Send + Sync + 'static>(
    session: &Session<F>,
    replay: &Replay,
) -> (Option<String>, Result<(), Error>) {
    let fill = |text: &str| {
        let filled = replay.placeholders().fill(text).map_err(ReplayError::Placeholder);
        filled.map_err(|error| Error::Transport(Arc::new(error)))
    };
    match &replay.recording().sign_in {
        Some(RecordedSignIn { redirect }) => match session.begin_sign_in(REDIRECT_URI) {
            Ok(mut sign_in) => {
                let url = sign_in.url().to_string();
                let finished = async { session.finish_sign_in(&mut sign_in, &fill(redirect)?).await.map(drop) };
                (Some(url), finished.await)
            }
            Err(error) => (None, Err(error)),
        },
        None if session.connector().offers(Interface::Refresh) => {
            let adopted = fill("{{refresh_token}}").map(|text| {
                let refresh_token = Some(Secret::new(text));
                session.adopt(Token { expires_in: 0, refresh_after: 0, refresh_token, ..kept(String::new()) });
            });
            (None, adopted)
        }
        None => (None, Ok(())),
    }
}

/// Gets a token and, where `probes` returns true after that, checks the permissions.
///
/// # Errors
///
/// [`Error`], but no [`Error::Failed`]: that is an outcome.
pub async fn connected<F: Functions + Send + Sync + 'static>(
    session: &Session<F>,
    probes: impl FnOnce() -> bool,
) -> Result<Outcome, Error> {
    let mut outcome = Outcome {
        connection: Some(session.connection().clone()),
        notes: session.opened().rehearsed().map_or_else(Vec::new, |exchange| exchange.notes.clone()),
        ..Outcome::default()
    };
    match session.token().await {
        Ok(granted) => outcome.token = granted.map(|granted| Ok(granted.token().clone())),
        Err(Error::Failed(failure)) => outcome.token = Some(Err(failure)),
        Err(error) => return Err(error),
    }
    if outcome.is_connected() && session.connector().offers(Interface::Permissions) && probes() {
        outcome.permissions = session.permissions(|_| ()).await?;
    }
    Ok(outcome)
}

/// Opens a session over the recording of an operation: with a token, where the connector uses
/// one, so that none is asked for.
///
/// # Errors
///
/// [`Error::Refused`]
pub fn open<F: Functions + Send + Sync + 'static>(
    connector: &Arc<Connector<F>>,
    entries: Entries,
    replay: &Arc<Replay>,
) -> Result<Session<F>, Error> {
    let session = Session::open_with(Arc::clone(connector), entries, Arc::clone(replay) as _, replay.options())?;
    if connector.offers(Interface::Token) {
        session.adopt(kept(replay.placeholders().fill("{{access_token}}").unwrap_or_default()));
    }
    Ok(session)
}

/// Returns a token that does not expire.
fn kept(value: String) -> Token {
    Token {
        value: Secret::new(value),
        kind: "Bearer".to_owned(),
        expires_in: u32::MAX,
        refresh_after: u32::MAX - 1,
        lifetime_assumed: true,
        scopes: Vec::new(),
        missing_scopes: Vec::new(),
        refresh_token: None,
    }
}

/// Runs the operation of a recording.
async fn call<F: Functions + Send + Sync + 'static>(
    connector: &Arc<Connector<F>>,
    entries: Entries,
    replay: &Arc<Replay>,
    scenario: &Scenario,
) -> Result<Outcome, Stopped> {
    let input = match &scenario.input {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    let input = replay.placeholders().fill(&input).map_err(ReplayError::Placeholder)?;
    let ended = match run(connector, entries, replay, &scenario.operation, input).await {
        Ok(ended) => ended,
        Err(Error::Refused(problems)) => Ended::Problems(problems),
        Err(Error::Failed(failure)) => Ended::Failed(failure),
        Err(error) => return Err(stopped(replay, error)),
    };
    let called = Called { operation: scenario.operation.clone(), ended };
    Ok(Outcome { sent: replay.finish()?, called: Some(called), ..Outcome::default() })
}

async fn run<F: Functions + Send + Sync + 'static>(
    connector: &Arc<Connector<F>>,
    entries: Entries,
    replay: &Arc<Replay>,
    operation: &str,
    input: String,
) -> Result<Ended, Error> {
    let session = open(connector, entries, replay)?;
    let mut run = session.start(operation, input).await?;
    let mut body = Vec::new();
    Ok(match run.complete_into(&mut body, |_| ()).await? {
        Completed::Done(outcome) => Ended::Done(outcome),
        Completed::Downloaded(downloaded) => Ended::Downloaded(downloaded, body),
    })
}

/// Returns what the replay holds against an error of the session.
fn stopped(replay: &Replay, error: Error) -> Stopped {
    match replay.finish() {
        Err(stopped) if matches!(error, Error::Transport(_)) => stopped.into(),
        _ => error.into(),
    }
}
