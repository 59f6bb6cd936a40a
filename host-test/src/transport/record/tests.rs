use std::collections::VecDeque;
use std::fs;

use serde_json::json;
use url::Url;
use zeroize::Zeroizing;

use super::*;
use crate::entries::Entries;
use crate::har::{Form, differences, write_new};
use crate::model::{Connection, Secret};
use crate::scenario;
use crate::transport::{Replay, SendFailure, TlsFault};

mod conformance;
mod property;
mod redaction;
mod refusal;

/// 2026-01-15T09:30:00Z
const CLOCK: u64 = 1_768_469_400;

/// What a live connection holds, or what stands in for it.
#[derive(Clone, Copy)]
pub(super) struct Values {
    id: &'static str,
    secret: &'static str,
    instance: &'static str,
    tokens: [&'static str; 2],
    jwt: &'static str,
    emails: [&'static str; 2],
    sid: &'static str,
    signed: &'static str,
}

pub(super) const LIVE: Values = Values {
    id: "id+of/canary",
    secret: "Canary secret/+ä&=%41",
    instance: "acme-prod",
    tokens: ["eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl", "second-token-canary-0123456789abcdefXYZ"],
    jwt: "eyJhbGciOiJub25lIn0.eyJvdGhlciI6ImNhbmFyeSJ9.",
    emails: ["jane.canary@acme-prod.example", "bob+x@canary.example.com"],
    sid: "S-1-5-21-111-222-333-4444",
    signed: "s3.canary.example/export.csv?X-Amz-Credential=AKIACANARYCANARY1234&X-Amz-Signature=0123456789abcdef",
};

const STAND_INS: Values = Values {
    id: "replayedclientid00000000000000001",
    secret: "replayedclientsecret00000000000000000000001",
    instance: "replayed-instance",
    tokens: ["replayed.access.token-0000000000000000001", "replayed.access.token-0000000000000000002"],
    jwt: "replayed.json-web.token-0001",
    // Numbered as they first occur.
    emails: ["person-2@example.invalid", "person@example.invalid"],
    sid: "S-1-5-21-0-0-0-1001",
    signed: "signed-url-1.example.invalid",
};

impl Values {
    pub(super) fn entries(&self) -> Entries {
        let pair = |key: &str, text: &str| (key.to_owned(), text.to_owned());
        let pairs = vec![
            pair("instance", &format!("https://{}.eu.nexthink.cloud/", self.instance)),
            pair("region", "eu"),
            pair("client_id", &format!(" {} ", self.id)),
            pair("client_secret", self.secret),
        ];
        Entries::new(pairs, &["client_secret"])
    }

    pub(super) fn connection(&self) -> Connection {
        let pair = |key: &str, text: &str| (key.to_owned(), text.to_owned());
        let instance = self.instance;
        Connection {
            key: format!("nexthink/eu/{instance}/{}", self.id),
            label: format!("{instance} (European Union)"),
            settings: vec![pair("instance", instance), pair("region", "eu"), pair("client_id", self.id)],
            hosts: vec![format!("{instance}-login.eu.nexthink.cloud"), format!("{instance}.api.eu.nexthink.cloud")],
            base_url: format!("https://{instance}.api.eu.nexthink.cloud"),
            notes: Vec::new(),
        }
    }

    pub(super) fn subject(&self) -> Subject {
        Subject::new(&self.entries(), Some(&self.connection()), &["nexthink.cloud".to_owned()]).unwrap()
    }

    /// What a connector sends with these values, and what it gets.
    fn exchanges(&self) -> Vec<(Request, Response)> {
        let Self { id, secret, instance, tokens, jwt, emails, sid, signed } = self;
        let login = format!("https://{instance}-login.eu.nexthink.cloud");
        let api = format!("https://{instance}.api.eu.nexthink.cloud");
        let basic = Form::Base64.write(&format!("{id}:{secret}"));
        let encode = |text: &str| Form::Form.write(text);
        vec![
            (
                request("POST", &format!("{login}/oauth2/default/v1/token"), &[("authorization", &format!("Basic {basic}"))], "grant_type=client_credentials&scope=service%3Aintegration"),
                response(200, format!(r#"{{"token_type": "Bearer", "expires_in": 900, "access_token": "{}", "x": {{}} }}"#, tokens[0])),
            ),
            (
                request("POST", &format!("{api}/api/v1/a"), &[("authorization", &format!("Bearer {}", tokens[0])), ("content-type", "application/json")], &json!({ "secret": secret, "user": emails[1] }).to_string()),
                response(200, json!({ "who": [emails[1], emails[0]], "sid": sid, "jwt": jwt, "template": "{{x}} {", "resultsFileUrl": format!("https://{signed}") }).to_string()),
            ),
            (
                request("GET", &format!("https://{signed}"), &[], ""),
                response(200, format!("\"user\",\"sid\"\r\n\"{}\",\"{sid}\"\r\n{{{instance}}}", emails[0])),
            ),
            (
                request("POST", &format!("{login}/again"), &[], &format!("client_id={}&client_secret={}", encode(id), encode(secret))),
                response(200, format!(r#"{{"access_token":"{}"}}"#, tokens[1])),
            ),
            (
                request("GET", &format!("{api}/api/{sid}?upn={}&q=%7B%7B{}%7D", encode(emails[0]), encode(instance)), &[("authorization", &format!("Bearer {}", tokens[1]))], ""),
                response(404, format!("<p>No such page on {}: {}</p>", instance, encode(emails[1]))),
            ),
        ]
    }

    fn outcome(&self) -> Value {
        json!({
            "connection": self.connection(),
            "notes": [format!("From the address: instance {}, region eu.", self.instance)],
            "failure": { "code": "x", "provider-message": format!("{{{{x}}}} {} {}", self.emails[0], self.sid) },
            "token": { "value": self.tokens[0], "expires-in": 900 },
        })
    }
}

pub(super) fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let own = [("accept", "application/json"), ("user-agent", "host/1"), ("x-request-id", "canary-request")];
    let headers = headers.iter().copied().chain(own);
    Request {
        method: method.to_owned(),
        url: Url::parse(url).unwrap(),
        headers: headers.map(|(name, value)| (name.to_owned(), Secret::new(value))).collect(),
        body: Zeroizing::new(body.as_bytes().to_vec()),
        authorized: false,
        repeatable: true,
        timeout: 30,
        response_limit: 1 << 20,
    }
}

pub(super) fn response(status: u16, body: impl AsRef<[u8]>) -> Response {
    let headers = [
        ("content-type", "application/json"),
        ("set-cookie", "session=canary-cookie"),
        ("x-request-id", "canary-response"),
        ("x-rate-limit-remaining", "7"),
    ];
    Response {
        status,
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        body: body.as_ref().to_vec(),
        received_at: 0,
    }
}

/// Answers in turn.
pub(super) struct Fake(Mutex<VecDeque<Result<Response, SendError>>>);

impl Fake {
    pub(super) fn new(answers: impl IntoIterator<Item = Result<Response, SendError>>) -> Self {
        Self(Mutex::new(answers.into_iter().collect()))
    }
}

impl Transport for Fake {
    fn send(&self, _: &Request) -> Result<Response, SendError> {
        self.0.lock().unwrap().pop_front().unwrap()
    }
}

/// A clock that goes on by 180 ms at each look.
pub(super) fn clock() -> Clock {
    let now = Mutex::new(Duration::from_secs(CLOCK));
    Box::new(move || {
        let mut now = now.lock().unwrap();
        *now += Duration::from_millis(180);
        *now
    })
}

fn recorded(exchanges: Vec<(Request, Response)>, outcome: Value) -> Result<String, Refused> {
    let (requests, responses): (Vec<_>, Vec<_>) = exchanges.into_iter().unzip();
    let recorder = Recorder::new(Fake::new(responses.into_iter().map(Ok)), clock(), LIVE.subject());
    for request in &requests {
        recorder.send(request).unwrap();
    }
    recorder.finish(outcome, "Name", "Recorded for a test.")
}

/// Records one exchange with a response body.
pub(super) fn with_body(body: impl AsRef<[u8]>) -> Result<String, Refused> {
    recorded(
        vec![(request("GET", "https://acme-prod.api.eu.nexthink.cloud/", &[], ""), response(200, body))],
        json!({}),
    )
}

fn read(text: &str) -> Recording {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.har");
    write_new(&path, text, false).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    Recording::read(&path).unwrap_or_else(|error| panic!("{error}"))
}

pub(super) fn body(text: &str) -> RecordedBody {
    read(text).exchanges.remove(0).answer.unwrap().body
}

#[test]
fn what_was_recorded_replays_with_stand_ins() {
    let text = recorded(LIVE.exchanges(), LIVE.outcome()).unwrap_or_else(|error| panic!("{error}"));
    let recording = read(&text);
    let placeholders = Placeholders::default();
    let mut replay = Replay::new(&recording, &placeholders);
    for (i, (request, response)) in STAND_INS.exchanges().iter().enumerate() {
        let found = differences(&recording.exchanges[i].request, request, &placeholders).unwrap();
        assert_eq!(found, [], "{i}");
        let replayed = replay.send(request).unwrap().unwrap();
        assert_eq!(String::from_utf8_lossy(&replayed.body), String::from_utf8_lossy(&response.body), "{i}");
        assert_eq!(replayed.status, response.status);
    }
    replay.finish().unwrap();
    let entered = recording.entered.iter().map(|(_, text)| placeholders.fill(text).unwrap());
    let expected = STAND_INS.entries();
    assert!(entered.eq(expected.pairs().iter().map(|(_, text)| text.clone())));
}

#[test]
fn the_outcome_is_the_one_that_a_replay_restores() {
    let text = recorded(LIVE.exchanges(), LIVE.outcome()).unwrap();
    let expected = scenario::restored(STAND_INS.outcome(), &Placeholders::default());
    assert_eq!(read(&text).expect, expected);
    assert_eq!(expected["token"]["value"], "{{access_token}}");
}

#[test]
fn nothing_of_the_connection_is_in_the_file_or_in_debug() {
    let recorder = Recorder::new(Fake::new([Ok(response(200, "canary"))]), clock(), LIVE.subject());
    recorder.send(&LIVE.exchanges()[0].0).unwrap();
    assert_eq!(format!("{recorder:?}"), "Recorder { exchanges: 1, .. }");
    let subject = r#"Subject { entered: ["instance", "region", "client_id", "client_secret"], .. }"#;
    assert_eq!(format!("{:?}", LIVE.subject()), subject);
    let text = recorded(LIVE.exchanges(), LIVE.outcome()).unwrap().to_lowercase();
    for canary in ["canary", "acme", "jane", "eyj", "4444", "amz", "c2lnbmf0dxjl"] {
        assert!(!text.contains(canary), "{canary}");
    }
}

#[test]
fn a_cut_off_body_stays_cut_off() {
    let cut = |announced: &str| {
        let mut response = response(200, r#"{"access_token":"tok-12345"}"#);
        response.headers.push(("Content-Length".to_owned(), announced.to_owned()));
        let request = request("GET", "https://acme-prod.api.eu.nexthink.cloud/", &[], "");
        let recording = read(&recorded(vec![(request.clone(), response)], json!({})).unwrap());
        let placeholders = Placeholders::default();
        let sent = self::request("GET", "https://replayed-instance.api.eu.nexthink.cloud/", &[], "");
        let replayed = Replay::new(&recording, &placeholders).send(&sent).unwrap().unwrap();
        let length = replayed.headers.iter().find(|(name, _)| name == "content-length");
        length.map(|(_, value)| value.parse::<usize>().unwrap() - replayed.body.len())
    };
    assert_eq!([cut("28"), cut("30"), cut("7"), cut("x")], [None, Some(2), None, None]);
}

#[test]
fn a_response_arrives_in_the_replay_when_it_did() {
    let moments = [100, 130, 131];
    let exchanges = LIVE.exchanges().into_iter().zip(moments).map(|((request, mut response), moment)| {
        response.received_at = CLOCK + moment;
        (request, response)
    });
    let recording = read(&recorded(exchanges.collect(), json!({})).unwrap());
    let placeholders = Placeholders::default();
    let mut replay = Replay::new(&recording, &placeholders);
    let arrivals = STAND_INS
        .exchanges()
        .into_iter()
        .take(3)
        .map(|(request, _)| replay.send(&request).unwrap().unwrap().received_at - CLOCK);
    assert!(arrivals.eq(moments));
}

#[test]
fn a_fault_is_recorded_and_what_has_no_word_refuses() {
    let request = LIVE.exchanges().remove(0).0;
    let fail = |failure: SendFailure| {
        let failed = SendError::Failed(Box::new(failure.failure(&request)));
        let recorder = Recorder::new(Fake::new([Err(failed)]), clock(), LIVE.subject());
        assert!(
            matches!(recorder.send(&request), Err(SendError::Failed(given)) if *given == failure.failure(&request))
        );
        recorder.finish(json!({}), "Name", "Source")
    };
    for (failure, fault) in [
        (SendFailure::Dns, Fault::Dns),
        (SendFailure::Refused, Fault::Refused),
        (SendFailure::Reset, Fault::Reset),
        (SendFailure::Timeout { seconds: request.timeout }, Fault::Timeout),
        (SendFailure::Tls(TlsFault::Other), Fault::Tls),
    ] {
        let recording = read(&fail(failure).unwrap());
        assert_eq!(recording.exchanges[0].answer.as_ref().err(), Some(&fault));
        assert_eq!((recording.clock, recording.exchanges[0].milliseconds), (CLOCK, 180));
    }
    // A replay would tell less, or more.
    for failure in [SendFailure::TooLarge, SendFailure::Proxy, SendFailure::Tls(TlsFault::Expired)] {
        assert!(matches!(fail(failure), Err(Refused::Unrecordable(0))));
    }
    let error = fail(SendFailure::TooLarge).unwrap_err();
    assert_eq!(error.to_string(), "exchange 0 ended in a way that no recording has a word for");
}

#[test]
fn a_clock_that_jumps_is_no_trouble() {
    for jump in [-10_000, 200_000_i64] {
        let now = Mutex::new(i64::try_from(CLOCK).unwrap());
        let clock: Clock = Box::new(move || {
            let mut now = now.lock().unwrap();
            *now += jump;
            Duration::from_secs(now.unsigned_abs())
        });
        let recorder = Recorder::new(Fake::new([Ok(response(200, ""))]), clock, LIVE.subject());
        recorder.send(&LIVE.exchanges()[0].0).unwrap();
        read(&recorder.finish(json!({}), "Name", "Source").unwrap());
    }
}
