//! Writing a recording of what a command did.

use std::path::Path;
use std::sync::Arc;

use clap::Args;
use connector_host::{HttpTransport, Session};
use connector_recordings::{Outcome, Recorder, Recording, Scenario, play};

use crate::error::Error;
use crate::files::{self, Mode, check_new};

/// A recorder over the network.
pub(crate) type NetworkRecorder = Recorder<HttpTransport>;

/// Where the data of a recording come from, as it states.
const SOURCE: &str = "Recorded by host-test against a tenant.";

/// How a recording is written.
#[derive(Debug, Args)]
pub(crate) struct RecordingOptions {
    /// Overwrite the recording if it exists
    #[arg(long, help_heading = "Output")]
    force: bool,
    /// Name of the recording
    #[arg(long, default_value = "Recorded connection", help_heading = "Output")]
    name: String,
}

impl RecordingOptions {
    /// Refuses a file that exists, before anything is sent.
    pub(crate) fn check(&self, path: &Path) -> Result<(), Error> {
        check_new(path, self.force)
    }

    /// Writes the recording of a session.
    pub(crate) async fn write(
        &self,
        path: &Path,
        recorder: &NetworkRecorder,
        session: &Session,
        outcome: &Outcome,
    ) -> Result<usize, Error> {
        write(path, recorder, session, outcome, None, &self.name, self.force).await
    }
}

/// Writes the recording of a session, or of an operation over it, and returns its length in
/// bytes.
pub(crate) async fn write(
    path: &Path,
    recorder: &NetworkRecorder,
    session: &Session,
    outcome: &Outcome,
    scenario: Option<Scenario>,
    name: &str,
    force: bool,
) -> Result<usize, Error> {
    let refused = |error: connector_recordings::Refused| Error::Refused(error.to_string());
    let text = recorder.finish(session, outcome, scenario, name, SOURCE).map_err(refused)?;
    // A recording that does not replay is of no use to anyone.
    let recording = Arc::new(Recording::parse(path, text.as_bytes())?);
    let played = play(session.connector(), &recording).await;
    if !played.passed() {
        let why = match &played.outcome {
            Ok(_) => played.differences.join("; "),
            Err(stopped) => stopped.to_string(),
        };
        return Err(Error::Refused(format!("what was recorded does not replay, so nothing was written: {why}")));
    }
    files::write(path, text.as_bytes(), Mode::Private, force)?;
    Ok(text.len())
}
