//! Findings as they come in.

use std::collections::BTreeMap;

use connector_host::{Breach, CallErrorKind, ConnectorError, Function, Usage};

use crate::report::{Finding, Report, Rule, RuleResult, Verdict};

/// Most findings shown of one rule: one cause mostly has many.
const SHOWN: usize = 5;

/// What was found so far, by rule.
#[derive(Default)]
pub(crate) struct Findings {
    broken: BTreeMap<Rule, Vec<Finding>>,
    kept: BTreeMap<Rule, String>,
    not_tried: BTreeMap<Rule, String>,
    tried: BTreeMap<Rule, u32>,
    pub(crate) usage: Vec<(Function, Usage)>,
}

impl Findings {
    /// Counts one attempt to break a rule.
    pub(crate) fn tried(&mut self, rule: Rule) {
        self.tried_times(rule, 1);
    }

    /// Counts attempts to break a rule.
    pub(crate) fn tried_times(&mut self, rule: Rule, times: u32) {
        *self.tried.entry(rule).or_default() += times;
    }

    /// Sets how a rule was tried, where that is better put in words.
    pub(crate) fn kept(&mut self, rule: Rule, how: String) {
        self.kept.insert(rule, how);
    }

    /// Sets why a rule could not be tried. The first reason stays.
    pub(crate) fn not_tried(&mut self, rule: Rule, why: &str) {
        self.not_tried.entry(rule).or_insert_with(|| why.to_owned());
    }

    /// Adds a finding. The same one in another place counts once.
    pub(crate) fn broken(&mut self, rule: Rule, at: &str, what: &str) {
        let findings = self.broken.entry(rule).or_default();
        if !findings.iter().any(|finding| finding.what == what) {
            findings.push(Finding { at: at.to_owned(), what: what.to_owned() });
        }
    }

    /// Adds that the connector failed the host, under the rule that this breaks.
    pub(crate) fn failed(&mut self, at: &str, error: &ConnectorError) {
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
                (Breach::Form, Function::Catalogue) => Rule::Operations,
                (Breach::Form, _) => Rule::Answers,
            },
        };
        self.broken(rule, at, &error.to_string());
    }

    /// Concludes. Without a name the check ended before it came to all rules.
    pub(crate) fn report(mut self, name: Option<String>) -> Report {
        let rules = Rule::ALL.map(|rule| {
            let tried = self.tried.get(&rule).copied().unwrap_or_default();
            RuleResult { rule, verdict: self.verdict(rule, tried, name.is_none()), tried }
        });
        Report { name, rules: rules.into(), usage: self.usage }
    }

    fn verdict(&mut self, rule: Rule, tried: u32, ended_early: bool) -> Verdict {
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
        Verdict::NotTried(self.not_tried.remove(&rule).unwrap_or_else(|| {
            let why = if ended_early { "the check ended before it" } else { "the component has nothing to try it on" };
            why.to_owned()
        }))
    }
}
