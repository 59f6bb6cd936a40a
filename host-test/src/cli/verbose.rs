//! `--verbose`: says on standard error what session and transport do.

use std::io::Write as _;

use clap::{ArgAction, Args};
use log::{LevelFilter, Log, Metadata, Record};

use super::show;

/// The library's own messages hold no header, no body and no query.
const OWN: &str = "host_test";

/// What else is shown at the second level: connections, pool, TLS.
const OTHERS: [&str; 2] = ["ureq", "rustls"];

/// Writes requests and responses with headers, and URLs with their query.
const TELLTALE: &str = "ureq::run";

/// Says how much to tell.
#[derive(Debug, Args)]
pub(super) struct Verbose {
    /// Say on standard error what is sent and how it ends, without headers and bodies; twice for connections too
    #[arg(short, long, action = ArgAction::Count)]
    verbose: u8,
}

impl Verbose {
    /// Tells whether there is anything to tell.
    pub(super) fn is_on(&self) -> bool {
        self.verbose > 0
    }

    /// Begins to tell, for the rest of the program.
    pub(super) fn start(&self) {
        let level = match self.verbose {
            0 => return,
            1 => LevelFilter::Info,
            _ => LevelFilter::Debug,
        };
        // Whoever has a logger already gets these lines there.
        let _ = log::set_logger(&Teller);
        log::set_max_level(level);
    }
}

/// Prints what may be shown.
struct Teller;

impl Log for Teller {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        shows(metadata.target(), log::max_level())
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let line = show::printable(&record.args().to_string());
            // Without standard error there is nobody to tell.
            let _ = writeln!(anstream::stderr(), "{}", show::faint(&line));
        }
    }

    fn flush(&self) {}
}

/// Tells whether messages of a target are shown at a level. The others are not
/// known to keep secrets to themselves.
fn shows(target: &str, level: LevelFilter) -> bool {
    let within =
        |module: &str| target.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    let others = level >= LevelFilter::Debug && OTHERS.into_iter().any(within) && !within(TELLTALE);
    within(OWN) || others
}

#[cfg(test)]
mod tests {
    use log::LevelFilter;

    use super::shows;

    #[test]
    fn only_modules_that_keep_secrets_are_shown() {
        for (target, first, second) in [
            ("host_test::session", true, true),
            ("ureq::pool", false, true),
            ("ureq::unversioned::resolver", false, true),
            ("rustls::client::hs", false, true),
            ("ureq::run", false, false),
            ("ureq_proto", false, false),
            ("ureq_proto::client", false, false),
            ("wasmtime", false, false),
            ("host_test_other", false, false),
        ] {
            assert_eq!(shows(target, LevelFilter::Info), first, "{target}");
            assert_eq!(shows(target, LevelFilter::Debug), second, "{target}");
        }
    }
}
