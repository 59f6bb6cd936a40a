//! Patterns that take long are found, honest ones are not; samples match.

use std::sync::Arc;
use std::time::{Duration, Instant};

use regress::Regex;

use super::{Matcher, Pattern};

fn matcher() -> Arc<Matcher> {
    Arc::new(Matcher::new(Instant::now() + Duration::from_mins(10)))
}

fn pattern(text: &str) -> Pattern {
    Pattern::new(text, &matcher()).unwrap_or_else(|| panic!("{text} is no pattern"))
}

fn whole(text: &str) -> Regex {
    Regex::with_flags(&format!("^(?:{text})$"), "v").unwrap()
}

#[rustfmt::skip]
const EXPLODING: [&str; 12] = [
    "(a+)+", "(?:a*)*", "(a|a)*b", "(a*)*b", r"(\w+\s?)*c", "x(?:[a-z]+)*y", "(?=(?:a+)+b)a*", "(?:a|b|ab)*c",
    r"([a-z]+-?)+\.", "^(([a-z])+.)+[A-Z]([a-z])+$",
    // Without a structure.
    r"(a)\k<x>(?<x>b)|(a+)+", "(?<!b)(?:a|aa)*b",
];

#[test]
fn a_pattern_that_explodes_is_found() {
    for text in EXPLODING {
        let slow = pattern(text).find_slow_value();
        assert!(matches!(slow, Some(13..200)), "{text}: {slow:?}");
    }
}

#[rustfmt::skip]
const HONEST: [&str; 37] = [
    "", "a", "a|b|", "[a-c]+", "[^a-c]*", r"[\s\u0085]*x", r"\d{2,4}", r"\w+@\w+", "a{2,}", "(?:ab)*?c", "(a|b)+?a",
    "^a$", r"\bab\b", "(?!ab)[a-c]+", "(?=a)[ab]+", "(?:a|ab)(?:c|bcd)", "(?:a?){3}", "(?:)+a", "(?:a|)+b",
    r"[\u0000-\u001f\-\/]", r"\u{1f600}+", r"\ud83d\ude00", r"\x41\cA\0\t", "(?<name>a)b", "[^]", r"[a\-]+", r"[\b]",
    "(?:(?!b)[a-c])*", r"(?:[a-z]+\.)+[a-z]+", "(?:a{0,3}b?){0,3}",
    r"(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", ".*.*.*", r"\s*\S+\s*", r"(a)\1", r"\p{L}+",
    "(?<=a)b", r"[[a-z]--[aeiou]]+",
];

#[test]
fn a_pattern_that_does_not_explode_is_not_found() {
    for text in HONEST {
        assert_eq!(pattern(text).find_slow_value(), None, "{text}");
    }
}

#[test]
fn a_pattern_is_not_matched_again_after_a_value_that_took_too_long() {
    let pattern = pattern("(?:a|a)*b");
    assert_eq!(pattern.matches(&"a".repeat(10)), Some(false));
    assert_eq!((pattern.matches(&"a".repeat(28)), pattern.slow()), (None, Some(28)));
    assert_eq!((pattern.matches("b"), pattern.slow()), (None, Some(28)));
}

#[test]
fn nothing_is_matched_after_three_patterns_that_take_too_long() {
    let matcher = matcher();
    for _ in 0..3 {
        assert!(!matcher.is_exhausted());
        assert_eq!(Pattern::new("(?:a|a)*b", &matcher).unwrap().matches(&"a".repeat(28)), None);
    }
    assert!(matcher.is_exhausted());
    let honest = Pattern::new("a", &matcher).unwrap();
    assert_eq!((honest.matches("a"), honest.slow()), (None, None));
}

#[test]
fn nothing_is_matched_after_the_deadline() {
    let matcher = Arc::new(Matcher::new(Instant::now()));
    assert!(matcher.is_exhausted());
    assert_eq!(Pattern::new("a", &matcher).unwrap().matches("a"), None);
}

#[test]
fn a_pattern_that_repeats_nothing_without_end_is_judged_at_once() {
    for text in
        ["(?:(?:(?:(?:){999}){999}){999}){999}x", "(?:(?:(?:\\b){999}){999}){999}a+", "(?:(?:(?:^){9999}){9999})+x"]
    {
        let (pattern, begin) = (pattern(text), Instant::now());
        pattern.find_slow_value();
        pattern.samples(20);
        pattern.sample_of(100);
        assert!(begin.elapsed() < Duration::from_secs(5), "{text}: {:?}", begin.elapsed());
    }
}

#[test]
fn samples_match_and_are_the_same_each_time() {
    for text in ["[a-z]{3}-\\d+", "(?!ab)[a-c]{2}", r"[\s\u0085]*[^\s:]+", r"(?<![\(])[\(\]]{2,9}x"] {
        let pattern = pattern(text);
        let samples = pattern.samples(8);
        assert!(samples.len() >= 4, "{text}: {samples:?}");
        assert!(samples.iter().all(|value| whole(text).find(value).is_some()), "{text}: {samples:?}");
        assert_eq!(samples, pattern.samples(8));
    }
    assert_eq!(pattern("a[]").samples(8), Vec::<String>::new());
}

#[test]
fn a_sample_has_the_length_asked_for() {
    for text in ["[a-z]+", "x?[a-z]*y?", "https://[a-z]+(?:/[a-z]*)?"] {
        for length in [20, 511, 2049] {
            assert_eq!(pattern(text).sample_of(length).unwrap().len(), length, "{text}");
        }
    }
    assert_eq!(pattern("[a-z]{3}").sample_of(4), None);
}
