//! `tenant`: a fake Nexthink tenant on loopback.

use clap::Args;

use super::{Common, Error, Exit};

#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    fake: fake_nexthink::Args,
}

impl Serve {
    /// Serves until Ctrl-C or SIGTERM.
    pub(super) fn execute(&self, common: &Common) -> Result<Exit, Error> {
        fake_nexthink::run(&self.fake, common.json).map_err(|error| Error::Use(error.to_string()))?;
        Ok(Exit::Success)
    }
}
