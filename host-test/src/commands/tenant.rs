//! `tenant`: a fake Nexthink tenant on loopback.

use clap::Args;

use crate::error::{Error, Exit};

#[derive(Debug, Args)]
pub(crate) struct Tenant {
    #[command(flatten)]
    fake: fake_nexthink::Args,
}

impl Tenant {
    /// Serves until Ctrl-C or SIGTERM.
    pub(crate) fn execute(&self, json: bool) -> Result<Exit, Error> {
        fake_nexthink::run(&self.fake, json).map_err(|error| Error::Use(error.to_string()))?;
        Ok(Exit::Success)
    }
}
