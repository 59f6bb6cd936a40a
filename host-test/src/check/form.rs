//! The definition, and whether its form and the plugin agree.

use pulldown_cmark::{Event, Parser};

use super::entered::pattern;
use super::{Check, Entered, Rule};
use crate::entries::trim;
use crate::har::{Placeholders, Recording};
use crate::model::{Connection, Field, Problem};
use crate::pattern::{Pattern, PatternError};
use crate::scenario;

/// Most values to try on a pattern, of each kind.
const SAMPLES: usize = 20;

/// Longest value to make for a limit, in characters: what a form carries at all.
const LONGEST: usize = 10_000;

/// What patterns stumble over, put behind and before values that match.
const STUMBLERS: [&str; 10] = [":", "/", "@", "\\", "é", " x", "\n", "\u{0}", "\u{1}", "\u{200b}"];

impl Check<'_> {
    /// Looks for what the guard lets pass and no platform can use.
    pub(super) fn definition(&mut self) {
        let definition = self.definition_of();
        let mut findings: Vec<(String, &str)> = Vec::new();
        if !is_version(&definition.version) {
            findings.push(("`version`".to_owned(), "is not a semantic version"));
        }
        for step in &definition.guide {
            let raw = |event: Event<'_>| matches!(event, Event::Html(_) | Event::InlineHtml(_));
            if Parser::new(&step.text).any(raw) {
                findings.push((format!("`guide` step {}", step.id), "holds raw HTML, which platforms leave out"));
            }
        }
        for field in &definition.fields {
            for (member, text) in [("example", &field.example), ("default", &field.default)] {
                let Some(text) = text else { continue };
                let at = format!("`{member}` of field {}", field.key);
                if field.kind == "choice" && !field.choices.iter().any(|choice| choice.value == *text) {
                    findings.push((at.clone(), "is none of the choices"));
                }
                if field.max_length.is_some_and(|longest| trim(text).chars().count() > longest as usize) {
                    findings.push((at.clone(), "is longer than `max-length`"));
                }
                if pattern(field).is_some_and(|pattern| pattern.matches(text) == Ok(false)) {
                    findings.push((at, "does not match `pattern`"));
                }
            }
        }
        let (fields, steps) = (definition.fields.len(), definition.guide.len());
        let how = format!("{fields} fields, {} permissions, {steps} guide steps", definition.permissions.len());
        for (at, what) in findings {
            self.ledger.broken(Rule::Definition, &at, what);
        }
        self.ledger.kept(Rule::Definition, how);
    }

    /// Enters what the form shows, and each choice. Where that is refused, what a
    /// recording enters serves the other rules.
    pub(super) fn form(&mut self, recordings: &[Recording]) -> Option<Connection> {
        let entered = self.entered.clone();
        let connection = match self.resolve("the examples of the definition", &entered)? {
            Ok(connection) => Some(connection),
            Err(problems) => {
                let what = format!("`resolve` refuses the examples of the definition: {}", said(&problems));
                self.ledger.broken(Rule::Form, "", &what);
                self.connect_as_recorded(recordings)
            }
        };
        self.ledger.tried(Rule::Form);
        let choices = self
            .definition_of()
            .fields
            .iter()
            .flat_map(|field| field.choices.iter().map(|choice| (field.key.clone(), choice.value.clone())));
        for (key, value) in choices.collect::<Vec<_>>() {
            self.ledger.tried(Rule::Form);
            if let Some(problem) = self.blamed(&key, &value) {
                let what =
                    format!("is offered as a choice of {key} and refused: {} ({})", problem.message, problem.code);
                self.ledger.broken(Rule::Form, &format!("choice {value:?}"), &what);
            }
        }
        connection
    }

    fn connect_as_recorded(&mut self, recordings: &[Recording]) -> Option<Connection> {
        for recording in recordings {
            let Ok(entries) = scenario::entries(self.connector, recording, &Placeholders::default()) else { continue };
            let entered = Entered(entries.pairs().to_vec());
            if let Some(Ok(connection)) = self.resolve("the entries of a recording", &entered) {
                self.entered = entered;
                return Some(connection);
            }
        }
        for rule in [Rule::Operations, Rule::Inputs] {
            self.ledger.not_tried(rule, "no connection could be made; see `form`");
        }
        None
    }

    /// Holds each pattern and length against what the plugin refuses.
    pub(super) fn patterns(&mut self) {
        for field in self.definition_of().fields.clone() {
            let at = format!("`pattern` of field {}", field.key);
            let pattern = match field.pattern.as_deref().map(Pattern::new) {
                Some(Ok(pattern)) => Some(pattern),
                Some(Err(error @ PatternError::Invalid(_))) => {
                    self.ledger.broken(Rule::Patterns, &at, &error.to_string());
                    continue;
                }
                Some(Err(error @ PatternError::Unknown(_))) => {
                    self.ledger.not_tried(Rule::Patterns, &format!("{at} {error}"));
                    continue;
                }
                None if field.max_length.is_some() => None,
                None => continue,
            };
            let form = Form { field: &field, pattern };
            if !field.required && form.accepts("") == Some(false) {
                self.ledger.broken(
                    Rule::Patterns,
                    &at,
                    "does not match an empty value, though the field is not required",
                );
            }
            for value in form.values() {
                self.compare(&form, &value);
            }
        }
    }

    fn compare(&mut self, form: &Form<'_>, value: &str) {
        let key = &form.field.key;
        let Some(accepts) = form.accepts(value) else {
            let at = format!("`pattern` of field {key}");
            self.ledger.broken(Rule::Patterns, &at, "takes too long on a value that it was made for");
            return;
        };
        // Whether something is entered at all is another question.
        if trim(value).is_empty() {
            return;
        }
        self.ledger.tried(Rule::Patterns);
        let at = format!("{key} = {}", quoted(value));
        let refused = self.blamed(key, value);
        match (accepts, refused) {
            (true, Some(problem)) if is_about_form(&problem) => {
                let what = format!(
                    "the form of {key} accepts what the plugin refuses: {} ({})",
                    problem.message, problem.code
                );
                self.ledger.broken(Rule::Patterns, &at, &what);
            }
            (false, None) => {
                let what = format!("the form of {key} refuses what the plugin accepts");
                self.ledger.broken(Rule::Patterns, &at, &what);
            }
            _ => {}
        }
    }

    /// Returns the first problem that a value of one field leads to, the others being
    /// as the form shows them.
    fn blamed(&mut self, key: &str, value: &str) -> Option<Problem> {
        let entered = self.entered.with(key, value);
        let entries = entered.entries(self.connector);
        let at = format!("{key} = {}", quoted(value));
        let resolved = self.resolve(&at, &entered)?;
        let request =
            self.call(&at, |connector| connector.token_request(&entries, resolved.as_ref().map_err(Vec::as_slice)))?;
        let problems = [resolved.err(), request.err()].into_iter().flatten().flatten();
        problems.into_iter().find(|problem| problem.field.as_deref() == Some(key))
    }
}

/// Judges as a form does.
struct Form<'a> {
    field: &'a Field,
    pattern: Option<Pattern>,
}

impl Form<'_> {
    /// None where the pattern takes too long.
    fn accepts(&self, value: &str) -> Option<bool> {
        let fits = self.field.max_length.is_none_or(|longest| trim(value).chars().count() <= longest as usize);
        let matches = self.pattern.as_ref().map_or(Ok(true), |pattern| pattern.matches(value)).ok()?;
        Some(fits && matches)
    }

    /// Makes values that match, nearly match and are as long as they may be.
    fn values(&self) -> Vec<String> {
        let filler = |length: usize| Some("a".repeat(length));
        let of_length =
            |length: usize| self.pattern.as_ref().map_or_else(|| filler(length), |pattern| pattern.sample_of(length));
        let longest = self.field.max_length.map(|longest| longest as usize).filter(|longest| *longest < LONGEST);
        let lengths = longest.into_iter().flat_map(|longest| [longest, longest + 1]);
        let mut values: Vec<String> = lengths.filter_map(of_length).collect();
        let mut samples = self.pattern.as_ref().map(|pattern| pattern.samples(SAMPLES)).unwrap_or_default();
        samples.extend(self.field.example.clone());
        if self.pattern.is_some() {
            for (sample, stumbler) in samples.iter().zip(STUMBLERS.iter().cycle()) {
                values.push(format!("{sample}{stumbler}"));
                values.push(format!("{stumbler}{sample}"));
            }
        }
        values.extend(samples);
        values
    }
}

/// Tells whether a problem says that a value by itself is wrong.
fn is_about_form(problem: &Problem) -> bool {
    matches!(problem.code.as_str(), "bad-format" | "too-long" | "not-an-option" | "control-character")
}

/// Sums problems up.
pub(super) fn said(problems: &[Problem]) -> String {
    let one = |problem: &Problem| {
        let field = problem.field.as_deref().map(|field| format!("{field}: ")).unwrap_or_default();
        format!("{field}{} ({})", problem.message, problem.code)
    };
    problems.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// Quotes a made-up value, in short.
pub(super) fn quoted(value: &str) -> String {
    const SHORT: usize = 60;
    let count = value.chars().count();
    if count <= SHORT {
        return format!("{value:?}");
    }
    format!("{:?}… ({count} characters)", value.chars().take(SHORT).collect::<String>())
}

/// Tells whether a text is a version of three numbers (Semantic Versioning 2.0.0).
fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let number = |part: &str| part.parse::<u64>().is_ok_and(|number| number.to_string() == part);
    core.split('.').count() == 3 && core.split('.').all(number)
}
