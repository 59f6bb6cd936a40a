use proptest::prelude::*;
use serde_json::{Map as JsonMap, Value, json};

use crate::operations::schema::{List, Rule, Text, check};
use crate::operations::{CATALOGUE, formats};
use crate::problem::Problem;

/// A source of choices, drawn from the bytes of a property test.
struct Dice<'a>(std::slice::Iter<'a, u8>);

impl Dice<'_> {
    fn roll(&mut self, sides: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(7)) % sides
    }

    /// Returns true in one of twelve cases.
    fn mischief(&mut self) -> bool {
        self.roll(12) == 0
    }
}

/// Generates a value that a rule accepts, or nearly.
fn value(rule: &Rule, dice: &mut Dice) -> Value {
    if dice.mischief() {
        return stray(dice);
    }
    match rule {
        Rule::Either(rules) => value(&rules[dice.roll(rules.len())], dice),
        Rule::Text(text) => text_value(text, dice),
        Rule::Choice(options) => json!(options[dice.roll(options.len())]),
        Rule::Integer(min, max) => json!([*min, *max, *min + 1, *min - 1, *max + 1][dice.roll(5)]),
        Rule::Boolean => json!(dice.roll(2) == 0),
        Rule::Object(object) => {
            let mut members = JsonMap::new();
            for member in object.members {
                if member.required && !dice.mischief() || dice.roll(2) == 0 {
                    members.insert(member.name.to_owned(), value(&member.rule, dice));
                }
            }
            if dice.mischief() {
                members.insert("unknown".to_owned(), Value::Null);
            }
            Value::Object(members)
        }
        Rule::Map(map) => {
            let most = Some(map.max).filter(|max| *max <= 100);
            let count = most.filter(|_| dice.mischief()).map_or_else(|| dice.roll(3), |most| most + 1);
            let member = |i: usize, dice: &mut Dice| {
                let name = if dice.mischief() { format!("no\u{7}name {i}") } else { format!("name{i}") };
                (name, if dice.mischief() { stray(dice) } else { value(&map.values, dice) })
            };
            Value::Object((0..count).map(|i| member(i, dice)).collect())
        }
        Rule::List(list) => {
            let most = list.max.filter(|max| *max <= 100);
            let count = match most {
                Some(most) if dice.mischief() => most + 1,
                _ if dice.mischief() => 0,
                _ => list.min.max(dice.roll(3)),
            };
            (0..count).map(|_| value(&list.item, dice)).collect()
        }
        Rule::Unchecked(_) => Value::Null,
    }
}

fn text_value(text: &Text, dice: &mut Dice) -> Value {
    let example = if text.example.is_empty() { "some text" } else { text.example };
    json!(match dice.roll(12) {
        0 => String::new(),
        1 => format!("{example}\u{7}"),
        2 => "x".repeat(text.max.unwrap_or(0).min(5000) + 1),
        3 => example.to_uppercase(),
        4 => format!(" {example}"),
        5 => "3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001".to_owned(),
        6 => ["é#$/~@", ".", "..", " ", "$", "0", "o'brien@example.com"][dice.roll(7)].to_owned(),
        _ => example.to_owned(),
    })
}

fn stray(dice: &mut Dice) -> Value {
    let values = [
        Value::Null,
        json!(true),
        json!(60.0),
        json!(60.5),
        json!(-1),
        json!(u64::MAX),
        json!("\u{0}"),
        json!([[[]]]),
        json!({"a": {"b": []}}),
        json!("0"),
    ];
    values[dice.roll(values.len())].clone()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// The published schema and the check accept the same values.
    #[test]
    fn schema_and_check_agree(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for operation in CATALOGUE {
            let rule = Rule::Object(operation.input);
            let schema: Value = serde_json::from_str(&operation.input_schema()).unwrap();
            let validator = jsonschema::draft202012::new(&schema).unwrap();
            let value = value(&rule, &mut Dice(bytes.iter()));
            let problems = check(&rule, &value.to_string());
            prop_assert_eq!(
                problems.is_empty(), validator.is_valid(&value),
                "{}: {} {:?}", operation.id, value, problems
            );
        }
    }

    #[test]
    fn every_pattern_and_its_code_agree(
        mutation in 0_usize..6, place in 0_usize..40, other in any::<char>(), free in "\\PC{0,40}|[S0-9-]{0,30}|[a-z/#@.=+]{0,20}|[.$ 0]{0,2}|#?[0-9a-fA-F]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    ) {
        for text in TEXTS {
            let matches = |pattern: &str, value: &str| {
                regress::Regex::with_flags(pattern, "u").unwrap().find(value).is_some()
            };
            let mut example: Vec<char> = text.example.chars().collect();
            let place = place.min(example.len());
            match mutation {
                0 => example.insert(place, other),
                1 if place < example.len() => { example.remove(place); }
                2 => example.truncate(place),
                3 if place < example.len() => example[place] = other,
                4 => example.extend(['=', '=']),
                _ => {}
            }
            for value in [example.into_iter().collect::<String>(), free.clone()] {
                let length = value.chars().count();
                if length >= text.min && text.max.is_none_or(|max| length <= max) {
                    let excepted = !text.except.is_empty() && matches(text.except, &value);
                    let accepted = matches(text.pattern, &value) && !excepted;
                    prop_assert_eq!((text.accepts)(&value), accepted, "{} {:?}", text.pattern, value);
                }
            }
        }
    }
}

/// Every text with a pattern of its own.
const TEXTS: [&Text; 14] = [
    &formats::QUERY_ID,
    &formats::NQL_ID,
    &formats::EXPORT_ID,
    &formats::UUID,
    &formats::COLLECTOR_ID,
    &formats::SID,
    &formats::UPN,
    &formats::WORKFLOW_UPN,
    &formats::PARAMETER_NAME,
    &formats::PARAMETER_ID,
    &formats::HEADER_VALUE,
    &formats::FIELD_NAME,
    &formats::NON_EMPTY,
    &formats::NON_BLANK,
];

fn shown(problems: &[Problem]) -> Vec<(Option<&str>, &str)> {
    problems.iter().map(|problem| (problem.field.as_deref(), problem.code.as_str())).collect()
}

#[test]
fn every_problem_is_found_at_once_and_named_by_its_pointer() {
    let rule = Rule::Object(CATALOGUE[0].input);
    let input =
        r##"{"queryId":"#Devices","parameters":{"a":1,"no\u0007name":"x"},"format":"xml","utc":"yes","query_id":1}"##;
    let problems = check(&rule, input);
    assert_eq!(
        shown(&problems),
        [
            (Some("/queryId"), "bad-format"),
            (Some("/parameters/a"), "wrong-type"),
            (Some("/parameters"), "bad-format"),
            (Some("/format"), "not-an-option"),
            (Some("/utc"), "wrong-type"),
            (None, "unknown-field"),
        ]
    );
    assert!(problems[0].hint.as_deref().unwrap().contains("lower-case"), "{problems:?}");
    assert_eq!(problems[5].hint.as_deref(), Some("It is spelt queryId."));
}

#[test]
fn whatever_the_input_is_there_is_a_problem_and_no_panic() {
    let rule = Rule::Object(CATALOGUE[0].input);
    let deep = format!(r#"{{"queryId":{}1{}}}"#, "[".repeat(2000), "]".repeat(2000));
    let objects = format!("{}1{}", r#"{"queryId":"#.repeat(2000), "}".repeat(2000));
    let long = format!(r#"{{"queryId":"{}"}}"#, "a".repeat(1 << 20));
    for (input, code) in [
        ("", "bad-format"),
        ("{", "bad-format"),
        ("[]", "wrong-type"),
        ("null", "wrong-type"),
        ("\u{0}", "bad-format"),
        (r#"{"queryId":"\ud800"}"#, "bad-format"),
        (r#"{"queryId":"\u0000ab"}"#, "bad-format"),
        (r#"{"queryId":9007199254740993}"#, "wrong-type"),
        (r#"{"queryId":1e400}"#, "bad-format"),
        (r##"{"queryId":"#ab"} x"##, "bad-format"),
        (r##"{"queryId":"#ab","queryId":"#ab"}"##, "contradiction"),
        (r##"{"queryId":"#ab","parameters":{"a":"","a":""}}"##, "contradiction"),
        (&deep, "wrong-type"),
        (&objects, "wrong-type"),
        (&long, "too-long"),
    ] {
        let problems = check(&rule, input);
        let found = problems.iter().any(|problem| problem.code.as_str() == code);
        assert!(found, "{}: {problems:?}", &input[..input.len().min(40)]);
    }
}

#[test]
fn numbers_may_be_written_with_a_fraction_of_zero_and_have_to_be_exact() {
    let rule = Rule::Integer(60, 10_080);
    for (input, codes) in [
        ("60", vec![]),
        ("60.0", vec![]),
        ("6e1", vec![]),
        ("59", vec!["out-of-range"]),
        ("-60", vec!["out-of-range"]),
        ("18446744073709551615", vec!["out-of-range"]),
        ("1e300", vec!["out-of-range"]),
        ("60.5", vec!["wrong-type"]),
        ("\"60\"", vec!["wrong-type"]),
    ] {
        let found: Vec<&str> = check(&rule, input).iter().map(|problem| problem.code.as_str()).collect();
        assert_eq!(found, codes, "{input}");
    }
}

#[test]
fn a_list_that_is_too_long_is_one_problem() {
    let rule = Rule::List(&List { item: Rule::Boolean, min: 1, max: Some(2) });
    assert_eq!(shown(&check(&rule, "[true,1,[],[]]")), [(Some("/1"), "wrong-type"), (None, "too-many")]);
    assert_eq!(shown(&check(&rule, "[]")), [(None, "too-few")]);
}

#[test]
fn a_hundred_problems_are_enough() {
    let rule = Rule::List(&List { item: Rule::Boolean, min: 0, max: None });
    let problems = check(&rule, &format!("[{}1]", "1,".repeat(4999)));
    assert_eq!(problems.len(), 101);
    assert_eq!(problems[100].message, "There are 4900 more problems of this kind.");
}

#[test]
fn no_problem_quotes_what_was_entered() {
    for operation in CATALOGUE {
        let input = operation.example.replace(':', r#":"canary-value","canary value":"#);
        for problem in check(&Rule::Object(operation.input), &input) {
            assert!(!format!("{problem:?}").contains("canary"), "{problem:?}");
        }
    }
}
