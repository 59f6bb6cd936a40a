//! `--verbose`: logs requests and results to standard error.

use std::io::Write as _;

use clap::{ArgAction, Args};
use log::{LevelFilter, Log, Metadata, Record};

use crate::show;

/// Crates of ours, whose messages contain no header, no body and no query.
const OWN: [&str; 2] = ["connector_host", "connector_recordings"];

/// What else is shown at the second level: connections, pool, TLS.
const OTHERS: [&str; 2] = ["reqwest::connect", "rustls"];

/// How much to log.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub(crate) struct Verbose {
    /// Log requests and results to stderr (-vv: connections too)
    #[arg(short, long, action = ArgAction::Count)]
    verbose: u8,
}

impl Verbose {
    /// Returns whether anything is logged.
    pub(crate) fn is_on(&self) -> bool {
        self.verbose > 0
    }

    /// Begins to log, for the rest of the program.
    pub(crate) fn start(&self) {
        let level = match self.verbose {
            0 => return,
            1 => LevelFilter::Info,
            _ => LevelFilter::Debug,
        };
        // Whoever has a logger already gets these lines there.
        let _ = log::set_logger(&StderrLogger);
        log::set_max_level(level);
    }
}

/// A logger to standard error that leaves out what may contain secrets.
struct StderrLogger;

impl Log for StderrLogger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        shows(metadata.target(), log::max_level())
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let line = show::printable(&record.args().to_string());
            // Without standard error there is nowhere to log to.
            let _ = writeln!(anstream::stderr(), "{}", show::faint(&line));
        }
    }

    fn flush(&self) {}
}

/// Returns whether messages of a target are shown at a level. The others are not known to
/// keep secrets to themselves.
fn shows(target: &str, level: LevelFilter) -> bool {
    let within =
        |module: &str| target.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    let others = level >= LevelFilter::Debug && OTHERS.into_iter().any(within);
    OWN.into_iter().any(within) || others
}

#[cfg(test)]
mod tests {
    use log::LevelFilter;

    use super::shows;

    #[test]
    fn only_modules_that_keep_secrets_are_shown() {
        for (target, first, second) in [
            ("connector_host::session", true, true),
            ("connector_recordings::replay", true, true),
            ("reqwest::connect", false, true),
            ("rustls::client::hs", false, true),
            ("reqwest::async_impl", false, false),
            ("hyper_util::client", false, false),
            ("wasmtime", false, false),
            ("connector_host_other", false, false),
        ] {
            assert_eq!(shows(target, LevelFilter::Info), first, "{target}");
            assert_eq!(shows(target, LevelFilter::Debug), second, "{target}");
        }
    }
}
