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
use crate::recording::{Recording, Scenario};
use crate::replay::{Replay, ReplayError};

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
            outcome = connected(&session, || !replay.is_over()).await.map_err(|error| stopped(replay, error))?;
        }
    }
    outcome.sent = replay.finish()?;
    Ok(outcome)
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
        notes: session.opened().exchange().notes.clone(),
        ..Outcome::default()
    };
    match session.token().await {
        Ok(granted) => outcome.token = Some(Ok(granted.token().clone())),
        Err(Error::Failed(failure)) => outcome.token = Some(Err(failure)),
        Err(error) => return Err(error),
    }
    if outcome.is_connected() && session.connector().offers(Interface::Permissions) && probes() {
        outcome.permissions = session.permissions(|_| ()).await?;
    }
    Ok(outcome)
}

/// Opens a session over the recording of an operation: with a token, so that none is asked
/// for.
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
    session.adopt(Token {
        value: Secret::new(replay.placeholders().fill("{{access_token}}").unwrap_or_default()),
        kind: "Bearer".to_owned(),
        expires_in: u32::MAX,
        refresh_after: u32::MAX - 1,
        lifetime_assumed: true,
        scopes: Vec::new(),
        missing_scopes: Vec::new(),
    });
    Ok(session)
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
