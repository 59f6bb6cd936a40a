//! Ten thousand connections, two hundred thousand calls, and a provider that
//! often fails. It ends by itself and writes its figures to standard error.

mod clock;
mod wire;
mod witness;

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use connector_host::records::Request;
use connector_host::{ApiCall, Clock, Component, Connector, Limits, Options, Policy, Session, Transport};
use fake_nexthink::{AnyInstance, Config, Endpoint, FakeNexthink, Permission, Secret};
use nexthink_component::NEXTHINK;
use serde_json::{Value, json};

use clock::WorkClock;
use wire::Wire;
use witness::Witness;

const CONNECTIONS: usize = 10_000;
const CALLS: u64 = 200_000;
const CALLERS: u64 = 1_000;

/// When a slow machine stops calling, so that all of it ends within a minute; the
/// figures then say how many calls were made.
const LONGEST: Duration = Duration::from_secs(50);

/// Connections that share a quarter of the calls, so that callers meet.
const BUSY: usize = 16;

const SHARED_SECRET: &str = "soak-secret";

/// Seconds that a token lives: twice the margin of its renewal, and less than a run takes by
/// its own clock.
const LIFETIME: u64 = 120;

/// Milliseconds that pass with each call, so that the run lasts for more than one
/// life of a token.
const STEP: u64 = 1;

/// Returns what goes wrong, by chance: everything that is over after a while.
fn faults() -> Value {
    let rule = |path: &str, probability: f64, seed: u64, action: Value| json!({ "when": { "path_prefix": path, "probability": probability, "seed": seed }, "do": action });
    let busy = json!({ "status": { "status": 503 } });
    let limited = |form: &str| json!({ "status": { "status": 429, "retry_after": { form: 2 } } });
    let slow = json!({ "delay": { "milliseconds": 20 } });
    json!([
        rule("/oauth2", 0.010, 1, busy.clone()),
        rule("/oauth2", 0.005, 2, limited("seconds")),
        rule("/oauth2", 0.005, 3, json!("reset-before")),
        rule("/oauth2", 0.005, 4, json!("reset-middle")),
        rule("/oauth2", 0.010, 5, slow.clone()),
        rule("/api", 0.005, 6, busy),
        rule("/api", 0.003, 7, limited("http-date")),
        rule("/api", 0.002, 8, json!("reset-before")),
        rule("/api", 0.002, 9, json!("reset-middle")),
        rule("/api", 0.002, 10, json!("truncated")),
        rule("/api", 0.003, 11, json!({ "status": { "status": 401 } })),
        rule("/api", 0.005, 12, slow),
    ])
}

fn tenant() -> Arc<FakeNexthink> {
    let mut config = Config::new("soak", "eu");
    config.any_instance =
        Some(AnyInstance { shared_secret: Secret::from(SHARED_SECRET), permissions: Permission::ALL.to_vec() });
    config.token_lifetime = LIFETIME;
    config.faults = serde_json::from_value(faults()).unwrap();
    Arc::new(FakeNexthink::start(config).unwrap())
}

struct Fixture {
    tenant: Arc<FakeNexthink>,
    clock: Arc<WorkClock>,
    witness: Arc<Witness>,
    connections: Vec<(Session, Request)>,
    done: AtomicU64,
    answered: AtomicU64,
    explained: AtomicU64,
    lost: AtomicU64,
}

impl Fixture {
    fn new() -> Self {
        let tenant = tenant();
        let clock = Arc::new(WorkClock::new(Arc::clone(&tenant)));
        let witness = Arc::new(Witness::new(Wire::new(Arc::clone(&tenant)), Arc::clone(&clock), CONNECTIONS));
        let [done, answered, explained, lost] = [0; 4].map(AtomicU64::new);
        Self { tenant, clock, witness, connections: Vec::new(), done, answered, explained, lost }
    }

    fn open(&mut self, connector: &Arc<Connector>) {
        // The shortest answer there is: how long one is proves nothing here.
        let path_and_query = "/api/v1/nql/export?queryId=%23export_devices".to_owned();
        let call = ApiCall { method: "GET".to_owned(), path_and_query, ..ApiCall::default() };
        for number in 0..CONNECTIONS {
            let (instance, id) = (format!("soak-{number}"), format!("client-{number}"));
            // As the tenant makes it of a shared secret.
            let secret = format!("{SHARED_SECRET}.{instance}.{id}");
            let pairs =
                [("instance", instance), ("region", "eu".to_owned()), ("client_id", id), ("client_secret", secret)];
            let entries = connector.entries(pairs.map(|(key, text)| (key.to_owned(), text)).into());
            let transport = Arc::clone(&self.witness) as Arc<dyn Transport>;
            let options = Options { clock: Arc::clone(&self.clock) as Arc<dyn Clock>, ..Options::default() };
            let session = Session::open_with(Arc::clone(connector), entries, transport, options).unwrap();
            let request = connector.api_request(session.opened(), &call).unwrap();
            self.connections.push((session, request));
        }
    }

    /// Calls until enough was called, or time is up.
    async fn call(&self, seed: u64, until: Instant) {
        let mut random = fastrand::Rng::with_seed(seed);
        loop {
            if Instant::now() >= until || self.done.fetch_add(1, Ordering::Relaxed) >= CALLS {
                return;
            }
            self.clock.pass(STEP);
            let busy = random.u8(..4) == 0;
            let chosen = random.usize(..if busy { BUSY } else { CONNECTIONS });
            let (session, request) = &self.connections[chosen];
            let sent = session.send(request.clone());
            let (result, explained) = self.witness.watch(chosen, sent, &Policy::default()).await;
            let counter = match result {
                Ok(response) if response.status == 200 => &self.answered,
                Err(_) if explained => &self.explained,
                result => {
                    // One shows what went wrong, a thousand would hide it.
                    if self.lost.load(Ordering::Relaxed) == 0 {
                        say(&format!("lost: {result:?}"));
                    }
                    &self.lost
                }
            };
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits for renewals in the background.
    async fn settle(&self) {
        let exchanges = || self.connections.iter().map(|(session, _)| session.exchanges()).sum::<u64>();
        while exchanges() < self.tenant.calls().total(Endpoint::Token) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(exchanges(), self.tenant.calls().total(Endpoint::Token), "a session counts what it sends");
    }
}

/// Prints a line past the capture of the test runner: the figures of a run that
/// went well are worth reading, too.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "soak: {line}");
}

/// Returns how much memory this process has, in bytes (`proc(5)`, status). None where there
/// is no such file.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

fn per_connection(before: Option<u64>, after: Option<u64>) -> String {
    let bytes = before.zip(after).map(|(before, after)| after.saturating_sub(before) / CONNECTIONS as u64);
    bytes.map_or_else(|| "not known".to_owned(), |bytes| format!("{bytes} bytes"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_is_lost_and_no_exchange_is_made_in_vain() {
    let connector = Arc::new(Connector::new(Component::load(NEXTHINK, Limits::default()).unwrap()).unwrap());
    let mut fixture = Fixture::new();
    let (start, before) = (Instant::now(), resident());
    let until = start + LONGEST;
    fixture.open(&connector);
    say(&format!("{CONNECTIONS} connections opened in {:.1?}", start.elapsed()));
    say(&format!("memory of each connection: {}", per_connection(before, resident())));

    let (start, from) = (Instant::now(), fixture.clock.now());
    let fixture = Arc::new(fixture);
    let callers: Vec<_> = (0..CALLERS)
        .map(|seed| {
            let fixture = Arc::clone(&fixture);
            tokio::spawn(async move { fixture.call(seed, until).await })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    let (elapsed, passed) = (start.elapsed(), fixture.clock.now().saturating_sub(from));
    fixture.settle().await;
    let calls = fixture.tenant.calls();
    let sum = fixture.witness.sum();
    let [answered, explained, lost] =
        [&fixture.answered, &fixture.explained, &fixture.lost].map(|count| count.load(Ordering::Relaxed));
    let made = fixture.done.load(Ordering::Relaxed).min(CALLS);
    say(&format!(
        "{made} of {CALLS} calls of {CALLERS} callers in {elapsed:.1?}, {} s by the clock of the run",
        passed.as_secs()
    ));
    say(&format!("{answered} answered with 200, {explained} failed as the policy says, {lost} lost"));
    say(&format!("{} requests with faults {:?}", calls.requests, calls.faults));
    say(&format!(
        "{} exchanges: {} tokens given, {} necessary, {} exchanges spoiled by the tenant",
        calls.total(Endpoint::Token),
        sum.given,
        sum.necessary,
        sum.failed
    ));

    assert_eq!((answered + explained, lost), (made, 0), "no call is lost");
    assert!(explained <= made / 1000, "faults this rare are survived: {explained}");
    assert_eq!(calls.foreign_tokens, 0, "no connection got the token of another");
    assert_eq!(calls.concurrent_exchanges_maximum(), 1, "at most one exchange of a connection is under way");
    // Necessary is a first token for each connection that was called, and one more
    // for each token that a call found due, or that the tenant no longer took. What
    // the tenant spoiled had to be made again; it counts those itself.
    assert_eq!(sum.given, calls.answered(Endpoint::Token, 200));
    assert_eq!(sum.given + sum.failed, calls.total(Endpoint::Token));
    assert!(sum.given > sum.called, "tokens were renewed: {sum:?}");
    // A token that falls due while a request waits counts as necessary, whether or not anyone
    // comes after it.
    assert!(sum.given * 100 <= sum.necessary * 101, "at most one in a hundred is in vain: {sum:?}");
}
