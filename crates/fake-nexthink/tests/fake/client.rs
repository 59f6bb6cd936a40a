//! An HTTP/1.1 client over TLS that sends any bytes, also those that no client library would.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fake_nexthink::{AnyInstance, Config, Credential, FakeNexthink, Permission};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};
use serde_json::Value;

pub const LOGIN: &str = "acme-login.eu.nexthink.cloud";
pub const API: &str = "acme.api.eu.nexthink.cloud";
pub const TOKEN_PATH: &str = "/oauth2/default/v1/token";
pub const TOKEN_BODY: &str = "grant_type=client_credentials&scope=service%3Aintegration";
pub const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// A response.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// A connection.
pub struct Client {
    pub stream: StreamOwned<ClientConnection, TcpStream>,
    host: String,
    buffer: Vec<u8>,
}

impl Client {
    /// Connects and completes the handshake, trusting only the fake's authority.
    pub fn connect(fake: &FakeNexthink, host: &str) -> io::Result<Self> {
        Self::connect_trusting(fake, host, fake.ca_pem())
    }

    pub fn connect_trusting(fake: &FakeNexthink, host: &str, ca_pem: &str) -> io::Result<Self> {
        Self::connect_by(fake, host, ca_pem, rustls::DEFAULT_VERSIONS)
    }

    pub fn connect_by(
        fake: &FakeNexthink,
        host: &str,
        ca_pem: &str,
        versions: &[&'static SupportedProtocolVersion],
    ) -> io::Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(host.to_owned()).unwrap();
        let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut tcp = TcpStream::connect(fake.address())?;
        while connection.is_handshaking() {
            connection.complete_io(&mut tcp)?;
        }
        Ok(Self { stream: StreamOwned::new(connection, tcp), host: host.to_owned(), buffer: Vec::new() })
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())?;
        self.stream.flush()
    }

    pub fn request(&mut self, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> io::Result<Answer> {
        let mut lines = vec![format!("{method} {target} HTTP/1.1")];
        if !headers.iter().any(|(name, _)| *name == "Host") {
            lines.push(format!("Host: {}", self.host));
        }
        lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
        if !body.is_empty() || method == "POST" {
            lines.push(format!("Content-Length: {}", body.len()));
        }
        self.send(lines.join("\r\n") + "\r\n\r\n" + body)?;
        self.receive()
    }

    /// Reads one response, interim responses included.
    pub fn receive(&mut self) -> io::Result<Answer> {
        let (status, headers) = loop {
            let mut fields = [httparse::EMPTY_HEADER; 64];
            let mut head = httparse::Response::new(&mut fields);
            if let httparse::Status::Complete(end) = head.parse(&self.buffer).unwrap() {
                let headers: Vec<(String, String)> = head
                    .headers
                    .iter()
                    .map(|field| (field.name.to_owned(), String::from_utf8(field.value.to_vec()).unwrap()))
                    .collect();
                let status = head.code.unwrap();
                self.buffer.drain(..end);
                break (status, headers);
            }
            self.fill()?;
        };
        let mut answer = Answer { status, headers, body: Vec::new() };
        if answer.header("Transfer-Encoding") == Some("chunked") {
            answer.body = self.chunks()?;
        } else {
            let length = answer.header("Content-Length").map_or(0, |length| length.parse().unwrap());
            answer.body = self.exactly(length)?;
        }
        Ok(answer)
    }

    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            while !self.buffer.contains(&b'\n') {
                self.fill()?;
            }
            let httparse::Status::Complete((used, size)) = httparse::parse_chunk_size(&self.buffer).unwrap() else {
                panic!("no chunk")
            };
            self.buffer.drain(..used);
            let size = usize::try_from(size).unwrap();
            let chunk = self.exactly(size + 2)?;
            if size == 0 {
                return Ok(body);
            }
            body.extend_from_slice(&chunk[..size]);
        }
    }

    fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.buffer.len() < length {
            self.fill()?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut bytes = [0; 16 * 1024];
        let count = self.stream.read(&mut bytes)?;
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.buffer.extend_from_slice(&bytes[..count]);
        Ok(())
    }

    /// Returns what was received before the connection ended.
    pub fn received(&self) -> &[u8] {
        &self.buffer
    }
}

/// Returns the configuration of `acme` in `eu` with a client that has all permissions and one that has none.
pub fn config() -> Config {
    let mut config = Config::new("acme", "eu");
    config.credentials = vec![
        Credential { client_id: "all".into(), client_secret: "s:1".into(), permissions: Permission::ALL.to_vec() },
        Credential { client_id: "none".into(), client_secret: "s2".into(), permissions: vec![] },
    ];
    config
}

pub fn start() -> FakeNexthink {
    start_with(|_| ())
}

pub fn start_with(change: impl FnOnce(&mut Config)) -> FakeNexthink {
    let mut config = config();
    change(&mut config);
    FakeNexthink::start(config).unwrap()
}

/// Starts a fake with faults, written as in a file.
pub fn start_faulty(faults: &Value) -> FakeNexthink {
    start_with(|config| config.faults = serde_json::from_value(faults.clone()).unwrap())
}

/// Starts a fake of which every instance exists.
pub fn start_any_instance() -> FakeNexthink {
    let any = AnyInstance { shared_secret: "shared".into(), permissions: Permission::ALL.to_vec() };
    start_with(|config| config.any_instance = Some(any))
}

/// Returns the path of the status of an export.
pub fn status_path(id: &str) -> String {
    format!("/api/v1/nql/status/{}", utf8_percent_encode(id, NON_ALPHANUMERIC))
}

/// Waits until the fake has noticed something.
pub fn wait_while(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while condition() {
        assert!(start.elapsed() < Duration::from_mins(1), "timed out");
        thread::yield_now();
    }
}

pub fn basic(client_id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{client_id}:{secret}")))
}

/// Requests a token on a new connection.
pub fn exchange(fake: &FakeNexthink, host: &str, client_id: &str, secret: &str) -> Answer {
    let headers = [("Authorization", &*basic(client_id, secret)), FORM];
    Client::connect(fake, host).unwrap().request("POST", TOKEN_PATH, &headers, TOKEN_BODY).unwrap()
}

/// Returns the value of `Authorization` with the token of a response.
pub fn bearer(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    format!("Bearer {}", answer.json()["access_token"].as_str().unwrap())
}

/// A connection to an API host with a token.
pub struct Caller {
    pub client: Client,
    pub authorization: String,
}

impl Caller {
    pub fn new(fake: &FakeNexthink) -> Self {
        Self::with(fake, API, &exchange(fake, LOGIN, "all", "s:1"))
    }

    /// Returns a caller of a fake whose every instance exists.
    pub fn of(fake: &FakeNexthink, instance: &str) -> Self {
        let login = format!("{instance}-login.eu.nexthink.cloud");
        let answer = exchange(fake, &login, "c", &format!("shared.{instance}.c"));
        Self::with(fake, &format!("{instance}.api.eu.nexthink.cloud"), &answer)
    }

    pub fn with(fake: &FakeNexthink, host: &str, answer: &Answer) -> Self {
        Self { client: Client::connect(fake, host).unwrap(), authorization: bearer(answer) }
    }

    pub fn get(&mut self, target: &str) -> Answer {
        self.client.request("GET", target, &[("Authorization", &self.authorization)], "").unwrap()
    }

    pub fn post(&mut self, target: &str, body: &Value) -> Answer {
        self.post_with(target, &[], body)
    }

    pub fn post_with(&mut self, target: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut all = vec![("Authorization", &*self.authorization), ("Content-Type", "application/json")];
        all.extend(headers);
        self.client.request("POST", target, &all, &body.to_string()).unwrap()
    }

    /// Posts and expects a refusal for a reason.
    pub fn refused(&mut self, fake: &FakeNexthink, target: &str, body: &Value, status: u16, reason: &str) -> Answer {
        let before = fake.calls().rejected_because(reason);
        let answer = self.post(target, body);
        assert_eq!(answer.status, status, "{body} {}", answer.text());
        assert_eq!(fake.calls().rejected_because(reason), before + 1, "{reason}: {:?}", fake.calls().rejected);
        answer
    }
}
