//! `serve`: the connect page in a browser.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use connector_host::{Connector, Digest};
use connector_page::{Answers, Artefact, Listed, Page, serve};
use serde_json::json;

use super::inspect::gzip_length;
use super::run::{DEFAULT, directory};
use crate::error::{Error, Exit};
use crate::files;
use crate::loading::Loading;
use crate::network::Network;
use crate::open::open;
use crate::show;
use crate::stopped::stopped;

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Port on loopback; 0 takes one that is free
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Open the page in the browser of this system
    #[arg(long)]
    open: bool,
    /// Answer from these recordings, of which the page picks one [default: fixtures]
    #[arg(long, value_name = "DIR", conflicts_with = "live", help_heading = "Network")]
    recording: Option<PathBuf>,
    /// Talk to the provider
    #[arg(long, help_heading = "Network")]
    live: bool,
    #[command(flatten)]
    network: Network,
    #[command(flatten)]
    loading: Loading,
}

impl Serve {
    /// Serves until the program is stopped.
    pub(crate) async fn execute(&self, json: bool) -> Result<Exit, Error> {
        let connector = self.loading.connector()?;
        let answers = if self.live {
            Answers::Live(Arc::new(self.network.open()?))
        } else {
            Answers::Recordings(self.recordings(&connector)?)
        };
        let bytes = self.loading.source.bytes()?;
        let artefact = Artefact { bytes: bytes.len(), gzip_bytes: gzip_length(&bytes), digest: Digest::of(&bytes) };
        let refused = |error: io::Error| Error::Use(format!("cannot listen on port {}: {error}", self.port));
        let serving = serve(Page::new(connector, artefact, answers), self.port).await.map_err(refused)?;
        let url = format!("http://{}/", serving.address());
        if json {
            show::json(&json!({ "url": url }));
        } else {
            say!("{url}");
        }
        if self.open {
            open(&url);
        }
        stopped().await;
        Ok(Exit::Success)
    }

    /// Lists the recordings whose entries fit the form.
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
            listed.extend(Listed::of(files::recording(&file)?, connector));
        }
        Ok(listed)
    }
}
