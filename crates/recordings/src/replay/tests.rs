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
        blocked: 0,
        started: None,
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
    fn send(&self, request: Request) -> Result<Result<Response, Fault>, Arc<ReplayError>> {
        let limit = request.response_limit;
        let sent = async { Ok::<_, SendError>(self.replay.send(request).await?.collect(limit).await?) };
        match self.runtime.block_on(sent) {
            Ok(response) => Ok(Ok(response)),
            Err(SendError::Fault(fault)) => Ok(Err(fault)),
            Err(SendError::Other(_)) => Err(self.replay.finish().unwrap_err()),
        }
    }

    #[track_caller]
    fn response(&self, path: &str) -> Response {
        self.send(get(path)).unwrap().unwrap()
    }

    #[track_caller]
    fn error(&self, request: Request) -> Arc<ReplayError> {
        self.send(request).map(drop).unwrap_err()
    }
}

/// Sends one request to one recorded exchange.
fn send(exchange: Exchange, request: Request) -> Result<Result<Response, Fault>, Arc<ReplayError>> {
    Playing::of(vec![exchange]).send(request)
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
    replay.send(get("c")).unwrap().unwrap_err();
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
        let mut broken = exchange("a");
        broken.response = Err(word);
        assert_eq!(send(broken, get("a")).unwrap().unwrap_err(), fault);
    }
}

#[test]
fn a_body_above_the_limit_is_a_fault() {
    let received = |body: RecordedBody| {
        let mut exchange = exchange("a");
        exchange.response = Ok(RecordedResponse { status: 200, headers: Vec::new(), body });
        send(exchange, get("a")).unwrap().map(|response| response.body.to_vec())
    };
    let text = |text: &str| received(RecordedBody::Text(text.to_owned()));
    let bytes = |count: usize| received(RecordedBody::Bytes(vec![0xff; count]));
    let refused = || Err(Fault::TooLarge);
    assert_eq!(text("12345678"), Ok(b"12345678".to_vec()));
    assert_eq!(text("123456789"), refused());
    assert_eq!(bytes(8), Ok(vec![0xff; 8]));
    assert_eq!(bytes(9), refused());
    // Bytes count, not characters.
    assert_eq!(text("ääää"), Ok("ääää".into()));
    assert_eq!(text("ääää."), refused());
    // What counts is what arrives, not the longer placeholder.
    assert_eq!(text("{{entry:user}}"), Ok(b"Aladdin8".to_vec()));
    assert_eq!(text("{{entry:user}}."), refused());
}

#[test]
fn headers_arrive_in_their_order_with_names_in_lower_case() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut recorded = exchange("a");
    recorded.response = Ok(RecordedResponse {
        status: 429,
        headers: vec![pair("Retry-After", "Thu"), pair("X-B", "1"), pair("x-a", "{{entry:user}}"), pair("X-b", "2")],
        body: RecordedBody::Text(String::new()),
    });
    let response = send(recorded, get("a")).unwrap().unwrap();
    assert_eq!(response.status, 429);
    assert_eq!(
        response.headers,
        [pair("retry-after", "Thu"), pair("x-b", "1"), pair("x-a", "Aladdin8"), pair("x-b", "2")]
    );
}

#[test]
fn placeholders_in_a_response_are_filled_in_but_not_in_bytes() {
    let mut request = get("a");
    request.response_limit = 64;
    let received = |body: RecordedBody| {
        let mut exchange = exchange("a");
        exchange.response = Ok(RecordedResponse { status: 200, headers: Vec::new(), body });
        send(exchange, request.clone()).unwrap().unwrap().body.to_vec()
    };
    assert_eq!(received(RecordedBody::Text("<{{secret:word}}>".to_owned())), b"<open sesame>");
    assert_eq!(received(RecordedBody::Bytes(b"{{secret:word}}".into())), b"{{secret:word}}");
}

#[test]
fn an_unknown_placeholder_stops_the_replay() {
    let unknown = || "{{tenant}}".to_owned();
    let response = |headers: Vec<(String, String)>, body: String| {
        Ok(RecordedResponse { status: 200, headers, body: RecordedBody::Text(body) })
    };
    let mut url = exchange("a");
    url.request.url += &unknown();
    let mut body = exchange("a");
    body.response = response(Vec::new(), unknown());
    let mut header = exchange("a");
    header.response = response(vec![("x-a".to_owned(), unknown())], String::new());
    for recorded in [url, body, header] {
        let error = send(recorded, get("a")).map(drop).unwrap_err();
        assert_eq!(error.to_string(), "the recording uses the placeholder {{tenant}}, which does not exist");
    }
}
