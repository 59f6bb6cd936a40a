use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::BUILT_IN;
use crate::plugin::{ApiCall, Limits, Plugin};
use crate::transport::SendFailure;

/// A clock that passes only when someone waits or a test says so.
#[derive(Default)]
struct ManualClock {
    now: Mutex<Duration>,
}

impl ManualClock {
    fn set(&self, seconds: u64) {
        *self.now.lock().unwrap() = Duration::from_secs(seconds);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    fn wait(&self, duration: Duration, _: &Cancel) {
        *self.now.lock().unwrap() += duration;
    }
}

/// Answers the token endpoint and the API from two lists, the last answer for
/// good.
#[derive(Default)]
struct Script {
    tokens: Mutex<VecDeque<Answer>>,
    api: Mutex<VecDeque<Answer>>,
    exchanges: AtomicUsize,
    running: AtomicUsize,
    most_running: AtomicUsize,
    calls: Mutex<Vec<String>>,
    /// Lets go of an exchange that hangs.
    released: Cancel,
}

#[derive(Clone)]
enum Answer {
    Panic,
    /// Nothing until released, then a token.
    Hanging,
    Status(u16, Vec<(&'static str, &'static str)>, &'static str),
    Token(u32),
    Broken(SendFailure),
}

impl Transport for Script {
    fn send(&self, request: &Request) -> Result<Response, SendError> {
        let login = request.host().contains("-login.");
        if login {
            let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
            self.most_running.fetch_max(running, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(5));
            self.exchanges.fetch_add(1, Ordering::SeqCst);
            self.running.fetch_sub(1, Ordering::SeqCst);
        } else {
            self.calls.lock().unwrap().push(request.header("authorization").unwrap_or_default().to_owned());
        }
        let mut answers = if login { self.tokens.lock().unwrap() } else { self.api.lock().unwrap() };
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        drop(answers);
        match answer.expect("an answer is scripted") {
            Answer::Status(status, headers, body) => Ok(response(status, &headers, body)),
            Answer::Token(lifetime) => {
                let number = self.exchanges.load(Ordering::SeqCst);
                let body =
                    format!(r#"{{"token_type":"Bearer","access_token":"token-{number}","expires_in":{lifetime}}}"#);
                Ok(response(200, &[JSON], &body))
            }
            Answer::Panic => panic!("a transport that panics"),
            Answer::Hanging => {
                SystemClock::new().wait(Duration::from_mins(1), &self.released);
                Ok(response(200, &[JSON], r#"{"token_type":"Bearer","access_token":"late","expires_in":900}"#))
            }
            Answer::Broken(failure) => Err(SendError::Failed(Box::new(failure.failure(request)))),
        }
    }
}

fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Response { status, headers, body: body.as_bytes().to_vec(), received_at: 0 }
}

struct Stage {
    session: Session,
    connector: Arc<Connector>,
    script: Arc<Script>,
    clock: Arc<ManualClock>,
    cancel: Cancel,
}

impl Stage {
    fn new(tokens: &[Answer], api: &[Answer]) -> Self {
        let connector = Arc::new(Connector::new(Plugin::load(BUILT_IN, Limits::default()).unwrap()).unwrap());
        let script = Arc::new(Script::default());
        script.tokens.lock().unwrap().extend(tokens.iter().cloned());
        script.api.lock().unwrap().extend(api.iter().cloned());
        let clock = Arc::new(ManualClock::default());
        clock.set(1000);
        let pairs =
            [("instance", "nxdocs"), ("region", "eu"), ("client_id", "id"), ("client_secret", "secret-0123456789")];
        let entries = connector.entries(pairs.map(|(key, text)| (key.to_owned(), text.to_owned())).into());
        let policy = Policy { attempts: 3, patience: Duration::from_hours(1), ..Policy::default() };
        let session = Session::open(
            Arc::clone(&connector),
            entries,
            Arc::clone(&script) as Arc<dyn Transport>,
            Arc::clone(&clock) as Arc<dyn Clock>,
            policy,
        );
        Self { session: session.unwrap().unwrap(), connector, script, clock, cancel: Cancel::default() }
    }

    fn token(&self) -> Result<String, String> {
        let token = self.session.token(&self.cancel);
        token.map(|token| token.value.expose().to_owned()).map_err(|failure| failure.to_string())
    }

    fn send(&self, method: &str, path: &str) -> Result<u16, String> {
        let call = ApiCall { method: method.into(), path_and_query: path.into(), ..ApiCall::default() };
        let request = self.connector.api_request(self.session.connection(), &call).unwrap().unwrap();
        let sent = self.session.send(&request, &self.cancel);
        sent.map(|response| response.status).map_err(|failure| failure.to_string())
    }

    fn exchanges(&self) -> usize {
        self.script.exchanges.load(Ordering::SeqCst)
    }

    /// Waits for a renewal in the background.
    fn settle(&self, exchanges: usize) {
        while self.session.exchanges() < exchanges as u64 {
            thread::yield_now();
        }
    }

    fn calls(&self) -> Vec<String> {
        self.script.calls.lock().unwrap().clone()
    }
}

const JSON: (&str, &str) = ("content-type", "application/json");

const OK: Answer = Answer::Status(200, Vec::new(), "[]");

#[test]
fn callers_share_one_exchange() {
    let stage = Stage::new(&[Answer::Token(900)], &[OK]);
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| assert_eq!(stage.token().as_deref(), Ok("token-1")));
        }
    });
    assert_eq!((stage.exchanges(), stage.script.most_running.load(Ordering::SeqCst)), (1, 1));
}

#[test]
fn a_token_is_renewed_in_the_background_while_the_old_one_is_good() {
    let stage = Stage::new(&[Answer::Token(900)], &[OK]);
    assert_eq!(stage.token().as_deref(), Ok("token-1"));
    stage.clock.set(1000 + 839);
    assert_eq!(stage.token().as_deref(), Ok("token-1"));
    assert_eq!(stage.exchanges(), 1);
    stage.clock.set(1000 + 840);
    assert_eq!(stage.token().as_deref(), Ok("token-1"));
    stage.settle(2);
    assert_eq!(stage.token().as_deref(), Ok("token-2"));
}

#[test]
fn an_expired_token_is_never_used() {
    let stage = Stage::new(&[Answer::Token(900)], &[OK]);
    stage.token().unwrap();
    stage.clock.set(1000 + 900);
    assert_eq!(stage.token().as_deref(), Ok("token-2"));
}

#[test]
fn a_clock_that_jumps_back_makes_a_token_old() {
    let stage = Stage::new(&[Answer::Token(900)], &[OK]);
    stage.token().unwrap();
    stage.clock.set(10);
    assert_eq!(stage.token().as_deref(), Ok("token-2"));
    assert_eq!(stage.token().as_deref(), Ok("token-2"));
}

#[test]
fn a_token_that_is_refused_is_renewed_and_the_request_sent_once_more() {
    let stage = Stage::new(&[Answer::Token(900)], &[Answer::Status(401, Vec::new(), ""), OK]);
    assert_eq!(stage.send("POST", "/api/v1/act/execute"), Ok(200));
    assert_eq!(stage.calls(), ["Bearer token-1", "Bearer token-2"]);

    let stage = Stage::new(&[Answer::Token(900)], &[Answer::Status(401, Vec::new(), "")]);
    let failure = stage.send("GET", "/api/v1/workflows").unwrap_err();
    assert!(failure.ends_with("(token-expired)"), "{failure}");
    assert_eq!(stage.calls().len(), 2, "once more, and no more");
}

#[test]
fn only_what_is_repeatable_is_repeated_when_its_effect_is_unknown() {
    for broken in [Answer::Status(503, Vec::new(), ""), Answer::Broken(SendFailure::Reset)] {
        let stage = Stage::new(&[Answer::Token(900)], &[broken.clone(), broken.clone(), OK]);
        assert_eq!(stage.send("GET", "/api/v1/workflows"), Ok(200));
        assert_eq!(stage.calls().len(), 3);
        let stage = Stage::new(&[Answer::Token(900)], &[broken, OK]);
        assert!(stage.send("POST", "/api/v1/act/execute").is_err());
        assert_eq!(stage.calls().len(), 1);
    }
}

#[test]
fn a_rate_limit_is_waited_for_even_by_what_is_not_repeatable() {
    let limited = Answer::Status(429, vec![("retry-after", "30")], "");
    let stage = Stage::new(&[Answer::Token(9000)], &[limited, OK]);
    assert_eq!(stage.send("POST", "/api/v1/act/execute"), Ok(200));
    assert!(stage.clock.now() >= Duration::from_secs(1030), "{:?}", stage.clock.now());
}

#[test]
fn tries_are_bounded() {
    let stage = Stage::new(&[Answer::Token(9000)], &[Answer::Status(503, Vec::new(), "")]);
    assert!(stage.send("GET", "/api/v1/workflows").unwrap_err().ends_with("(unavailable)"));
    assert_eq!(stage.calls().len(), 3);
}

#[test]
fn a_wait_beyond_the_patience_is_passed_on() {
    let limited = Answer::Status(429, vec![("retry-after", "86400")], "");
    let stage = Stage::new(&[Answer::Token(900)], &[limited, OK]);
    assert!(stage.send("GET", "/api/v1/workflows").unwrap_err().ends_with("(rate-limited)"));
    assert_eq!(stage.clock.now(), Duration::from_secs(1000), "nobody waited");
}

#[test]
fn after_a_failed_exchange_there_is_a_growing_pause() {
    let stage = Stage::new(
        &[Answer::Status(503, Vec::new(), ""), Answer::Status(503, Vec::new(), ""), Answer::Token(900)],
        &[OK],
    );
    let first = stage.token().unwrap_err();
    assert!(first.ends_with("(unavailable)"));
    assert_eq!(stage.token().unwrap_err(), first, "the same failure");
    assert_eq!(stage.exchanges(), 1, "without another exchange");
    stage.clock.set(1001);
    stage.token().unwrap_err();
    assert_eq!(stage.exchanges(), 2);
    stage.clock.set(1001);
    stage.token().unwrap_err();
    assert_eq!(stage.exchanges(), 2, "now for longer");
    stage.clock.set(1003);
    assert_eq!(stage.token().as_deref(), Ok("token-3"));
}

#[test]
fn a_failed_exchange_pauses_as_long_as_the_provider_asks() {
    let stage = Stage::new(&[Answer::Status(429, vec![("retry-after", "100")], ""), Answer::Token(900)], &[OK]);
    stage.token().unwrap_err();
    stage.clock.set(1099);
    stage.token().unwrap_err();
    assert_eq!(stage.exchanges(), 1);
    stage.clock.set(1100);
    assert_eq!(stage.token().as_deref(), Ok("token-2"));
}

#[test]
fn a_call_waits_out_the_pause_and_uses_up_no_tries() {
    let mut answers = vec![Answer::Status(503, Vec::new(), ""); 4];
    answers.push(Answer::Token(9000));
    let stage = Stage::new(&answers, &[OK]);
    for minute in 1..=4 {
        stage.clock.set(1000 + minute * 60);
        stage.token().unwrap_err();
    }
    // The pause has at least 4 s by now, and all waits between three tries together
    // have at most 3 s.
    assert_eq!(stage.send("POST", "/api/v1/act/execute"), Ok(200));
    assert_eq!(stage.exchanges(), 5);
    assert!(stage.clock.now() >= Duration::from_secs(1244), "{:?}", stage.clock.now());
}

#[test]
fn a_pause_beyond_the_patience_is_passed_on() {
    let stage = Stage::new(&[Answer::Status(503, vec![("retry-after", "7200")], ""), Answer::Token(900)], &[OK]);
    stage.token().unwrap_err();
    stage.clock.set(1001);
    assert!(stage.send("GET", "/api/v1/workflows").unwrap_err().ends_with("(unavailable)"));
    assert_eq!(stage.clock.now(), Duration::from_secs(1001), "nobody waited");
}

#[test]
fn a_failure_of_the_configuration_lasts() {
    let stage = Stage::new(&[Answer::Status(401, Vec::new(), ""), Answer::Token(900)], &[OK]);
    let first = stage.token().unwrap_err();
    assert!(first.ends_with("(invalid-client)"), "{first}");
    stage.clock.set(1_000_000);
    assert_eq!(stage.token().unwrap_err(), first);
    assert_eq!(stage.send("GET", "/api/v1/workflows").unwrap_err(), first);
    assert_eq!(stage.exchanges(), 1);
}

#[test]
fn a_renewal_that_fails_leaves_the_old_token_in_use() {
    let stage = Stage::new(&[Answer::Token(900), Answer::Status(503, Vec::new(), "")], &[OK]);
    stage.token().unwrap();
    stage.clock.set(1840);
    stage.token().unwrap();
    stage.settle(2);
    assert_eq!(stage.token().as_deref(), Ok("token-1"));
    assert_eq!(stage.exchanges(), 2, "and the pause holds");
}

#[test]
fn whose_patience_ends_while_another_exchanges_is_told_so() {
    let stage = Stage::new(&[Answer::Hanging], &[OK]);
    thread::scope(|scope| {
        let first = scope.spawn(|| stage.token());
        while stage.exchanges() == 0 {
            thread::yield_now();
        }
        let waiting = scope.spawn(|| stage.session.token(&stage.cancel));
        while !waiting.is_finished() {
            stage.clock.wait(Duration::from_hours(1), &stage.cancel);
            thread::sleep(Duration::from_millis(1));
        }
        match waiting.join().unwrap() {
            Err(CallFailure::Failed(failure)) => {
                assert_eq!((failure.code.as_str(), failure.class.as_str()), ("timeout", "transient"));
                assert!(failure.message.contains("3600 seconds") && failure.hint.is_some(), "{failure:?}");
            }
            other => panic!("{other:?}"),
        }
        stage.script.released.cancel();
        assert_eq!(first.join().unwrap().as_deref(), Ok("late"), "whoever exchanges is not disturbed");
    });
    assert_eq!(stage.script.most_running.load(Ordering::SeqCst), 1);
}

#[test]
fn an_exchange_that_panics_leaves_the_session_in_order() {
    let stage = Stage::new(&[Answer::Panic, Answer::Token(900)], &[OK]);
    let panicked = thread::scope(|scope| scope.spawn(|| stage.token()).join());
    assert!(panicked.is_err(), "whoever made it hears of it");
    let failure = stage.token().unwrap_err();
    assert!(failure.ends_with("(exchange-abandoned)"), "{failure}");
    stage.clock.set(1001);
    assert_eq!(stage.token().as_deref(), Ok("token-2"), "after a pause it is made again");
}

#[test]
fn a_renewal_that_panics_leaves_the_old_token_in_use() {
    let stage = Stage::new(&[Answer::Token(900), Answer::Panic, Answer::Token(900)], &[OK]);
    stage.token().unwrap();
    stage.clock.set(1840);
    assert_eq!(stage.token().as_deref(), Ok("token-1"));
    stage.settle(2);
    assert_eq!(stage.token().as_deref(), Ok("token-1"));
    stage.clock.set(1841);
    stage.token().unwrap();
    stage.settle(3);
    assert_eq!(stage.token().as_deref(), Ok("token-3"));
}

#[test]
fn a_cancelled_call_sends_nothing() {
    let stage = Stage::new(&[Answer::Token(900)], &[OK]);
    stage.cancel.cancel();
    assert_eq!(stage.send("GET", "/api/v1/workflows").unwrap_err(), "the call was cancelled");
    assert_eq!(stage.exchanges(), 0);
}

#[test]
fn permissions_are_asked_one_by_one_and_a_lost_probe_says_nothing() {
    let answers = [OK, Answer::Broken(SendFailure::Reset), Answer::Status(403, Vec::new(), "")];
    let stage = Stage::new(&[Answer::Token(900)], &answers);
    let mut asked = Vec::new();
    let table = stage.session.permissions(&stage.cancel, |id| asked.push(id.to_owned())).unwrap();
    let states: Vec<_> = table.iter().map(|row| (row.permission.as_str(), row.standing.state.as_str())).collect();
    assert_eq!(
        states,
        [
            ("remote-actions", "granted"),
            ("enrichment", "unknown"),
            ("data-management", "unknown"),
            ("workflows", "missing"),
            ("campaigns", "missing"),
            ("nql", "missing"),
            ("spark", "unknown"),
        ]
    );
    assert_eq!(asked, ["remote-actions", "enrichment", "workflows", "campaigns", "nql"]);
}

#[test]
fn problems_of_the_entries_open_no_session() {
    let stage = Stage::new(&[Answer::Token(900)], &[OK]);
    let opened = Session::open(
        Arc::clone(&stage.connector),
        stage.connector.entries(Vec::new()),
        Arc::clone(&stage.script) as Arc<dyn Transport>,
        Arc::clone(&stage.clock) as Arc<dyn Clock>,
        Policy::default(),
    );
    assert_eq!(opened.unwrap().err().map(|problems| problems.len()), Some(4));
}

#[test]
fn an_operation_gets_whatever_answer_there_is_in_the_end() {
    let refused = Answer::Status(404, Vec::new(), "gone");
    let unavailable = Answer::Status(503, Vec::new(), "");
    for (repeatable, answers, status, calls) in [
        (true, vec![refused.clone()], 404, 1),
        (true, vec![unavailable.clone(), refused.clone()], 404, 2),
        (true, vec![unavailable.clone()], 503, 3),
        (false, vec![unavailable, refused.clone()], 503, 1),
        (false, vec![Answer::Status(429, Vec::new(), ""), refused.clone()], 404, 2),
        (false, vec![Answer::Status(401, Vec::new(), ""), refused], 404, 2),
    ] {
        let stage = Stage::new(&[Answer::Token(900)], &answers);
        let call = ApiCall { method: "GET".into(), path_and_query: "/api/v1/workflows".into(), ..ApiCall::default() };
        let mut request = stage.connector.api_request(stage.session.connection(), &call).unwrap().unwrap();
        request.repeatable = repeatable;
        assert_eq!(stage.session.answer(&request, &stage.cancel).unwrap().status, status);
        assert_eq!(stage.script.calls.lock().unwrap().len(), calls, "{status}");
    }
}
