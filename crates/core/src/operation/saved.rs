//! A run that survives a restart.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use thiserror::Error;

use super::run::Run;
use crate::connector::{Connector, Opened};
use crate::error::Error;
use crate::functions::{Function, Functions};
use crate::guard;
use crate::raw;
use crate::records::{Definition, Pending, Progress, State, Step};

/// Changes when what an earlier release wrote can no longer be read.
const FORMAT: u32 = 2;

/// A run that can be resumed. It contains neither entries nor a token nor a link to a
/// download; input and request may be personal. A shell stores it as JSON.
///
/// It is sealed with the secrets of the connection: whoever can write where it is stored
/// cannot make a read into a request that deletes.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    run: Content,
    seal: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Content {
    format: u32,
    component: Component,
    operation: String,
    input: String,
    settings: Vec<(String, String)>,
    request: SavedRequest,
    state: String,
    wait: u32,
    progress: Progress,
}

#[derive(Serialize, Deserialize, PartialEq, Eq)]
struct Component {
    id: String,
    version: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct SavedRequest {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
    repeatable: bool,
    timeout: u32,
    response_limit: u32,
}

/// Why a run cannot be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotSaved {
    /// It is over.
    #[error("there is nothing to resume")]
    Nothing,
    /// A request is under way that must not be sent twice.
    #[error("it is not known whether the last request took effect, and sending it again could do harm")]
    Unknown,
    /// The input repeats a secret.
    #[error("the input contains a secret of the connection, which is not written to a file")]
    Secret,
}

/// Why a run cannot be resumed.
#[derive(Debug, Error)]
pub enum SavedError {
    /// It is something else, or another release wrote it.
    #[error("it is no saved operation of this program")]
    Foreign,
    /// It was changed, or the connection has another secret now.
    #[error("it was changed since it was saved, or the connection has another secret now")]
    Seal,
    /// It belongs to another connector or another release.
    #[error("it was saved with another connector, or another version of it")]
    OtherConnector,
    /// It belongs to another connection.
    #[error("it was saved for another connection")]
    OtherConnection,
}

impl Run {
    /// Returns what to store to resume the run after a restart.
    ///
    /// # Errors
    ///
    /// [`NotSaved`]
    pub fn save(&self, definition: &Definition, opened: &Opened) -> Result<Saved, NotSaved> {
        let (pending, sent) = self.resumable().ok_or(NotSaved::Nothing)?;
        let request = &pending.request;
        if sent && !request.repeatable {
            return Err(NotSaved::Unknown);
        }
        // The guard has searched the state; the input came from the caller.
        let headers = request.headers.iter().map(|(_, value)| value.expose());
        if headers.chain([self.input.as_str()]).any(|text| opened.redactor().finds_in(text)) {
            return Err(NotSaved::Secret);
        }
        let headers = request.headers.iter();
        let run = Content {
            format: FORMAT,
            component: Component::of(definition),
            operation: self.operation.id.clone(),
            input: self.input.clone(),
            settings: opened.connection().settings.clone(),
            request: SavedRequest {
                method: request.method.clone(),
                url: request.url.to_string(),
                headers: headers.map(|(name, value)| (name.clone(), value.expose().to_owned())).collect(),
                body: STANDARD.encode(&*request.body),
                repeatable: request.repeatable,
                timeout: request.timeout,
                response_limit: request.response_limit,
            },
            state: STANDARD.encode(&pending.state.0),
            wait: pending.wait,
            progress: pending.progress.clone(),
        };
        let seal = STANDARD.encode(run.seal(opened).finalize().into_bytes());
        Ok(Saved { run, seal })
    }
}

impl Content {
    /// Computes the seal: an HMAC (RFC 2104) whose key is made of the secret entries.
    fn seal(&self, opened: &Opened) -> Hmac<Sha256> {
        let mut key = new_hmac(b"connector: saved operation");
        for secret in opened.entries().secrets() {
            key.update(&(secret.len() as u64).to_le_bytes());
            key.update(secret.as_bytes());
        }
        let mut seal = new_hmac(&key.finalize().into_bytes());
        // Members are written in the order of their declaration, so always alike.
        seal.update(&serde_json::to_vec(self).unwrap_or_default());
        seal
    }
}

fn new_hmac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"))
}

impl Saved {
    /// Returns the id of the operation.
    pub fn operation(&self) -> &str {
        &self.run.operation
    }

    /// Turns it into a run. It may have been changed since it was saved, so everything is
    /// checked again.
    ///
    /// # Errors
    ///
    /// [`SavedError`]
    pub fn open<C: Functions>(self, connector: &Connector<C>, opened: &Opened) -> Result<Run, SavedError> {
        let Self { run, seal } = self;
        if run.format != FORMAT {
            return Err(SavedError::Foreign);
        }
        if run.component != Component::of(connector.definition()) {
            return Err(SavedError::OtherConnector);
        }
        if run.settings != opened.connection().settings {
            return Err(SavedError::OtherConnection);
        }
        let bytes = |text: &str| STANDARD.decode(text).map_err(|_| SavedError::Foreign);
        run.seal(opened).verify_slice(&bytes(&seal)?).map_err(|_| SavedError::Seal)?;
        // Also where it was not changed: a connector behind this guard asked for it once, but
        // by the rules of that release.
        let known = run.wait <= guard::WAIT
            && !run.progress.text.contains(char::is_control)
            && run.input.len() <= connector.component().input_limit();
        if !known {
            return Err(SavedError::Foreign);
        }
        let operations = connector.operations().map_err(|_: Error| SavedError::OtherConnector)?;
        let operation = operations.iter().find(|operation| operation.id == run.operation);
        let operation = operation.ok_or(SavedError::Foreign)?.clone();
        let request = raw::Request {
            body: bytes(&run.request.body)?,
            method: run.request.method,
            url: run.request.url,
            headers: run.request.headers,
            authorized: true,
            repeatable: run.request.repeatable,
            timeout: run.request.timeout,
            response_limit: run.request.response_limit,
        };
        let request = guard::api_request(Function::Resume, "request", request, opened.connection(), opened.redactor());
        let pending = Pending {
            request: request.map_err(|_| SavedError::Foreign)?,
            wait: run.wait,
            state: State(bytes(&run.state)?),
            progress: run.progress,
        };
        Ok(Run::at(operation, run.input, Step::Send(pending)))
    }
}

impl Component {
    fn of(definition: &Definition) -> Self {
        Self { id: definition.id.clone(), version: definition.version.clone() }
    }
}
