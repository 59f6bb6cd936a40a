//! Findings as they come in.

use std::collections::{BTreeMap, BTreeSet};
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
    broken: BTreeMap<Rule, Vec<Finding>>,
    kept: BTreeMap<Rule, String>,
    not_tried: BTreeMap<Rule, String>,
    tried: BTreeMap<Rule, u32>,
    /// Rules that were tried in full.
    judged: BTreeSet<Rule>,
    usage: Vec<(Function, Usage)>,
}

impl Findings {
    /// Counts one attempt to break a rule.
    pub(crate) fn tried(&self, rule: Rule) {
        self.tried_times(rule, 1);
    }

    /// Counts attempts to break a rule.
    pub(crate) fn tried_times(&self, rule: Rule, times: u32) {
        *self.found().tried.entry(rule).or_default() += times;
    }

    /// Sets how a rule was tried, where that is better put in words.
    pub(crate) fn kept(&self, rule: Rule, how: String) {
        self.found().kept.insert(rule, how);
    }

    /// Sets why a rule could not be tried. The first reason stays.
    pub(crate) fn not_tried(&self, rule: Rule, why: &str) {
        self.found().not_tried.entry(rule).or_insert_with(|| why.to_owned());
    }

    /// Adds a finding. The same one in another place counts once.
    pub(crate) fn broken(&self, rule: Rule, at: &str, what: &str) {
        let mut found = self.found();
        let findings = found.broken.entry(rule).or_default();
        if !findings.iter().any(|finding| finding.what == what) {
            findings.push(Finding { at: at.to_owned(), what: what.to_owned() });
        }
    }

    /// Adds that the connector failed the host, under the rule that this breaks.
    pub(crate) fn failed(&self, at: &str, error: &ConnectorError) {
        let rule = match error {
            ConnectorError::Call(error) => match error.kind {
                CallErrorKind::OutOfFuel { .. } | CallErrorKind::OutOfMemory { .. } => Rule::Limits,
                CallErrorKind::Impure => Rule::Repeats,
                CallErrorKind::Trapped(_) | CallErrorKind::Unreadable | CallErrorKind::NotOffered => Rule::Answers,
            },
            ConnectorError::Output(error) => match (error.breach, error.function) {
                (Breach::Secret, _) => Rule::Secrets,
                (Breach::Host, _) => Rule::Hosts,
                (Breach::Form, Function::Describe) => Rule::Definition,
                (Breach::Form, Function::Catalogue) => Rule::Operations,
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
        self.found().judged.extend(rules);
    }

    /// Returns whether every rule was tried in full.
    pub(crate) fn is_complete(&self) -> bool {
        self.found().judged.len() == Rule::ALL.len()
    }

    /// Sets the most that calls used.
    pub(crate) fn used(&self, usage: Vec<(Function, Usage)>) {
        self.found().usage = usage;
    }

    /// Concludes. Without a name the check ended before it came to all rules.
    pub(crate) fn report(&self) -> Report {
        let found = mem::take(&mut *self.found());
        let ended_early = found.name.is_none();
        found.report(
            |_| if ended_early { "the check ended before it" } else { "the component has nothing to try it on" },
        )
    }

    /// Concludes a check whose time is over.
    pub(crate) fn stopped_report(&self, time: Duration) -> Report {
        let mut found = mem::take(&mut *self.found());
        let judged = mem::take(&mut found.judged);
        // It says itself that it was not judged in full.
        let missing = Rule::ALL
            .into_iter()
            .filter(|rule| *rule != Rule::Limits && !judged.contains(rule) && !found.broken.contains_key(rule));
        let missing: Vec<_> = missing.map(Rule::name).collect();
        let what =
            format!("the check was stopped after {} seconds; not judged: {}", time.as_secs(), missing.join(", "));
        // Before all others, of which only the first are shown.
        found.broken.entry(Rule::Limits).or_default().insert(0, Finding { at: String::new(), what });
        found.kept.retain(|rule, _| judged.contains(rule));
        found.tried.retain(|rule, _| judged.contains(rule) || found.broken.contains_key(rule));
        found.report(|rule| {
            if judged.contains(&rule) {
                "the component has nothing to try it on"
            } else {
                "the check was stopped before its end"
            }
        })
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        // Every change is whole before anything can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Found {
    /// Reports on every rule; `why` says why one was not tried, where nothing else did.
    fn report(mut self, why: impl Fn(Rule) -> &'static str) -> Report {
        let rules = Rule::ALL.map(|rule| {
            let tried = self.tried.get(&rule).copied().unwrap_or_default();
            RuleResult { rule, verdict: self.verdict(rule, tried, &why), tried }
        });
        Report { name: self.name, rules: rules.into(), usage: self.usage }
    }

    fn verdict(&mut self, rule: Rule, tried: u32, why: impl Fn(Rule) -> &'static str) -> Verdict {
        if let Some(mut findings) = self.broken.remove(&rule) {
            let more = findings.len().saturating_sub(SHOWN);
            findings.truncate(SHOWN);
            return Verdict::Broken { findings, more };
        }
        if let Some(how) = self.kept.remove(&rule) {
            return Verdict::Kept(how);
        }
        if tried > 0 {
            return Verdict::Kept(rule.promise().to_owned());
        }
        Verdict::NotTried(self.not_tried.remove(&rule).unwrap_or_else(|| why(rule).to_owned()))
    }
}
