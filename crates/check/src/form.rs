//! The definition, and whether its form and the connector agree.

use std::sync::Arc;

use connector_core::{Interface, Opened, trim};
use connector_host::records::{Field, Problem};
use connector_recordings::{Placeholders, Recording, entries};
use pulldown_cmark::{Event, Parser};
use semver::Version;

use crate::check::Check;
use crate::pattern::{DEADLINE, Pattern};
use crate::report::Rule;
use crate::sample_entries::SampleEntries;
use crate::text::{quoted, summary};

/// Most values of a pattern to try.
const SAMPLES: usize = 20;

/// Longest value to make for a limit, in characters: longer than anyone fills a form with.
const LONGEST: usize = 10_000;

/// What patterns forget, put behind and before values that match.
const STUMBLERS: [&str; 10] = [":", "/", "@", "\\", "é", " x", "\n", "\u{0}", "\u{1}", "\u{200b}"];

/// What is entered first.
const EXAMPLES: &str = "the examples of the definition";

impl Check {
    /// Looks for what the guard lets pass and no platform can use.
    pub(crate) fn definition(&self) {
        let connector = Arc::clone(&self.connector);
        let definition = connector.definition();
        if Version::parse(&definition.version).is_err() {
            self.findings.broken(Rule::Definition, "`version`", "is not a semantic version");
        }
        for step in definition.guide.iter().take_while(|_| !self.is_over()) {
            let raw = |event: Event<'_>| matches!(event, Event::Html(_) | Event::InlineHtml(_));
            if Parser::new(&step.text).any(raw) {
                let at = format!("`guide` step {}", step.id);
                self.findings.broken(Rule::Definition, &at, "contains raw HTML, which platforms leave out");
            }
        }
        definition.fields.iter().take_while(|_| !self.is_over()).for_each(|field| self.field(field));
        let (fields, steps) = (definition.fields.len(), definition.guide.len());
        let how = format!("{fields} fields, {} permissions, {steps} guide steps", definition.permissions.len());
        self.findings.kept(Rule::Definition, how);
    }

    fn field(&self, field: &Field) {
        let pattern = self.patterns.get(&field.key);
        if let Some(characters) = pattern.and_then(Pattern::find_slow_value) {
            let at = format!("`pattern` of field {}", field.key);
            self.findings.broken(Rule::Definition, &at, &too_slow(characters));
        }
        for (member, text) in [("example", &field.example), ("default", &field.default)] {
            let Some(text) = text else { continue };
            let at = format!("`{member}` of field {}", field.key);
            if field.kind == "choice" && !field.choices.iter().any(|choice| choice.value == *text) {
                self.findings.broken(Rule::Definition, &at, "is none of the choices");
            }
            if !fits(field, text) {
                self.findings.broken(Rule::Definition, &at, "is longer than `max-length`");
            }
            if pattern.is_some_and(|pattern| pattern.matches(text) == Some(false)) {
                self.findings.broken(Rule::Definition, &at, "does not match `pattern`");
            }
        }
    }

    /// Enters what the form shows, and each choice. Where that is refused, the other rules
    /// use what a recording enters.
    pub(crate) fn form(&mut self, recordings: &[Arc<Recording>]) -> Option<Opened> {
        let sample = self.entries.clone();
        let opened = match self.open(EXAMPLES, &sample)? {
            Ok(opened) => Some(opened),
            Err(refused) => {
                let secret = |problem: &Problem| {
                    let field = problem.field.as_deref().and_then(|key| self.connector.definition().field(key));
                    field.is_some_and(Field::is_secret)
                };
                // A made-up secret may well be refused.
                if refused.connection.is_none() || !refused.problems.iter().all(secret) {
                    let function = if refused.connection.is_none() { "resolve" } else { "token-request" };
                    let what = format!("`{function}` refuses {EXAMPLES}: {}", summary(&refused.problems));
                    self.findings.broken(Rule::Form, "", &what);
                }
                self.open_as_recorded(recordings, &refused.problems)
            }
        };
        self.findings.tried(Rule::Form);
        let connector = Arc::clone(&self.connector);
        for field in &connector.definition().fields {
            for choice in &field.choices {
                self.findings.tried(Rule::Form);
                if let Some(problem) = self.problem_with(&field.key, &choice.value) {
                    let what = format!(
                        "is offered as a choice of {} and refused: {} ({})",
                        field.key, problem.message, problem.code
                    );
                    self.findings.broken(Rule::Form, &format!("choice {:?}", choice.value), &what);
                }
            }
        }
        opened
    }

    fn open_as_recorded(&mut self, recordings: &[Arc<Recording>], problems: &[Problem]) -> Option<Opened> {
        let placeholders = Placeholders::new(self.connector.definition());
        for recording in recordings {
            let Ok(recorded) = entries(&self.connector, recording, &placeholders) else { continue };
            let recorded = SampleEntries(recorded.pairs().to_vec());
            if let Some(Ok(opened)) = self.open("the entries of a recording", &recorded) {
                self.entries = recorded;
                return Some(opened);
            }
        }
        if self.connector.offers(Interface::Operations) {
            let why = format!("no connection could be made of {EXAMPLES}: {}", summary(problems));
            for rule in [Rule::Operations, Rule::Inputs] {
                self.findings.not_tried(rule, &why);
            }
        }
        None
    }

    /// Compares each pattern and length with what the connector refuses.
    pub(crate) fn patterns(&mut self) {
        let connector = Arc::clone(&self.connector);
        for field in &connector.definition().fields {
            if self.is_over() {
                return;
            }
            let pattern = self.patterns.get(&field.key);
            if pattern.is_none() && field.max_length.is_none() {
                continue;
            }
            if pattern.is_some() && self.matcher.is_exhausted() {
                self.findings.not_tried(Rule::Patterns, "other patterns of the form take too long to match");
                continue;
            }
            let form = FormField { field, pattern };
            if !field.required && form.accepts("") == Some(false) {
                let at = format!("`pattern` of field {}", field.key);
                let what = "does not match an empty value, though the field is not required";
                self.findings.broken(Rule::Patterns, &at, what);
            }
            // Whether anything is entered at all is another question.
            let values = form.values().into_iter().filter(|value| !trim(value).is_empty());
            let judged: Vec<_> = values.map(|value| (form.accepts(&value), value)).collect();
            for (accepts, value) in judged {
                self.compare(field, &value, accepts);
            }
        }
    }

    fn compare(&mut self, field: &Field, value: &str, accepts: Option<bool>) {
        let key = &field.key;
        let Some(accepts) = accepts else {
            if let Some(characters) = self.patterns.get(key).and_then(Pattern::slow) {
                self.findings.broken(Rule::Definition, &format!("`pattern` of field {key}"), &too_slow(characters));
            }
            return;
        };
        self.findings.tried(Rule::Patterns);
        let at = format!("{key} = {}", quoted(value));
        match (accepts, self.problem_with(key, value)) {
            (true, Some(problem)) if is_about_form(&problem) => {
                let what = format!(
                    "the form of {key} accepts what the connector refuses: {} ({})",
                    problem.message, problem.code
                );
                self.findings.broken(Rule::Patterns, &at, &what);
            }
            (false, None) => {
                let what = format!("the form of {key} refuses what the connector accepts");
                self.findings.broken(Rule::Patterns, &at, &what);
            }
            _ => {}
        }
    }

    /// Returns the first problem with a value of one field, while the others are as the
    /// form shows them.
    fn problem_with(&mut self, key: &str, value: &str) -> Option<Problem> {
        let changed = self.entries.with(key, value);
        let refused = self.open(&format!("{key} = {}", quoted(value)), &changed)?.err()?;
        refused.problems.into_iter().find(|problem| problem.field.as_deref() == Some(key))
    }
}

fn too_slow(characters: usize) -> String {
    let deadline = DEADLINE.as_millis();
    format!("takes longer than {deadline} ms on a value of {characters} characters, so that a form hangs")
}

/// Returns whether a value is no longer than the form allows.
fn fits(field: &Field, value: &str) -> bool {
    field.max_length.is_none_or(|longest| trim(value).chars().count() <= longest as usize)
}

/// A field as a form judges it.
struct FormField<'a> {
    field: &'a Field,
    pattern: Option<&'a Pattern>,
}

impl FormField<'_> {
    /// Returns whether a form accepts a value. None where the pattern takes too long.
    fn accepts(&self, value: &str) -> Option<bool> {
        let matches = self.pattern.map_or(Some(true), |pattern| pattern.matches(value))?;
        Some(fits(self.field, value) && matches)
    }

    /// Makes values that match, nearly match and are as long as they may be.
    fn values(&self) -> Vec<String> {
        let of_length = |length: usize| match self.pattern {
            Some(pattern) => pattern.sample_of(length),
            None => Some("a".repeat(length)),
        };
        let longest = self.field.max_length.map(|longest| longest as usize).filter(|longest| *longest < LONGEST);
        let lengths = longest.into_iter().flat_map(|longest| [longest, longest + 1]);
        let mut values: Vec<String> = lengths.filter_map(of_length).collect();
        let mut samples = self.pattern.map(|pattern| pattern.samples(SAMPLES)).unwrap_or_default();
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

/// Returns whether a problem is with a value by itself.
fn is_about_form(problem: &Problem) -> bool {
    matches!(problem.code.as_str(), "bad-format" | "too-long" | "not-an-option" | "control-character")
}
