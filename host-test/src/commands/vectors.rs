//! `vectors`: exports what a connector returns for which arguments.

use std::path::PathBuf;

use clap::Args;
use connector_recordings::vectors;

use super::run;
use crate::error::{Error, Exit};
use crate::files::{self, Mode};
use crate::loading::Loading;
use crate::show;

#[derive(Debug, Args)]
pub(crate) struct Vectors {
    /// Recordings to play, or directories of them [default: fixtures]
    #[arg(value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// File to write, one JSON a line
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    loading: Loading,
}

impl Vectors {
    pub(crate) async fn execute(&self, json: bool) -> Result<Exit, Error> {
        let component = self.loading.component()?;
        let recordings = run::recordings(&self.paths)?;
        let lines = vectors(component, &recordings).await?;
        let text = lines.iter().fold(String::new(), |text, line| text + line + "\n");
        files::write(&self.out, text.as_bytes(), Mode::Public, true)?;
        show::written(&self.out, lines.len(), ("vectors", "calls"), json);
        Ok(Exit::Success)
    }
}
