//! More callers than there are instances: they wait for their turn, and none fails.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use connector_host::records::{Request, Response};
use connector_host::{
    ApiCall, BoxFuture, Component, Connector, Entries, Incoming, Limits, SendError, Session, Transport,
};
use nexthink_component::NEXTHINK;

/// Threads that call the connector, and as many tasks that call the API over sessions.
const EACH: usize = 2_000;

/// Sessions that the tasks share.
const SESSIONS: usize = 50;

const LASTS: Duration = Duration::from_mins(1);

/// A provider that answers after a millisecond, now and then with more than is read on a
/// thread of the runtime.
struct Provider(AtomicU64);

impl Transport for Provider {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Incoming, SendError>> {
        let long = self.0.fetch_add(1, Ordering::Relaxed).is_multiple_of(1_000);
        let body = if request.host().contains("-login.") {
            r#"{"token_type":"Bearer","access_token":"token-0123456789","expires_in":900}"#.to_owned()
        } else {
            format!("[{}]", " ".repeat(if long { 1 << 20 } else { 0 }))
        };
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let response = Response { status: 200, headers, body: body.as_str().into(), received_at: 0 };
        Box::pin(async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok(Incoming::whole(response))
        })
    }
}

fn entries(connector: &Connector, instance: usize) -> Entries {
    let instance = format!("load-{instance}");
    let pairs =
        [("instance", &*instance), ("region", "eu"), ("client_id", "id"), ("client_secret", "secret-0123456789")];
    connector.entries(pairs.map(|(key, text)| (key.to_owned(), text.to_owned())).into())
}

#[derive(Default)]
struct Figures {
    over: AtomicBool,
    calls: AtomicU64,
    lost: AtomicU64,
    longest_ms: AtomicU64,
}

impl Figures {
    fn count<T, E: std::fmt::Display>(&self, began: Instant, result: Result<T, E>) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let took = u64::try_from(began.elapsed().as_millis()).unwrap();
        self.longest_ms.fetch_max(took, Ordering::Relaxed);
        if let Err(error) = result {
            // One shows what went wrong, a thousand would hide it.
            if self.lost.fetch_add(1, Ordering::Relaxed) == 0 {
                eprintln!("lost: {error}");
            }
        }
    }

    fn go_on(&self) -> bool {
        !self.over.load(Ordering::Relaxed)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn four_thousand_callers_wait_for_their_turn_and_none_fails() {
    let connector = Arc::new(Connector::new(Component::load(NEXTHINK, Limits::default()).unwrap()).unwrap());
    let provider = Arc::new(Provider(AtomicU64::new(0)));
    let sessions: Vec<_> = (0..SESSIONS)
        .map(|instance| {
            let transport = Arc::clone(&provider) as Arc<dyn Transport>;
            Session::open(Arc::clone(&connector), entries(&connector, instance), transport).unwrap()
        })
        .collect();
    let figures = Arc::new(Figures::default());
    let threads: Vec<_> = (0..EACH)
        .map(|_| {
            let (connector, figures) = (Arc::clone(&connector), Arc::clone(&figures));
            let call = move || {
                let entries = entries(&connector, 0);
                while figures.go_on() {
                    let began = Instant::now();
                    figures.count(began, connector.resolve(&entries));
                }
            };
            thread::Builder::new().stack_size(512 * 1024).spawn(call).unwrap()
        })
        .collect();
    let tasks: Vec<_> = (0..EACH)
        .map(|task| {
            let (session, figures) = (sessions[task % SESSIONS].clone(), Arc::clone(&figures));
            tokio::spawn(async move {
                let path_and_query = "/api/v1/workflows".to_owned();
                let call = ApiCall { method: "GET".to_owned(), path_and_query, ..ApiCall::default() };
                while figures.go_on() {
                    let began = Instant::now();
                    figures.count(began, session.call(&call).await);
                }
            })
        })
        .collect();
    tokio::time::sleep(LASTS).await;
    figures.over.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await.unwrap();
    }
    for thread in threads {
        thread.join().unwrap();
    }
    let [calls, lost, longest] =
        [&figures.calls, &figures.lost, &figures.longest_ms].map(|of| of.load(Ordering::Relaxed));
    let callers = 2 * EACH;
    // Past the capture of the test runner: the figures are worth reading.
    let line = format!("load: {callers} callers, {calls} calls, {lost} lost, the longest took {longest} ms");
    let _ = writeln!(std::io::stderr(), "{line}");
    assert_eq!(lost, 0);
    assert!(calls > callers as u64, "every caller had its turn");
}
