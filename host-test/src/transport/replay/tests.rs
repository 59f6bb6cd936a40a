use std::path::PathBuf;

use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use super::*;
use crate::har::{Fault, Origin, RecordedExchange, RecordedRequest};
use crate::model::Secret;

/// 2026-01-15T09:30:00Z
const CLOCK: u64 = 1_768_469_400;

fn url(path: &str) -> String {
    format!("https://nxdocs-login.eu.nexthink.cloud/{path}")
}

/// A recorded exchange of 180 ms: a `GET` without headers, answered with 200 and
/// the path.
fn exchange(path: &str) -> RecordedExchange {
    RecordedExchange {
        request: RecordedRequest { method: "GET".to_owned(), url: url(path), headers: Vec::new(), body: String::new() },
        answer: Ok(RecordedResponse { status: 200, headers: Vec::new(), body: RecordedBody::Text(path.to_owned()) }),
        milliseconds: 180,
    }
}

fn recording(exchanges: Vec<RecordedExchange>) -> Recording {
    Recording {
        path: PathBuf::new(),
        name: String::new(),
        origin: Origin::Synthetic,
        source: String::new(),
        clock: CLOCK,
        entered: Vec::new(),
        scenario: None,
        expect: Value::Null,
        exchanges,
    }
}

/// The request that asks for a path.
fn get(path: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        url: Url::parse(&url(path)).unwrap(),
        headers: Vec::new(),
        body: Zeroizing::new(Vec::new()),
        authorized: false,
        repeatable: true,
        timeout: 30,
        response_limit: 8,
    }
}

fn placeholders() -> Placeholders {
    Placeholders::new(Some("Aladdin8"), Some("open sesame"))
}

#[track_caller]
fn response(replay: &mut Replay<'_>, path: &str) -> Response {
    replay.send(&get(path)).unwrap().unwrap()
}

/// Sends one request to one recorded exchange.
fn send(exchange: RecordedExchange, request: &Request) -> Result<Result<Response, Failure>, ReplayError> {
    Replay::new(&recording(vec![exchange]), &placeholders()).send(request)
}

#[test]
fn exchanges_are_replayed_in_their_order() {
    let (recording, placeholders) = (recording(vec![exchange("a"), exchange("b"), exchange("a")]), placeholders());
    let mut replay = Replay::new(&recording, &placeholders);
    for path in ["a", "b", "a"] {
        let response = response(&mut replay, path);
        assert_eq!((response.status, &response.body[..]), (200, path.as_bytes()));
    }
    replay.finish().unwrap();
}

#[test]
fn an_exchange_out_of_order_is_a_mismatch() {
    let (recording, placeholders) = (recording(vec![exchange("a"), exchange("b"), exchange("c")]), placeholders());
    let mut replay = Replay::new(&recording, &placeholders);
    response(&mut replay, "a");
    // What comes later, and what was used up.
    for (path, number) in [("c", 2), ("a", 0)] {
        let error = replay.send(&get(path)).unwrap_err();
        let ReplayError::Mismatch(mismatch) = &error else { panic!("{error}") };
        assert_eq!((mismatch.due, mismatch.nearest, mismatch.differences.len()), (1, number, 0));
        assert_eq!(error.to_string(), format!("the request is recorded as exchange {number}, but 1 was due"));
    }
    // A mismatch uses nothing up.
    response(&mut replay, "b");
}

#[test]
fn a_mismatch_shows_every_difference_from_the_nearest_exchange() {
    let mut far = exchange("far");
    far.request.method = "PUT".to_owned();
    let mut near = exchange("near");
    near.request.headers.push(("accept".to_owned(), "text/plain".to_owned()));
    let (recording, placeholders) = (recording(vec![far, near]), placeholders());
    let mut request = get("near");
    request.headers.push(("accept".to_owned(), Secret::new("open sesame")));
    request.body.extend(b"Aladdin8");
    let error = Replay::new(&recording, &placeholders).send(&request).unwrap_err();
    let ReplayError::Mismatch(Mismatch { due: 0, nearest: 1, .. }) = &error else { panic!("{error:?}") };
    let shown = [
        "the request is not the recorded one (exchange 1):",
        "  header accept",
        "    recorded  text/plain",
        "    sent      {{client_secret}}",
        "  body",
        "    recorded  ",
        "    sent      {{client_id}}",
    ];
    assert_eq!(error.to_string(), shown.join("\n"));
}

#[test]
fn of_equally_near_exchanges_the_one_due_is_shown() {
    let (recording, placeholders) = (recording(vec![exchange("a"), exchange("b"), exchange("c")]), placeholders());
    let mut replay = Replay::new(&recording, &placeholders);
    response(&mut replay, "a");
    let error = replay.send(&get("other")).unwrap_err();
    let ReplayError::Mismatch(mismatch) = &error else { panic!("{error}") };
    assert_eq!((mismatch.due, mismatch.nearest), (1, 1));
    assert_eq!(mismatch.differences.len(), 1);
}

#[test]
fn more_requests_than_recorded_are_refused() {
    let (recording, placeholders) = (recording(vec![exchange("a")]), placeholders());
    let mut replay = Replay::new(&recording, &placeholders);
    response(&mut replay, "a");
    let error = replay.send(&get("Aladdin8")).unwrap_err();
    let shown = format!("nothing more was recorded, but GET {} was sent", url("{{client_id}}"));
    assert_eq!(error.to_string(), shown);
    replay.finish().unwrap();
}

#[test]
fn what_is_left_over_is_counted() {
    for (used, left) in [(0, 3), (1, 2), (2, 1)] {
        let recording = recording(vec![exchange("a"), exchange("a"), exchange("a")]);
        let placeholders = placeholders();
        let mut replay = Replay::new(&recording, &placeholders);
        for _ in 0..used {
            response(&mut replay, "a");
        }
        let error = replay.finish().unwrap_err();
        assert_eq!(error.to_string(), format!("{left} recorded exchange(s) were never asked for"));
    }
}

#[test]
fn the_clock_advances_by_the_time_of_every_exchange() {
    let mut exchanges: Vec<_> = ["a", "b", "c", "d"].map(exchange).into();
    for (exchange, milliseconds) in exchanges.iter_mut().zip([999, 1, 2_500, 499]) {
        exchange.milliseconds = milliseconds;
    }
    // One that never came takes its time too.
    exchanges[2].answer = Err(Fault::Timeout);
    let (recording, placeholders) = (recording(exchanges), placeholders());
    let mut replay = Replay::new(&recording, &placeholders);
    assert_eq!(response(&mut replay, "a").received_at, CLOCK);
    assert_eq!(response(&mut replay, "b").received_at, CLOCK + 1);
    replay.send(&get("c")).unwrap().unwrap_err();
    assert_eq!(response(&mut replay, "d").received_at, CLOCK + 3);
}

/// A failure as the host words it.
fn host_failure((code, class): (&str, &str), message: &str, hint: &str) -> Failure {
    Failure {
        code: code.to_owned(),
        class: class.to_owned(),
        message: message.to_owned(),
        hint: Some(hint.to_owned()),
        field: None,
        provider_code: None,
        provider_message: None,
        retry_after: None,
    }
}

#[test]
fn a_fault_becomes_a_failure_of_the_host() {
    for (fault, kind, message, hint) in [
        (
            Fault::Dns,
            ("network", "transient"),
            "The host nxdocs-login.eu.nexthink.cloud was not found.",
            "Check the entries that the address is made from, and the name resolution of this network.",
        ),
        (
            Fault::Refused,
            ("network", "transient"),
            "The host nxdocs-login.eu.nexthink.cloud refused the connection.",
            "Check whether a firewall stands between; try again.",
        ),
        (
            Fault::Reset,
            ("network", "transient"),
            "The connection to nxdocs-login.eu.nexthink.cloud broke before the answer was complete.",
            "Try again.",
        ),
        (
            Fault::Timeout,
            ("timeout", "transient"),
            "The host nxdocs-login.eu.nexthink.cloud did not answer within 30 seconds.",
            "Try again.",
        ),
        (
            Fault::Tls,
            ("tls", "security"),
            "The host nxdocs-login.eu.nexthink.cloud did not prove its identity.",
            "A proxy on the way may replace certificates; ask those who run this network.",
        ),
    ] {
        let mut broken = exchange("a");
        broken.answer = Err(fault);
        let failure = send(broken, &get("a")).unwrap().unwrap_err();
        assert_eq!(failure, host_failure(kind, message, hint));
    }
}

#[test]
fn a_body_above_the_limit_becomes_a_failure_of_the_host() {
    let expected = host_failure(
        ("response-too-large", "security"),
        "The answer of nxdocs-login.eu.nexthink.cloud is longer than 8 bytes.",
        "An honest answer is far shorter; the host may not be the provider.",
    );
    let answered = |body: RecordedBody| {
        let mut exchange = exchange("a");
        exchange.answer = Ok(RecordedResponse { status: 200, headers: Vec::new(), body });
        send(exchange, &get("a")).unwrap().map(|response| response.body.clone()).map_err(Box::new)
    };
    let text = |text: &str| answered(RecordedBody::Text(text.to_owned()));
    let bytes = |count: usize| answered(RecordedBody::Bytes(vec![0xff; count]));
    let refused = || Err(Box::new(expected.clone()));
    assert_eq!(text("12345678"), Ok(b"12345678".to_vec()));
    assert_eq!(text("123456789"), refused());
    assert_eq!(bytes(8), Ok(vec![0xff; 8]));
    assert_eq!(bytes(9), refused());
    // Bytes count, not characters.
    assert_eq!(text("ääää"), Ok("ääää".into()));
    assert_eq!(text("ääää."), refused());
    // What counts is what arrives, not the longer text that stands for it.
    assert_eq!(text("{{client_id}}"), Ok(b"Aladdin8".to_vec()));
    assert_eq!(text("{{client_id}}."), refused());
}

#[test]
fn headers_arrive_in_their_order_with_names_in_lower_case() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut recorded = exchange("a");
    recorded.answer = Ok(RecordedResponse {
        status: 429,
        headers: vec![pair("Retry-After", "Thu"), pair("X-B", "1"), pair("x-a", "{{client_id}}"), pair("X-b", "2")],
        body: RecordedBody::Text(String::new()),
    });
    let response = send(recorded, &get("a")).unwrap().unwrap();
    assert_eq!(response.status, 429);
    assert_eq!(
        response.headers,
        [pair("retry-after", "Thu"), pair("x-b", "1"), pair("x-a", "Aladdin8"), pair("x-b", "2")]
    );
}

#[test]
fn placeholders_in_an_answer_are_filled_in_but_not_in_bytes() {
    let mut request = get("a");
    request.response_limit = 64;
    let answered = |body: RecordedBody| {
        let mut exchange = exchange("a");
        exchange.answer = Ok(RecordedResponse { status: 200, headers: Vec::new(), body });
        send(exchange, &request).unwrap().unwrap().body.clone()
    };
    assert_eq!(answered(RecordedBody::Text("<{{client_secret}}>".to_owned())), b"<open sesame>");
    assert_eq!(answered(RecordedBody::Bytes(b"{{client_secret}}".into())), b"{{client_secret}}");
}

#[test]
fn an_unknown_placeholder_stops_the_replay() {
    let unknown = || "{{tenant}}".to_owned();
    let answer = |headers: Vec<(String, String)>, body: String| {
        Ok(RecordedResponse { status: 200, headers, body: RecordedBody::Text(body) })
    };
    let mut url = exchange("a");
    url.request.url += &unknown();
    let mut body = exchange("a");
    body.answer = answer(Vec::new(), unknown());
    let mut header = exchange("a");
    header.answer = answer(vec![("x-a".to_owned(), unknown())], String::new());
    for recorded in [url, body, header] {
        let error = send(recorded, &get("a")).unwrap_err();
        assert_eq!(error.to_string(), "the recording uses the placeholder {{tenant}}, which does not exist");
    }
}
