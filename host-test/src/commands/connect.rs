//! `connect`: what a platform does with one person's entries.

use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use connector_host::{Connector, Interface};
use connector_recordings::{Outcome, Replay};
use serde_json::{Value, json};

use crate::error::{Error, Exit};
use crate::network::{failed, recorded};
use crate::session_options::SessionOptions;
use crate::show;

#[derive(Debug, Args)]
pub(crate) struct Connect {
    #[command(flatten)]
    options: SessionOptions,
    /// Print the access token instead of masking it
    #[arg(long, help_heading = "Output")]
    show_token: bool,
}

impl Connect {
    pub(crate) async fn execute(&self, json: bool) -> Result<Exit, Error> {
        let connector = self.options.connector()?;
        match &self.options.answers.recording {
            Some(path) => self.replay(&connector, path, json).await,
            None => self.live(&connector, json).await,
        }
    }

    async fn replay(&self, connector: &Arc<Connector>, path: &Path, json: bool) -> Result<Exit, Error> {
        let (entries, replay) = recorded(path, connector, &self.options.set)?;
        let outcome = connector_recordings::connect(connector, entries, &replay).await?;
        if json {
            show::json(&self.as_json(&outcome, &replay));
        } else {
            self.print(&outcome, connector);
        }
        Ok(if outcome.is_connected() { Exit::Success } else { Exit::Failed })
    }

    /// Connects to the provider and finds out what the credentials may do.
    async fn live(&self, connector: &Arc<Connector>, json: bool) -> Result<Exit, Error> {
        let Some(session) = self.options.session(connector, json).await? else { return Ok(Exit::Failed) };
        if !json {
            show::connection(session.connection());
            show::notes(&session.connection().notes);
        }
        let granted = match session.token().await {
            Ok(granted) => granted,
            Err(error) => return failed(error, json),
        };
        let token = granted.as_ref().map(|granted| granted.token());
        if let Some(token) = token.filter(|_| !json) {
            show::token(token, self.show_token);
            self.masked();
        }
        let mut permissions = Vec::new();
        if connector.offers(Interface::Permissions) {
            // A line that is overwritten belongs on a terminal alone.
            let watched = !json && io::stderr().is_terminal();
            let progress = |id: &str| {
                if watched {
                    anstream::eprint!("\r\x1b[2K  checking {id} …");
                }
            };
            let checks = session.permissions(progress).await;
            if watched {
                anstream::eprint!("\r\x1b[2K");
            }
            permissions = match checks {
                Ok(checks) => checks,
                Err(error) => return failed(error, json),
            };
        }
        if json {
            let mut shown = json!({ "connection": session.connection() });
            if let Some(token) = token {
                shown["token"] = json!(token);
                shown["token"]["value"] = json!(if self.show_token { token.value.expose() } else { "•••" });
            }
            shown["permissions"] = json!(permissions);
            show::json(&shown);
        } else {
            show::permissions(&permissions, connector.definition());
            let name = &connector.definition().name;
            // Nothing was sent where nothing is exchanged.
            let text = match token {
                Some(_) => format!("Connected to {name}."),
                None => format!("The entries are good for {name}; run an operation to see whether it accepts them."),
            };
            say!("{}", show::good(&text));
        }
        Ok(Exit::Success)
    }

    fn masked(&self) {
        if !self.show_token {
            show::item("token", "masked; --show-token prints it");
        }
    }

    fn print(&self, outcome: &Outcome, connector: &Connector) {
        outcome.connection.iter().for_each(show::connection);
        show::notes(outcome.notes());
        show::problems(&outcome.problems);
        outcome.sent.iter().take(1).for_each(show::sent);
        match &outcome.token {
            Some(Ok(token)) => {
                show::token(token, self.show_token);
                self.masked();
                show::permissions(&outcome.permissions, connector.definition());
                say!("{}", show::good(&format!("Connected to {}.", connector.definition().name)));
            }
            Some(Err(failure)) => {
                show::failure(failure);
                say!("{}", show::bad("Not connected."));
            }
            None if outcome.is_connected() => {
                say!("{}", show::good(&format!("The entries are good for {}.", connector.definition().name)));
            }
            None => say!("{}", show::bad("Not connected: correct the problems first.")),
        }
    }

    fn as_json(&self, outcome: &Outcome, replay: &Replay) -> Value {
        let mut shown = outcome.to_json(replay.placeholders());
        if let Some(Ok(token)) = &outcome.token {
            let value = if self.show_token { token.value.expose() } else { "•••" };
            shown["token"]["value"] = json!(value);
        }
        shown
    }
}
