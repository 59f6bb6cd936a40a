//! `run`: replays recordings and reports.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{Common, Error, Exit, show};
use crate::guard::Connector;
use crate::har::{self, Placeholders, Recording};
use crate::scenario::{Played, Stopped, play};

/// Where recordings are when none are named.
pub(super) const DEFAULT: &str = "fixtures";

#[derive(Debug, Default, Args)]
pub(super) struct Run {
    /// Recordings, or directories of them and of further directories [default: fixtures]
    #[arg(value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
}

impl Run {
    pub(super) fn execute(&self, common: &Common) -> Result<Exit, Error> {
        let connector = common.connector()?;
        let recordings = self.recordings()?;
        let mut tally = Tally::default();
        let mut report = Vec::new();
        if !common.json {
            introduce(&connector);
        }
        for recording in &recordings {
            let played = play(&connector, recording);
            tally.count(&played);
            if common.json {
                report.push(as_json(recording, &played));
            } else {
                print(recording, &played);
            }
        }
        if common.json {
            let counts = json!({ "passed": tally.passed, "failed": tally.failed });
            say!("{:#}", json!({ "recordings": report, "counts": counts }));
        } else {
            say!("{}", tally.line());
        }
        Ok(tally.exit())
    }

    fn recordings(&self) -> Result<Vec<Recording>, Error> {
        let named: &[PathBuf] = if self.paths.is_empty() { &[DEFAULT.into()] } else { &self.paths };
        let mut files = Vec::new();
        for path in named {
            if path.is_dir() {
                files.extend(directory(path)?);
            } else {
                files.push(path.clone());
            }
        }
        files.iter().map(|file| Recording::read(file).map_err(Into::into)).collect()
    }
}

pub(super) fn directory(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let files = har::files(path).map_err(|error| Error::file("read", path, &error))?;
    if files.is_empty() {
        return Err(Error::Use(format!("{} holds no recordings (files that end in .har)", path.display())));
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
        self.misbehaved |= matches!(played.outcome, Err(Stopped::Plugin(_) | Stopped::Call(_)));
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

/// Says what is loaded and what it asks for.
fn introduce(connector: &Connector) {
    let definition = connector.definition();
    let imports = connector.facts().imports.len();
    say!("{} {}", show::strong(&definition.name), definition.version);
    show::item("", &definition.summary);
    show::item("component", &format!("{imports} imports, exports {}", connector.facts().interfaces().join(", ")));
    let fields = definition.fields.iter().map(|field| match field.kind.as_str() {
        "choice" => {
            let choices: Vec<_> = field.choices.iter().map(|choice| choice.value.as_str()).collect();
            format!("{} ({})", field.label, choices.join(", "))
        }
        "secret" => format!("{} (secret)", field.label),
        _ => field.label.clone(),
    });
    show::item("asks for", &fields.collect::<Vec<_>>().join(", "));
    show::item("leads to", &format!("hosts under {}", definition.domains.join(", ")));
    let steps: Vec<_> = definition.guide.iter().map(|step| step.title.as_str()).collect();
    show::item("explains", &steps.join(", "));
    say!("");
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
            outcome.sent.iter().for_each(show::sent);
            outcome.called.iter().for_each(show::called);
            match &outcome.verdict {
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

fn as_json(recording: &Recording, played: &Played) -> serde_json::Value {
    let mut report = json!({
        "file": recording.path,
        "name": recording.name,
        "origin": recording.origin.as_str(),
        "passed": played.passed(),
    });
    match &played.outcome {
        Ok(outcome) => {
            report["sent"] = match &outcome.called {
                Some(called) => json!(called.sent),
                None => json!(outcome.sent),
            };
            report["outcome"] = outcome.to_json(&Placeholders::default());
            report["differences"] = json!(played.differences);
        }
        Err(stopped) => report["stopped"] = json!(stopped.to_string()),
    }
    report
}
