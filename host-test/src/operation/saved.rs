//! What a run leaves behind to be gone on with.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use tempfile::Builder;
use thiserror::Error;

use super::{Carrier, Run};
use crate::guard;
use crate::model::operation::{Operation, Pending, Progress, State};
use crate::plugin::bindings::exports::integration::provider::provider as raw;
use crate::redact::Redactor;

/// Changes when files of an earlier release can no longer be read.
const FORMAT: u32 = 1;

/// Largest file to read, in bytes: input, request and state at their longest, the
/// latter two in base64.
const FILE_BYTES: u64 = 96 << 20;

/// Longest time to wait, in seconds; what the guard lets a plugin ask for.
const WAIT: u32 = 3600;

/// Holds a run that can be gone on with, without secrets: neither entries nor a
/// token nor a link to a download. Input and request may be personal.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Saved {
    format: u32,
    component: Component,
    /// Which operation.
    pub operation: String,
    input: String,
    settings: Vec<(String, String)>,
    request: SavedRequest,
    state: String,
    wait: u32,
    progress: SavedProgress,
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

#[derive(Serialize, Deserialize)]
struct SavedProgress {
    text: String,
    done: u32,
    total: u32,
}

/// Says why a run cannot be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotSaved {
    /// It has not begun, or is over.
    #[error("there is nothing to go on with")]
    Nothing,
    /// A request is under way that must not be sent twice.
    #[error("it is not known whether the last request took effect, and sending it again could do harm")]
    Unknown,
    /// The input repeats a secret.
    #[error("the input holds a secret of the connection, which is not written to a file")]
    Secret,
}

/// Says why a run cannot be gone on with.
#[derive(Debug, Error)]
pub enum SavedError {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The file is something else, or was changed.
    #[error("it is no saved operation of this program, or was changed")]
    Foreign,
    /// It belongs to another connector or another release.
    #[error("it was saved with another connector, or another version of it")]
    OtherComponent,
    /// It belongs to another connection.
    #[error("it was saved for another connection")]
    OtherConnection,
}

impl Saved {
    pub(super) fn new<C: Carrier>(run: &Run<C>, pending: &Pending) -> Result<Self, NotSaved> {
        let request = &pending.request;
        let saved = Self {
            format: FORMAT,
            component: component(&run.carrier),
            operation: run.operation.id.clone(),
            input: run.input.clone(),
            settings: run.carrier.connection().settings.clone(),
            request: SavedRequest {
                method: request.method.clone(),
                url: request.url.to_string(),
                headers: request
                    .headers
                    .iter()
                    .map(|(name, value)| (name.clone(), value.expose().to_owned()))
                    .collect(),
                body: STANDARD.encode(&*request.body),
                repeatable: request.repeatable,
                timeout: request.timeout,
                response_limit: request.response_limit,
            },
            state: STANDARD.encode(&pending.state.0),
            wait: pending.wait,
            progress: SavedProgress {
                text: pending.progress.text.clone(),
                done: pending.progress.done,
                total: pending.progress.total,
            },
        };
        // The guard has searched the state; the input came from the caller.
        let redactor = Redactor::new(run.carrier.entries(), &run.carrier.connector().definition().domains);
        let headers = saved.request.headers.iter().map(|(_, value)| value);
        let secret = headers.chain([&saved.input]).any(|text| redactor.finds_in(text));
        if secret { Err(NotSaved::Secret) } else { Ok(saved) }
    }

    /// Writes it to a file that its owner alone can read; one that is there already
    /// is replaced.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Whole or not at all, and with 0600 from the beginning.
        let mut beside = Builder::new().prefix(".state-").tempfile_in(folder)?;
        serde_json::to_writer(io::BufWriter::new(beside.as_file_mut()), self)?;
        beside.as_file_mut().write_all(b"\n")?;
        beside.as_file().sync_all()?;
        beside.persist(path).map(drop).map_err(|error| error.error)
    }

    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, SavedError> {
        let mut text = String::new();
        let read = File::open(path)?.take(FILE_BYTES + 1).read_to_string(&mut text);
        if let Err(error) = read {
            return Err(if error.kind() == io::ErrorKind::InvalidData { SavedError::Foreign } else { error.into() });
        }
        if text.len() as u64 > FILE_BYTES {
            return Err(SavedError::Foreign);
        }
        serde_json::from_str(&text).map_err(|_| SavedError::Foreign)
    }

    /// Checks it against a connection; the file may have been changed.
    pub(super) fn open(self, carrier: &impl Carrier) -> Result<(Operation, Pending, String), SavedError> {
        let foreign = |()| SavedError::Foreign;
        if self.format != FORMAT || self.wait > WAIT || self.progress.text.contains(char::is_control) {
            return Err(SavedError::Foreign);
        }
        if self.component != component(carrier) {
            return Err(SavedError::OtherComponent);
        }
        if self.settings != carrier.connection().settings {
            return Err(SavedError::OtherConnection);
        }
        let connector = carrier.connector();
        if self.input.len() > connector.input_limit() {
            return Err(SavedError::Foreign);
        }
        let offered = connector.operations().map_err(|_| SavedError::OtherComponent)?;
        let operation = offered.into_iter().find(|operation| operation.id == self.operation);
        let bytes = |text: &str| STANDARD.decode(text).map_err(|_| SavedError::Foreign);
        let request = raw::Request {
            body: bytes(&self.request.body)?,
            method: self.request.method,
            url: self.request.url,
            headers: self.request.headers,
            authorized: true,
            repeatable: self.request.repeatable,
            timeout: self.request.timeout,
            response_limit: self.request.response_limit,
        };
        let pending = Pending {
            request: guard::saved_request(request, carrier.connection()).map_err(|_| SavedError::Foreign)?,
            wait: self.wait,
            state: State(bytes(&self.state)?),
            progress: Progress { text: self.progress.text, done: self.progress.done, total: self.progress.total },
        };
        Ok((operation.ok_or(()).map_err(foreign)?, pending, self.input))
    }
}

fn component(carrier: &impl Carrier) -> Component {
    let definition = carrier.connector().definition();
    Component { id: definition.id.clone(), version: definition.version.clone() }
}
