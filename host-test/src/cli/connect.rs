//! `resolve` and `connect`: what a platform does with one person's entries.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::set::Set;
use super::{Common, Error, Exit, show};
use crate::guard::Connector;
use crate::har::{Placeholders, Recording};
use crate::scenario::{self, Outcome};
use crate::transport::{Replay, ReplayError};

/// Shows where entries lead.
pub(super) fn resolve(set: &Set, common: &Common) -> Result<Exit, Error> {
    let connector = common.connector()?;
    let entries = connector.entries(set.pairs(&connector)?);
    match connector.resolve(&entries)? {
        Ok(connection) => {
            if common.json {
                say!("{:#}", json!({ "connection": connection }));
            } else {
                show::connection(&connection);
                show::item("API", &connection.base_url);
                show::notes(&connection.notes);
            }
            Ok(Exit::Success)
        }
        Err(problems) => {
            if common.json {
                say!("{:#}", json!({ "problems": problems }));
            } else {
                show::problems(&problems);
            }
            Ok(Exit::Failed)
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Connect {
    #[command(flatten)]
    set: Set,
    /// Recording that answers; without `--set` its own entries are used
    #[arg(long, value_name = "FILE")]
    recording: PathBuf,
    /// Print the access token instead of masking it
    #[arg(long)]
    show_token: bool,
}

impl Connect {
    pub(super) fn execute(&self, common: &Common) -> Result<Exit, Error> {
        let connector = common.connector()?;
        let recording = Recording::read(&self.recording)?;
        let (entries, placeholders) = if self.set.is_empty() {
            let placeholders = Placeholders::default();
            (scenario::entries(&connector, &recording, &placeholders)?, placeholders)
        } else {
            let mut pairs = self.set.pairs(&connector)?;
            Set::prompt(&mut pairs, &connector)?;
            let entries = connector.entries(pairs);
            let placeholders = Placeholders::new(entries.text("client_id"), entries.text("client_secret"));
            (entries, placeholders)
        };
        let outcome = scenario::connect(&connector, &entries, Replay::new(&recording, &placeholders))?;
        if common.json {
            say!("{:#}", self.as_json(&outcome));
        } else {
            self.print(&outcome, &connector);
        }
        Ok(if outcome.is_connected() { Exit::Success } else { Exit::Failed })
    }

    fn print(&self, outcome: &Outcome, connector: &Connector) {
        outcome.connection.iter().for_each(show::connection);
        show::notes(outcome.notes());
        show::problems(&outcome.problems);
        outcome.sent.iter().for_each(show::sent);
        match &outcome.verdict {
            Some(Ok(token)) => {
                show::token(token, self.show_token);
                if !self.show_token {
                    show::item("token", "masked; --show-token prints it");
                }
                say!("{}", show::good(&format!("Connected to {}.", connector.definition().name)));
            }
            Some(Err(failure)) => {
                show::failure(failure);
                say!("{}", show::bad("Not connected."));
            }
            None => say!("{}", show::bad("Not connected: correct the problems first.")),
        }
    }

    fn as_json(&self, outcome: &Outcome) -> serde_json::Value {
        let mut shown = outcome.to_json(&Placeholders::default());
        if let Some(Ok(token)) = &outcome.verdict {
            let value = if self.show_token { token.value.expose() } else { "•••" };
            shown["token"]["value"] = json!(value);
        }
        shown
    }
}

impl From<ReplayError> for Error {
    fn from(error: ReplayError) -> Self {
        Self::Stopped(error.into())
    }
}
