//! Recognisable credentials, driven through everything: the secret is in nothing that a
//! caller of the library can print, store or log.

use std::error::Error;
use std::fmt::{Debug, Display};
use std::sync::{Arc, LazyLock, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use connector_core::Error as ConnectorError;
use connector_host::records::Response;
use connector_host::{Connector, Error as HostError};
use nexthink_component::NEXTHINK;
use proptest::prelude::*;
use serde_json::{Value, json};
use test_support::{SecretFinder, encoded_forms, root};

use super::recording::{Credentials, Recording};
use super::{connector, response};

const ID: &str = "canary-id-0123456789";
const SECRET: &str = "cAnArY-5ecret-0123456789";

/// A secret that is different in every encoding.
const ODD_SECRET: &str = "cAnArY-5ecret-0123456789 +/%&=ü";

static CONNECTOR: LazyLock<Arc<Connector>> = LazyLock::new(|| Arc::new(connector(NEXTHINK)));

/// What was logged, at any level, and not looked at yet.
static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Logger;

impl log::Log for Logger {
    // Not the compiler, which writes a line an instruction.
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.target().starts_with("connector_")
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            LOG.lock().unwrap().push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

/// Finds the part of the secret that both have, and its beginning.
static FINDER: LazyLock<SecretFinder> = LazyLock::new(|| {
    let mut finder = SecretFinder::default();
    finder.add("secret", SECRET);
    finder.add("beginning of the secret", &SECRET[..8]);
    finder
});

/// Everything that a caller of the library can print.
#[derive(Default)]
struct Printed(Vec<String>);

impl Printed {
    fn debug(&mut self, value: &impl Debug) {
        self.0.push(format!("{value:?}\n{value:#?}"));
    }

    fn json(&mut self, value: &impl serde::Serialize) {
        self.0.push(serde_json::to_string(value).unwrap());
    }

    fn error(&mut self, error: &(dyn Error + 'static)) {
        self.debug(&error);
        let mut next = Some(error);
        while let Some(error) = next {
            self.0.push(error.to_string());
            next = error.source();
        }
    }

    fn host_error(&mut self, error: &HostError) {
        self.error(error);
        match error {
            HostError::Refused(problems) => self.json(problems),
            HostError::Failed(failure) => self.json(failure),
            _ => {}
        }
    }

    #[track_caller]
    fn assert_silent(&self, place: &dyn Display) {
        assert!(!self.0.is_empty());
        self.0.iter().for_each(|text| FINDER.assert_silent(text, &place.to_string()));
    }
}

/// Plays a recording and prints all there is. Returns how its exchange ended.
async fn drive(recording: &Recording) -> (Printed, Option<Result<(), HostError>>) {
    static INSTALLED: LazyLock<()> = LazyLock::new(|| {
        log::set_logger(&Logger).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
    });
    LazyLock::force(&INSTALLED);
    let mut printed = Printed::default();
    let entries = CONNECTOR.entries(recording.entries().to_vec());
    printed.debug(&entries);
    match CONNECTOR.open(entries) {
        Ok(opened) => {
            printed.debug(opened.entries());
            printed.debug(opened.connection());
            printed.json(opened.connection());
            printed.debug(opened.rehearsed().unwrap());
            printed.debug(&opened.rehearsed().unwrap().request.headers);
            printed.0.push(opened.rehearsed().unwrap().request.place());
        }
        Err(error) => printed.error(&error),
    }
    let played = recording.play(&CONNECTOR).await;
    match &played.session {
        Ok(session) => printed.debug(session.connection()),
        Err(error) => printed.host_error(error),
    }
    match &played.token {
        Some(Ok(granted)) => {
            printed.debug(granted.token());
            printed.json(granted.token());
        }
        Some(Err(error)) => printed.host_error(error),
        None => {}
    }
    match &played.permissions {
        Some(Ok(permissions)) => printed.debug(permissions),
        Some(Err(error)) => printed.host_error(error),
        None => {}
    }
    match &played.completed {
        Some(Ok(completed)) => printed.debug(completed),
        Some(Err(error)) => printed.host_error(error),
        None => {}
    }
    // Whichever test takes a line looks at it.
    printed.0.append(&mut LOG.lock().unwrap());
    (printed, played.token.map(|token| token.map(|_| ())))
}

#[tokio::test]
async fn no_recording_reveals_the_secret() {
    let recordings = connector_recordings::files(&root().join("fixtures")).unwrap();
    assert!(recordings.len() > 100, "{}", recordings.len());
    for path in &recordings {
        let recording = Recording::read(path, &CONNECTOR, Credentials { id: ID, secret: ODD_SECRET });
        drive(&recording).await.0.assert_silent(&path.display());
    }
}

const JSON: (&str, &str) = ("content-type", "application/json");

fn token(members: &Value) -> Vec<u8> {
    let mut token = json!({ "access_token": "opaque", "token_type": "Bearer", "expires_in": 900 });
    for (name, value) in members.as_object().unwrap() {
        token[name] = value.clone();
    }
    token.to_string().into_bytes()
}

/// Returns responses that repeat a text in every place that a response has.
fn echoes(text: &str) -> Vec<(&'static str, Response)> {
    let okta = json!({ "errorCode": "E0000011", "errorSummary": text, "errorCauses": [{ "errorSummary": text }] });
    let oauth = json!({ "error": "invalid_client", "error_description": format!("No: {text}!"), "error_uri": text });
    let (okta, oauth) = (okta.to_string(), oauth.to_string());
    vec![
        ("description", response(401, &[JSON], oauth.clone())),
        ("code", response(400, &[JSON], json!({ "error": text }).to_string())),
        ("summary", response(401, &[JSON], okta.clone())),
        ("summary of a 500", response(500, &[JSON], okta)),
        ("code of Okta", response(403, &[JSON], json!({ "errorCode": text }).to_string())),
        ("page", response(401, &[("content-type", "text/html")], format!("<p>{text}</p>"))),
        ("plain text", response(400, &[("content-type", "text/plain")], text)),
        ("broken JSON", response(200, &[JSON], format!("{{\"a\":\"{text}"))),
        ("names", response(200, &[JSON], format!("{{{0}:1,{0}:2}}", json!(text)))),
        ("scope", response(200, &[JSON], token(&json!({ "scope": text })))),
        ("token type", response(200, &[JSON], token(&json!({ "token_type": text })))),
        ("lifetime", response(200, &[JSON], token(&json!({ "expires_in": text })))),
        ("token", response(200, &[JSON], token(&json!({ "access_token": text })))),
        (
            "media type parameter",
            response(200, &[("content-type", &format!("application/json; a={text}"))], token(&json!({}))),
        ),
        ("media type", response(200, &[("content-type", &format!("text/{text}"))], token(&json!({})))),
        ("media type of an error", response(401, &[("content-type", text)], oauth.clone())),
        ("location", response(302, &[("location", &format!("https://evil.example/?{text}"))], "")),
        ("waiting time", response(429, &[("retry-after", text), JSON], oauth)),
        ("other header", response(401, &[("www-authenticate", text), JSON], "{}")),
    ]
}

/// Returns the recording of a success.
fn success(secret: &str) -> Recording {
    Recording::read(&root().join("fixtures/success-eu.har"), &CONNECTOR, Credentials { id: ID, secret })
}

#[tokio::test]
async fn no_response_that_repeats_the_secret_reveals_it() {
    for secret in [SECRET, ODD_SECRET] {
        let pair = format!("{ID}:{secret}");
        let mut texts: Vec<_> = encoded_forms(secret).into_iter().map(|(_, text)| text).collect();
        texts.extend([
            STANDARD.encode(secret),
            URL_SAFE.encode(secret),
            pair.clone(),
            STANDARD.encode(&pair),
            format!("Basic {}", STANDARD.encode(&pair)),
            STANDARD.encode(&pair).trim_end_matches('=').to_owned(),
        ]);
        for text in texts {
            for (place, response) in echoes(&text) {
                let (printed, _) = drive(&success(secret).answered(response)).await;
                printed.assert_silent(&format!("{place} with {text}"));
            }
        }
    }
}

#[tokio::test]
async fn a_text_that_is_cut_inside_the_secret_does_not_reveal_its_beginning() {
    for length in 270..=305 {
        let description = format!("{}{SECRET}", "x".repeat(length));
        let body = json!({ "error": "invalid_client", "error_description": description });
        let (printed, ended) = drive(&success(SECRET).answered(response(401, &[JSON], body.to_string()))).await;
        printed.assert_silent(&length);
        match ended {
            Some(Err(HostError::Failed(failure))) => {
                assert!(failure.provider_message.unwrap().starts_with("xxx"));
            }
            other => panic!("{other:?}"),
        }
    }
}

/// White space, marks of direction and what encodings treat in a special way.
fn odd_character() -> impl Strategy<Value = char> {
    prop::sample::select(
        "  \t\n\u{0}\u{7f}\u{85}\u{a0}\u{2003}\u{3000}\u{feff}\u{200e}\u{202e}\u{2066}\"\\'/+%&=:;{}<>aZ9-._~ü€𝄞"
            .chars()
            .collect::<Vec<_>>(),
    )
}

fn around() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::collection::vec(odd_character(), 0..6).prop_map(String::from_iter),
        prop::collection::vec(any::<char>(), 0..6).prop_map(String::from_iter),
    ]
}

/// Returns the secret as the provider receives it, out of the Basic header. None where
/// the connector refuses it.
fn received(recording: &Recording) -> Option<String> {
    let opened = match CONNECTOR.open(CONNECTOR.entries(recording.entries().to_vec())) {
        Ok(opened) => opened,
        Err(ConnectorError::Refused(_)) => return None,
        Err(error) => panic!("{error}"),
    };
    let basic = opened.rehearsed().unwrap().request.header("authorization").unwrap().strip_prefix("Basic ").unwrap();
    let pair = String::from_utf8(STANDARD.decode(basic).unwrap()).unwrap();
    Some(pair.strip_prefix(&format!("{ID}:")).unwrap().to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_around_the_secret_it_is_not_revealed(before in around(), after in around()) {
        let secret = format!("{before}{SECRET}{after}");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let entering = |received: &str| success(received).entering("client_secret", &secret);
        let Some(received) = received(&entering(SECRET)) else {
            runtime.block_on(drive(&entering(SECRET))).0.assert_silent(&"problems");
            return Ok(());
        };
        prop_assert!(received.contains(SECRET));
        let description = format!("The secret {received} is wrong.");
        let oauth = json!({ "error": "invalid_client", "error_description": description });
        for (status, body) in [(401, oauth), (400, json!({ "error": received })), (200, json!({ "token_type": received }))] {
            let recording = entering(&received).answered(response(status, &[JSON], body.to_string()));
            let (printed, ended) = runtime.block_on(drive(&recording));
            printed.assert_silent(&format!("{secret:?}"));
            // Nor does it differ from the recording, which has the secret in its Basic header.
            let stopped = matches!(ended, None | Some(Err(HostError::Connector(_) | HostError::Transport(_))));
            prop_assert!(!stopped, "{ended:?}");
        }
    }
}
