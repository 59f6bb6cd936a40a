//! The rules that bodies of requests follow, as the official schemas have them.
//!
//! None of those schemas closes an object, so members that they do not list are accepted. `null` is refused, except
//! where a schema says `nullable`.

use serde_json::{Map, Number, Value};

/// A rule for a JSON value.
pub(super) enum Rule {
    Any,
    /// Text with so many characters, at least and at most.
    Text(usize, usize),
    /// Text of a form, which is described by what follows "must".
    Form(fn(&str) -> bool, &'static str),
    /// A whole number from the first to the last.
    Whole(i64, i64),
    Choice(&'static [&'static str]),
    /// A list with so many items, at least and at most.
    List(&'static Rule, usize, usize),
    /// An object with any names, at most so many.
    Map(&'static Rule, usize),
    Object(&'static [Member]),
    /// An object with at least one of the members.
    AnyOf(&'static [Member]),
    /// An object whose `type` decides on its other members.
    Tagged(&'static [(&'static str, &'static [Member])]),
    Nullable(&'static Rule),
}

/// A member of an object.
pub(super) struct Member {
    name: &'static str,
    required: bool,
    rule: Rule,
}

pub(super) const fn required(name: &'static str, rule: Rule) -> Member {
    Member { name, required: true, rule }
}

pub(super) const fn optional(name: &'static str, rule: Rule) -> Member {
    Member { name, required: false, rule }
}

/// Any text.
pub(super) const TEXT: Rule = Rule::Text(0, usize::MAX);

/// Texts by name, any number of them.
pub(super) const TEXTS: Rule = Rule::Map(&TEXT, usize::MAX);

/// A broken rule.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Violation {
    /// The place in the body, such as `.devices[3].uid`.
    path: String,
    problem: String,
    /// The reason for `/_fake/calls`.
    pub reason: &'static str,
}

impl Violation {
    pub(super) fn new(problem: impl Into<String>, reason: &'static str) -> Self {
        Self { path: String::new(), problem: problem.into(), reason }
    }

    pub(super) fn inside(mut self, step: &str) -> Self {
        self.path.insert_str(0, step);
        self
    }

    /// Returns the sentence for the client: the member and what it must be.
    pub(super) fn message(&self) -> String {
        match self.path.trim_start_matches('.') {
            "" => format!("The body {}.", self.problem),
            path => format!("{path} {}.", self.problem),
        }
    }
}

impl Rule {
    pub(super) fn check(&self, value: &Value) -> Result<(), Violation> {
        match (self, value) {
            (Self::Any, _) | (Self::Nullable(_), Value::Null) => Ok(()),
            (Self::Nullable(rule), value) => rule.check(value),
            (Self::Text(least, most), Value::String(text)) => {
                let units = ["character", "too-short", "too-long"];
                within(text.chars().count(), *least, *most, units)
            }
            (Self::Form(accepts, form), Value::String(text)) => {
                if accepts(text) {
                    Ok(())
                } else {
                    Err(Violation::new(format!("must {form}"), "wrong-form"))
                }
            }
            (Self::Whole(first, last), Value::Number(number)) => match whole(number) {
                Some(number) if (first..=last).contains(&&number) => Ok(()),
                Some(_) => Err(Violation::new(format!("must lie between {first} and {last}"), "out-of-range")),
                None => Err(Violation::new("must be a whole number", "wrong-type")),
            },
            (Self::Choice(choices), Value::String(text)) if choices.contains(&text.as_str()) => Ok(()),
            (Self::Choice(choices), Value::String(_)) => {
                Err(Violation::new(format!("must be one of {}", choices.join(", ")), "unknown-choice"))
            }
            (Self::List(rule, least, most), Value::Array(items)) => {
                within(items.len(), *least, *most, ["item", "too-few", "too-many"])?;
                items.iter().enumerate().try_for_each(|(index, item)| {
                    rule.check(item).map_err(|problem| problem.inside(&format!("[{index}]")))
                })
            }
            (Self::Map(rule, most), Value::Object(values)) => {
                within(values.len(), 0, *most, ["member", "too-few", "too-many"])?;
                values.iter().try_for_each(|(name, value)| at(name, rule.check(value)))
            }
            (Self::Object(members), Value::Object(values)) => check_members(members, values),
            (Self::AnyOf(members), Value::Object(values)) => {
                if !members.iter().any(|member| values.contains_key(member.name)) {
                    let names: Vec<&str> = members.iter().map(|member| member.name).collect();
                    return Err(Violation::new(format!("needs one of {}", names.join(", ")), "member-missing"));
                }
                check_members(members, values)
            }
            (Self::Tagged(kinds), Value::Object(values)) => {
                let tag = values.get("type");
                match (tag, kinds.iter().find(|(name, _)| tag.is_some_and(|tag| tag == name))) {
                    (_, Some((_, members))) => check_members(members, values),
                    (Some(_), None) => at("type", Err(Violation::new("is not among the choices", "unknown-choice"))),
                    (None, None) => at("type", Err(Violation::new("is missing", "member-missing"))),
                }
            }
            _ => Err(Violation::new(format!("must be {}", self.kind()), "wrong-type")),
        }
    }

    /// Returns the type of the value, with its article.
    fn kind(&self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::Text(..) | Self::Form(..) | Self::Choice(_) => "a string",
            Self::Whole(..) => "a whole number",
            Self::List(..) => "an array",
            Self::Map(..) | Self::Object(_) | Self::AnyOf(_) | Self::Tagged(_) => "an object",
            Self::Nullable(rule) => rule.kind(),
        }
    }
}

fn check_members(members: &[Member], values: &Map<String, Value>) -> Result<(), Violation> {
    members.iter().try_for_each(|Member { name, required, rule }| match values.get(*name) {
        Some(value) => at(name, rule.check(value)),
        None if *required => at(name, Err(Violation::new("is missing", "member-missing"))),
        None => Ok(()),
    })
}

fn at(name: &str, checked: Result<(), Violation>) -> Result<(), Violation> {
    checked.map_err(|problem| problem.inside(&format!(".{name}")))
}

/// Checks a count; the unit comes with the reasons for too small and too large ones.
fn within(count: usize, least: usize, most: usize, [unit, below, above]: [&'static str; 3]) -> Result<(), Violation> {
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    if count < least {
        return Err(Violation::new(format!("needs at least {least} {unit}{}", plural(least)), below));
    }
    if count > most {
        return Err(Violation::new(format!("has {count} {unit}{}; at most {most} are allowed", plural(count)), above));
    }
    Ok(())
}

/// Returns a whole number, which JSON may write as `60` or `60.0`.
pub(super) fn whole(number: &Number) -> Option<i64> {
    let fraction = || number.as_f64().filter(|number| number.fract() == 0.0);
    // Without an exponent: what is too large for the type is not parsed.
    number.as_i64().or_else(|| fraction()?.to_string().parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Member, Rule, TEXT, TEXTS, optional, required};

    const MEMBERS: &[Member] = &[required("a", Rule::Text(1, 3)), optional("b", Rule::Nullable(&TEXT))];
    const KINDS: &[(&str, &[Member])] = &[("TEXT", &[required("text", TEXT)])];

    #[test]
    fn a_violation_names_the_place_and_the_rule() {
        let list = Rule::List(&Rule::Object(MEMBERS), 1, 2);
        let cases: [(&Rule, Value, &str); 18] = [
            (&list, json!([{"a": "x", "b": null, "c": 1}]), ""),
            (&list, json!([]), "The body needs at least 1 item. too-few"),
            (&list, json!([1, 2, 3]), "The body has 3 items; at most 2 are allowed. too-many"),
            (&list, json!({}), "The body must be an array. wrong-type"),
            (&list, json!([{"a": "x"}, {}]), "[1].a is missing. member-missing"),
            (&list, json!([{"a": null}]), "[0].a must be a string. wrong-type"),
            (&list, json!([{"a": ""}]), "[0].a needs at least 1 character. too-short"),
            // Characters are counted, not bytes.
            (&list, json!([{"a": "äöü"}]), ""),
            (&list, json!([{"a": "äöüä"}]), "[0].a has 4 characters; at most 3 are allowed. too-long"),
            (&list, json!([{"a": "x", "b": 1}]), "[0].b must be a string. wrong-type"),
            (&TEXTS, json!({"k": 1}), "k must be a string. wrong-type"),
            (&Rule::AnyOf(MEMBERS), json!({"c": 1}), "The body needs one of a, b. member-missing"),
            (&Rule::Choice(&["A", "B"]), json!("a"), "The body must be one of A, B. unknown-choice"),
            (&Rule::Form(|text| text == "x", "be x"), json!("y"), "The body must be x. wrong-form"),
            (&Rule::Tagged(KINDS), json!({"type": "TEXT", "text": ""}), ""),
            (&Rule::Tagged(KINDS), json!({"type": "TEXT"}), "text is missing. member-missing"),
            (&Rule::Tagged(KINDS), json!({"type": "text"}), "type is not among the choices. unknown-choice"),
            (&Rule::Tagged(KINDS), json!({}), "type is missing. member-missing"),
        ];
        for (rule, value, expected) in cases {
            let checked = rule.check(&value);
            let told =
                checked.map_or_else(|problem| format!("{} {}", problem.message(), problem.reason), |()| String::new());
            assert_eq!(told, expected, "{value}");
        }
    }

    #[test]
    fn a_whole_number_may_have_a_fraction_of_zero() {
        for (value, expected) in [
            (json!(60), Ok(())),
            (json!(60.0), Ok(())),
            (json!(59), Err("out-of-range")),
            (json!(61.0), Err("out-of-range")),
            (json!(60.5), Err("wrong-type")),
            (json!(1e300), Err("wrong-type")),
            (json!("60"), Err("wrong-type")),
            (json!(null), Err("wrong-type")),
        ] {
            assert_eq!(Rule::Whole(60, 60).check(&value).map_err(|problem| problem.reason), expected, "{value}");
        }
    }
}
