//! `run`: plays recordings and reports.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use connector_host::Connector;
use connector_recordings::{Placeholders, Played, Recording, Stopped, play};
use serde_json::json;

use crate::error::{Error, Exit};
use crate::files;
use crate::loading::Loading;
use crate::show;

/// Where recordings are when none are named.
pub(crate) const DEFAULT: &str = "fixtures";

#[derive(Debug, Default, Args)]
pub(crate) struct Run {
    /// Recordings, or directories of them and of further directories [default: fixtures]
    #[arg(value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    loading: Loading,
}

impl Run {
    pub(crate) async fn execute(&self, json: bool) -> Result<Exit, Error> {
        let connector = self.loading.connector()?;
        let recordings = recordings(&self.paths)?;
        let placeholders = Placeholders::new(connector.definition());
        let mut tally = Tally::default();
        let mut report = Vec::new();
        if !json {
            introduce(&connector)?;
        }
        for recording in &recordings {
            let played = play(&connector, recording).await;
            tally.count(&played);
            if json {
                report.push(as_json(recording, &played, &placeholders));
            } else {
                print(recording, &played);
            }
        }
        if json {
            let counts = json!({ "passed": tally.passed, "failed": tally.failed });
            show::json(&json!({ "recordings": report, "counts": counts }));
        } else {
            say!("{}", tally.line());
        }
        Ok(tally.exit())
    }
}

/// Reads recordings from files and directories.
pub(crate) fn recordings(paths: &[PathBuf]) -> Result<Vec<Arc<Recording>>, Error> {
    let named: &[PathBuf] = if paths.is_empty() { &[DEFAULT.into()] } else { paths };
    let mut files = Vec::new();
    for path in named {
        if path.is_dir() {
            files.extend(directory(path)?);
        } else {
            files.push(path.clone());
        }
    }
    files.iter().map(|file| Ok(Arc::new(files::recording(file)?))).collect()
}

/// Lists the recordings in a directory; none is an error.
pub(crate) fn directory(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let files = connector_recordings::files(path).map_err(|error| Error::file("read", path, &error))?;
    if files.is_empty() {
        return Err(Error::Use(format!("{} has no recordings (files that end in .har)", path.display())));
    }
    Ok(files)
}

#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    misbehaved: bool,
}

impl Tally {
    fn count(&mut self, played: &Played) {
        if played.passed() {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
        self.misbehaved |= matches!(played.outcome, Err(Stopped::Connector(_)));
    }

    fn line(&self) -> String {
        let line = format!("{} passed, {} failed", self.passed, self.failed);
        if self.failed == 0 { show::good(&line) } else { show::bad(&line) }
    }

    fn exit(&self) -> Exit {
        match (self.misbehaved, self.failed) {
            (true, _) => Exit::Misbehaved,
            (false, 0) => Exit::Success,
            (false, _) => Exit::Failed,
        }
    }
}

/// Prints what is loaded and what it asks for.
fn introduce(connector: &Connector) -> Result<(), Error> {
    let definition = connector.definition();
    let info = connector.component().info();
    say!("{} {}", show::strong(&definition.name), definition.version);
    show::item("", &definition.summary);
    show::item("component", &format!("{} imports, exports {}", info.imports.len(), info.interfaces().join(", ")));
    let fields = definition.fields.iter().map(|field| match field.kind.as_str() {
        "choice" => {
            let choices: Vec<_> = field.choices.iter().map(|choice| choice.value.as_str()).collect();
            format!("{} ({})", field.label, choices.join(", "))
        }
        "secret" => format!("{} (secret)", field.label),
        _ => field.label.clone(),
    });
    show::item("fields", &fields.collect::<Vec<_>>().join(", "));
    show::reach(connector)?;
    let steps: Vec<_> = definition.guide.iter().map(|step| step.title.as_str()).collect();
    show::item("guide", &steps.join(", "));
    say!("");
    Ok(())
}

fn print(recording: &Recording, played: &Played) {
    let mark = if played.passed() { show::good("✓") } else { show::bad("✗") };
    let file = recording.path.file_name().unwrap_or_default().to_string_lossy();
    let origin = show::faint(&format!("{file}, {}", recording.origin.as_str()));
    say!("{mark} {}  {origin}", show::strong(&show::printable(&recording.name)));
    match &played.outcome {
        Ok(outcome) => {
            outcome.connection.iter().for_each(show::connection);
            show::notes(outcome.notes());
            show::problems(&outcome.problems);
            if let Some(called) = &outcome.called {
                show::item("operation", &called.operation);
            }
            let sent = outcome.sent.iter();
            sent.take(if outcome.called.is_some() { usize::MAX } else { 1 }).for_each(show::sent);
            outcome.called.iter().for_each(show::called);
            match &outcome.token {
                Some(Ok(token)) => show::token(token, false),
                Some(Err(failure)) => show::failure(failure),
                None => {}
            }
        }
        Err(stopped) => show::bad_item("stopped", &stopped.to_string()),
    }
    for difference in &played.differences {
        show::bad_item("unexpected", difference);
    }
    say!("");
}

fn as_json(recording: &Recording, played: &Played, placeholders: &Placeholders) -> serde_json::Value {
    let mut report = json!({
        "file": recording.path.to_string_lossy(),
        "name": recording.name,
        "origin": recording.origin.as_str(),
        "passed": played.passed(),
    });
    match &played.outcome {
        Ok(outcome) => {
            report["sent"] = match &outcome.called {
                Some(_) => json!(outcome.sent),
                None => json!(outcome.sent.first()),
            };
            report["outcome"] = outcome.to_json(placeholders);
            report["differences"] = json!(played.differences);
        }
        Err(stopped) => report["stopped"] = json!(stopped.to_string()),
    }
    report
}
