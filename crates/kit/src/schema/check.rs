//! A check of JSON text against a rule, while it is read. Nothing is kept, so
//! memory does not grow with invalid input.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::{fmt, mem};

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::json::Name;
use crate::problem::{Problem, ProblemCode};
use crate::schema::rule::{List, Map, Object, Rule, Text};

/// Most problems to report: more are not worth reading at once.
const MAX_PROBLEMS: usize = 100;

/// Returns every problem of a JSON text, in its order.
///
/// Problems have a JSON Pointer (RFC 6901) and quote nothing from the input except
/// names of members. Empty: the rule accepts the text.
pub fn check(rule: &Rule, input: &str) -> Vec<Problem> {
    let mut findings = Findings::default();
    let mut json = serde_json::Deserializer::from_str(input);
    let read = Checker { rule, findings: &mut findings }.deserialize(&mut json).and_then(|()| json.end());
    let Findings { mut problems, more, .. } = findings;
    if let Err(error) = read {
        let place = format!("line {}, column {}", error.line(), error.column());
        let message = format!("The input is no JSON that can be read, beginning with {place}.");
        problems.push(Problem::of_whole(ProblemCode::BadFormat, message));
    }
    if more > 0 {
        let message = format!("There are {more} more problems of this kind.");
        problems.push(Problem::of_whole(ProblemCode::TooMany, message));
    }
    problems
}

#[derive(Default)]
struct Findings<'a> {
    /// Path to the current value, turned into a pointer only where there is a
    /// problem.
    path: Vec<PathSegment<'a>>,
    problems: Vec<Problem>,
    /// Number of problems beyond the maximum.
    more: usize,
}

/// One segment of a path.
enum PathSegment<'a> {
    Member(Cow<'a, str>),
    Item(usize),
}

impl<'a> Findings<'a> {
    fn add(&mut self, code: ProblemCode, message: impl Into<String>, hint: &str) {
        if self.problems.len() == MAX_PROBLEMS {
            self.more += 1;
            return;
        }
        let field = (!self.path.is_empty()).then(|| self.pointer());
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        self.problems.push(Problem { field, code, message: message.into(), hint });
    }

    /// Adds what was found apart.
    fn extend(&mut self, found: Findings<'_>) {
        let room = MAX_PROBLEMS - self.problems.len();
        self.more += found.more + found.problems.len().saturating_sub(room);
        self.problems.extend(found.problems.into_iter().take(room));
    }

    fn count(&self) -> usize {
        self.problems.len() + self.more
    }

    fn pointer(&self) -> String {
        let part = |part: &PathSegment| match part {
            PathSegment::Member(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
            PathSegment::Item(index) => format!("/{index}"),
        };
        self.path.iter().map(part).collect()
    }

    /// Runs a check one level deeper.
    fn within<T>(&mut self, part: PathSegment<'a>, check: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(part);
        let checked = check(self);
        self.path.pop();
        checked
    }

    fn text(&mut self, rule: &Text, value: &str) {
        let length = value.chars().count();
        if let Some(max) = rule.max.filter(|max| length > *max) {
            self.add(ProblemCode::TooLong, format!("This is longer than {max} characters."), "");
        } else if length == 0 && rule.min > 0 {
            // Without an example any text will do, so a hint on the format would
            // mislead.
            self.add(ProblemCode::Required, "This is empty.", if rule.example.is_empty() { "" } else { rule.hint });
        } else if length < rule.min || !(rule.accepts)(value) {
            self.add(ProblemCode::BadFormat, format!("This is not {}.", rule.noun), rule.hint);
        }
    }
}

struct Checker<'a, 'f> {
    rule: &'a Rule,
    findings: &'f mut Findings<'a>,
}

impl Checker<'_, '_> {
    fn wrong_type(&mut self) {
        if !matches!(self.rule, Rule::Unchecked(_)) {
            self.findings.add(ProblemCode::WrongType, format!("This has to be {}.", wanted(self.rule)), "");
        }
    }

    fn number(&mut self, number: i128) {
        let Rule::Integer(min, max) = *self.rule else { return self.wrong_type() };
        if !(i128::from(min)..=i128::from(max)).contains(&number) {
            self.findings.add(ProblemCode::OutOfRange, format!("This has to lie between {min} and {max}."), "");
        }
    }
}

/// Returns the type that a rule accepts, as the end of "This has to be …".
fn wanted(rule: &Rule) -> String {
    match rule {
        Rule::Text(_) | Rule::Choice(_) => "a string".to_owned(),
        Rule::Integer(..) => "a whole number".to_owned(),
        Rule::Boolean => "true or false".to_owned(),
        Rule::Object(_) | Rule::Map(_) => "an object".to_owned(),
        Rule::List(_) => "an array".to_owned(),
        Rule::Either(rules) => {
            let mut types: Vec<String> = rules.iter().map(wanted).collect();
            types.dedup();
            types.join(" or ")
        }
        Rule::Unchecked(_) => "anything".to_owned(),
    }
}

/// Returns whether a rule is about values of the type of this JSON.
fn is_about(rule: &Rule, json: &str) -> bool {
    match json.as_bytes().first() {
        Some(b'"') => matches!(rule, Rule::Text(_) | Rule::Choice(_)),
        Some(b'{') => matches!(rule, Rule::Object(_) | Rule::Map(_)),
        Some(b'[') => matches!(rule, Rule::List(_)),
        Some(b't' | b'f') => matches!(rule, Rule::Boolean),
        Some(b'-' | b'0'..=b'9') => matches!(rule, Rule::Integer(..)),
        _ => false,
    }
}

impl<'a> Checker<'a, '_> {
    /// Checks against the rules that are about this type; reports on the one that fits
    /// best.
    fn either(mut self, rules: &'a [Rule], json: &'a str) {
        let mut best: Option<Findings> = None;
        for rule in rules.iter().filter(|rule| is_about(rule, json)) {
            let mut findings = Findings { path: mem::take(&mut self.findings.path), ..Findings::default() };
            let mut reader = serde_json::Deserializer::from_str(json);
            if (Checker { rule, findings: &mut findings }).deserialize(&mut reader).is_err() {
                findings.add(ProblemCode::BadFormat, "This cannot be read.", "");
            }
            self.findings.path = mem::take(&mut findings.path);
            if best.as_ref().is_none_or(|best| findings.count() < best.count()) {
                best = Some(findings);
            }
        }
        match best {
            Some(best) => self.findings.extend(best),
            None => self.wrong_type(),
        }
    }
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Checker<'a, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if let Rule::Either(rules) = self.rule {
            let json = <&RawValue>::deserialize(deserializer)?;
            self.either(rules, json.get());
            return Ok(());
        }
        deserializer.deserialize_any(self)
    }
}

/// The value of a member that may be `null`, which makes it absent.
struct Nullable<'a, 'f>(Checker<'a, 'f>);

impl<'de: 'a, 'a> DeserializeSeed<'de> for Nullable<'a, '_> {
    /// Whether the member is present.
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Nullable<'a, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_none<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        self.0.deserialize(deserializer).map(|()| true)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Checker<'a, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(mut self, _: bool) -> Result<(), E> {
        if !matches!(self.rule, Rule::Boolean) {
            self.wrong_type();
        }
        Ok(())
    }

    fn visit_i64<E>(mut self, number: i64) -> Result<(), E> {
        self.number(number.into());
        Ok(())
    }

    fn visit_u64<E>(mut self, number: u64) -> Result<(), E> {
        self.number(number.into());
        Ok(())
    }

    fn visit_f64<E>(mut self, number: f64) -> Result<(), E> {
        // JSON Schema counts 60.0 as an integer.
        #[expect(clippy::cast_possible_truncation, reason = "saturates, beyond every limit here")]
        if number.fract() == 0.0 {
            self.number(number as i128);
        } else {
            self.wrong_type();
        }
        Ok(())
    }

    fn visit_unit<E>(mut self) -> Result<(), E> {
        self.wrong_type();
        Ok(())
    }

    fn visit_str<E>(mut self, value: &str) -> Result<(), E> {
        match self.rule {
            Rule::Text(rule) => self.findings.text(rule, value),
            Rule::Choice(options) if options.contains(&value) => {}
            Rule::Choice(options) => {
                let hint = format!("It is one of {}.", options.join(", "));
                self.findings.add(ProblemCode::NotAnOption, "This is none of the options.", &hint);
            }
            _ => self.wrong_type(),
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let Rule::List(List { item, min, max }) = self.rule else {
            self.wrong_type();
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        };
        let mut count: usize = 0;
        loop {
            let more = if max.is_some_and(|max| count >= max) {
                items.next_element::<IgnoredAny>()?.is_some()
            } else {
                let next = |findings: &mut Findings<'a>| items.next_element_seed(Checker { rule: item, findings });
                self.findings.within(PathSegment::Item(count), next)?.is_some()
            };
            if !more {
                break;
            }
            count += 1;
        }
        if count < *min {
            self.findings.add(ProblemCode::TooFew, format!("At least {min} have to be here."), "");
        }
        if let Some(max) = max.filter(|max| count > *max) {
            let message = format!("There are {count} of at most {max}.");
            self.findings.add(ProblemCode::TooMany, message, if max > 1 { "Do it in several parts." } else { "" });
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        match self.rule {
            Rule::Object(rule) => object(rule, self.findings, members),
            Rule::Map(rule) => map(rule, self.findings, members),
            _ => {
                self.wrong_type();
                while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(())
            }
        }
    }
}

fn object<'de: 'a, 'a, A: MapAccess<'de>>(
    rule: &'a Object,
    findings: &mut Findings<'a>,
    mut members: A,
) -> Result<(), A::Error> {
    let (mut seen, mut present) = (vec![false; rule.members.len()], vec![false; rule.members.len()]);
    while let Some(Name(name)) = members.next_key()? {
        let Some(place) = rule.members.iter().position(|member| member.name == name) else {
            members.next_value::<IgnoredAny>()?;
            if !rule.open {
                unknown(rule, findings, &name);
            }
            continue;
        };
        findings.within(PathSegment::Member(name), |findings| {
            if mem::replace(&mut seen[place], true) {
                findings.add(ProblemCode::Contradiction, "This member is there twice.", "");
            }
            let value = Checker { rule: &rule.members[place].rule, findings };
            if rule.open {
                members.next_value_seed(value)?;
                present[place] = true;
            } else {
                present[place] |= members.next_value_seed(Nullable(value))?;
            }
            Ok(())
        })?;
    }
    for (member, _) in rule.members.iter().zip(&present).filter(|(member, present)| member.required && !**present) {
        findings.within(PathSegment::Member(member.name.into()), |findings| {
            findings.add(ProblemCode::Required, "This is missing.", member.description);
        });
    }
    if rule.any && !present.contains(&true) {
        let names: Vec<&str> = rule.members.iter().map(|member| member.name).collect();
        let message = format!("At least one of {} has to be here.", names.join(", "));
        findings.add(ProblemCode::TooFew, message, "");
    }
    Ok(())
}

fn unknown(rule: &Object, findings: &mut Findings, name: &str) {
    let plain = |name: &str| name.replace(['_', '-'], "").to_ascii_lowercase();
    let meant = rule.members.iter().find(|member| plain(member.name) == plain(name));
    let hint = meant.map(|member| format!("It is spelt {}.", member.name)).unwrap_or_default();
    // An invalid name may be a value in the wrong place, which must not be quoted.
    let word = name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.$".contains(&b));
    let message = if word { format!("There is no member {name}.") } else { "There is no such member.".to_owned() };
    findings.add(ProblemCode::UnknownField, message, &hint);
}

fn map<'de: 'a, 'a, A: MapAccess<'de>>(
    rule: &'a Map,
    findings: &mut Findings<'a>,
    mut members: A,
) -> Result<(), A::Error> {
    let mut seen: BTreeSet<Cow<'a, str>> = BTreeSet::new();
    let mut count = 0;
    while let Some(Name(name)) = members.next_key()? {
        count += 1;
        if count > rule.max {
            members.next_value::<IgnoredAny>()?;
            continue;
        }
        if !rule.names.fits(&name) {
            members.next_value::<IgnoredAny>()?;
            let message = format!("A name in here is not {}.", rule.names.noun);
            findings.add(ProblemCode::BadFormat, message, rule.names.hint);
            continue;
        }
        let twice = !seen.insert(name.clone());
        findings.within(PathSegment::Member(name), |findings| {
            if twice {
                findings.add(ProblemCode::Contradiction, "This member is there twice.", "");
            }
            members.next_value_seed(Nullable(Checker { rule: &rule.values, findings }))
        })?;
    }
    if count > rule.max {
        findings.add(ProblemCode::TooMany, format!("There are {count} of at most {}.", rule.max), "");
    }
    Ok(())
}
