//! The options of every command that opens a session.

use std::sync::Arc;

use clap::Args;
use connector_host::{Connector, Options, Policy, Session};

use crate::entries_option::Set;
use crate::error::Error;
use crate::loading::Loading;
use crate::network::{Answers, recorded, shown};

/// Which connector, with whose entries, and who answers it.
#[derive(Debug, Args)]
pub(crate) struct SessionOptions {
    #[command(flatten)]
    pub(crate) set: Set,
    #[command(flatten)]
    pub(crate) answers: Answers,
    #[command(flatten)]
    loading: Loading,
}

impl SessionOptions {
    /// Begins to log where that is asked for, and loads the connector.
    pub(crate) fn connector(&self) -> Result<Arc<Connector>, Error> {
        self.answers.verbose.start();
        self.loading.connector()
    }

    /// Opens a session. None after problems, which are shown.
    pub(crate) fn session(&self, connector: &Arc<Connector>, json: bool) -> Result<Option<Session>, Error> {
        let opened = if let Some(path) = &self.answers.recording {
            let (entries, replay) = recorded(path, connector, &self.set)?;
            let options = Options { policy: Policy::default(), ..replay.options() };
            Session::open_with(Arc::clone(connector), entries, replay, options)
        } else {
            let entries = connector.entries(self.set.asked(connector)?);
            Session::open(Arc::clone(connector), entries, Arc::new(self.answers.network()?))
        };
        shown(opened, json)
    }
}
