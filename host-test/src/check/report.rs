//! What a check found, rule by rule.

use std::collections::BTreeMap;

use crate::guard::PluginError;
use crate::plugin::{CallErrorKind, Function, Usage};

/// Most findings shown of one rule: one cause mostly has many.
const SHOWN: usize = 5;

/// Names what a host relies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// It is a component of the contract and imports nothing.
    Loads,
    /// What it says about itself makes sense.
    Definition,
    /// Whoever enters what the form shows is not refused.
    Form,
    /// Patterns and lengths agree with `resolve` and `token-request`.
    Patterns,
    /// Every call returns a value of the contract.
    Answers,
    /// No secret gets to where it does not belong.
    Secrets,
    /// Credentials and tokens reach the definition's domains alone.
    Hosts,
    /// What it offers makes sense.
    Operations,
    /// `start` refuses what the schema of an input refuses.
    Inputs,
    /// The same call gives the same answer.
    Repeats,
    /// No call needs more than it may use.
    Limits,
    /// Recordings end as they expect.
    Recordings,
}

impl Rule {
    /// Lists them in the order to show them.
    pub const ALL: [Self; 12] = [
        Self::Loads,
        Self::Definition,
        Self::Form,
        Self::Patterns,
        Self::Answers,
        Self::Secrets,
        Self::Hosts,
        Self::Operations,
        Self::Inputs,
        Self::Repeats,
        Self::Limits,
        Self::Recordings,
    ];

    /// Returns a stable name for scripts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Loads => "loads",
            Self::Definition => "definition",
            Self::Form => "form",
            Self::Patterns => "patterns",
            Self::Answers => "answers",
            Self::Secrets => "secrets",
            Self::Hosts => "hosts",
            Self::Operations => "operations",
            Self::Inputs => "inputs",
            Self::Repeats => "repeats",
            Self::Limits => "limits",
            Self::Recordings => "recordings",
        }
    }

    /// Says what holds where nothing breaks it.
    fn promise(self) -> &'static str {
        match self {
            Self::Loads => "imports nothing",
            Self::Definition => "makes sense",
            Self::Form => "examples and choices are accepted",
            Self::Patterns => "agree with what the plugin accepts",
            Self::Answers => "each is a value of the contract, whatever the provider says",
            Self::Secrets => "no text holds them or quotes what was entered",
            Self::Hosts => "all lie under the definition's domains, whatever is entered",
            Self::Operations => "make sense, and so do their schemas",
            Self::Inputs => "what a schema refuses is refused",
            Self::Repeats => "the same call gives the same answer, in one instance and in another",
            Self::Limits => "no call needed more than it may use",
            Self::Recordings => "each ended as it expects",
        }
    }

    /// Says what a component that breaks it has to do.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Loads => {
                "Build for wasm32-unknown-unknown, so that nothing is imported, and export \
                 integration:provider/provider@0.1.0 as it stands in wit/."
            }
            Self::Definition => "Correct what `describe` returns; wit/provider.wit says what each member holds.",
            Self::Form => "Let `resolve` accept each example, default and choice of the definition together.",
            Self::Patterns => "Let the pattern match what the plugin accepts and no more, or leave it out.",
            Self::Answers => "Return a value of the contract for every input; a failure is one too.",
            Self::Secrets => "Write texts that name the field and never what was entered; keep secrets out of states.",
            Self::Hosts => "Build hosts from parts that were checked one by one, never from an entry as it stands.",
            Self::Operations => "Correct what `catalogue` returns; wit/operations.wit says what each member holds.",
            Self::Inputs => "Check an input against its schema before anything else, and name what is wrong.",
            Self::Repeats => "Keep nothing between calls: a host may use an instance for one call or for many.",
            Self::Limits => "Bound every loop and every allocation by the length of what was given.",
            Self::Recordings => "Correct the component, or record again what has changed on purpose.",
        }
    }
}

/// Says where a rule is broken and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was called with what, or which member is meant; empty for the whole.
    pub at: String,
    /// What is wrong there.
    pub what: String,
}

/// Says what came of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing breaks it; how that was tried.
    Kept(String),
    /// Something does: the first findings, and how many more there are.
    Broken(Vec<Finding>, usize),
    /// Nothing could be tried; why.
    NotTried(String),
}

/// Holds a rule and what came of it.
#[derive(Debug)]
pub struct Judged {
    /// Which rule.
    pub rule: Rule,
    /// What came of it.
    pub verdict: Verdict,
    /// How often it was tried; 0 where that says nothing.
    pub tried: u32,
}

/// Holds the verdict on a component.
#[derive(Debug)]
pub struct Report {
    /// Name and version, where it could say them.
    pub name: Option<String>,
    /// All rules, in the order of [`Rule::ALL`].
    pub rules: Vec<Judged>,
    /// The most that calls used, by function.
    pub usage: Vec<(Function, Usage)>,
}

impl Report {
    /// Tells whether no rule is broken.
    pub fn is_sound(&self) -> bool {
        !self.rules.iter().any(|judged| matches!(judged.verdict, Verdict::Broken(..)))
    }
}

/// Collects findings.
#[derive(Default)]
pub(super) struct Ledger {
    found: BTreeMap<Rule, Vec<Finding>>,
    kept: BTreeMap<Rule, String>,
    not_tried: BTreeMap<Rule, String>,
    tried: BTreeMap<Rule, u32>,
    pub(super) usage: Vec<(Function, Usage)>,
}

impl Ledger {
    /// Counts one attempt.
    pub(super) fn tried(&mut self, rule: Rule) {
        *self.tried.entry(rule).or_default() += 1;
    }

    /// Says how a rule was tried, better than a number of attempts does.
    pub(super) fn kept(&mut self, rule: Rule, how: String) {
        self.kept.insert(rule, how);
    }

    /// Says why a rule could not be tried.
    pub(super) fn not_tried(&mut self, rule: Rule, why: &str) {
        self.not_tried.entry(rule).or_insert_with(|| why.to_owned());
    }

    /// Notes a breach. The same one in another place is noted once.
    pub(super) fn broken(&mut self, rule: Rule, at: &str, what: &str) {
        let findings = self.found.entry(rule).or_default();
        if !findings.iter().any(|finding| finding.what == what) {
            findings.push(Finding { at: at.to_owned(), what: what.to_owned() });
        }
    }

    /// Notes that a plugin failed the host, under the rule that this breaks.
    pub(super) fn failed(&mut self, at: &str, error: &PluginError) {
        let rule = match error {
            PluginError::Call(error) => match error.kind {
                CallErrorKind::OutOfFuel { .. } | CallErrorKind::OutOfMemory { .. } => Rule::Limits,
                CallErrorKind::Impure => Rule::Repeats,
                CallErrorKind::Trapped(_) | CallErrorKind::Unreadable | CallErrorKind::NotOffered => Rule::Answers,
            },
            PluginError::Output(error) if error.is_about_secrets() => Rule::Secrets,
            PluginError::Output(error) if error.is_about_hosts() => Rule::Hosts,
            PluginError::Output(error) => match error.function {
                Function::Describe => Rule::Definition,
                Function::Catalogue => Rule::Operations,
                _ => Rule::Answers,
            },
        };
        self.broken(rule, at, &error.to_string());
    }

    pub(super) fn report(self, name: Option<String>) -> Report {
        let stopped = name.is_none();
        let Self { mut found, mut kept, mut not_tried, tried, usage } = self;
        let mut verdict = |rule: Rule| {
            if let Some(mut findings) = found.remove(&rule) {
                let more = findings.len().saturating_sub(SHOWN);
                findings.truncate(SHOWN);
                return Verdict::Broken(findings, more);
            }
            if let Some(how) = kept.remove(&rule) {
                return Verdict::Kept(how);
            }
            match (tried.get(&rule), not_tried.remove(&rule)) {
                (Some(_), _) => Verdict::Kept(rule.promise().to_owned()),
                (None, Some(why)) => Verdict::NotTried(why),
                (None, None) if stopped => Verdict::NotTried("the check ended before it".to_owned()),
                (None, None) => Verdict::NotTried("nothing here to try it on".to_owned()),
            }
        };
        let rules = Rule::ALL.map(|rule| {
            let tried = tried.get(&rule).copied().unwrap_or_default();
            Judged { rule, verdict: verdict(rule), tried }
        });
        Report { name, rules: rules.into(), usage }
    }
}
