//! Secrets that are changed or cut, and texts that could keep the recorder busy.

use std::time::Instant;

use connector_core::encoding::Form;
use serde_json::json;

use super::{TOKEN, USER, WORD, get, recorded, response, with_body};
use crate::outcome::Outcome;
use crate::record::{Leak, Refused};

/// Long enough to stay longer than eight characters on either side of its middle.
const LONG: &str = "k7Wq2xLp9Vd4Zt6Rm8Bs3Nc5Jf1Hg0Ty";

/// Records a response of a connection with the long secret.
fn with_long(body: &str) -> Result<String, Refused> {
    recorded((USER, LONG), vec![(get(&[]), Ok(response(200, body)))], &Outcome::default(), None)
}

#[test]
fn all_but_one_character_of_a_secret_is_refused_in_every_encoding() {
    let characters = LONG.chars().count();
    for at in [0, characters / 2 - 1, characters / 2, characters - 1] {
        for other in ["", "x", "\u{e9}"] {
            let changed: String =
                LONG.chars().enumerate().map(|(i, c)| if i == at { other.to_owned() } else { c.to_string() }).collect();
            for form in [Form::Plain, Form::Percent].into_iter().chain(Form::BASE64) {
                let result = with_long(&json!({ "message": form.write(&changed) }).to_string());
                let Err(Refused::Leaks(found)) = result else { panic!("{changed} as {form:?}: {result:?}") };
                assert!(found.iter().any(|found| found.leak == Leak::Known("secret `word`".into())), "{found:?}");
            }
        }
    }
}

#[test]
fn a_secret_in_another_case_is_hidden_or_refused() {
    for (secret, known) in [(WORD, "secret `word`"), (TOKEN, "access token")] {
        for changed in [secret.to_uppercase(), secret.to_lowercase()] {
            for form in [Form::Plain, Form::Percent, Form::Form].into_iter().chain(Form::BASE64) {
                match with_body(form.write(&changed)) {
                    Ok(text) => assert!(!text.to_lowercase().contains(&form.write(&changed).to_lowercase()), "{text}"),
                    Err(Refused::Leaks(found)) => {
                        assert!(found.iter().any(|found| found.leak == Leak::Known(known.into())), "{found:?}");
                    }
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }
}

#[test]
fn seven_characters_of_a_secret_are_no_secret() {
    assert!(with_long(&format!("{} {}", &LONG[..7], &LONG[20..27])).is_ok());
}

/// A second or two each, unoptimized; with work that grows with the square of the text it
/// was more than a minute.
#[test]
fn a_long_answer_is_recorded_as_fast_as_many_short_ones() {
    let long = |text: &str| text.repeat(63_000 / text.len());
    for text in [
        "xsample.example",
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
