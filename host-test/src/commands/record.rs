//! `record`: connects live and writes what was exchanged, without secrets.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use serde_json::json;

use super::live::Answers;
use super::set::Set;
use super::{Common, Error, Exit, show};
use crate::har::{Placeholders, Recording, WriteError, write_new};
use crate::scenario::{self, play};
use crate::transport::record::Clock;
use crate::transport::{Recorder, Subject};

#[derive(Debug, Args)]
pub(super) struct Record {
    #[command(flatten)]
    set: Set,
    #[command(flatten)]
    answers: Answers,
    /// Write the recording to this file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Overwrite the file if it exists
    #[arg(long)]
    force: bool,
    /// Name the scenario
    #[arg(long, default_value = "Recorded connection")]
    name: String,
}

impl Record {
    pub(super) fn execute(&self, common: &Common) -> Result<Exit, Error> {
        self.answers.verbose.start();
        if !self.answers.live {
            return Err(Error::Use("recording needs --live: what is recorded already is no news".to_owned()));
        }
        if self.out.exists() && !self.force {
            return Err(WriteError::Exists(self.out.clone()).into());
        }
        let connector = common.connector()?;
        let entries = connector.entries(self.set.asked(&connector)?);
        let connection = connector.resolve(&entries)?;
        let refused = |error: crate::transport::Refused| Error::Refused(error.to_string());
        let domains = &connector.definition().domains;
        let subject = Subject::new(&entries, connection.as_ref().ok(), domains).map_err(refused)?;
        let clock: Clock = Box::new(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
        let recorder = Recorder::new(self.answers.network()?, clock, subject);
        let outcome = scenario::connect_over(&connector, &entries, &recorder)?;
        let mut expected = outcome.to_json(&Placeholders::default());
        if let Some(Ok(token)) = &outcome.verdict {
            // The recorder knows it for what it is, and puts its placeholder in.
            expected["token"]["value"] = json!(token.value.expose());
        }
        let source = "Recorded by host-test against a tenant.";
        let text = recorder.finish(expected, &self.name, source).map_err(refused)?;

        // A recording that does not replay is of no use to anyone.
        let played = play(&connector, &Recording::parse(&self.out, text.as_bytes())?);
        if !played.passed() {
            let why = match &played.outcome {
                Ok(_) => played.differences.join("; "),
                Err(stopped) => stopped.to_string(),
            };
            return Err(Error::Refused(format!("what was recorded does not replay, so nothing was written: {why}")));
        }
        write_new(&self.out, &text, self.force)?;
        if common.json {
            say!("{:#}", json!({ "file": self.out, "bytes": text.len() }));
        } else {
            show::item("written", &format!("{}, {} bytes", self.out.display(), text.len()));
            show::item("replay", &format!("host-test run {}", self.out.display()));
        }
        Ok(Exit::Success)
    }
}
