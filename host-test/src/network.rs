//! Who answers a session: the provider over the network, or a recording.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use connector_host::records::Problem;
use connector_host::{Connector, Entries, Error as HostError, HttpOptions, HttpTransport, ResolveRule};
use connector_recordings::{Placeholders, Replay};
use serde_json::json;

use crate::entries_option::Set;
use crate::error::{Error, Exit};
use crate::files::{self, Kind};
use crate::show;
use crate::verbose::Verbose;

/// How to reach the provider.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Network")]
pub(crate) struct Network {
    /// Trust the certificates in this PEM file as well
    #[arg(long, value_name = "FILE", requires = "live")]
    ca_file: Option<PathBuf>,
    /// Reach HOST:PORT at this address, which may name another port, as in
    /// acme.api.eu.nexthink.cloud:443:127.0.0.1:8443
    #[arg(long, value_name = "HOST:PORT:ADDRESS", requires = "live")]
    resolve: Vec<ResolveRule>,
    /// Wait at most so long for a response, where a request allows more
    #[arg(long, value_name = "SECONDS", requires = "live", value_parser = clap::value_parser!(u32).range(1..))]
    timeout: Option<u32>,
}

impl Network {
    /// Opens the network.
    pub(crate) fn open(&self) -> Result<HttpTransport, Error> {
        // One that is not there has a word of its own.
        if let Some(path) = self.ca_file.as_ref().filter(|path| path.exists()) {
            files::check(path, Kind::AUTHORITIES)?;
        }
        let options = HttpOptions {
            ca_file: self.ca_file.clone(),
            resolve: self.resolve.clone(),
            timeout: self.timeout,
            ..HttpOptions::default()
        };
        HttpTransport::new(options).map_err(|error| Error::Use(error.to_string()))
    }
}

/// Who answers.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub(crate) struct Answers {
    /// Answer from a recording; without `--set` its own entries are used
    #[arg(long, value_name = "FILE", required_unless_present = "live", conflicts_with = "live")]
    pub(crate) recording: Option<PathBuf>,
    /// Talk to the provider
    #[arg(long)]
    pub(crate) live: bool,
    #[command(flatten)]
    network: Network,
    #[command(flatten)]
    pub(crate) verbose: Verbose,
}

impl Answers {
    /// Opens the network, with the options given.
    pub(crate) fn network(&self) -> Result<HttpTransport, Error> {
        self.network.open()
    }
}

/// Shows the problems of a session that cannot be opened, or why nobody is signed in.
pub(crate) fn shown<T>(opened: Result<T, HostError>, json: bool) -> Result<Option<T>, Error> {
    match opened {
        Err(HostError::Refused(problems)) => {
            refused(&problems, json);
            Ok(None)
        }
        Err(HostError::Failed(failure)) => {
            failed(HostError::Failed(failure), json)?;
            Ok(None)
        }
        opened => Ok(Some(opened?)),
    }
}

/// Shows why there is no connection.
pub(crate) fn refused(problems: &[Problem], json: bool) {
    if json {
        show::json(&json!({ "problems": problems }));
    } else {
        show::problems(problems);
        say!("{}", show::bad("Not connected: correct the problems first."));
    }
}

/// Shows why a call has no result.
pub(crate) fn failed(error: HostError, json: bool) -> Result<Exit, Error> {
    match error {
        HostError::Failed(failure) => {
            if json {
                show::json(&json!({ "failure": failure }));
            } else {
                show::failure(&failure);
                say!("{}", show::bad("Failed."));
            }
            Ok(Exit::Failed)
        }
        HostError::Refused(problems) => {
            if json {
                show::json(&json!({ "problems": problems }));
            } else {
                show::problems(&problems);
            }
            Ok(Exit::Use)
        }
        error => Err(error.into()),
    }
}

/// Reads a recording and the entries for it: those of the arguments, or else its own. The
/// placeholders stand for whichever it is.
pub(crate) fn recorded(path: &Path, connector: &Connector, set: &Set) -> Result<(Entries, Arc<Replay>), Error> {
    let recording = Arc::new(files::recording(path)?);
    let definition = connector.definition();
    let (entries, placeholders) = if set.is_empty() {
        let placeholders = Placeholders::new(definition);
        (connector_recordings::entries(connector, &recording, &placeholders)?, placeholders)
    } else {
        let entries = connector.entries(set.asked(connector)?);
        let placeholders = Placeholders::with_entries(definition, &entries);
        (entries, placeholders)
    };
    Ok((entries, Replay::new(recording, Arc::new(placeholders))))
}
