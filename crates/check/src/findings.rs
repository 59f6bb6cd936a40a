//! Findings as they come in.

use std::collections::BTreeMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connector_host::{Breach, CallErrorKind, ConnectorError, Function, Usage};

use crate::report::{Finding, Report, Rule, RuleResult, Verdict};

/// Most findings shown of one rule: one cause mostly has many.
const SHOWN: usize = 5;

/// What was found so far, by rule. Clones share it: when time is over, whoever waits for
/// the judgement reports what there is.
#[derive(Clone, Default)]
pub(crate) struct Findings(Arc<Mutex<Found>>);

#[derive(Default)]
struct Found {
    /// Name and version of the connector.
    name: Option<String>,
    rules: BTreeMap<Rule, Tally>,
    usage: Vec<(Function, Usage)>,
}

/// What was found about one rule.
#[derive(Default)]
struct Tally {
    broken: Vec<Finding>,
    /// How it was tried, where that is better put in words.
    kept: Option<String>,
    /// Why it could not be tried.
    not_tried: Option<String>,
    tried: u32,
    /// Whether it was tried in full.
    judged: bool,
}

impl Findings {
    /// Counts one attempt to break a rule.
    pub(crate) fn tried(&self, rule: Rule) {
        self.tried_times(rule, 1);
    }

    /// Counts attempts to break a rule.
    pub(crate) fn tried_times(&self, rule: Rule, times: u32) {
        self.found().rules.entry(rule).or_default().tried += times;
    }

    /// Sets how a rule was tried, where that is better put in words.
    pub(crate) fn kept(&self, rule: Rule, how: String) {
        self.found().rules.entry(rule).or_default().kept = Some(how);
    }

    /// Sets why a rule could not be tried. The first reason stays.
    pub(crate) fn not_tried(&self, rule: Rule, why: &str) {
        self.found().rules.entry(rule).or_default().not_tried.get_or_insert_with(|| why.to_owned());
    }

    /// Adds a finding. The same one in another place counts once.
    pub(crate) fn broken(&self, rule: Rule, at: &str, what: &str) {
        let mut found = self.found();
        let findings = &mut found.rules.entry(rule).or_default().broken;
        if !findings.iter().any(|finding| finding.what == what) {
            findings.push(Finding { at: at.to_owned(), what: what.to_owned() });
        }
    }

    /// Adds that the connector failed the host, under the rule that this breaks.
    pub(crate) fn failed(&self, at: &str, error: &ConnectorError) {
        let rule = match error {
            ConnectorError::Call(error) => match error.kind {
                CallErrorKind::OutOfFuel { .. }
                | CallErrorKind::OutOfTime { .. }
                | CallErrorKind::OutOfMemory { .. }
                | CallErrorKind::Overloaded { .. } => Rule::Limits,
                CallErrorKind::Impure => Rule::Repeats,
                CallErrorKind::Trapped(_) | CallErrorKind::Unreadable | CallErrorKind::NotOffered => Rule::Answers,
            },
            ConnectorError::Output(error) => match (error.breach, error.function) {
                (Breach::Secret, _) => Rule::Secrets,
                (Breach::Host, _) => Rule::Hosts,
                (Breach::Form, Function::Describe) => Rule::Definition,
                (Breach::Form, Function::ListOperations) => Rule::Operations,
                (Breach::Form, _) => Rule::Answers,
            },
        };
        self.broken(rule, at, &error.to_string());
    }

    /// Sets the name and version of the connector.
    pub(crate) fn named(&self, name: String) {
        self.found().name = Some(name);
    }

    /// Sets that some rules were tried in full.
    pub(crate) fn judged(&self, rules: &[Rule]) {
        let mut found = self.found();
        for rule in rules {
            found.rules.entry(*rule).or_default().judged = true;
        }
    }

    /// Returns whether every rule was tried in full.
    pub(crate) fn is_complete(&self) -> bool {
        let found = self.found();
        Rule::ALL.iter().all(|rule| found.rules.get(rule).is_some_and(|tally| tally.judged))
    }

    /// Sets the most that calls used.
    pub(crate) fn used(&self, usage: Vec<(Function, Usage)>) {
        self.found().usage = usage;
    }

    /// Concludes. Without a name the check ended before it came to all rules.
    pub(crate) fn report(&self) -> Report {
        let found = mem::take(&mut *self.found());
        let why =
            if found.name.is_none() { "the check ended before it" } else { "the component has nothing to try it on" };
        found.report(why)
    }

    /// Concludes a check whose time is over: what was not judged in full is not judged.
    pub(crate) fn stopped_report(&self, time: Duration) -> Report {
        let mut found = mem::take(&mut *self.found());
        let mut missing = Vec::new();
        for rule in Rule::ALL {
            let tally = found.rules.entry(rule).or_default();
            if !tally.judged && tally.broken.is_empty() {
                (tally.kept, tally.tried) = (None, 0);
                missing.push(rule.name());
            }
        }
        // This is what the rule is for, so it is judged.
        missing.retain(|name| *name != Rule::Limits.name());
        let what =
            format!("the check was stopped after {} seconds; not judged: {}", time.as_secs(), missing.join(", "));
        // Before all others, of which only the first are shown.
        let limits = &mut found.rules.entry(Rule::Limits).or_default().broken;
        limits.insert(0, Finding { at: String::new(), what });
        found.report("the check was stopped before its end")
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        // Every change is whole before anything can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Found {
    /// Reports on every rule, with the reason why one was not tried where none is known.
    fn report(mut self, why: &str) -> Report {
        let rules = Rule::ALL.map(|rule| {
            let tally = self.rules.remove(&rule).unwrap_or_default();
            RuleResult { rule, tried: tally.tried, verdict: tally.verdict(rule, why) }
        });
        Report { name: self.name, rules: rules.into(), usage: self.usage }
    }
}

impl Tally {
    fn verdict(self, rule: Rule, why: &str) -> Verdict {
        let Self { broken: mut findings, kept, not_tried, tried, .. } = self;
        if !findings.is_empty() {
            let more = findings.len().saturating_sub(SHOWN);
            findings.truncate(SHOWN);
            return Verdict::Broken { findings, more };
        }
        match kept.or_else(|| (tried > 0).then(|| rule.promise().to_owned())) {
            Some(how) => Verdict::Kept(how),
            None => Verdict::NotTried(not_tried.unwrap_or_else(|| why.to_owned())),
        }
    }
}
