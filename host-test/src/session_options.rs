//! The options of every command that opens a session.

use std::sync::Arc;

use clap::Args;
use connector_host::{Connector, Options, Policy, Session};

use crate::browser::Browser;
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
    pub(crate) browser: Browser,
    #[command(flatten)]
    loading: Loading,
}

impl SessionOptions {
    /// Begins to log where that is asked for, and loads the connector.
    pub(crate) fn connector(&self) -> Result<Arc<Connector>, Error> {
        self.answers.verbose.start();
        self.loading.connector()
    }

    /// Opens a session, and has a person sign in where the connector wants that. None after
    /// problems or a failure, which are shown.
    pub(crate) async fn session(&self, connector: &Arc<Connector>, json: bool) -> Result<Option<Session>, Error> {
        if let Some(path) = &self.answers.recording {
            let (entries, replay) = recorded(path, connector, &self.set)?;
            let options = Options { policy: Policy::default(), ..replay.options() };
            let opened = Session::open_with(Arc::clone(connector), entries, Arc::clone(&replay) as _, options);
            let Some(session) = shown(opened, json)? else { return Ok(None) };
            let (_, signed_in) = connector_recordings::sign_in(&session, &replay).await;
            return Ok(shown(signed_in, json)?.map(|()| session));
        }
        let entries = connector.entries(self.set.asked(connector)?);
        let opened = Session::open(Arc::clone(connector), entries, Arc::new(self.answers.network()?));
        let Some(session) = shown(opened, json)? else { return Ok(None) };
        Ok(shown(self.browser.sign_in(&session).await?, json)?.map(|()| session))
    }
}
