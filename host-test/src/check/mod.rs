//! Judges any component of the contract, for its author: what a host relies on, tried
//! out rule by rule.
//!
//! 1. [`judge`] loads the component; every call is then made three times
//!    ([`Plugin::examined`]), so that each rule also proves that answers repeat.
//! 2. `form` makes entries out of the definition and holds patterns against `resolve`,
//!    `probe` enters what attackers enter and secrets that can be found again,
//!    `answers` plays a provider that answers anything, `inputs` holds schemas against
//!    `start`.
//! 3. What comes back goes through the guard. A [`Report`] says which rule each
//!    breach belongs to, where it was, and what to do.

mod answers;
mod entered;
mod form;
mod inputs;
mod probe;
mod recordings;
mod report;

use crate::guard::{Connector, PluginError};
use crate::har::Recording;
use crate::model::{Connection, Definition, Problem};
use crate::plugin::{CallError, CallErrorKind, Limits, LoadError, Plugin};

use entered::Entered;
use report::Ledger;
pub use report::{Finding, Judged, Report, Rule, Verdict};

/// Judges a component. Recordings may be empty; then that rule was not tried.
///
/// # Errors
///
/// Only where this host cannot run plugins at all.
pub fn judge(component: &[u8], limits: Limits, recordings: &[Recording]) -> Result<Report, LoadError> {
    let mut ledger = Ledger::default();
    let plugin = match Plugin::load(component, limits) {
        Ok(plugin) => plugin.examined(),
        Err(error @ LoadError::Engine(_)) => return Err(error),
        Err(error) => {
            ledger.broken(Rule::Loads, "", &error.to_string());
            return Ok(ledger.report(None));
        }
    };
    let exports = plugin.facts().interfaces().join(", ");
    ledger.kept(Rule::Loads, format!("imports nothing, exports {exports}"));
    let connector = match Connector::new(plugin) {
        Ok(connector) => connector,
        Err(error) => {
            ledger.failed("", &error);
            return Ok(ledger.report(None));
        }
    };
    let mut check = Check { entered: Entered::new(connector.definition()), connector: &connector, ledger, stopped: 0 };
    check.definition();
    let connection = check.form(recordings);
    check.patterns();
    check.probe(connection.as_ref());
    check.answers(connection.as_ref());
    check.inputs(connection.as_ref());
    check.recordings(recordings);
    check.usage();
    let Check { ledger, .. } = check;
    let definition = connector.definition();
    Ok(ledger.report(Some(format!("{} {}", definition.name, definition.version))))
}

/// What the rules work with.
struct Check<'a> {
    connector: &'a Connector,
    /// What a person enters who follows the form.
    entered: Entered,
    ledger: Ledger,
    /// How many calls used up their computing time.
    stopped: u32,
}

/// Most calls that use up their computing time, which each take seconds.
const MOST_STOPPED: u32 = 3;

impl Check<'_> {
    fn definition_of(&self) -> &Definition {
        self.connector.definition()
    }

    /// Makes a call and notes a misbehaviour under the rule that it breaks. None then,
    /// and once too many calls had to be stopped: each takes long.
    fn call<T>(&mut self, at: &str, call: impl FnOnce(&Connector) -> Result<T, PluginError>) -> Option<T> {
        if self.stopped == MOST_STOPPED {
            return None;
        }
        self.ledger.tried(Rule::Answers);
        let answer = call(self.connector);
        if let Err(PluginError::Call(CallError { kind: CallErrorKind::OutOfFuel { .. }, .. })) = &answer {
            self.stopped += 1;
        }
        answer.map_err(|error| self.ledger.failed(at, &error)).ok()
    }

    /// Resolves entries; None for misbehaviour, which is noted.
    fn resolve(&mut self, at: &str, entered: &Entered) -> Option<Result<Connection, Vec<Problem>>> {
        self.ledger.tried(Rule::Hosts);
        self.call(at, |connector| connector.resolve(&entered.entries(connector)))
    }

    /// Says how near calls came to their limits.
    fn usage(&mut self) {
        let plugin = self.connector.plugin();
        let usage = plugin.take_usage();
        let (mut fuel, mut memory) = (0, 0);
        for (function, used) in &usage {
            let (memory_bytes, budget) = plugin.limits().budget(*function);
            fuel = fuel.max(percent(used.fuel, budget));
            memory = memory.max(percent(used.memory_bytes as u64, memory_bytes as u64));
            for _ in 0..used.calls {
                self.ledger.tried(Rule::Repeats);
                self.ledger.tried(Rule::Limits);
            }
        }
        let (fuel, memory) = (roughly(fuel), roughly(memory));
        self.ledger.kept(Rule::Limits, format!("{fuel} of the computing time was used, and {memory} of the memory"));
        self.ledger.usage = usage;
    }
}

fn percent(used: u64, of: u64) -> u64 {
    used.saturating_mul(100) / of.max(1)
}

/// Rounds up: compilers differ, and the report of one component should not.
fn roughly(percent: u64) -> &'static str {
    match percent {
        0..10 => "less than a tenth",
        10..25 => "less than a quarter",
        25..50 => "less than half",
        _ => "more than half",
    }
}
