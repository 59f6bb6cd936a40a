//! Breaks every rule of the guard, one at a time: each case changes one thing in
//! a good value.

mod connection;
mod definition;
mod grants;
mod hosts;
mod icon;
mod operations;
mod request;
mod verdict;

use std::fmt::Debug;

use super::BadOutput;
use crate::Entries;
use crate::Redactor;
use crate::functions::Function;

/// Stands in every good value, and in every bad text that has room for it. No
/// error may repeat it.
const CANARY: &str = "canary";

/// What was entered as the client secret: shaped so that it also fits a host
/// name and a word, the strictest places that it could turn up in.
const SECRET: &str = "canary-s3cret-0001";

fn entries() -> Entries {
    let pairs = [("instance", "canary"), ("client_id", "canary-id"), ("client_secret", SECRET), ("canary_key", "1")];
    let pairs = pairs.map(|(key, text)| (key.to_owned(), text.to_owned()));
    Entries::new(pairs.into(), &["client_secret"])
}

fn redactor() -> Redactor {
    Redactor::new(&entries(), &[])
}

/// Asserts that a value is refused: where and why exactly, and without quoting
/// anything of it.
#[track_caller]
fn assert_refused<T: Debug, C>(
    value: T,
    check: impl FnOnce(T) -> Result<C, BadOutput>,
    (function, at, why): (Function, &str, &str),
) {
    let given = format!("{value:?}");
    let Err(error) = check(value) else { panic!("accepted, though `{at}` {why}: {given:.2000}") };
    let shown = format!("{error} {error:?}");
    assert!(!shown.to_lowercase().contains(CANARY), "quoted: {shown}");
    assert_eq!((error.function, error.at.as_str(), error.why.as_str()), (function, at, why), "{given:.2000}");
}

/// Asserts that a value is accepted.
#[track_caller]
fn assert_accepted<T: Debug, C>(value: T, check: impl FnOnce(T) -> Result<C, BadOutput>) -> C {
    let given = format!("{value:?}");
    check(value).unwrap_or_else(|error| panic!("{error}: {given:.2000}"))
}

/// Single lines that no one may return, and why.
fn bad_lines() -> [(String, &'static str); 7] {
    let [empty, long, control] = ["is empty", "is longer than 4096 bytes", "contains control characters"];
    [
        (String::new(), empty),
        (" \u{a0} ".to_owned(), empty),
        (format!("{CANARY}{}", "x".repeat(4091)), long),
        // What counts is bytes: these are fewer characters.
        (format!("{CANARY}{}", "ü".repeat(2046)), long),
        (format!("{CANARY}\u{1b}[31m"), control),
        (format!("{CANARY}\nsecond line"), control),
        (format!("{CANARY}\u{9b}31m"), control),
    ]
}

/// The longest line that is accepted.
fn longest_line() -> String {
    format!("{CANARY}{}", "x".repeat(4090))
}

#[test]
fn an_error_names_function_place_and_rule() {
    let error = BadOutput::new(Function::TokenRequest, "request.url", "is not a URL");
    assert_eq!(
        error.to_string(),
        "what the connector returned from `token-request` breaks the contract: `request.url` is not a URL"
    );
    let whole = BadOutput::new(Function::Resolve, "", "refuses without a problem");
    assert_eq!(
        whole.to_string(),
        "what the connector returned from `resolve` breaks the contract: refuses without a problem"
    );
}
