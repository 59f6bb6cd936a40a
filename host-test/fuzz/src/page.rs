//! Requests to the connect page.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use connector_host::records::{Request, Response};
use connector_host::{BoxFuture, Digest, Incoming, SendError, Transport};
use connector_page::fuzzing::Unserved;
use connector_page::{Answers, Artefact, Listed, Page};
use connector_recordings::Recording;
use serde_json::Value;
use test_support::SecretFinder;
use tokio::runtime::{Builder, Runtime};

use crate::format::Parts;
use crate::har::CONNECTOR;
use crate::{CANARY, holds_canary};

/// The port at which the page believes to be.
const PORT: u16 = 8080;

/// What stands for the secret in a body, and for the connection that was made last.
pub const SECRET: &str = "{{secret}}";
/// See [`SECRET`].
pub const CONNECTION: &str = "{{connection}}";

/// The recordings on offer: each kind of end, and a secret that comes back.
pub const RECORDED: [&str; 8] = [
    "success-eu.har",
    "permissions-some-missing.har",
    "failure-429-seconds.har",
    "failure-echoed-secret.har",
    "fault-timeout.har",
    "operations/nql-execute.har",
    "operations/nql-export.har",
    "operations/workflows-execute.har",
];

/// The token of the provider that answers live.
const TOKEN: &str = "live/t0ken+of-a-test";

/// How tokens and secrets of recordings begin.
const REPLAYED: [&str; 2] = ["replayed.access.token", "replayedclientsecret"];

/// Requests of one input, at most.
const REQUESTS: usize = 4;

/// Every status that the page answers with.
const STATUSES: [u16; 9] = [200, 400, 403, 404, 405, 408, 413, 415, 421];

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_time().build().expect("a runtime"));

static REPLAYING: LazyLock<Unserved> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let listed = RECORDED.map(|file| {
        let recording = Recording::read(&folder.join(file)).expect("a recording");
        Listed::of(recording, &CONNECTOR).expect("a recording of this connector")
    });
    unserved(Answers::Recordings(listed.into()))
});

static LIVE: LazyLock<Unserved> = LazyLock::new(|| unserved(Answers::Live(Arc::new(Provider))));

/// What was sent to the provider so far.
static SENT: AtomicUsize = AtomicUsize::new(0);

fn unserved(answers: Answers) -> Unserved {
    let artefact = Artefact { bytes: 3, gzip_bytes: 2, digest: Digest::of(b"abc") };
    Unserved::new(Page::new(Arc::clone(&CONNECTOR), artefact, answers), PORT)
}

/// A provider that grants a token to everyone, and repeats it where the page shows it.
struct Provider;

impl Transport for Provider {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Incoming, SendError>> {
        SENT.fetch_add(1, Ordering::Relaxed);
        let body = if request.host().contains("-login.") {
            format!(r#"{{"token_type":"Bearer","access_token":"{TOKEN}","expires_in":900,"scope":"{TOKEN}"}}"#)
        } else {
            format!(r#"{{"status":"{TOKEN}"}}"#)
        };
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let response = Response { status: 200, headers, body: body.into(), received_at: 0 };
        Box::pin(async { Ok(Incoming::whole(response)) })
    }
}

/// Asks the page some things, one after the other.
pub fn page(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let secrets = Secrets::of(input);
    // Whoever enters a secret where nobody takes it for one may see it again, in any encoding.
    if holds_canary(input) || secrets.finder.found_in(&text).is_some() {
        return;
    }
    let mut parts = Parts::new(input);
    let page = if parts.bytes() == b"live" { &LIVE } else { &REPLAYING };
    let mut connection = String::new();
    for _ in 0..REQUESTS {
        let method = parts.text();
        if method.is_empty() {
            return;
        }
        let asked = Asked { method, uri: parts.text(), headers: parts.pairs(), body: parts.text() };
        let Some(asked) = asked.filled(&secrets.canary, &connection) else { return };
        let sent = SENT.load(Ordering::Relaxed);
        let Some(answer) = RUNTIME.block_on(asked.answer(page)) else { continue };
        answer.assert_sound(&secrets);
        if !asked.is_from_page() {
            assert!(answer.is_refusal(), "a request from elsewhere is answered: {asked:?}: {answer:?}");
            assert_eq!(SENT.load(Ordering::Relaxed), sent, "a request from elsewhere reaches the provider: {asked:?}");
        }
        if let Some(id) = answer.result()["connected"]["id"].as_str() {
            id.clone_into(&mut connection);
        }
    }
}

/// What may not show.
struct Secrets {
    canary: String,
    finder: SecretFinder,
}

impl Secrets {
    /// Makes a secret that no input can contain.
    fn of(input: &[u8]) -> Self {
        let mut hasher = DefaultHasher::new();
        input.hash(&mut hasher);
        let canary = format!("{CANARY}-{:016x}", hasher.finish());
        let mut finder = SecretFinder::default();
        finder.add("the secret", &canary);
        finder.add("the token", TOKEN);
        for replayed in REPLAYED {
            finder.add("a replayed secret", replayed);
        }
        Self { canary, finder }
    }
}

/// A request.
#[derive(Debug)]
struct Asked {
    method: String,
    uri: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Asked {
    /// Puts the secret and the connection in their places. None: the secret is where
    /// nobody treats it as one.
    fn filled(mut self, secret: &str, connection: &str) -> Option<Self> {
        self.body = self.body.replace(CONNECTION, connection).replace(SECRET, secret);
        // What cannot be read may not be quoted, so it may contain anything.
        if let Ok(mut body) = serde_json::from_str::<Value>(&self.body) {
            let entries = body.get_mut("entries").and_then(Value::as_array_mut);
            for entry in entries.into_iter().flatten().filter(|entry| entry[0] == "client_secret") {
                entry.get_mut(1).map(Value::take);
            }
            if body.to_string().contains(CANARY) {
                return None;
            }
        }
        Some(self)
    }

    async fn answer(&self, page: &Unserved) -> Option<Answer> {
        let body = self.body.clone().into_bytes();
        let (status, headers, body) = page.respond(&self.method, &self.uri, &self.headers, body).await?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes())));
        Some(Answer { status: status.as_u16(), headers: headers.collect(), body: text(&body) })
    }

    /// Whether a browser that shows the page itself sends this, or somebody who types its
    /// address.
    fn is_from_page(&self) -> bool {
        let all = |name: &str| -> BTreeSet<String> {
            let values = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
            values.map(|(_, value)| value.trim().to_ascii_lowercase()).collect()
        };
        let one = |values: &BTreeSet<String>, expected: &[String]| {
            values.len() == 1 && values.iter().all(|value| expected.contains(value))
        };
        let own = [format!("127.0.0.1:{PORT}"), format!("localhost:{PORT}")];
        let path = match self.uri.split_once("://").filter(|_| !self.uri.starts_with('/')) {
            Some((_, rest)) => {
                let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
                if !own.contains(&authority.to_ascii_lowercase()) {
                    return false;
                }
                path
            }
            None => &self.uri,
        };
        let hosts = all("host");
        let same = hosts.first().map(|host| format!("http://{host}"));
        let (origins, sites) = (all("origin"), all("sec-fetch-site"));
        let is_post = self.method == "POST";
        let origin_fits = origins.is_empty() && !is_post || one(&origins, same.as_slice());
        let site_fits =
            !path.starts_with("/api/") || sites.iter().all(|site| ["same-origin", "none"].contains(&&**site));
        one(&hosts, &own) && origin_fits && site_fits
    }
}

/// A response, whole.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    /// What holds for every answer.
    fn assert_sound(&self, secrets: &Secrets) {
        assert!(STATUSES.contains(&self.status), "{self:?}");
        secrets.finder.assert_silent(&format!("{self:?}"), "an answer");
        secrets.finder.assert_silent(&self.body, "an answer");
        for name in ["cache-control", "x-content-type-options", "x-frame-options", "content-security-policy"] {
            assert!(self.header(name).is_some(), "{name} is missing: {self:?}");
        }
        let allows = |name: &str| name.starts_with("access-control-") || ["location", "set-cookie"].contains(&name);
        assert!(!self.headers.iter().any(|(name, _)| allows(name)), "{self:?}");
        assert_ne!(self.result()["error"]["code"], "internal-error", "{self:?}");
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns the last line as JSON, which the answer of an action is. Null: it is none.
    fn result(&self) -> Value {
        let is_json = self.header("content-type").is_some_and(|of| of.contains("json"));
        let last = self.body.lines().last().filter(|_| is_json && self.status == 200);
        last.map_or(Value::Null, |last| serde_json::from_str(last).expect("the page answers in JSON"))
    }

    fn is_refusal(&self) -> bool {
        [403, 405, 415, 421].contains(&self.status)
    }
}
