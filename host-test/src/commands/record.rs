//! `record`: connects to the provider and writes what was exchanged, without secrets.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use connector_host::{Interface, Session};
use connector_recordings::{Recorder, connected};

use crate::entries_option::Set;
use crate::error::{Error, Exit};
use crate::loading::Loading;
use crate::network::{Network, shown};
use crate::recording::RecordingOptions;
use crate::show;
use crate::verbose::Verbose;

#[derive(Debug, Args)]
pub(crate) struct Record {
    /// File to write
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: PathBuf,
    #[command(flatten)]
    recording: RecordingOptions,
    #[command(flatten)]
    set: Set,
    /// Talk to the provider
    #[arg(long, required = true, help_heading = "Network")]
    live: bool,
    #[command(flatten)]
    network: Network,
    #[command(flatten)]
    verbose: Verbose,
    #[command(flatten)]
    loading: Loading,
}

impl Record {
    pub(crate) async fn execute(&self, json: bool) -> Result<Exit, Error> {
        self.verbose.start();
        self.recording.check(&self.out)?;
        let connector = self.loading.connector()?;
        let entries = connector.entries(self.set.asked(&connector)?);
        let recorder = Arc::new(Recorder::new(self.network.open()?));
        let opened = Session::open_with(connector, entries, recorder.clone(), Recorder::options());
        let Some(session) = shown(opened, json)? else { return Ok(Exit::Failed) };
        if session.connector().offers(Interface::AuthorizationCode) {
            return Err(Error::Use(
                "a sign-in is not recorded: it belongs to one person and one moment; `call --record` records an \
                 operation"
                    .to_owned(),
            ));
        }
        let outcome = connected(&session, || false).await?;
        let bytes = self.recording.write(&self.out, &recorder, &session, &outcome).await?;
        show::written(&self.out, bytes, ("bytes", "bytes"), json);
        if !json {
            show::item("replay", &format!("host-test run {}", self.out.display()));
        }
        Ok(Exit::Success)
    }
}
