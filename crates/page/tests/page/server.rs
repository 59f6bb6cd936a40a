//! The page on a real port, and a client that sends requests byte for byte.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use connector_host::{Component, Connector, Digest, Limits, Transport};
use connector_page::{Answers, Artefact, Listed, Page, Serving, serve};
use connector_recordings::{Recording, files};
use nexthink_component::NEXTHINK;
use serde_json::{Value, json};
use test_support::TestComponent;
use tokio::runtime::Runtime;

use super::hostile;

pub const SECRET: &str = "a-secret-that-must-not-come-back";

pub fn entries() -> Value {
    json!([["instance", "acme"], ["region", "eu"], ["client_id", "demo"], ["client_secret", SECRET]])
}

/// The page, until the end of a test.
pub struct Server {
    serving: Serving,
    // Ends what is under way.
    _runtime: Runtime,
}

/// The Nexthink connector, compiled once.
static CONNECTOR: LazyLock<Arc<Connector>> = LazyLock::new(|| connector(NEXTHINK));

fn connector(component: &[u8]) -> Arc<Connector> {
    Arc::new(Connector::new(Component::load(component, Limits::default()).unwrap()).unwrap())
}

impl Server {
    /// Serves the Nexthink connector over the recordings of the workspace.
    pub fn recorded() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
        let recordings = files(&folder).unwrap().into_iter().map(|file| Recording::read(&file).unwrap());
        Self::start(&CONNECTOR, Answers::Recordings(recordings.filter_map(|it| Listed::of(it, &CONNECTOR)).collect()))
    }

    /// Serves the Nexthink connector over a transport.
    pub fn live(transport: impl Transport + 'static) -> Self {
        Self::start(&CONNECTOR, Answers::Live(Arc::new(transport)))
    }

    /// Serves a component made for a test over a transport.
    pub fn live_with(component: &TestComponent, transport: impl Transport + 'static) -> Self {
        Self::start(&connector(&component.build()), Answers::Live(Arc::new(transport)))
    }

    /// Serves a hostile component over a recording of a success and one of a failure.
    pub fn hostile(component: &TestComponent) -> Self {
        let connector = connector(&component.build());
        let listed = [("Success", 200), ("Failure", 429)].map(|(name, status)| {
            let text = hostile::recording(name, status).to_string();
            let recording = Recording::parse(Path::new("made.har"), text.as_bytes()).unwrap();
            Listed::of(recording, &connector).unwrap()
        });
        Self::start(&connector, Answers::Recordings(listed.into()))
    }

    fn start(connector: &Arc<Connector>, answers: Answers) -> Self {
        let artefact = Artefact { bytes: 3, gzip_bytes: 2, digest: Digest::of(b"abc") };
        let page = Page::new(Arc::clone(connector), artefact, answers);
        let runtime = Runtime::new().unwrap();
        let serving = runtime.block_on(serve(page, 0)).unwrap();
        Self { serving, _runtime: runtime }
    }

    pub fn port(&self) -> u16 {
        self.serving.address().port()
    }

    pub fn own(&self) -> String {
        format!("127.0.0.1:{}", self.port())
    }

    fn send(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.serving.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    /// Sends a request byte for byte and returns the whole response.
    pub fn raw(&self, request: &str) -> String {
        let mut response = String::new();
        self.send(request).read_to_string(&mut response).unwrap();
        response
    }

    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
        self.raw(&request(method, path, headers, body))
    }

    pub fn get(&self, path: &str) -> String {
        self.request("GET", path, &[("host", &self.own())], "")
    }

    fn posting(&self, path: &str, body: &str) -> String {
        let (own, origin) = (self.own(), format!("http://{}", self.own()));
        let headers = [("host", own.as_str()), ("origin", &origin), ("content-type", "application/json")];
        request("POST", path, &headers, body)
    }

    /// Asks as the page does.
    pub fn post(&self, path: &str, body: &str) -> String {
        self.raw(&self.posting(path, body))
    }

    /// Asks for one answer.
    pub fn ask(&self, path: &str, asked: &Value) -> Value {
        json_of(&self.post(path, &asked.to_string()))
    }

    /// Asks for a streamed answer and returns its last line.
    pub fn result(&self, path: &str, asked: &Value) -> Value {
        let mut lines = self.lines(path, asked);
        let result = lines.by_ref().find(|line| line.get("progress").is_none()).expect("a result");
        assert_eq!(lines.next(), None, "nothing comes after the result");
        result
    }

    /// Begins to read a streamed answer.
    pub fn lines(&self, path: &str, asked: &Value) -> Lines {
        Lines(BufReader::new(self.send(&self.posting(path, &asked.to_string()))))
    }

    pub fn number_of(&self, file: &str) -> usize {
        let facts = json_of(&self.get("/api/facts"));
        facts["recordings"].as_array().unwrap().iter().position(|known| known["file"] == file).unwrap()
    }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        request.extend([name, ": ", value, "\r\n"]);
    }
    format!("{request}\r\n{body}")
}

/// The lines of an answer as they arrive. Dropped, it closes the connection.
pub struct Lines(BufReader<TcpStream>);

impl Iterator for Lines {
    type Item = Value;

    /// Heads and the lengths of chunks are no objects.
    fn next(&mut self) -> Option<Value> {
        let mut line = String::new();
        while self.0.read_line(&mut line).unwrap() > 0 {
            if line.starts_with('{') {
                return Some(serde_json::from_str(&line).unwrap());
            }
            line.clear();
        }
        None
    }
}

pub fn status(response: &str) -> &str {
    response.split(' ').nth(1).unwrap_or_default()
}

pub fn json_of(response: &str) -> Value {
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-type: application/json"), "{response}");
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {response}"))
}
