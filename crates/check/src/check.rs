//! What all rules work with: a connector to call, entries, and the findings.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use connector_core::{Error, GrantedToken, Opened, Redactor, Secret};
use connector_host::records::{Connection, Definition, Problem, Token};
use connector_host::{CallError, CallErrorKind, Connector, ConnectorError, Entries};
use jsonschema::Validator;

use crate::findings::Findings;
use crate::pattern::{Matcher, Pattern};
use crate::report::Rule;
use crate::sample_entries::{CANARY, SampleEntries};

/// Most calls that use up their computing time: each takes seconds.
const MOST_OUT_OF_FUEL: u32 = 3;

/// One judgement under way.
pub(crate) struct Check {
    pub(crate) connector: Arc<Connector>,
    /// Patterns by field key.
    pub(crate) patterns: BTreeMap<String, Pattern>,
    pub(crate) matcher: Arc<Matcher>,
    /// What a person enters who follows the form, or what a recording enters.
    pub(crate) entries: SampleEntries,
    /// A token that can be found again.
    pub(crate) token: Arc<GrantedToken>,
    /// What judges outputs, by operation.
    pub(crate) output_schemas: BTreeMap<String, Validator>,
    pub(crate) findings: Findings,
    deadline: Instant,
    canary: Redactor,
    out_of_fuel: u32,
}

/// Entries that a connector refuses.
pub(crate) struct Refused {
    /// The connection, where only `token-request` refuses.
    pub(crate) connection: Option<Connection>,
    /// The problems of `resolve` and `token-request`.
    pub(crate) problems: Vec<Problem>,
}

impl Check {
    /// Begins a judgement, which stops at the deadline.
    pub(crate) fn new(connector: Arc<Connector>, findings: Findings, deadline: Instant) -> Self {
        let definition = connector.definition();
        let matcher = Arc::new(Matcher::new(deadline));
        let patterns = patterns(definition, &matcher);
        let entries = SampleEntries::new(definition, &patterns);
        let canary = Entries::new(vec![("secret".to_owned(), CANARY.to_owned())], &["secret"]);
        Self {
            patterns,
            matcher,
            entries,
            token: token(),
            output_schemas: BTreeMap::new(),
            findings,
            deadline,
            canary: Redactor::new(&canary, &[]),
            out_of_fuel: 0,
            connector,
        }
    }

    /// Returns whether the time of the judgement is over.
    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.deadline
    }

    /// Returns when the time of the judgement is over.
    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Sets that some rules were tried in full, unless the time is over.
    pub(crate) fn judged(&self, rules: &[Rule]) {
        if !self.is_over() {
            self.findings.judged(rules);
        }
    }

    /// Makes a call. None where the connector misbehaves, which becomes a finding under
    /// the rule that it breaks, and once too many calls used up their computing time or the
    /// time of the judgement is over.
    pub(crate) fn call<T>(
        &mut self,
        at: &str,
        call: impl FnOnce(&Connector) -> Result<T, Error>,
    ) -> Option<Result<T, Error>> {
        if self.out_of_fuel == MOST_OUT_OF_FUEL || self.is_over() {
            return None;
        }
        self.findings.tried(Rule::Answers);
        match call(&self.connector) {
            Err(Error::Connector(error)) => {
                if let ConnectorError::Call(CallError { kind: CallErrorKind::OutOfFuel { .. }, .. }) = *error {
                    self.out_of_fuel += 1;
                }
                self.findings.failed(at, &error);
                None
            }
            result => Some(result),
        }
    }

    /// Opens a connection. None where the connector misbehaves and refuses nothing.
    pub(crate) fn open(&mut self, at: &str, entries: &SampleEntries) -> Option<Result<Opened, Refused>> {
        self.findings.tried(Rule::Hosts);
        let given = entries.entries(&self.connector);
        let refused = match self.call(at, |connector| connector.open(given)) {
            Some(Ok(opened)) => return Some(Ok(opened)),
            Some(Err(Error::Refused(problems))) => Some(problems),
            _ => None,
        };
        // Also where `token-request` misbehaves: what `resolve` returns is judged too.
        match (self.call(at, |connector| connector.resolve(&entries.entries(connector)))?, refused) {
            (Ok(connection), Some(problems)) => Some(Err(Refused { connection: Some(connection), problems })),
            (Err(Error::Refused(mut problems)), refused) => {
                for problem in refused.into_iter().flatten() {
                    if !problems.contains(&problem) {
                        problems.push(problem);
                    }
                }
                Some(Err(Refused { connection: None, problems }))
            }
            _ => None,
        }
    }

    /// Looks for the made-up secret in a text, in every form in which secrets travel. The
    /// guard knows entries, of which it may be a small part.
    pub(crate) fn look_for_secret(&mut self, at: &str, place: &str, text: &str) {
        if self.canary.finds_in(text) {
            self.findings.broken(Rule::Secrets, at, &format!("{place} contains the secret"));
        }
    }

    /// Compares what calls used with what they may use.
    pub(crate) fn usage(&mut self) {
        let component = self.connector.component();
        let usage = component.take_usage();
        let (mut fuel, mut memory) = (0, 0);
        for (_, used) in &usage {
            (fuel, memory) = (fuel.max(used.fuel_percent), memory.max(used.memory_percent));
            self.findings.tried_times(Rule::Repeats, used.calls);
            self.findings.tried_times(Rule::Limits, used.calls);
        }
        let (fuel, memory) = (roughly(fuel), roughly(memory));
        self.findings.kept(Rule::Limits, format!("{fuel} of the computing time was used, and {memory} of the memory"));
        self.findings.used(usage);
    }
}

fn patterns(definition: &Definition, matcher: &Arc<Matcher>) -> BTreeMap<String, Pattern> {
    let fields = definition.fields.iter();
    fields.filter_map(|field| Some((field.key.clone(), Pattern::new(field.pattern.as_ref()?, matcher)?))).collect()
}

fn token() -> Arc<GrantedToken> {
    let token = Token {
        value: Secret::new(format!("{CANARY}-token")),
        kind: "Bearer".to_owned(),
        expires_in: 900,
        refresh_after: 840,
        lifetime_assumed: false,
        scopes: Vec::new(),
        missing_scopes: Vec::new(),
        refresh_token: Some(Secret::new(format!("{CANARY}-refresh"))),
    };
    Arc::new(GrantedToken::new(token, 1))
}

/// Rounds up: compilers differ, and the report on one component should not.
fn roughly(percent: u64) -> &'static str {
    match percent {
        0..10 => "less than a tenth",
        10..25 => "less than a quarter",
        25..50 => "less than half",
        _ => "more than half",
    }
}
