//! `call`: runs an operation.

mod decompress;
mod progress;
mod result;
mod saved;
mod table;
mod target;

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{env, fs};

use clap::Args;
use connector_host::records::{Compression, Operation};
use connector_host::{Completed, Connector, Error as HostError, OperationRun, Saved, Session};
use connector_recordings::{Called, Ended as RecordedEnd, Outcome, Recorder, Scenario};
use serde_json::{Value, json};

use self::progress::Progress;
use self::saved::not_resumed;
use self::target::{Spool, Target};
use super::operations;
use crate::entries_option::Set;
use crate::error::{Error, Exit};
use crate::loading::Loading;
use crate::network::{Answers, failed, recorded, shown};
use crate::recording;
use crate::show;
use crate::stopped::stopped;

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
    /// Write resume state to this file on failure or cancellation [default: ID.state.json, when cancelled]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Resume an operation from its state file
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Record the operation to this file, without secrets
    #[arg(long, value_name = "FILE", requires = "live", conflicts_with = "resume", help_heading = "Output")]
    record: Option<PathBuf>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    set: Set,
    #[command(flatten)]
    answers: Answers,
    #[command(flatten)]
    loading: Loading,
}

/// What to run: an operation with its input, or a saved one.
enum Order {
    New(String),
    Saved(Box<Saved>, PathBuf),
}

impl Call {
    pub(crate) async fn execute(&self, json: bool) -> Result<Exit, Error> {
        self.answers.verbose.start();
        let connector = self.loading.connector()?;
        let (operation, order) = self.order(&connector)?;
        match &self.record {
            Some(path) => recording::refuse_existing(path, self.target.force)?,
            None => self.target.check(&operation, json)?,
        }
        self.confirm(&operation)?;
        let mut recorder = None;
        let session = match &self.answers.recording {
            None if self.record.is_some() => {
                let transport = Arc::new(Recorder::new(self.answers.network()?));
                recorder = Some(Arc::clone(&transport));
                let entries = connector.entries(self.set.asked(&connector)?);
                let options = Recorder::options();
                shown(Session::open_with(Arc::clone(&connector), entries, transport, options), json)?
            }
            None => self.answers.session(&connector, &self.set, json)?,
            Some(path) => {
                let (entries, replay) = recorded(path, &connector, &self.set)?;
                shown(connector_recordings::open(&connector, entries, &replay), json)?
            }
        };
        let Some(session) = session else { return Ok(Exit::Failed) };
        let scenario = self.scenario(&operation, &order);
        let started = start(&session, &operation, order).await?;
        if let (Some(recorder), Some(path), Some(scenario)) = (recorder, &self.record, scenario) {
            return self.recorded(started, &recorder, path, scenario, json).await;
        }
        match started {
            Ok(run) => self.run(run, json).await,
            Err(error) => failed(error, json),
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
        started: Result<OperationRun, HostError>,
        recorder: &recording::NetworkRecorder,
        path: &Path,
        scenario: Scenario,
        json: bool,
    ) -> Result<Exit, Error> {
        let mut run = match started {
            Ok(run) => run,
            Err(error) => return failed(error, json),
        };
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
        if json {
            say!("{:#}", json!({ "file": path, "bytes": bytes }));
        } else {
            outcome.called.iter().for_each(show::called);
            show::item("written", &format!("{}, {bytes} bytes", path.display()));
        }
        Ok(Exit::Success)
    }

    fn order(&self, connector: &Connector) -> Result<(Operation, Order), Error> {
        let offered = connector.operations()?;
        let Some(path) = &self.resume else {
            let operation = operations::find(offered, self.id.as_deref().unwrap_or_default())?.clone();
            let input = String::from_utf8(read_body(&self.input)?)
                .map_err(|_| Error::Use("the input is not UTF-8 text".to_owned()))?;
            return Ok((operation, Order::New(input)));
        };
        let saved = saved::read(path)?;
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
        anstream::eprint!("{} {} Type yes to run it: ", show::bad("destructive"), operation.description);
        let _ = io::stderr().flush();
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        if read.is_ok() && answer.trim() == "yes" { Ok(()) } else { Err(refused()) }
    }

    async fn run(&self, mut run: OperationRun, json: bool) -> Result<Exit, Error> {
        let target = &self.target;
        let (mut sink, spool) = target.open()?;
        let mut progress = Progress::new(json, self.answers.verbose.is_on());
        // Dropping the future cancels the operation.
        let ended = tokio::select! {
            ended = run.complete_into(&mut *sink, |event| progress.show(&event)) => Some(ended),
            () = stopped() => None,
        };
        progress.clear();
        drop(sink);
        match ended {
            None => {
                drop(spool);
                Ok(self.cancelled(&run, json))
            }
            Some(Ok(Completed::Done(outcome))) => {
                drop(spool);
                result::outcome(&outcome, target, json)?;
                Ok(Exit::Success)
            }
            Some(Ok(Completed::Downloaded(downloaded))) => {
                if !keep(target, spool, downloaded.compression).await? {
                    return Ok(self.cancelled(&run, json));
                }
                result::download(&downloaded, target, json);
                Ok(Exit::Success)
            }
            // A reader that went away has read enough.
            Some(Err(HostError::Sink(error))) if target.out.is_none() && error.kind() == io::ErrorKind::BrokenPipe => {
                Ok(Exit::Success)
            }
            Some(Err(error)) => {
                drop(spool);
                if self.state.is_some() && !json {
                    self.save(&run, "failed");
                } else if let (Some(path), Ok(saved)) = (&self.state, run.save()) {
                    saved::write(&saved, path).map_err(|error| Error::file("write", path, &error))?;
                }
                match error {
                    HostError::Sink(error) => {
                        let name = target.out.as_deref().unwrap_or(Path::new("standard output"));
                        Err(Error::file("write", name, &error))
                    }
                    error => failed(error, json),
                }
            }
        }
    }

    fn cancelled(&self, run: &OperationRun, json: bool) -> Exit {
        if json {
            let path = self.state_file(&run.operation().id);
            let saved = run.save().ok().and_then(|saved| saved::write(&saved, &path).ok());
            let shown = saved.map(|()| json!({ "state": path, "command": Self::command(&path) }));
            say!("{:#}", json!({ "cancelled": shown.unwrap_or_else(|| json!({})) }));
        } else {
            self.save(run, "cancelled");
        }
        Exit::Failed
    }

    /// Saves the run, and prints how to resume it.
    fn save(&self, run: &OperationRun, why: &str) {
        let path = self.state_file(&run.operation().id);
        let why = show::bad(why);
        match run.save().map(|saved| saved::write(&saved, &path)) {
            Ok(Ok(())) => anstream::eprintln!("{why}; resume with\n  {}", Self::command(&path)),
            Ok(Err(error)) => anstream::eprintln!("{why}; {} cannot be written: {error}", path.display()),
            Err(reason) => anstream::eprintln!("{why}; {reason}"),
        }
    }

    fn state_file(&self, id: &str) -> PathBuf {
        self.state.clone().or_else(|| self.resume.clone()).unwrap_or_else(|| format!("{id}.state.json").into())
    }

    /// Returns this command with the saved state in place of operation and input. A secret
    /// is never an argument.
    fn command(path: &Path) -> String {
        let mut words = vec![env::args().next().unwrap_or_else(|| "host-test".to_owned())];
        let mut arguments = env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--input" | "--resume" => drop(arguments.next()),
                text if text.starts_with("--input=") || text.starts_with("--resume=") => {}
                _ => words.push(argument),
            }
        }
        words.extend(["--resume".to_owned(), path.display().to_string()]);
        words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
    }
}

/// Starts a run, or resumes it. The inner error is one of the session.
async fn start(
    session: &Session,
    operation: &Operation,
    order: Order,
) -> Result<Result<OperationRun, HostError>, Error> {
    match order {
        Order::New(input) => Ok(session.start(&operation.id, input).await),
        Order::Saved(saved, path) => {
            session.resume(*saved).map(Ok).map_err(|error| not_resumed(&path, &error.to_string()))
        }
    }
}

/// Puts a whole download where it belongs. False: it was interrupted.
async fn keep(target: &Target, spool: Spool, compression: Compression) -> Result<bool, Error> {
    let cancelled = Arc::new(AtomicBool::new(false));
    let (target, stop) = (target.clone(), Arc::clone(&cancelled));
    let mut kept = tokio::task::spawn_blocking(move || target.keep(spool, compression, &stop));
    tokio::select! {
        kept = &mut kept => kept.map_err(|error| Error::Use(error.to_string()))??,
        () = stopped() => {
            cancelled.store(true, Ordering::Relaxed);
            if kept.await.is_ok_and(|kept| kept.is_err()) {
                return Ok(false);
            }
        }
    }
    Ok(true)
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

/// Writes a word as a POSIX shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
