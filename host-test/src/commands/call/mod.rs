//! `call`: runs an operation.

mod decompress;
mod progress;
mod result;
mod resume;
mod run;
mod table;
mod target;

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use connector_host::records::Operation;
use connector_host::{Completed, Connector, Error as HostError, OperationRun, Saved, Session};
use connector_recordings::{Called, Ended as RecordedEnd, Outcome, Recorder, Scenario};
use serde_json::Value;

pub(crate) use self::decompress::Unpackable;
use self::resume::{Resuming, not_resumed};
use self::target::Target;
use super::operations;
use crate::error::{Error, Exit};
use crate::files::{self, Kind, check_new};
use crate::network::{failed, recorded, shown};
use crate::recording;
use crate::session_options::SessionOptions;
use crate::show;

#[derive(Debug, Args)]
pub(crate) struct Call {
    /// Operation to run; `host-test operations` lists them
    #[arg(required_unless_present = "resume")]
    id: Option<String>,
    /// Input as JSON: text, @FILE, or @- for standard input
    #[arg(long, value_name = "JSON|@FILE|@-", default_value = "{}", conflicts_with = "resume")]
    input: String,
    /// Skip the confirmation for destructive operations
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    resuming: Resuming,
    /// Record the operation to this file, without secrets
    #[arg(long, value_name = "FILE", requires = "live", conflicts_with = "resume", help_heading = "Output")]
    record: Option<PathBuf>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    options: SessionOptions,
}

/// What to run: an operation with its input, or a saved one.
enum Order {
    New(String),
    Saved(Box<Saved>, PathBuf),
}

impl Call {
    pub(crate) async fn execute(&self, json: bool) -> Result<Exit, Error> {
        let connector = self.options.connector()?;
        let (operation, order) = self.order(&connector)?;
        match &self.record {
            Some(path) => check_new(path, self.target.force)?,
            None => self.target.check(&operation, json)?,
        }
        self.resuming.check()?;
        self.confirm(&operation)?;
        let (set, answers) = (&self.options.set, &self.options.answers);
        let mut recorder = None;
        let session = match &answers.recording {
            None if self.record.is_some() => {
                let transport = Arc::new(Recorder::new(answers.network()?));
                recorder = Some(Arc::clone(&transport));
                let entries = connector.entries(set.asked(&connector)?);
                let options = Recorder::options();
                let opened = Session::open_with(Arc::clone(&connector), entries, transport, options);
                match shown(opened, json)? {
                    Some(session) => shown(self.options.browser.sign_in(&session).await?, json)?.map(|()| session),
                    None => None,
                }
            }
            None => self.options.session(&connector, json).await?,
            Some(path) => {
                let (entries, replay) = recorded(path, &connector, set)?;
                shown(connector_recordings::open(&connector, entries, &replay), json)?
            }
        };
        let Some(session) = session else { return Ok(Exit::Failed) };
        let scenario = self.scenario(&operation, &order);
        let started = match order {
            Order::New(input) => session.start(&operation.id, input).await,
            Order::Saved(saved, path) => {
                Ok(session.resume(*saved).map_err(|error| not_resumed(&path, &error.to_string()))?)
            }
        };
        let run = match started {
            Ok(run) => run,
            Err(error) => return failed(error, json),
        };
        match (recorder, &self.record, scenario) {
            (Some(recorder), Some(path), Some(scenario)) => self.recorded(run, &recorder, path, scenario, json).await,
            _ => self.run(run, json).await,
        }
    }

    /// Returns what a recording says it runs.
    fn scenario(&self, operation: &Operation, order: &Order) -> Option<Scenario> {
        let (Order::New(input), Some(_)) = (order, &self.record) else { return None };
        let input = serde_json::from_str(input).unwrap_or_else(|_| Value::String(input.clone()));
        Some(Scenario { operation: operation.id.clone(), input })
    }

    /// Runs an operation to its end and writes its recording, however it ended.
    async fn recorded(
        &self,
        mut run: OperationRun,
        recorder: &recording::NetworkRecorder,
        path: &Path,
        scenario: Scenario,
        json: bool,
    ) -> Result<Exit, Error> {
        let ended = match run.complete(|_| ()).await {
            Ok(Completed::Done(outcome)) => RecordedEnd::Done(outcome),
            Ok(Completed::Downloaded(downloaded)) => RecordedEnd::Downloaded(downloaded, Vec::new()),
            Err(HostError::Failed(failure)) => RecordedEnd::Failed(failure),
            Err(error) => return failed(error, json),
        };
        let called = Called { operation: scenario.operation.clone(), ended };
        let outcome = Outcome { called: Some(called), ..Outcome::default() };
        let name = run.operation().title.clone();
        let force = self.target.force;
        let bytes = recording::write(path, recorder, run.session(), &outcome, Some(scenario), &name, force).await?;
        if !json {
            outcome.called.iter().for_each(show::called);
        }
        show::written(path, bytes, ("bytes", "bytes"), json);
        Ok(Exit::Success)
    }

    fn order(&self, connector: &Connector) -> Result<(Operation, Order), Error> {
        let offered = connector.operations()?;
        let Some(path) = &self.resuming.resume else {
            let operation = operations::find(offered, self.id.as_deref().unwrap_or_default())?.clone();
            let input = String::from_utf8(files::argument(&self.input, Kind::BODY)?)
                .map_err(|_| Error::Use("the input is not UTF-8 text".to_owned()))?;
            return Ok((operation, Order::New(input)));
        };
        let saved = resume::read(path)?;
        let operation = operations::find(offered, saved.operation())?.clone();
        if self.id.as_ref().is_some_and(|id| *id != operation.id) {
            return Err(Error::Use(format!("{} is a run of the operation {}", path.display(), operation.id)));
        }
        Ok((operation, Order::Saved(Box::new(saved), path.clone())))
    }

    /// Asks before something is done that cannot be undone.
    fn confirm(&self, operation: &Operation) -> Result<(), Error> {
        if !operation.is_destructive() || self.yes {
            return Ok(());
        }
        let refused = || Error::Use(format!("{} is destructive; --yes skips the confirmation", operation.id));
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(refused());
        }
        anstream::eprint!(
            "{} {} Type yes to run it: ",
            show::bad("destructive"),
            show::printable(&operation.description)
        );
        let _ = io::stderr().flush();
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        if read.is_ok() && answer.trim() == "yes" { Ok(()) } else { Err(refused()) }
    }
}
