//! A provider that answers from a script, and a clock that a test sets.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use connector_host::records::{Request, Response};
use connector_host::{
    BoxFuture, Clock, Component, Connector, Entries, Error, Fault, Incoming, Limits, Options, Pieces, Policy,
    SendError, Session, Transport,
};
use nexthink_component::NEXTHINK;
use tokio::sync::{Notify, watch};

/// A clock that passes only when someone sleeps or a test says so.
pub struct ManualClock(watch::Sender<Duration>);

impl ManualClock {
    pub fn set(&self, seconds: u64) {
        self.0.send_replace(Duration::from_secs(seconds));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        *self.0.borrow()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.0.send_modify(|now| *now += duration);
        Box::pin(async {})
    }

    fn passed(&self, moment: Duration) -> BoxFuture<'_, ()> {
        let mut now = self.0.subscribe();
        Box::pin(async move {
            let _ = now.wait_for(|now| *now > moment).await;
        })
    }
}

/// A provider that answers the token endpoint, the API and download links from three lists,
/// the last answer for good.
#[derive(Default)]
pub struct Script {
    tokens: Mutex<VecDeque<Answer>>,
    api: Mutex<VecDeque<Answer>>,
    links: Mutex<VecDeque<Answer>>,
    exchanges: AtomicUsize,
    running: AtomicUsize,
    pub most_running: AtomicUsize,
    calls: Mutex<Vec<String>>,
    downloads: Mutex<Vec<String>>,
    /// Lets go of an exchange that hangs.
    pub released: Notify,
}

#[derive(Clone)]
pub enum Answer {
    Panic,
    /// Nothing until released, then a token.
    Hanging,
    Status(u16, Vec<(&'static str, &'static str)>, &'static str),
    Token(u32),
    /// JSON with status 200.
    Json(&'static str),
    Broken(Fault),
    /// A body in pieces: the length that is announced, the pieces, and how it breaks off.
    Streamed(Option<u64>, &'static [&'static str], Option<Fault>),
}

/// The rest of a body that is streamed.
struct Rest(VecDeque<&'static str>, Option<Fault>);

impl Pieces for Rest {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, Fault>> {
        let next = match (self.0.pop_front(), self.1) {
            (Some(piece), _) => Ok(Some(piece.as_bytes().into())),
            (None, None) => Ok(None),
            (None, Some(fault)) => Err(fault),
        };
        Box::pin(async { next })
    }
}

pub const JSON: (&str, &str) = ("content-type", "application/json");

pub const OK: Answer = Answer::Status(200, Vec::new(), "[]");

impl Script {
    pub fn exchanges(&self) -> usize {
        self.exchanges.load(Ordering::SeqCst)
    }

    /// Returns the `authorization` of each call of the API.
    pub fn calls(&self) -> Vec<String> {
        lock(&self.calls).clone()
    }

    /// Returns the `authorization` of each download, empty where there is none.
    pub fn downloads(&self) -> Vec<String> {
        lock(&self.downloads).clone()
    }

    /// Answers requests to download links.
    pub fn link_to(&self, answers: &[Answer]) {
        lock(&self.links).extend(answers.iter().cloned());
    }

    async fn answer(&self, request: &Request) -> Result<Incoming, SendError> {
        let (login, api) = (request.host().contains("-login."), request.host().contains(".api."));
        if login {
            let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
            self.most_running.fetch_max(running, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(5)).await;
            self.exchanges.fetch_add(1, Ordering::SeqCst);
            self.running.fetch_sub(1, Ordering::SeqCst);
        } else {
            let sent = if api { &self.calls } else { &self.downloads };
            lock(sent).push(request.header("authorization").unwrap_or_default().to_owned());
        }
        let answer = {
            let mut answers = lock(match (login, api) {
                (true, _) => &self.tokens,
                (_, true) => &self.api,
                _ => &self.links,
            });
            if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }
        };
        if !login {
            // A place to be cancelled, once the answer is taken.
            tokio::task::yield_now().await;
        }
        let token = |value: &str, lifetime: u32| {
            response(
                200,
                &[JSON],
                &format!(r#"{{"token_type":"Bearer","access_token":"{value}","expires_in":{lifetime}}}"#),
            )
        };
        let response = match answer.expect("an answer is scripted") {
            Answer::Status(status, headers, body) => response(status, &headers, body),
            Answer::Json(body) => response(200, &[JSON], body),
            Answer::Token(lifetime) => token(&format!("token-{}", self.exchanges()), lifetime),
            Answer::Panic => panic!("a transport that panics"),
            Answer::Hanging => {
                self.released.notified().await;
                token("late", 9000)
            }
            Answer::Broken(fault) => return Err(fault.into()),
            Answer::Streamed(announced, pieces, fault) => {
                let announced = announced.map(|length| ("content-length".to_owned(), length.to_string()));
                let head = Response { headers: announced.into_iter().collect(), ..response(200, &[], "") };
                return Ok(Incoming::streamed(head, Rest(pieces.iter().copied().collect(), fault)));
            }
        };
        Ok(Incoming::whole(response))
    }
}

impl Transport for Script {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Incoming, SendError>> {
        Box::pin(async move { self.answer(&request).await })
    }
}

fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Response { status, headers, body: body.into(), received_at: 0 }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

/// A session over a script.
pub struct Fixture {
    pub session: Session,
    pub connector: Arc<Connector>,
    pub script: Arc<Script>,
    pub clock: Arc<ManualClock>,
}

impl Fixture {
    pub fn new(tokens: &[Answer], api: &[Answer]) -> Self {
        let connector = connector();
        let script = Arc::new(Script::default());
        lock(&script.tokens).extend(tokens.iter().cloned());
        lock(&script.api).extend(api.iter().cloned());
        let clock = Arc::new(ManualClock(watch::Sender::new(Duration::from_secs(1000))));
        let (transport, options) = (Arc::clone(&script), options(&clock));
        let session = Session::open_with(Arc::clone(&connector), entries(&connector), transport, options).unwrap();
        Self { session, connector, script, clock }
    }

    pub fn reopen(&self, entries: Entries) -> Result<Session, Error> {
        let transport = Arc::clone(&self.script);
        Session::open_with(Arc::clone(&self.connector), entries, transport, options(&self.clock))
    }

    pub async fn token(&self) -> Result<String, String> {
        let granted = self.session.token().await;
        let granted = granted.map_err(|error| error.to_string())?.expect("a token is exchanged");
        Ok(granted.token().value.expose().to_owned())
    }

    /// Waits for a renewal in the background.
    pub async fn settle(&self, exchanges: u64) {
        while self.session.exchanges() < exchanges {
            tokio::task::yield_now().await;
        }
    }
}

fn options(clock: &Arc<ManualClock>) -> Options {
    let policy = Policy { attempts: 3, patience: Duration::from_mins(10), ..Policy::default() };
    Options { policy, clock: Arc::clone(clock) as Arc<dyn Clock>, ..Options::default() }
}

/// The Nexthink connector, compiled once.
pub fn connector() -> Arc<Connector> {
    static CONNECTOR: LazyLock<Arc<Connector>> =
        LazyLock::new(|| Arc::new(Connector::new(Component::load(NEXTHINK, Limits::default()).unwrap()).unwrap()));
    Arc::clone(&CONNECTOR)
}

pub fn entries(connector: &Connector) -> Entries {
    let pairs = [("instance", "nxdocs"), ("region", "eu"), ("client_id", "id"), ("client_secret", "secret-0123456789")];
    connector.entries(pairs.map(|(key, text)| (key.to_owned(), text.to_owned())).into())
}
