//! `resolve` and `connect`: what a platform does with one person's entries.

use std::fs;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::live::{Answers, recorded};
use super::set::Set;
use super::{Common, Error, Exit, show};
use crate::guard::Connector;
use crate::har::Placeholders;
use crate::scenario::{self, Outcome};
use crate::session::{CallFailure, Cancel};
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
    #[command(flatten)]
    answers: Answers,
    /// Print the access token instead of masking it
    #[arg(long)]
    show_token: bool,
}

impl Connect {
    pub(super) fn execute(&self, common: &Common) -> Result<Exit, Error> {
        self.answers.verbose.start();
        let connector = common.connector()?;
        match &self.answers.recording {
            Some(path) => self.replay(&connector, path, common.json),
            None => self.live(&Arc::new(connector), common.json),
        }
    }

    fn replay(&self, connector: &Connector, path: &Path, json: bool) -> Result<Exit, Error> {
        let (recording, entries, placeholders) = recorded(path, connector, &self.set)?;
        let outcome = scenario::connect(connector, &entries, Replay::new(&recording, &placeholders))?;
        if json {
            say!("{:#}", self.as_json(&outcome));
        } else {
            self.print(&outcome, connector);
        }
        Ok(if outcome.is_connected() { Exit::Success } else { Exit::Failed })
    }

    /// Connects to the provider and finds out what the credentials may do.
    fn live(&self, connector: &Arc<Connector>, json: bool) -> Result<Exit, Error> {
        let session = match self.answers.session(connector, &self.set, json)? {
            Ok(session) => session,
            Err(exit) => return Ok(exit),
        };
        let cancel = Cancel::default();
        if !json {
            show::connection(session.connection());
            show::notes(&session.connection().notes);
        }
        let token = match session.token(&cancel) {
            Ok(token) => token,
            Err(failure) => return failed(failure, json),
        };
        if !json {
            show::token(&token, self.show_token);
            if !self.show_token {
                show::item("token", "masked; --show-token prints it");
            }
        }
        let permissions = if connector.facts().exports_interface("permissions") {
            // A line that is overwritten belongs on a terminal alone.
            let watched = !json && io::stderr().is_terminal();
            let progress = |id: &str| {
                if watched {
                    anstream::eprint!("\r\x1b[2K  checking {id} …");
                }
            };
            let table = session.permissions(&cancel, progress);
            if watched {
                anstream::eprint!("\r\x1b[2K");
            }
            match table {
                Ok(table) => table,
                Err(failure) => return failed(failure, json),
            }
        } else {
            Vec::new()
        };
        if json {
            let mut shown = json!({ "connection": session.connection(), "token": *token });
            shown["token"]["value"] = json!(if self.show_token { token.value.expose() } else { "•••" });
            shown["permissions"] = json!(permissions);
            say!("{shown:#}");
        } else {
            show::permissions(&permissions, connector.definition());
            say!("{}", show::good(&format!("Connected to {}.", connector.definition().name)));
        }
        Ok(Exit::Success)
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
                show::permissions(&outcome.permissions, connector.definition());
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

/// Reports a call that brought no answer.
pub(super) fn failed(failure: CallFailure, json: bool) -> Result<Exit, Error> {
    match failure {
        CallFailure::Failed(failure) => {
            if json {
                say!("{:#}", json!({ "failure": failure }));
            } else {
                show::failure(&failure);
                say!("{}", show::bad("Failed."));
            }
            Ok(Exit::Failed)
        }
        CallFailure::Plugin(error) => Err(Error::Call(error)),
        CallFailure::Recording(reason) => Err(Error::Mismatch(reason)),
        CallFailure::Cancelled => Ok(Exit::Failed),
    }
}

/// Reads a body: text, `@FILE`, or `@-` for standard input.
pub(super) fn read_body(source: &str) -> Result<Vec<u8>, Error> {
    let Some(name) = source.strip_prefix('@') else { return Ok(source.as_bytes().to_vec()) };
    if name == "-" {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().read_to_end(&mut bytes);
        return read.map(|_| bytes).map_err(|error| Error::Use(format!("cannot read standard input: {error}")));
    }
    let path = Path::new(name);
    fs::read(path).map_err(|error| Error::file("read", path, &error))
}

impl From<ReplayError> for Error {
    fn from(error: ReplayError) -> Self {
        Self::Stopped(error.into())
    }
}
