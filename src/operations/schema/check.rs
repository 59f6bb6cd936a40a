//! Checking a JSON text against a rule while reading it. Nothing is kept, so
//! memory does not grow with what should not be there.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::json::Name;
use crate::operations::schema::rule::{List, MAX_EXACT, Map, Object, Rule, Text};
use crate::problem::{Problem, ProblemCode};

/// How many problems are worth reading at once.
const MAX_PROBLEMS: usize = 100;

/// Finds everything wrong with a JSON text, in its order. The pointers are JSON
/// Pointers (RFC 6901); texts quote nothing from the input but names of members.
pub fn check(rule: &Rule, input: &str) -> Vec<Problem> {
    let mut found = Found::default();
    let mut json = serde_json::Deserializer::from_str(input);
    let read = Checker { rule, found: &mut found }.deserialize(&mut json).and_then(|()| json.end());
    let Found { mut problems, more, .. } = found;
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
struct Found<'a> {
    /// Where the reader is; spelt out only where there is a problem.
    path: Vec<Part<'a>>,
    problems: Vec<Problem>,
    more: usize,
}

/// Holds one step down.
enum Part<'a> {
    Member(Cow<'a, str>),
    Item(usize),
}

impl<'a> Found<'a> {
    fn add(&mut self, code: ProblemCode, message: impl Into<String>, hint: &str) {
        if self.problems.len() == MAX_PROBLEMS {
            self.more += 1;
            return;
        }
        let field = (!self.path.is_empty()).then(|| self.pointer());
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        self.problems.push(Problem { field, code, message: message.into(), hint });
    }

    fn pointer(&self) -> String {
        let part = |part: &Part| match part {
            Part::Member(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
            Part::Item(index) => format!("/{index}"),
        };
        self.path.iter().map(part).collect()
    }

    /// Goes down for as long as a check takes.
    fn at<T>(&mut self, part: Part<'a>, check: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(part);
        let checked = check(self);
        self.path.pop();
        checked
    }

    fn text(&mut self, rule: &Text, value: &str) {
        let length = value.chars().count();
        if length > rule.max {
            self.add(ProblemCode::TooLong, format!("This is longer than {} characters.", rule.max), "");
        } else if length == 0 && rule.min > 0 {
            // Where any text will do, its form is not the matter.
            self.add(ProblemCode::Required, "This is empty.", if rule.example.is_empty() { "" } else { rule.hint });
        } else if length < rule.min || !(rule.accepts)(value) {
            self.add(ProblemCode::BadFormat, format!("This is not {}.", rule.form), rule.hint);
        }
    }
}

struct Checker<'a, 'f> {
    rule: &'a Rule,
    found: &'f mut Found<'a>,
}

impl Checker<'_, '_> {
    fn wrong_type(&mut self) {
        let wanted = match self.rule {
            Rule::Text(_) | Rule::Choice(_) => "a string",
            Rule::Whole(..) => "a whole number",
            Rule::Boolean => "true or false",
            Rule::Object(_) | Rule::Map(_) => "an object",
            Rule::List(_) => "an array",
            Rule::TextOrWhole(_) => "a string or a whole number",
            Rule::Foreign(_) => return,
        };
        self.found.add(ProblemCode::WrongType, format!("This has to be {wanted}."), "");
    }

    fn number(&mut self, number: i128) {
        let (min, max) = match self.rule {
            Rule::Whole(min, max) => (*min, *max),
            Rule::TextOrWhole(_) => (-MAX_EXACT, MAX_EXACT),
            _ => return self.wrong_type(),
        };
        if !(i128::from(min)..=i128::from(max)).contains(&number) {
            self.found.add(ProblemCode::OutOfRange, format!("This has to lie between {min} and {max}."), "");
        }
    }
}

impl<'de: 'a, 'a> DeserializeSeed<'de> for Checker<'a, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
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
        // As JSON Schema has it, 60.0 is a whole number.
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
            Rule::Text(rule) | Rule::TextOrWhole(rule) => self.found.text(rule, value),
            Rule::Choice(options) if options.contains(&value) => {}
            Rule::Choice(options) => {
                let hint = format!("It is one of {}.", options.join(", "));
                self.found.add(ProblemCode::NotAnOption, "This is none of the options.", &hint);
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
                let next = |found: &mut Found<'a>| items.next_element_seed(Checker { rule: item, found });
                self.found.at(Part::Item(count), next)?.is_some()
            };
            if !more {
                break;
            }
            count += 1;
        }
        if count < *min {
            self.found.add(ProblemCode::TooFew, format!("At least {min} have to be here."), "");
        }
        if let Some(max) = max.filter(|max| count > *max) {
            let message = format!("There are {count} of at most {max}.");
            self.found.add(ProblemCode::TooMany, message, if max > 1 { "Do it in several parts." } else { "" });
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        match self.rule {
            Rule::Object(rule) => object(rule, self.found, members),
            Rule::Map(rule) => map(rule, self.found, members),
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
    found: &mut Found<'a>,
    mut members: A,
) -> Result<(), A::Error> {
    let mut seen = vec![false; rule.members.len()];
    while let Some(Name(name)) = members.next_key()? {
        let Some(place) = rule.members.iter().position(|member| member.name == name) else {
            members.next_value::<IgnoredAny>()?;
            if !rule.open {
                unknown(rule, found, &name);
            }
            continue;
        };
        found.at(Part::Member(name), |found| {
            if std::mem::replace(&mut seen[place], true) {
                found.add(ProblemCode::Contradiction, "This member is there twice.", "");
            }
            members.next_value_seed(Checker { rule: &rule.members[place].rule, found })
        })?;
    }
    for (member, _) in rule.members.iter().zip(&seen).filter(|(member, seen)| member.required && !**seen) {
        found.at(Part::Member(member.name.into()), |found| {
            found.add(ProblemCode::Required, "This is missing.", member.description);
        });
    }
    if seen.iter().filter(|seen| **seen).count() < rule.at_least {
        let names: Vec<&str> = rule.members.iter().map(|member| member.name).collect();
        let message = format!("At least {} of {} have to be here.", rule.at_least, names.join(", "));
        found.add(ProblemCode::TooFew, message, "");
    }
    Ok(())
}

fn unknown(rule: &Object, found: &mut Found, name: &str) {
    let plain = |name: &str| name.replace(['_', '-'], "").to_ascii_lowercase();
    let meant = rule.members.iter().find(|member| plain(member.name) == plain(name));
    let hint = meant.map(|member| format!("It is spelt {}.", member.name)).unwrap_or_default();
    // A name that is none may be a value in the wrong place.
    let word = name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.$".contains(&b));
    let message = if word { format!("There is no member {name}.") } else { "There is no such member.".to_owned() };
    found.add(ProblemCode::UnknownField, message, &hint);
}

fn map<'de: 'a, 'a, A: MapAccess<'de>>(rule: &'a Map, found: &mut Found<'a>, mut members: A) -> Result<(), A::Error> {
    let mut seen: Vec<Cow<'a, str>> = Vec::new();
    let mut count = 0;
    while let Some(Name(name)) = members.next_key()? {
        count += 1;
        if count > rule.max {
            members.next_value::<IgnoredAny>()?;
            continue;
        }
        let named = name.chars().count() <= rule.names.max && (rule.names.accepts)(&name);
        if !named {
            members.next_value::<IgnoredAny>()?;
            let message = format!("A name in here is not {}.", rule.names.form);
            found.add(ProblemCode::BadFormat, message, rule.names.hint);
            continue;
        }
        let twice = seen.contains(&name);
        seen.push(name.clone());
        found.at(Part::Member(name), |found| {
            if twice {
                found.add(ProblemCode::Contradiction, "This member is there twice.", "");
            }
            members.next_value_seed(Checker { rule: &rule.values, found })
        })?;
    }
    if count > rule.max {
        found.add(ProblemCode::TooMany, format!("There are {count} of at most {}.", rule.max), "");
    }
    Ok(())
}
