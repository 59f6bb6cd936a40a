//! Properties over any secret, in any place and encoding.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connector_core::encoding::Form;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{HOST, USER, body, recorded, request, response, with_body};
use crate::outcome::Outcome;
use crate::placeholder::Placeholders;
use crate::placeholder::tests::definition;
use crate::record::Refused;
use crate::recording::RecordedBody;

/// A secret as a provider could give it out, or someone could make one up.
fn secret() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Za-z0-9]{8,48}", "[A-Za-z0-9+/=_.~-]{8,64}", "[!-~]([ -~]{6,30})[!-~]", "[!-~ä-ü€😀]{8,20}",]
}

fn mixed(text: &str) -> String {
    let encode = |(i, byte): (usize, u8)| match i % 3 {
        0 => format!("%{byte:02X}"),
        1 => format!("%{byte:02x}"),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().enumerate().map(encode).collect()
}

fn escaped(text: &str) -> String {
    text.encode_utf16().flat_map(|unit| ["\\u".to_owned(), format!("{unit:04x}")]).collect()
}

/// Every way to write a secret that is promised to be found.
fn encodings(text: &str) -> Vec<String> {
    let mut encodings = vec![
        text.to_owned(),
        Form::Percent.write(text),
        Form::Percent.write(text).to_lowercase().replace(&text.to_lowercase(), text),
        Form::Form.write(text),
        Form::Percent.write(&Form::Percent.write(text)),
        mixed(text),
        escaped(text),
        connector_core::encoding::json(text).replace('/', "\\/"),
        Form::Base64.write(&format!("someone:{text}")),
        Form::Base64Url.write(&format!("a{text}b")),
        Form::Base64.write(&json!({ "a": text }).to_string()),
        Form::Percent.write(&Form::Base64.write(text)),
    ];
    encodings.extend(Form::BASE64.map(|form| form.write(text)));
    encodings
}

/// Everything that a reader of the file can make of it without knowing more than that texts
/// are encoded: written without the code under test.
fn readings(text: &str) -> Vec<String> {
    fn strings(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(text) => found.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
            Value::Object(members) => members.iter().for_each(|(name, member)| {
                found.push(name.clone());
                strings(member, found);
            }),
            _ => {}
        }
    }
    let mut found = vec![text.to_owned()];
    strings(&serde_json::from_str(text).unwrap(), &mut found);
    for depth in 0..2 {
        for text in found.clone() {
            if let Ok(value) = serde_json::from_str(&text)
                && depth == 1
            {
                strings(&value, &mut found);
            }
            let decoded: String = url::form_urlencoded::parse(format!("x={}", text.replace('&', "%26")).as_bytes())
                .map(|(_, value)| value.into_owned())
                .collect();
            found.push(decoded);
            for run in text.split(|c: char| !(c.is_ascii_alphanumeric() || "+/-_".contains(c))) {
                let run = run.replace('-', "+").replace('_', "/");
                let run = &run[..run.len() / 4 * 4];
                found.extend(STANDARD.decode(run).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
    }
    found
}

/// Records one exchange with a secret in one place.
fn record(user: &str, word: &str, token: &str, encoded: &str, place: usize) -> Result<String, Refused> {
    let host = HOST.replace(USER, "login");
    let bare = || request("GET", &format!("{host}/a"), &[], "");
    let with = |body: &str| request("POST", &format!("{host}/a"), &[("content-type", "text/plain")], body);
    let quoted = json!({ "a": [encoded] }).to_string();
    let (request, body) = match place {
        0 => (with(encoded), String::new()),
        1 => (with(&quoted), String::new()),
        2 => (bare(), encoded.to_owned()),
        3 => (bare(), quoted),
        4 => (bare(), json!({ "inner": quoted }).to_string()),
        5 => (bare(), format!(r#"{{"a": "{}"}}"#, encoded.replace('"', "\\\""))),
        6 => (request("GET", &format!("{host}/a?b={encoded}"), &[], ""), String::new()),
        7 => (request("GET", &format!("{host}/{encoded}/c"), &[], ""), String::new()),
        8 => (bare(), format!("before{encoded}after")),
        _ => (request("GET", &host, &[("authorization", &format!("Basic {encoded}"))], ""), String::new()),
    };
    let token = json!({ "access_token": token }).to_string();
    let exchanges = vec![(bare(), Ok(response(200, token))), (request, Ok(response(400, &body)))];
    let outcome = Outcome { notes: vec![body], ..Outcome::default() };
    recorded((user, word), exchanges, &outcome, None)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_secret_is_refused_or_gone(
        secrets in [secret(), secret(), secret()],
        which in 0..3_usize,
        encoding in any::<prop::sample::Index>(),
        place in 0..10_usize,
    ) {
        let [user, word, token] = &secrets;
        let encodings = encodings(&secrets[which]);
        let encoded = &encodings[encoding.index(encodings.len())];
        if let Ok(text) = record(user, word, token, encoded, place) {
            for reading in readings(&text) {
                for secret in &secrets {
                    prop_assert!(!reading.contains(secret.trim()), "{secret:?} as {encoded:?} at {place} in {reading:?}");
                }
            }
        }
    }

    #[test]
    fn a_text_that_has_nothing_secret_is_replayed_as_it_was(text in "[a-f{}:\" \\\\\n%7BD|ü]{0,40}") {
        if let Ok(written) = with_body(&text) {
            let RecordedBody::Text(written) = body(&written) else { panic!("no text") };
            prop_assert_eq!(Placeholders::new(&definition()).fill(&written), Ok(text));
        }
    }

    #[test]
    fn any_body_is_written_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80), text in any::<String>()) {
        drop(with_body(bytes));
        drop(with_body(text));
    }
}

#[test]
fn ordinary_secrets_are_recorded_in_every_form_that_has_a_placeholder() {
    let user = "0oa1b2c3d4e5f6g7h8";
    let word = "s3cr+t/of some=length";
    for form in [Form::Plain, Form::Percent, Form::Form].into_iter().chain(Form::BASE64) {
        // A URL encodes what is in it plainly: some of it, as no form does.
        for place in 0..if form == Form::Plain { 6 } else { 7 } {
            let result = record(user, word, "token-0123456789", &form.write(word), place);
            assert!(result.is_ok(), "{form:?} {place}: {result:?}");
        }
    }
}
