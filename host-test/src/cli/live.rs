//! Options for talking to a real tenant, or to one that stands in for it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::set::Set;
use super::verbose::Verbose;
use super::{Error, Exit, show};
use crate::entries::Entries;
use crate::guard::Connector;
use crate::har::{Placeholders, Recording};
use crate::model::Problem;
use crate::scenario;
use crate::session::{Policy, Session, SystemClock};
use crate::transport::{Live, LiveOptions, OwnedReplay, ResolveRule, Transport};

/// Says how to reach the provider.
#[derive(Debug, Args)]
pub(super) struct Network {
    /// Trust the certificates in this PEM file as well
    #[arg(long, value_name = "FILE", requires = "live")]
    ca_file: Option<PathBuf>,
    /// Reach HOST:PORT at this address, which may name another port, as in
    /// acme.api.eu.nexthink.cloud:443:127.0.0.1:8443
    #[arg(long, value_name = "HOST:PORT:ADDRESS", requires = "live")]
    resolve: Vec<ResolveRule>,
    /// Wait at most so long for an answer, where a request allows more
    #[arg(long, value_name = "SECONDS", requires = "live", value_parser = clap::value_parser!(u32).range(1..))]
    timeout: Option<u32>,
}

impl Network {
    /// Opens the network.
    pub(super) fn open(&self) -> Result<Live, Error> {
        let options = LiveOptions {
            ca_file: self.ca_file.clone(),
            resolve: self.resolve.clone(),
            timeout: self.timeout,
            ..LiveOptions::default()
        };
        Live::new(options).map_err(|error| Error::Use(error.to_string()))
    }
}

/// Says who answers.
#[derive(Debug, Args)]
pub(super) struct Answers {
    /// Answer from a recording; without `--set` its own entries are used
    #[arg(long, value_name = "FILE", required_unless_present = "live", conflicts_with = "live")]
    pub(super) recording: Option<PathBuf>,
    /// Talk to the provider
    #[arg(long)]
    pub(super) live: bool,
    #[command(flatten)]
    network: Network,
    #[command(flatten)]
    pub(super) verbose: Verbose,
}

impl Answers {
    /// Opens the network, with the options given.
    pub(super) fn network(&self) -> Result<Live, Error> {
        self.network.open()
    }

    /// Opens a session with what was entered. None after problems, which are
    /// shown.
    pub(super) fn session(
        &self,
        connector: &Arc<Connector>,
        set: &Set,
        json: bool,
    ) -> Result<Result<Session, Exit>, Error> {
        let (entries, transport): (_, Arc<dyn Transport>) = match &self.recording {
            Some(path) => {
                let (recording, entries, placeholders) = recorded(path, connector, set)?;
                (entries, Arc::new(OwnedReplay::new(recording, placeholders)))
            }
            None => (connector.entries(set.asked(connector)?), Arc::new(self.network()?)),
        };
        let clock = Arc::new(SystemClock::new());
        let opened = Session::open(Arc::clone(connector), entries, transport, clock, Policy::default())?;
        Ok(opened.map_err(|problems| refused(&problems, json)))
    }
}

/// Shows why there is no connection.
pub(super) fn refused(problems: &[Problem], json: bool) -> Exit {
    if json {
        say!("{:#}", serde_json::json!({ "problems": problems }));
    } else {
        show::problems(problems);
        say!("{}", show::bad("Not connected: correct the problems first."));
    }
    Exit::Failed
}

/// Reads a recording, and what to enter: what the arguments say, or else its own
/// entries. The placeholders stand for whichever it is.
pub(super) fn recorded(
    path: &Path,
    connector: &Connector,
    set: &Set,
) -> Result<(Recording, Entries, Placeholders), Error> {
    let recording = Recording::read(path)?;
    if set.is_empty() {
        let placeholders = Placeholders::default();
        let entries = scenario::entries(connector, &recording, &placeholders)?;
        return Ok((recording, entries, placeholders));
    }
    let entries = connector.entries(set.asked(connector)?);
    let placeholders = Placeholders::new(entries.text("client_id"), entries.text("client_secret"));
    Ok((recording, entries, placeholders))
}
