use std::collections::VecDeque;
use std::path::Path;

use connector_core::encoding::Form;
use connector_core::records::{Connection, Host, HostRole, Purpose, Request, Response};
use connector_core::{Entries, Fault, Secret, TlsFault};
use connector_host::{BoxFuture, Incoming, SendError, Transport};
use serde_json::{Value, json};
use std::sync::Mutex;
use std::time::Duration;
use url::Url;

use super::recorder::Recorder;
use super::subject::Subject;
use super::{Leak, Refused};
use crate::matching::differences;
use crate::outcome::{Called, Ended, Outcome};
use crate::placeholder::Placeholders;
use crate::placeholder::tests::definition;
use crate::recording::{RecordedBody, RecordedFault, Recording, Scenario};

mod attacks;
mod property;

/// 2026-01-15T09:30:00Z
const CLOCK: u64 = 1_768_469_400;

const USER: &str = "acme-prod";
const WORD: &str = "Canary secret/+ä&=%41";
const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl";
const HOST: &str = "https://acme-prod.sample.example";

fn entries(user: &str, word: &str) -> Entries {
    Entries::new(vec![("user".into(), format!(" {user}")), ("word".into(), word.into())], &["word"])
}

fn connection(user: &str) -> Connection {
    Connection {
        key: format!("sample/{user}"),
        label: user.to_owned(),
        settings: vec![("user".into(), user.into())],
        hosts: [format!("{user}.sample.example"), "login.sample.example".into()]
            .map(|name| Host { role: HostRole::Api, platform: None, name })
            .into(),
        base_url: format!("https://{user}.sample.example"),
        notes: vec![format!("{user} it is.")],
    }
}

pub(super) fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let own = [("accept", "application/json"), ("user-agent", "host/1"), ("x-request-id", "canary-request")];
    let headers = headers.iter().copied().chain(own);
    let purpose = match url {
        url if url.contains("login.") => Purpose::Token,
        url if url.contains("s3.") => Purpose::Download,
        _ => Purpose::Api,
    };
    Request {
        method: method.to_owned(),
        url: Url::parse(url).unwrap(),
        headers: headers.map(|(name, value)| (name.to_owned(), Secret::new(value))).collect(),
        body: body.into(),
        authorized: purpose == Purpose::Api,
        repeatable: true,
        timeout: 30,
        response_limit: 1 << 20,
        purpose,
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
        body: body.as_ref().into(),
        received_at: 0,
    }
}

/// A transport with responses of its own, in turn.
struct Fake(Mutex<VecDeque<Result<Response, SendError>>>);

impl Transport for Fake {
    fn send(&self, _: Request) -> BoxFuture<'_, Result<Incoming, SendError>> {
        let next = self.0.lock().unwrap().pop_front().unwrap();
        Box::pin(async { next.map(Incoming::whole) })
    }
}

/// Records by a clock that advances by 180 ms at each look.
pub(super) fn recorded(
    entries: (&str, &str),
    exchanges: Vec<(Request, Result<Response, SendError>)>,
    outcome: &Outcome,
    scenario: Option<Scenario>,
) -> Result<String, Refused> {
    let now = Mutex::new(Duration::from_secs(CLOCK));
    let clock = move || {
        let mut now = now.lock().unwrap();
        *now += Duration::from_millis(180);
        *now
    };
    recorded_by(Box::new(clock), entries, exchanges, outcome, scenario)
}

/// Sends and ends the recording.
fn recorded_by(
    clock: Box<dyn Fn() -> Duration + Send + Sync>,
    (user, word): (&str, &str),
    exchanges: Vec<(Request, Result<Response, SendError>)>,
    outcome: &Outcome,
    scenario: Option<Scenario>,
) -> Result<String, Refused> {
    let (requests, responses): (Vec<_>, Vec<_>) = exchanges.into_iter().unzip();
    let recorder = Recorder::with_clock(Fake(Mutex::new(responses.into())), clock);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for request in requests {
        let limit = request.response_limit;
        if let Ok(incoming) = runtime.block_on(recorder.send(request)) {
            drop(runtime.block_on(incoming.collect(limit)));
        }
    }
    finished(&recorder, user, word, outcome, scenario)
}

fn finished(
    recorder: &Recorder<Fake>,
    user: &str,
    word: &str,
    outcome: &Outcome,
    scenario: Option<Scenario>,
) -> Result<String, Refused> {
    let (definition, entries, connection) = (definition(), entries(user, word), connection(user));
    let mut subject = Subject::new(&definition, &entries, &connection)?;
    subject.write(&recorder.log, None, outcome, scenario, "Name", "Recorded for a test.")
}

/// Records one exchange.
fn with(request: Request, received: Result<Response, SendError>) -> Result<String, Refused> {
    recorded((USER, WORD), vec![(request, received)], &Outcome::default(), None)
}

/// Records one exchange with a response body.
fn with_body(body: impl AsRef<[u8]>) -> Result<String, Refused> {
    with(get(&[("authorization", &format!("Bearer {TOKEN}"))]), Ok(response(200, body)))
}

fn get(headers: &[(&str, &str)]) -> Request {
    request("GET", &format!("{HOST}/"), headers, "")
}

fn read(text: &str) -> Recording {
    Recording::parse(Path::new("one.har"), text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn body(text: &str) -> RecordedBody {
    read(text).exchanges.remove(0).response.unwrap().body
}

#[track_caller]
fn body_text(text: &str) -> String {
    if let RecordedBody::Text(text) = body(text) { text } else { panic!("no text") }
}

#[track_caller]
fn written(given: &str) -> String {
    body_text(&with_body(given).unwrap_or_else(|error| panic!("{error}")))
}

#[track_caller]
fn leaks(result: Result<String, Refused>) -> Vec<(String, Leak)> {
    match result {
        Err(Refused::Leaks(found)) => found.into_iter().map(|found| (found.pointer, found.leak)).collect(),
        Err(other) => panic!("{other}"),
        Ok(text) => panic!("written: {text}"),
    }
}

/// Records what a connector sends and receives.
fn live(outcome: &Outcome, received: impl Fn(usize, &mut Response)) -> String {
    let exchanges = exchanges(USER, WORD, TOKEN).into_iter().enumerate().map(|(i, (request, mut response))| {
        received(i, &mut response);
        (request, Ok(response))
    });
    recorded((USER, WORD), exchanges.collect(), outcome, None).unwrap_or_else(|error| panic!("{error}"))
}

/// What a connector sends, and what it receives.
fn exchanges(user: &str, word: &str, token: &str) -> Vec<(Request, Response)> {
    let basic = Form::Base64.write(&format!("{user}:{word}"));
    let (host, encode) = (format!("https://{user}.sample.example"), |text: &str| Form::Form.write(text));
    vec![
        (
            request(
                "POST",
                "https://login.sample.example/token",
                &[("authorization", &format!("Basic {basic}"))],
                "a=b",
            ),
            response(200, format!(r#"{{"expires_in": 900, "access_token": "{token}", "x": {{}} }}"#)),
        ),
        (
            request(
                "POST",
                &format!("{host}/a"),
                &[("authorization", &format!("Bearer {token}"))],
                &json!([word]).to_string(),
            ),
            response(200, json!({ "template": "{{x}} {", "name": user }).to_string()),
        ),
        (
            request("GET", &format!("{host}/api?u={}&q=%7B%7B{user}%7D&w={}", encode(user), encode(word)), &[], ""),
            response(404, format!("<p>No such page on {{{user}}}</p>")),
        ),
    ]
}

#[test]
fn what_was_recorded_replays_with_other_values() {
    let text = live(&Outcome { connection: Some(connection(USER)), ..Outcome::default() }, |_, _| ());
    let recording = read(&text);
    let placeholders = Placeholders::new(&definition());
    let [user, word, token] =
        ["{{entry:user}}", "{{secret:word}}", "{{access_token}}"].map(|name| placeholders.fill(name).unwrap());
    for (recorded, (request, response)) in recording.exchanges.iter().zip(exchanges(&user, &word, &token)) {
        assert_eq!(differences(&recorded.request, &request, &placeholders).unwrap(), []);
        let RecordedBody::Text(body) = &recorded.response.as_ref().unwrap().body else { panic!("no text") };
        assert_eq!(placeholders.fill(body).unwrap().as_bytes(), &*response.body);
    }
    let fields: Vec<_> = recording.entries.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(fields, [" {{entry:user}}", "{{secret:word}}"]);
    let outcome = Outcome { connection: Some(connection(&user)), ..Outcome::default() };
    assert_eq!(recording.expect, outcome.to_json(&placeholders));
    let lower = text.to_lowercase();
    for canary in ["canary", "acme", "eyj", "c2lnbmf0dxjl"] {
        assert!(!lower.contains(canary), "{canary}");
    }
}

#[test]
fn the_longest_form_is_replaced_first() {
    let basic = Form::Base64.write(&format!("{USER}:{WORD}"));
    for (form, expected) in [
        (WORD.to_owned(), "{{secret:word}}"),
        (Form::Percent.write(WORD), "{{secret:word|percent}}"),
        ("Canary%20secret%2f%2b%c3%a4%26%3d%2541".to_owned(), "{{secret:word|percent}}"),
        (Form::Form.write(WORD), "{{secret:word|form}}"),
        (Form::Base64.write(WORD), "{{secret:word|base64}}"),
        (basic, "{{basic:user:word}}"),
        ("ACME-Prod".to_owned(), "{{entry:user}}"),
        (Form::Base64.write(USER), "{{entry:user|base64}}"),
        (TOKEN.to_owned(), "{{access_token}}"),
    ] {
        assert_eq!(written(&format!("a {form} b")), format!("a {expected} b"));
    }
}

#[test]
fn a_short_entry_is_replaced_as_a_word_of_its_own() {
    let url = "https://acme.sample.example/acme?x=%2Facme";
    let sent = request("GET", url, &[], "");
    let body = "acme, pacman, acmes ACME-eu";
    let text = recorded(("acme", WORD), vec![(sent, Ok(response(200, body)))], &Outcome::default(), None).unwrap();
    let user = "%7B%7Bentry%3Auser%7D%7D";
    assert_eq!(read(&text).exchanges[0].request.url, format!("https://{user}.sample.example/{user}?x=%2F{user}"));
    assert_eq!(body_text(&text), "{{entry:user}}, pacman, acmes {{entry:user}}-eu");
}

#[test]
fn an_escape_of_json_hides_nothing() {
    for (body, expected) in [
        (r#"{"a" : "x\u0061cme-prod\u0020y", "b":"\u00e4"}"#, r#"{"a" : "x{{entry:user}} y", "b":"\u00e4"}"#),
        (r#"["Canary secret\/+\u00e4\u0026=%41"]"#, r#"["{{secret:word}}"]"#),
        (r#"["{\"a\":\"\\u0061cme-prod\"}"]"#, r#"["{\"a\":\"{{entry:user}}\"}"]"#),
    ] {
        assert_eq!(written(body), expected);
    }
}

#[test]
fn a_token_is_found_however_it_is_spelled() {
    for body in [
        r#"{"refresh_token":"r-token-0123","access_token":"a/b-token-1"}"#,
        r#"{"access_token" : "a\/b-token-1", "x": "r-token-0123", "refresh_token":"r-token-0123"}"#,
        r#"{"raw":"{\"access_token\":\"a/b-token-1\",\"id_token\":\"r-token-0123\"}"}"#,
        r#"{"id_token":"r-token-0123","access_token":"a/b-token-1"#,
    ] {
        let text = body_text(&with(get(&[]), Ok(response(200, body))).unwrap());
        assert!(text.contains("\"{{access_token}}") || text.contains("\\\"{{access_token}}"), "{text}");
        assert!(text.contains("{{access_token:2}}") && !text.contains("token-"), "{text}");
    }
}

#[test]
fn a_brace_is_never_read_as_a_placeholder() {
    let placeholders = Placeholders::new(&definition());
    for body in ["{{x}}", "{{{{entry:user}}}}", "{{{", "a{{open}}b", "{{secret:word}}", "}}{{", "%7B%7Blink%7D%7D"] {
        assert_eq!(placeholders.fill(&written(body)).as_deref(), Ok(body));
    }
    let user = placeholders.fill("{{entry:user}}").unwrap();
    assert_eq!(placeholders.fill(&written("{acme-prod}")), Ok(format!("{{{user}}}")));
}

#[test]
fn a_url_stays_one() {
    for (url, expected) in
        [("/a?x={{b}}|", "/a?x=%7B%7Bopen%7D%7D%7Bb%7D%7D%7C"), ("/%7B%7B?x", "/%7B%7Bopen%7D%7D%7B?x")]
    {
        let sent = |user: &str| request("GET", &format!("https://{user}.sample.example{url}"), &[], "");
        let recorded = read(&with(sent(USER), Ok(response(200, ""))).unwrap()).exchanges.remove(0).request;
        assert_eq!(recorded.url, format!("https://%7B%7Bentry%3Auser%7D%7D.sample.example{expected}"));
        let placeholders = Placeholders::new(&definition());
        let user = placeholders.fill("{{entry:user}}").unwrap();
        assert_eq!(differences(&recorded, &sent(&user), &placeholders).unwrap(), []);
    }
}

#[test]
fn only_listed_headers_are_kept() {
    let recording = read(&with_body("").unwrap());
    let names = |headers: &[(String, String)]| headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let first = &recording.exchanges[0];
    assert_eq!(names(&first.request.headers), ["authorization", "accept", "user-agent"]);
    assert_eq!(names(&first.response.as_ref().unwrap().headers), ["content-type", "x-rate-limit-remaining"]);
    assert_eq!(first.request.headers[0].1, "Bearer {{access_token}}");
}

#[test]
fn an_operation_begins_with_its_token_and_its_links_are_placeholders() {
    let link = "https://s3.other.example/x/acme-prod.csv?X-Amz-Credential=AKIACANARYCANARY1234&X-Amz-Signature=01ab";
    let authorization = ("authorization", &*format!("Bearer {TOKEN}"));
    let mut live = exchanges(USER, WORD, TOKEN);
    live.truncate(1);
    live.push((
        request("GET", &format!("{HOST}/status"), &[authorization], ""),
        response(200, json!({ "url": link }).to_string().replace('&', "\\u0026").replace('/', "\\/")),
    ));
    live.push((request("GET", link, &[], ""), response(200, "name,tenant\nPC-1,acme-prod\n")));
    let downloaded = connector_host::Downloaded {
        bytes: 26,
        media_type: "text/csv".into(),
        compression: connector_core::records::Compression::None,
        partial: false,
        warnings: vec!["It is from acme-prod.".into()],
    };
    let called = Called { operation: "export".into(), ended: Ended::Downloaded(downloaded, Vec::new()) };
    let outcome = Outcome { called: Some(called), ..Outcome::default() };
    let scenario = Scenario { operation: "export".into(), input: json!({ "of": "acme-prod" }) };
    let live = live.into_iter().map(|(request, response)| (request, Ok(response))).collect();
    let recording = read(&recorded((USER, WORD), live, &outcome, Some(scenario)).unwrap());
    let [status, download] = &recording.exchanges[..] else { panic!("{} exchanges", recording.exchanges.len()) };
    assert!(status.request.url.ends_with("/status"));
    let RecordedBody::Text(named) = &status.response.as_ref().unwrap().body else { panic!("no text") };
    assert_eq!(named, r#"{"url":"https://s3.other.example/{{link}}"}"#);
    assert_eq!(download.request.url, "https://s3.other.example/%7B%7Blink%7D%7D");
    assert_eq!(recording.scenario.unwrap().input, json!({ "of": "{{entry:user}}" }));
    let expected = json!({ "download": {
        // The value that a replay puts in is longer.
        "media-type": "text/csv", "compression": "none", "bytes": 51,
        "text": "name,tenant\nPC-1,{{entry:user}}\n", "warnings": ["It is from {{entry:user}}."],
    } });
    assert_eq!(recording.expect, expected);
}

#[test]
fn what_no_placeholder_stands_for_refuses_the_recording() {
    let at = "/log/entries/0/response/content/text";
    let base64 = |text: &str| Form::Base64.write(text);
    let secret = || Leak::Known("secret `word`".into());
    let user = || Leak::Known("entry of `user`".into());
    for (body, leak) in [
        (format!("x={}", base64(&format!("xx{WORD}yy"))), secret()),
        (base64(&base64(WORD)), secret()),
        (Form::Percent.write(&Form::Percent.write(WORD)), secret()),
        ("%43anary secret/+ä&=%2541".to_owned(), secret()),
        ("Canary secret/+&auml;&amp;=%41 Canary secret/+ä&amp;=%41".to_owned(), secret()),
        (r"no JSON: Canary secret\/+\u00e4&=%41".to_owned(), secret()),
        ("Canary secret/\n+ä&=%41".to_owned(), secret()),
        // Cut off at either end.
        ("it was Canary secr".to_owned(), secret()),
        ("…cret/+ä&=%41".to_owned(), secret()),
        (format!("cut {}", &base64(WORD)[..20]), secret()),
        (TOKEN[..30].to_owned(), Leak::Known("access token".into())),
        (r"no JSON: \u0061cme-prod".to_owned(), user()),
        ("https://other.sample.example/".to_owned(), Leak::OtherHost),
        ("xother.api.SAMPLE.example".to_owned(), Leak::OtherHost),
        (base64("eyJhbGci.eyJhbGci.x"), Leak::Jwt),
        ("Bearer abc123.x_9".to_owned(), Leak::Credentials),
        ("Basic QWxhZGRpbjpvcGVu".to_owned(), Leak::Credentials),
        ("<a href='/x?a=1&sig=abc'>".to_owned(), Leak::Signature),
        ("jane@a.example".to_owned(), Leak::Email),
        ("q=jane%2Etag%40a.example".to_owned(), Leak::Email),
        (base64("jane@a.example"), Leak::Email),
        (base64("S-1-5-21-1-2-3-4"), Leak::Sid),
        ("kJ8fD2mQ7xV4bN1cZ6tY3wR9pL5sH0gA".to_owned(), Leak::Token),
    ] {
        let found = leaks(with_body(&body));
        assert!(found.contains(&(at.to_owned(), leak)), "{body}: {found:?}");
        assert!(found.iter().all(|(pointer, _)| pointer == at), "{found:?}");
    }
    assert!(with_body("https://login.sample.example/ and sample.example").is_ok());
}

#[test]
fn the_refusal_names_place_and_kind_and_hint_and_never_the_text() {
    let error = with_body("kJ8fD2mQ7xV4bN1cZ6tY3wR9pL5sH0gA jane@a.example").unwrap_err();
    let at = "/log/entries/0/response/content/text";
    assert_eq!(
        error.to_string(),
        format!(
            "the recording would give away what is secret or personal:\n  {at}: an e-mail address. Record a call about \
             nobody, or about people made up for it.\n  {at}: a long run of letters and digits. Record a call whose \
             response leaves it out."
        )
    );
    assert!(!format!("{error:?}").contains("kJ8f"));
    let output = json!({ "x": { WORD: 1 } }).to_string();
    let outcome = connector_core::records::Outcome { output, partial: false, warnings: Vec::new() };
    let called = Called { operation: "read".into(), ended: Ended::Done(outcome.into()) };
    let outcome = Outcome { called: Some(called), ..Outcome::default() };
    let found = leaks(recorded((USER, WORD), Vec::new(), &outcome, None));
    assert_eq!(found[0], ("/log/_expect/outcome/output/x".to_owned(), Leak::Known("secret `word`".into())));
}

#[test]
fn an_authorization_is_a_placeholder_or_refuses() {
    for value in ["Basic abc", "Bearer", "ApiKey 123", "abc", "Basic {{x}}"] {
        let result = with(get(&[("authorization", value)]), Ok(response(200, "")));
        let at = "/log/entries/0/request/headers/0/value";
        assert_eq!(leaks(result), [(at.to_owned(), Leak::Credentials)], "{value}");
    }
}

#[test]
fn a_body_that_is_no_text_is_kept_or_refuses() {
    let text = with_body([0xff, 0xfe, b'a']).unwrap();
    assert!(matches!(body(&text), RecordedBody::Bytes(bytes) if bytes == [0xff, 0xfe, b'a']));
    for (text, leak) in [
        (USER, Leak::Known("entry of `user`".into())),
        ("jane@a.example", Leak::Email),
        ("second-secret-0123456789-ABCDEFGHIJ", Leak::Token),
    ] {
        assert_eq!(leaks(with_body([b"\xff ", text.as_bytes(), b" \xe4"].concat()))[0].1, leak);
    }
    assert_eq!(leaks(with_body([0x1f, 0x8b, 8, 0xff]))[0].1, Leak::Compressed);
    let result = with(Request { body: vec![0xff].into(), ..get(&[]) }, Ok(response(200, "")));
    assert!(matches!(result, Err(Refused::Unwritable(_))));
}

#[test]
fn a_secret_that_is_too_short_is_refused() {
    let short = |result: Result<String, Refused>| result.unwrap_err().to_string();
    let sentence = |what: &str| format!("the {what} has less than 8 characters and cannot be told from other text");
    let result = recorded((USER, " 1234567 "), Vec::new(), &Outcome::default(), None);
    assert_eq!(short(result), sentence("secret `word`"));
    assert_eq!(short(with_body(r#"{"access_token":"short"}"#)), sentence("access token"));
}

#[test]
fn a_cut_off_body_stays_cut_off() {
    let cut = |announced: &str| {
        let mut response = response(200, r#"{"access_token":"tok-12345"}"#);
        response.headers.push(("Content-Length".to_owned(), announced.to_owned()));
        let text = with(get(&[]), Ok(response)).unwrap();
        let response = read(&text).exchanges.remove(0).response.unwrap();
        let RecordedBody::Text(body) = response.body else { panic!("no text") };
        let replayed = Placeholders::new(&definition()).fill(&body).unwrap().len();
        let length = response.headers.iter().find(|(name, _)| name == "content-length");
        length.map(|(_, value)| value.parse::<usize>().unwrap() - replayed)
    };
    assert_eq!([cut("28"), cut("30"), cut("7"), cut("x")], [None, Some(2), None, None]);
}

#[test]
fn a_response_arrives_in_the_replay_when_it_did() {
    let moments = [100, 130, 131];
    let recording = read(&live(&Outcome::default(), |i, response| response.received_at = CLOCK + moments[i]));
    let mut passed = 0;
    let arrivals = recording.exchanges.iter().map(|exchange| {
        passed += exchange.milliseconds;
        recording.clock + passed / 1000 - CLOCK
    });
    assert!(arrivals.eq(moments));
}

#[test]
fn a_fault_is_recorded_and_what_has_no_word_refuses() {
    let fail = |fault: Fault| with(get(&[]), Err(fault.into()));
    for (fault, word) in [
        (Fault::Dns, RecordedFault::Dns),
        (Fault::Refused, RecordedFault::Refused),
        (Fault::Reset, RecordedFault::Reset),
        (Fault::Timeout { seconds: 30 }, RecordedFault::Timeout),
        (Fault::Tls(TlsFault::Other), RecordedFault::Tls),
    ] {
        let recording = read(&fail(fault).unwrap());
        assert_eq!(recording.exchanges[0].response.as_ref().err(), Some(&word));
        assert_eq!((recording.clock, recording.exchanges[0].milliseconds), (CLOCK, 180));
    }
    // A replay would be vaguer, or another.
    for fault in [Fault::TooLarge, Fault::Proxy, Fault::Tls(TlsFault::Expired), Fault::Timeout { seconds: 7 }] {
        assert_eq!(fail(fault).unwrap_err().to_string(), "exchange 0 ended in a way that no recording has a word for");
    }
}

#[test]
fn a_recording_is_har_for_others() {
    let text = live(&Outcome::default(), |_, _| ());
    let file: Value = serde_json::from_str(&text).unwrap();
    let schema = serde_json::from_str(include_str!("../../tests/recordings/har-1.2.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = schema.iter_errors(&file).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    let har::Spec::V1_2(log) = har::from_str(&text).unwrap().log else { panic!("not HAR 1.2") };
    assert_eq!(log.entries.len(), file["log"]["entries"].as_array().unwrap().len());
}

#[test]
fn a_response_that_nobody_read_to_its_end_refuses_and_debug_shows_how_many_there_were() {
    let fake = Fake(Mutex::new([Ok(response(200, ""))].into()));
    let recorder = Recorder::with_clock(fake, Box::new(|| Duration::from_secs(CLOCK)));
    let sent = request("GET", &format!("{HOST}/canary"), &[], "");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    drop(runtime.block_on(recorder.send(sent)).unwrap());
    assert_eq!(format!("{recorder:?}"), "Recorder { exchanges: 1, .. }");
    let result = finished(&recorder, USER, WORD, &Outcome::default(), None);
    assert!(matches!(result, Err(Refused::Unrecordable(0))));
}

#[test]
fn a_clock_that_jumps_is_no_trouble() {
    for jump in [-10_000, 200_000_i64] {
        let now = Mutex::new(i64::try_from(CLOCK).unwrap());
        let clock = move || {
            let mut now = now.lock().unwrap();
            *now += jump;
            Duration::from_secs(now.unsigned_abs())
        };
        let exchanges = vec![(get(&[]), Ok(response(200, "")))];
        read(&recorded_by(Box::new(clock), (USER, WORD), exchanges, &Outcome::default(), None).unwrap());
    }
}
