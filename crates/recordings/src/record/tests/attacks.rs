//! Secrets that are changed or cut, and texts that could keep the recorder busy.

use std::time::Instant;

use connector_core::encoding::Form;
use serde_json::json;

use super::{USER, WORD, get, recorded, response, with_body};
use crate::outcome::Outcome;
use crate::record::{Leak, Refused};

/// Of an odd length, so that the one in the middle belongs to neither half alone.
const LONG: &str = "k7Wq2xLp9Vd4Zt6Rm8Bs3Nc5Jf1Hg0T";

/// Letters that have a case and are not ASCII all over it.
const ODD: &str = "Zürich-Älg-Ödla-äpple-ångström-Öl";

/// Records a response of a connection with a secret.
fn with_secret(secret: &str, body: &str) -> Result<String, Refused> {
    recorded((USER, secret), vec![(get(&[]), Ok(response(200, body)))], &Outcome::default(), None)
}

#[test]
fn all_but_one_character_of_a_secret_is_refused_in_every_encoding() {
    let characters = LONG.chars().count();
    for at in [0, characters / 2 - 1, characters / 2, characters - 1] {
        for other in ["", "x", "\u{e9}"] {
            let changed: String =
                LONG.chars().enumerate().map(|(i, c)| if i == at { other.to_owned() } else { c.to_string() }).collect();
            for form in [Form::Plain, Form::Percent].into_iter().chain(Form::BASE64) {
                let result = with_secret(LONG, &json!({ "message": form.write(&changed) }).to_string());
                let Err(Refused::Leaks(found)) = result else { panic!("{changed} as {form:?}: {result:?}") };
                assert!(found.iter().any(|found| found.leak == Leak::Known("secret `word`".into())), "{found:?}");
            }
        }
    }
}

#[test]
fn a_secret_in_another_case_is_hidden_or_refused() {
    for secret in [LONG, WORD, ODD] {
        for changed in [secret.to_uppercase(), secret.to_lowercase()] {
            for form in [Form::Plain, Form::Percent, Form::Form].into_iter().chain(Form::BASE64) {
                let encoded = form.write(&changed);
                match with_secret(secret, &encoded) {
                    Ok(text) => assert!(!text.contains(&encoded), "{changed} as {form:?}: {text}"),
                    Err(Refused::Leaks(found)) => {
                        assert!(
                            found.iter().any(|found| found.leak == Leak::Known("secret `word`".into())),
                            "{found:?}"
                        );
                    }
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }
}

#[test]
fn seven_characters_of_a_secret_are_no_secret() {
    assert!(with_secret(LONG, &format!("{} {}", &LONG[..7], &LONG[20..27])).is_ok());
}

/// Nothing in a response makes the work grow faster than its length.
#[test]
fn a_long_answer_is_recorded_in_seconds() {
    // With work that grows with the square of it this takes minutes.
    let begun = Instant::now();
    drop(with_body("xsample.example".repeat(16_000)));
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
    let long = |text: &str| text.repeat(63_000 / text.len());
    for text in [
        "a.sample.example.",
        "{{",
        "{{open}}",
        "%7B%7B",
        "\"",
        "\\u0041",
        "&amp;",
        "VVVV",
        "Bearer ",
        "acme-pro",
        "Canary secret",
        "{\"access_token\":\"",
        "a1b2c3d4-",
        "a@",
    ] {
        let begun = Instant::now();
        drop(with_body(json!([long(text)]).to_string()));
        let took = begun.elapsed();
        assert!(took.as_secs() < 20, "{text}: {took:?}");
    }
}
