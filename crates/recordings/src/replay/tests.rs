use std::path::PathBuf;

use connector_core::{Secret, TlsFault};
use serde_json::Value;
use url::Url;

use super::*;
use crate::placeholder::tests::entered;
use crate::recording::{Exchange, Origin, RecordedFault, RecordedRequest};

/// 2026-01-15T09:30:00Z
const CLOCK: u64 = 1_768_469_400;

fn url(path: &str) -> String {
    format!("https://nxdocs-login.eu.nexthink.cloud/{path}")
}

/// A recorded exchange of 180 ms: a `GET` without headers, answered with 200 and
/// the path.
fn exchange(path: &str) -> Exchange {
    Exchange {
        request: RecordedRequest { method: "GET".to_owned(), url: url(path), headers: Vec::new(), body: String::new() },
        response: Ok(RecordedResponse { status: 200, headers: Vec::new(), body: RecordedBody::Text(path.to_owned()) }),
        milliseconds: 180,
    }
}

fn recording(exchanges: Vec<Exchange>) -> Recording {
    Recording {
        path: PathBuf::new(),
        name: String::new(),
        origin: Origin::Synthetic,
        source: String::new(),
        clock: CLOCK,
        entries: Vec::new(),
        scenario: None,
        sign_in: None,
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
        body: connector_core::Body::default(),
        authorized: false,
        repeatable: true,
        timeout: 30,
        response_limit: 8,
        purpose: Purpose::Token,
    }
}

/// A replay of these exchanges, and its runtime.
struct Playing {
    replay: Arc<Replay>,
    runtime: tokio::runtime::Runtime,
}

impl Playing {
    fn of(exchanges: Vec<Exchange>) -> Self {
        let replay = Replay::new(Arc::new(recording(exchanges)), Arc::new(entered("Aladdin8", "open sesame")));
        Self { replay, runtime: tokio::runtime::Builder::new_current_thread().build().unwrap() }
    }

    /// Sends a request and reads the whole response.
    fn send(&self, request: Request) -> Received {
        let limit = request.response_limit;
        let sent = async { Ok::<_, SendError>(self.replay.send(request).await?.collect(limit).await?) };
        match self.runtime.block_on(sent) {
            Ok(response) => Received::Response(response),
            Err(SendError::Fault(fault)) => Received::Fault(fault),
            Err(SendError::Other(_)) => Received::Error(self.replay.finish().unwrap_err()),
        }
    }

    #[track_caller]
    fn response(&self, path: &str) -> Response {
        self.send(get(path)).response()
    }

    #[track_caller]
    fn error(&self, request: Request) -> Arc<ReplayError> {
        self.send(request).error()
    }
}

/// What a replay sends back.
#[derive(Debug)]
enum Received {
    Response(Response),
    Fault(Fault),
    Error(Arc<ReplayError>),
}

impl Received {
    #[track_caller]
    fn response(self) -> Response {
        if let Self::Response(response) = self { response } else { panic!("{self:?}") }
    }

    #[track_caller]
    fn fault(self) -> Fault {
        if let Self::Fault(fault) = self { fault } else { panic!("{self:?}") }
    }

    #[track_caller]
    fn error(self) -> Arc<ReplayError> {
        if let Self::Error(error) = self { error } else { panic!("{self:?}") }
    }
}

/// Sends one request to one recorded exchange.
fn send(exchange: Exchange, request: Request) -> Received {
    Playing::of(vec![exchange]).send(request)
}

/// An exchange with this response.
fn answered(status: u16, headers: &[(&str, &str)], body: RecordedBody) -> Exchange {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Exchange { response: Ok(RecordedResponse { status, headers, body }), ..exchange("a") }
}

#[test]
fn exchanges_are_replayed_in_their_order() {
    let replay = Playing::of(vec![exchange("a"), exchange("b"), exchange("a")]);
    for path in ["a", "b", "a"] {
        let response = replay.response(path);
        assert_eq!((response.status, &response.body[..]), (200, path.as_bytes()));
    }
    replay.replay.finish().unwrap();
}

#[test]
fn an_exchange_out_of_order_is_a_mismatch() {
    let replay = Playing::of(vec![exchange("a"), exchange("b"), exchange("c")]);
    replay.response("a");
    // What comes later, and what was used up.
    for (path, number) in [("c", 2), ("a", 0)] {
        let error = replay.error(get(path));
        let ReplayError::Mismatch(mismatch) = &*error else { panic!("{error}") };
        assert_eq!((mismatch.due, mismatch.nearest, mismatch.differences.len()), (1, number, 0));
        assert_eq!(error.to_string(), format!("the request is recorded as exchange {number}, but 1 was due"));
    }
    // A mismatch uses nothing up.
    replay.response("b");
}

#[test]
fn a_mismatch_shows_every_difference_from_the_nearest_exchange() {
    let mut far = exchange("far");
    far.request.method = "PUT".to_owned();
    let mut near = exchange("near");
    near.request.headers.push(("accept".to_owned(), "text/plain".to_owned()));
    let mut request = get("near");
    request.headers.push(("accept".to_owned(), Secret::new("open sesame")));
    request.body = "Aladdin8".into();
    let error = Playing::of(vec![far, near]).error(request);
    let ReplayError::Mismatch(Mismatch { due: 0, nearest: 1, .. }) = &*error else { panic!("{error:?}") };
    let shown = [
        "the request is not the recorded one (exchange 1):",
        "  header accept",
        "    recorded  text/plain",
        "    sent      {{secret:word}}",
        "  body",
        "    recorded  ",
        "    sent      {{entry:user}}",
    ];
    assert_eq!(error.to_string(), shown.join("\n"));
}

#[test]
fn of_equally_near_exchanges_the_one_due_is_shown() {
    let replay = Playing::of(vec![exchange("a"), exchange("b"), exchange("c")]);
    replay.response("a");
    let error = replay.error(get("other"));
    let ReplayError::Mismatch(mismatch) = &*error else { panic!("{error}") };
    assert_eq!((mismatch.due, mismatch.nearest), (1, 1));
    assert_eq!(mismatch.differences.len(), 1);
}

#[test]
fn more_requests_than_recorded_are_refused() {
    let replay = Playing::of(vec![exchange("a")]);
    replay.response("a");
    let error = replay.error(get("Aladdin8"));
    let shown = format!("nothing more was recorded, but GET {} was sent", url("{{entry:user}}"));
    assert_eq!(error.to_string(), shown);
    replay.replay.finish().unwrap();
}

#[test]
fn what_is_left_over_is_counted() {
    for (used, left) in [(0, 3), (1, 2), (2, 1)] {
        let replay = Playing::of(vec![exchange("a"), exchange("a"), exchange("a")]);
        for _ in 0..used {
            replay.response("a");
        }
        let error = replay.replay.finish().unwrap_err();
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
    exchanges[2].response = Err(RecordedFault::Timeout);
    let replay = Playing::of(exchanges);
    assert_eq!(replay.response("a").received_at, CLOCK);
    assert_eq!(replay.response("b").received_at, CLOCK + 1);
    replay.send(get("c")).fault();
    assert_eq!(replay.response("d").received_at, CLOCK + 3);
}

#[test]
fn a_fault_is_that_of_the_request() {
    for (word, fault) in [
        (RecordedFault::Dns, Fault::Dns),
        (RecordedFault::Refused, Fault::Refused),
        (RecordedFault::Reset, Fault::Reset),
        (RecordedFault::Timeout, Fault::Timeout { seconds: 30 }),
        (RecordedFault::Tls, Fault::Tls(TlsFault::Other)),
    ] {
        let broken = Exchange { response: Err(word), ..exchange("a") };
        assert_eq!(send(broken, get("a")).fault(), fault);
    }
}

#[test]
fn a_body_above_the_limit_is_a_fault() {
    let text = |text: &str| RecordedBody::Text(text.to_owned());
    let bytes = |count: usize| RecordedBody::Bytes(vec![0xff; count]);
    for (body, fits) in [
        (text("12345678"), true),
        (text("123456789"), false),
        (bytes(8), true),
        (bytes(9), false),
        // Bytes count, not characters.
        (text("ääää"), true),
        (text("ääää."), false),
        // What counts is what arrives, not the longer placeholder.
        (text("{{entry:user}}"), true),
        (text("{{entry:user}}."), false),
    ] {
        match send(answered(200, &[], body), get("a")) {
            Received::Response(response) => assert!(fits && response.body.len() == 8),
            received => assert!(!fits && received.fault() == Fault::TooLarge),
        }
    }
}

#[test]
fn headers_arrive_in_their_order_with_names_in_lower_case() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = [("Retry-After", "Thu"), ("X-B", "1"), ("x-a", "{{entry:user}}"), ("X-b", "2")];
    let response = send(answered(429, &headers, RecordedBody::Text(String::new())), get("a")).response();
    assert_eq!(response.status, 429);
    let expected = [pair("retry-after", "Thu"), pair("x-b", "1"), pair("x-a", "Aladdin8"), pair("x-b", "2")];
    assert_eq!(response.headers, expected);
}

#[test]
fn placeholders_in_a_response_are_filled_in_but_not_in_bytes() {
    let request = Request { response_limit: 64, ..get("a") };
    for (body, expected) in [
        (RecordedBody::Text("<{{secret:word}}>".to_owned()), "<open sesame>"),
        (RecordedBody::Bytes(b"{{secret:word}}".into()), "{{secret:word}}"),
    ] {
        assert_eq!(*send(answered(200, &[], body), request.clone()).response().body, *expected.as_bytes());
    }
}

#[test]
fn an_unknown_placeholder_stops_the_replay() {
    let text = |text: &str| RecordedBody::Text(text.to_owned());
    let mut url = exchange("a");
    url.request.url += "{{tenant}}";
    let body = answered(200, &[], text("{{tenant}}"));
    let header = answered(200, &[("x-a", "{{tenant}}")], text(""));
    for recorded in [url, body, header] {
        let error = send(recorded, get("a")).error();
        assert_eq!(error.to_string(), "the recording uses the placeholder {{tenant}}, which does not exist");
    }
}

#[test]
fn what_a_recording_says_is_cut_in_an_error() {
    let long = "x".repeat(1 << 20);
    let mut request = exchange("a");
    request.request.body = long.clone();
    let exchanges = [request, answered(200, &[], RecordedBody::Text(format!("{{{{{long}}}}}")))];
    for recorded in exchanges {
        let error = send(recorded, get("a")).error().to_string();
        assert!(error.contains("xxx…") && error.len() < 1000, "{} bytes", error.len());
    }
}
