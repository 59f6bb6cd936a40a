//! The judgement of a component.

use connector_host::{Function, Usage};

/// Something that a host relies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// It is a component of the contract and imports nothing.
    Loads,
    /// Its definition makes sense.
    Definition,
    /// Whoever enters what the form shows is not refused.
    Form,
    /// Patterns and lengths agree with `resolve` and `token-request`.
    Patterns,
    /// Every call returns a value of the contract.
    Answers,
    /// No secret is where it does not belong.
    Secrets,
    /// Credentials and tokens reach only hosts that the definition's templates give.
    Hosts,
    /// Its operations and their schemas make sense.
    Operations,
    /// `start` refuses what the schema of an input refuses.
    Inputs,
    /// The same call gives the same result.
    Repeats,
    /// No call needs more than it may use.
    Limits,
    /// Recordings end as expected.
    Recordings,
}

impl Rule {
    /// Every rule, in the order to show them.
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

    /// Returns what is true of a component that nothing breaks the rule for.
    pub(crate) fn promise(self) -> &'static str {
        match self {
            Self::Loads => "imports nothing",
            Self::Definition => "makes sense",
            Self::Form => "examples and choices are accepted",
            Self::Patterns => "agree with what the component accepts",
            Self::Answers => "each is a value of the contract, whatever the provider responds",
            Self::Secrets => "no text contains them or quotes an entry",
            Self::Hosts => "all are those of the templates, whatever is entered",
            Self::Operations => "make sense, and so do their schemas",
            Self::Inputs => "what a schema refuses is refused",
            Self::Repeats => "the same call gives the same result, in one instance and in another",
            Self::Limits => "no call needed more than it may use",
            Self::Recordings => "each ended as expected",
        }
    }

    /// Returns what the author of a component that breaks the rule has to do, as a
    /// sentence.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Loads => {
                "Build for wasm32-unknown-unknown, so that nothing is imported, and export \
                 integration:provider/provider@0.1.0 as wit/ defines it."
            }
            Self::Definition => "Correct what `describe` returns; wit/provider.wit documents each member.",
            Self::Form => "Let `resolve` accept each example, default and choice of the definition together.",
            Self::Patterns => "Let the pattern match exactly what the component accepts, or leave it out.",
            Self::Answers => "Return a value of the contract for every input; a failure is one too.",
            Self::Secrets => "Write texts that name the field and never quote the entry; keep secrets out of states.",
            Self::Hosts => {
                "Give each host a template in `definition.hosts`, and fill it in with settings that were checked one by one."
            }
            Self::Operations => "Correct what `list-operations` returns; wit/operations.wit documents each member.",
            Self::Inputs => "Check an input against its schema before anything else, and name what is wrong.",
            Self::Repeats => "Keep nothing between calls: a host may use an instance for one call or for many.",
            Self::Limits => "Bound every loop and every allocation by the length of the arguments.",
            Self::Recordings => "Correct the component, or record again what has changed on purpose.",
        }
    }
}

/// One breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The call and its arguments, or the member of the definition; empty for the whole.
    pub at: String,
    /// What is wrong there.
    pub what: String,
}

/// Whether a component keeps a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing breaks the rule; how that was tried.
    Kept(String),
    /// Something breaks it.
    Broken {
        /// The first findings, at least one.
        findings: Vec<Finding>,
        /// How many there are beside these.
        more: usize,
    },
    /// Nothing could be tried; why.
    NotTried(String),
}

/// The verdict on one rule.
#[derive(Debug)]
pub struct RuleResult {
    /// The rule.
    pub rule: Rule,
    /// Whether the component keeps it.
    pub verdict: Verdict,
    /// How often it was tried; 0 where there is nothing to count.
    pub tried: u32,
}

/// The judgement of a component.
#[derive(Debug)]
pub struct Report {
    /// Name and version of the connector. None: it did not return a definition.
    pub name: Option<String>,
    /// Every rule, in the order of [`Rule::ALL`].
    pub rules: Vec<RuleResult>,
    /// The most that one call used, by function.
    pub usage: Vec<(Function, Usage)>,
}

impl Report {
    /// Returns whether no rule is broken.
    pub fn is_sound(&self) -> bool {
        !self.rules.iter().any(|result| matches!(result.verdict, Verdict::Broken { .. }))
    }
}
