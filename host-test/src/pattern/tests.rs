use proptest::prelude::*;
use regress::Regex;

use super::{Explodes, Pattern, PatternError};

fn whole(text: &str) -> Regex {
    Regex::with_flags(&format!("^(?:{text})$"), "u").unwrap()
}

/// Fails where this matcher and another engine differ.
fn agree(text: &str, value: &str) {
    let pattern = Pattern::new(text).unwrap();
    assert_eq!(pattern.matches(value), Ok(whole(text).find(value).is_some()), "{text} {value:?}");
}

const PATTERNS: &[&str] = &[
    "",
    "a",
    "a|b|",
    "[a-c]+",
    "[^a-c]*",
    r"[\s\u0085]*x",
    r"\d{2,4}",
    r"\w+@\w+",
    "a{3}",
    "a{2,}",
    "(?:ab)*?c",
    "(a|b)+?a",
    "^a$",
    "a^b",
    r"\bab\b",
    r"a\Bb",
    "(?!ab)[a-c]+",
    "(?=a)[ab]+",
    "(?:a|ab)(?:c|bcd)",
    "(?:a*)*",
    "(?:a?){3}",
    "(?:)+a",
    "(?:a|)+b",
    ".{2}",
    r"[\u0000-\u001f\-\/]",
    r"\u{1f600}+",
    r"\ud83d\ude00",
    r"\x41\cA\0\t",
    r"[\d\-x]+",
    "(?<name>a)b",
    r"[^]",
    "[a-]+",
    r"[\b]",
    "(?:(?!b)[a-c])*",
    r"(?:[a-z]+\.)+[a-z]+",
    "(?:a{0,3}b?){0,3}",
];

#[test]
fn values_match_as_another_engine_has_it() {
    for text in PATTERNS {
        for value in [
            "",
            "a",
            "b",
            "ab",
            "abc",
            "aab",
            "abcd",
            "c",
            "xyz",
            "12",
            "12345",
            "a@b",
            "\u{85} \u{feff}x",
            "\n",
            "a\n",
            "😀",
            "😀😀",
            "A\u{1}\0\t",
            "-",
            "x-1",
            "\u{8}",
            "a.b.c",
            "aabaab",
            "é",
        ] {
            agree(text, value);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_pattern_matches_as_another_engine_has_it(
        text in r"([ab]|\(\?:[ab]\|[ab]?\)|\[\^?[abc]\]|\(\?![ab]\)[ab]|\(\?:[ab][*?]c?\))([*+?]|\{[0-2],[2-3]\})?([ab.]|\(a\|b[*]\)[*]){0,3}",
        value in "[abc]{0,8}",
    ) {
        agree(&text, &value);
    }
}

#[test]
fn what_another_engine_refuses_is_refused_here() {
    for text in [
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "*",
        "a**",
        "a{2,1}",
        "a{,2}",
        "a{x}",
        r"\",
        r"\a",
        r"[b-a]",
        r"[\d-z]",
        r"\u12",
        r"\u{110000}",
        r"\c1",
        "(?=a)*",
        "^*",
        r"\-",
    ] {
        assert!(matches!(Pattern::new(text).err(), Some(PatternError::Invalid(_))), "{text}");
        assert!(Regex::with_flags(text, "u").is_err(), "{text}");
    }
}

#[test]
fn what_is_not_judged_is_named() {
    let deep = format!("{}a{}", "(".repeat(60), ")".repeat(60));
    for text in [r"(a)\1", r"\p{L}", "(?<=a)b", "(?<!a)b", "a{99999999999}", "(?:a{1000}){1000}", &deep] {
        assert!(matches!(Pattern::new(text).err(), Some(PatternError::Unknown(_))), "{text}");
    }
}

#[test]
fn an_expression_that_explodes_is_found() {
    for text in [
        "(a+)+",
        "(?:a*)*",
        "(a|a)*b",
        "(a*)*b",
        r"(\w+\s?)*c",
        "x(?:[a-z]+)*y",
        "(?=(?:a+)+b)a*",
        "(?:a|b|ab)*c",
        r"([a-z]+-?)+\.",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
    ] {
        let explodes = Pattern::new(text).unwrap().check_cost();
        assert!(matches!(explodes, Err(Explodes { characters: 25..200 })), "{text}: {explodes:?}");
    }
    // What honest connectors use does not.
    for text in PATTERNS.iter().copied().filter(|text| *text != "(?:a*)*").chain([
        r"(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
        ".*.*.*",
        r"\s*\S+\s*",
    ]) {
        assert_eq!(Pattern::new(text).unwrap().check_cost(), Ok(()), "{text}");
    }
}

#[test]
fn matching_stops_after_its_steps() {
    let pattern = Pattern::new("(?:a|a)*b").unwrap();
    assert_eq!(pattern.matches(&"a".repeat(10)), Ok(false));
    let error = pattern.matches(&"a".repeat(40)).unwrap_err();
    assert_eq!(error.to_string(), "needs more than 1000000 steps for a value of 40 characters");
}

#[test]
fn samples_match_and_are_the_same_each_time() {
    for text in ["[a-z]{3}-\\d+", "(?!ab)[a-c]{2}", r"[\s\u0085]*[^\s:]+"] {
        let pattern = Pattern::new(text).unwrap();
        let samples = pattern.samples(8);
        assert!(samples.len() >= 4, "{text}: {samples:?}");
        assert!(samples.iter().all(|value| whole(text).find(value).is_some()), "{text}: {samples:?}");
        assert_eq!(samples, pattern.samples(8));
    }
    assert_eq!(Pattern::new("a[]").unwrap().samples(8), Vec::<String>::new());
}

#[test]
fn a_sample_has_the_length_asked_for() {
    for text in ["[a-z]+", "x?[a-z]*y?", "https://[a-z]+(?:/[a-z]*)?"] {
        for length in [20, 511, 2049] {
            assert_eq!(Pattern::new(text).unwrap().sample_of(length).unwrap().len(), length, "{text}");
        }
    }
    assert_eq!(Pattern::new("[a-z]{3}").unwrap().sample_of(4), None);
}
