//! `call`: runs an operation.

mod interrupt;
mod progress;
mod result;
mod table;
mod target;

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{env, process, thread};

use clap::Args;
use serde_json::json;

use self::progress::Progress;
use self::target::{Spool, Target};
use super::connect::{failed, read_body};
use super::live::{Answers, recorded, refused};
use super::set::Set;
use super::{Common, Error, Exit, operations, show};
use crate::guard::Connector;
use crate::model::operation::Operation;
use crate::operation::{Carrier, Finished, Run, RunFailure, Saved};
use crate::scenario::ReplayCarrier;
use crate::session::{CallFailure, Cancel};
use crate::transport::Replay;

/// How long an operation that was cancelled may take to notice. A request that
/// waits for its answer does not.
const GRACE: Duration = Duration::from_secs(1);

/// How often to look whether it was cancelled.
const GLANCE: Duration = Duration::from_millis(50);

#[derive(Debug, Args)]
pub(super) struct Call {
    /// Operation to run; `host-test operations` lists them
    #[arg(required_unless_present = "resume")]
    id: Option<String>,
    /// Give the input as JSON: text, @FILE, or @- for standard input
    #[arg(long, value_name = "JSON|@FILE|@-", default_value = "{}", conflicts_with = "resume")]
    input: String,
    #[command(flatten)]
    target: Target,
    /// Do what cannot be undone without asking
    #[arg(long)]
    yes: bool,
    /// Save here how to go on, should it fail or be cancelled [default: ID.state.json, when cancelled]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Go on with what was saved
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    #[command(flatten)]
    set: Set,
    #[command(flatten)]
    answers: Answers,
}

/// Says what to run: an operation with its input, or what was saved of one.
enum Order {
    New(Box<Operation>, String),
    Saved(Box<Saved>, PathBuf),
}

impl Call {
    pub(super) fn execute(&self, common: &Common) -> Result<Exit, Error> {
        self.answers.verbose.start();
        let connector = Arc::new(common.connector()?);
        let (operation, order) = self.order(&connector)?;
        self.target.check(&operation, common.json)?;
        self.confirm(&operation)?;
        match &self.answers.recording {
            None => match self.answers.session(&connector, &self.set, common.json)? {
                Ok(session) => self.run(session, order, common.json),
                Err(exit) => Ok(exit),
            },
            Some(path) => {
                let (recording, entries, placeholders) = recorded(path, &connector, &self.set)?;
                let replay = Replay::new(&recording, &placeholders);
                match ReplayCarrier::new(&connector, &entries, replay, &placeholders)? {
                    Ok(carrier) => self.run(carrier, order, common.json),
                    Err(problems) => Ok(refused(&problems, common.json)),
                }
            }
        }
    }

    fn order(&self, connector: &Connector) -> Result<(Operation, Order), Error> {
        let offered = connector.operations()?;
        let Some(path) = &self.resume else {
            let operation = operations::find(&offered, self.id.as_deref().unwrap_or_default())?.clone();
            let input = String::from_utf8(read_body(&self.input)?)
                .map_err(|_| Error::Use("the input is not UTF-8 text".to_owned()))?;
            return Ok((operation.clone(), Order::New(Box::new(operation), input)));
        };
        let saved = Saved::read(path).map_err(|error| not_resumed(path, &error))?;
        let operation = operations::find(&offered, &saved.operation)?.clone();
        if self.id.as_ref().is_some_and(|id| *id != operation.id) {
            return Err(Error::Use(format!("{} holds the operation {}", path.display(), operation.id)));
        }
        Ok((operation, Order::Saved(Box::new(saved), path.clone())))
    }

    /// Asks before something is done that cannot be undone.
    fn confirm(&self, operation: &Operation) -> Result<(), Error> {
        if !operation.is_destructive() || self.yes {
            return Ok(());
        }
        let refused = || Error::Use(format!("{} is destructive; --yes says that it is meant", operation.id));
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(refused());
        }
        anstream::eprint!("{} {} Type yes to go on: ", show::bad("destructive"), operation.description);
        let _ = io::stderr().flush();
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        if read.is_ok() && answer.trim() == "yes" { Ok(()) } else { Err(refused()) }
    }

    fn run<C: Carrier + Sync>(&self, carrier: C, order: Order, json: bool) -> Result<Exit, Error> {
        let target = &self.target;
        let run = match order {
            Order::New(operation, input) => match Run::start(carrier, *operation, input)? {
                Ok(run) => run,
                Err(problems) => {
                    if json {
                        say!("{:#}", json!({ "problems": problems }));
                    } else {
                        show::problems(&problems);
                    }
                    return Ok(Exit::Use);
                }
            },
            Order::Saved(saved, path) => {
                Run::resume_from(carrier, *saved).map_err(|error| not_resumed(&path, &error))?
            }
        };
        let cancel = Arc::new(Cancel::default());
        interrupt::cancel_on_signal(&cancel)?;
        let (sink, spool) = target.open()?;
        let (ended, spool) = self.drive(&run, sink, spool, &cancel, json);
        match ended {
            Ok(Finished::Done(outcome)) => {
                drop(spool);
                result::outcome(&outcome, target, json)?;
                Ok(Exit::Success)
            }
            Ok(Finished::Downloaded(received)) => {
                let kept = target.keep(spool, received.compression, &cancel);
                if cancel.is_cancelled() && kept.is_err() {
                    return Ok(self.cancelled(&run, json));
                }
                kept?;
                result::download(&received, target, json);
                Ok(Exit::Success)
            }
            Err(RunFailure::Call(CallFailure::Cancelled)) => {
                drop(spool);
                Ok(self.cancelled(&run, json))
            }
            // A reader that went away has read enough.
            Err(RunFailure::Write(error)) if target.out.is_none() && error.kind() == io::ErrorKind::BrokenPipe => {
                Ok(Exit::Success)
            }
            Err(failure) => {
                drop(spool);
                if self.state.is_some() && !json {
                    self.save(&run, "failed");
                } else if let (Some(path), Ok(saved)) = (&self.state, run.saved()) {
                    saved.write(path).map_err(|error| Error::file("write", path, &error))?;
                }
                match failure {
                    RunFailure::Call(failure) => failed(failure, json),
                    RunFailure::Write(error) => {
                        let name = target.out.as_deref().unwrap_or(Path::new("standard output"));
                        Err(Error::file("write", name, &error))
                    }
                }
            }
        }
    }

    /// Runs in a thread of its own, so that this one can end the program while a
    /// request waits for its answer.
    fn drive<C: Carrier + Sync>(
        &self,
        run: &Run<C>,
        mut sink: Box<dyn io::Write + Send>,
        spool: Spool,
        cancel: &Cancel,
        json: bool,
    ) -> (Result<Finished, RunFailure>, Spool) {
        let mut progress = Progress::new(json, self.answers.verbose.is_on());
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(move || {
                let ended = run.go(&mut *sink, cancel, &mut |event| progress.show(&event));
                let flushed = sink.flush();
                progress.clear();
                let ended = ended.and_then(|finished| flushed.map(|()| finished).map_err(RunFailure::Write));
                // The receiver is gone when the program is about to end.
                let _ = sender.send(ended);
            });
            let mut since = None;
            loop {
                match receiver.recv_timeout(GLANCE) {
                    Ok(ended) => return (ended, spool),
                    // The thread ended without a result: it panicked, which the scope passes on.
                    Err(RecvTimeoutError::Disconnected) => return (Err(CallFailure::Cancelled.into()), spool),
                    Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => {
                        if since.get_or_insert_with(Instant::now).elapsed() >= GRACE {
                            drop(spool);
                            process::exit(self.cancelled(run, json) as i32);
                        }
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                }
            }
        })
    }

    fn cancelled<C: Carrier>(&self, run: &Run<C>, json: bool) -> Exit {
        if json {
            let path = self.state_file(&run.operation().id);
            let saved = run.saved().ok().and_then(|saved| saved.write(&path).ok());
            let shown = saved.map(|()| json!({ "state": path, "command": Self::command(&path) }));
            say!("{:#}", json!({ "cancelled": shown.unwrap_or_else(|| json!({})) }));
        } else {
            self.save(run, "cancelled");
        }
        Exit::Failed
    }

    /// Saves how to go on, and says so.
    fn save<C: Carrier>(&self, run: &Run<C>, why: &str) {
        let path = self.state_file(&run.operation().id);
        let why = show::bad(why);
        match run.saved().map(|saved| saved.write(&path)) {
            Ok(Ok(())) => anstream::eprintln!("{why}; go on with\n  {}", Self::command(&path)),
            Ok(Err(error)) => anstream::eprintln!("{why}; {} cannot be written: {error}", path.display()),
            Err(reason) => anstream::eprintln!("{why}; {reason}"),
        }
    }

    fn state_file(&self, id: &str) -> PathBuf {
        self.state.clone().or_else(|| self.resume.clone()).unwrap_or_else(|| format!("{id}.state.json").into())
    }

    /// Returns this command with the saved state in place of operation and input. A
    /// secret is never an argument.
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

fn not_resumed(path: &Path, error: &crate::operation::SavedError) -> Error {
    Error::Use(format!("cannot go on with {}: {error}", path.display()))
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
