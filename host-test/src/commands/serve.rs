//! `serve`: the connect page in a browser.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::live::Network;
use super::run::{DEFAULT, directory};
use super::{Common, Error, Exit, show};
use crate::guard::Connector;
use crate::har::Recording;
use crate::page::{Answers, Listed, Page, serve};
use crate::plugin::Artefact;

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Port on loopback; 0 takes one that is free
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Answer from these recordings, of which the page picks one [default: fixtures]
    #[arg(long, value_name = "DIR", conflicts_with = "live")]
    recording: Option<PathBuf>,
    /// Talk to the provider
    #[arg(long)]
    live: bool,
    #[command(flatten)]
    network: Network,
    /// Open the page in the browser of this system
    #[arg(long)]
    open: bool,
}

impl Serve {
    /// Serves until the program is stopped.
    pub(super) fn execute(&self, common: &Common) -> Result<Exit, Error> {
        let connector = common.connector()?;
        let answers = if self.live {
            Answers::Live(Arc::new(self.network.open()?))
        } else {
            Answers::Recordings(self.recordings(&connector)?)
        };
        let page = Page::new(connector, Artefact::of(&common.bytes()?), answers);
        let refused = |error: io::Error| Error::Use(format!("cannot listen on port {}: {error}", self.port));
        let serving = serve(page, self.port).map_err(refused)?;
        let url = format!("http://{}/", serving.address());
        if common.json {
            say!("{:#}", json!({ "url": url }));
        } else {
            say!("{url}");
        }
        if self.open {
            open(&url);
        }
        serving.until_stopped().map_err(|error| Error::Use(format!("cannot wait for Ctrl-C: {error}")))?;
        Ok(Exit::Success)
    }

    /// Lists the recordings whose entries the form can take.
    fn recordings(&self, connector: &Connector) -> Result<Vec<Listed>, Error> {
        let files = match &self.recording {
            Some(path) if path.is_dir() => directory(path)?,
            Some(path) => vec![path.clone()],
            // Elsewhere the page still shows guide and form.
            None if !Path::new(DEFAULT).is_dir() => Vec::new(),
            None => directory(Path::new(DEFAULT))?,
        };
        let mut listed = Vec::new();
        for file in files {
            listed.extend(Listed::of(&Recording::read(&file)?, connector));
        }
        Ok(listed)
    }
}

/// Asks the system to open a page. Where that cannot be, the address is on standard
/// output.
fn open(url: &str) {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let started =
        Command::new(program).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    if let Err(error) = started {
        anstream::eprintln!("{}: {program}: {error}", show::bad("warning"));
    }
}
