//! `check`: judges a component for its author.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use connector_check::{DEFAULT_TIME, Report, Rule, Verdict, judge};
use serde_json::{Value, json};

use crate::commands::run;
use crate::error::{Error, Exit};
use crate::loading::Loading;
use crate::show;

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Component to judge instead of the built-in one or that of --component
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Recordings of it to play, a directory
    #[arg(long, value_name = "DIR")]
    recordings: Option<PathBuf>,
    #[command(flatten)]
    loading: Loading,
    /// Stop after this time and report what was not judged
    #[arg(long, value_name = "SECONDS", default_value_t = DEFAULT_TIME.as_secs(), value_parser = clap::value_parser!(u64).range(1..=86_400))]
    time: u64,
}

impl Check {
    pub(crate) async fn execute(&self, json: bool) -> Result<Exit, Error> {
        let component = self.file.as_ref().or(self.loading.source.component.as_ref());
        let recordings = match &self.recordings {
            Some(directory) => run::recordings(std::slice::from_ref(directory))?,
            None => Vec::new(),
        };
        let load = self.loading.loader(component.map(PathBuf::as_path))?;
        let report = judge(load, &recordings, Duration::from_secs(self.time))
            .await
            .map_err(|error| Error::Load { component: component.cloned(), error })?;
        if json {
            show::json(&as_json(&report));
        } else {
            print(&report);
        }
        Ok(if report.is_sound() { Exit::Success } else { Exit::Failed })
    }
}

fn print(report: &Report) {
    if let Some(name) = &report.name {
        say!("{}", show::strong(&show::printable(name)));
    }
    let mut counts = [0; 3];
    for judged in &report.rules {
        let name = format!("{:<11}", judged.rule.name());
        match &judged.verdict {
            Verdict::Kept(how) => {
                counts[0] += 1;
                say!("{} {name} {}", show::good("✓"), show::printable(how));
            }
            Verdict::Broken { findings, more } => {
                counts[1] += 1;
                for (i, finding) in findings.iter().enumerate() {
                    let head = if i == 0 { format!("{} {name}", show::bad("✗")) } else { " ".repeat(13) };
                    say!("{head} {}", show::bad(&show::printable(&finding.what)));
                    if !finding.at.is_empty() {
                        say!("{:14}{}", "", show::printable(&finding.at));
                    }
                }
                if *more > 0 {
                    say!("{:14}and {more} more", "");
                }
                say!("{:14}To do: {}", "", judged.rule.advice());
            }
            Verdict::NotTried(why) => {
                counts[2] += 1;
                say!("{} {name} {}", show::faint("?"), show::faint(&format!("not tried: {}", show::printable(why))));
            }
        }
    }
    let [kept, broken, not_tried] = counts;
    let line = format!("\n{kept} kept, {broken} broken, {not_tried} not tried");
    say!("{}", if broken == 0 { show::good(&line) } else { show::bad(&line) });
}

fn as_json(report: &Report) -> Value {
    let rules = report.rules.iter().map(|judged| {
        let rule = judged.rule;
        match &judged.verdict {
            Verdict::Kept(how) => json!({ "rule": rule.name(), "verdict": "ok", "how": how, "tried": judged.tried }),
            Verdict::Broken { findings, more } => {
                let findings = findings.iter().map(|finding| json!({ "at": finding.at, "what": finding.what }));
                json!({
                    "rule": rule.name(), "verdict": "broken", "findings": findings.collect::<Vec<_>>(), "more": more,
                    "to-do": Rule::advice(rule),
                })
            }
            Verdict::NotTried(why) => json!({ "rule": rule.name(), "verdict": "not-tried", "why": why }),
        }
    });
    let usage = report.usage.iter().map(|(function, usage)| {
        json!({
            "function": function.to_string(), "calls": usage.calls, "most-fuel": usage.fuel,
            "most-memory-bytes": usage.memory_bytes,
        })
    });
    json!({
        "name": report.name,
        "sound": report.is_sound(),
        "rules": rules.collect::<Vec<_>>(),
        "usage": usage.collect::<Vec<_>>(),
    })
}
