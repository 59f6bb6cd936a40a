//! `connect` has a person sign in: the browser and the provider are those of this test, the rest is
//! the program, over TLS and loopback.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use example_components::ZENDESK;
use fake_zendesk::{Account, Client, Decision, Request};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::recordings::Folder;

const HOST: &str = "acme.zendesk.com";

/// An account that is served over TLS, the port, and what a client has to trust.
struct Provider {
    account: Arc<Mutex<Account>>,
    port: u16,
    ca: String,
}

impl Provider {
    fn start(redirect_uri: String) -> Self {
        let client = Client { id: "platform".to_owned(), secret: None, redirect_uri };
        let account = Arc::new(Mutex::new(Account::new(client, 0)));
        let (ca, config) = identity();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let served = Arc::clone(&account);
        thread::spawn(move || {
            for socket in listener.incoming() {
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                // What a client breaks off is its own business.
                let _ = answer(&served, StreamOwned::new(connection, socket.unwrap()));
            }
        });
        Self { account, port, ca }
    }

    /// Does what the person's browser does at the provider, and returns where it is sent.
    fn browse(&self, url: &str) -> String {
        let target = url.strip_prefix(&format!("https://{HOST}")).unwrap().to_owned();
        let request = Request { method: "GET".to_owned(), target, headers: Vec::new(), body: Vec::new() };
        self.account.lock().unwrap().answer(0, &request).header("location").unwrap().to_owned()
    }
}

fn identity() -> (String, Arc<ServerConfig>) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_key = KeyPair::generate().unwrap();
    let ca = params.self_signed(&ca_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![HOST.to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &Issuer::from_params(&params, &ca_key)).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![leaf.der().clone()], key).unwrap();
    (ca.pem(), Arc::new(config))
}

fn answer(account: &Mutex<Account>, stream: StreamOwned<ServerConnection, TcpStream>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut first = String::new();
    stream.read_line(&mut first)?;
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length =
        headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    let request = Request { method: method.to_owned(), target: target.to_owned(), headers, body };
    let response = account.lock().unwrap().answer(0, &request);
    let stream = stream.get_mut();
    let headers = response.headers.iter().fold(String::new(), |all, (name, value)| all + name + ": " + value + "\r\n");
    let length = response.body.len();
    write!(stream, "HTTP/1.1 {} -\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n", response.status)?;
    stream.write_all(&response.body)?;
    stream.conn.send_close_notify();
    stream.flush()
}

/// `host-test connect` under way.
struct Connecting {
    provider: Provider,
    program: Child,
    err: BufReader<ChildStderr>,
    port: u16,
    _folder: Folder,
}

impl Connecting {
    fn start() -> Self {
        // A port that was free a moment ago.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let provider = Provider::start(format!("http://127.0.0.1:{port}/callback"));
        let folder = Folder::new();
        let component = folder.file("zendesk.wasm", ZENDESK);
        let ca = folder.file("ca.pem", provider.ca.as_bytes());
        let mut program = Command::new(env!("CARGO_BIN_EXE_host-test"));
        program.args(["connect", "--live", "--no-browser", "--json", "--component", &component, "--ca-file", &ca]);
        program.args(["--set", "subdomain=acme", "--set", "client_id=platform"]);
        program.arg(format!("--redirect-port={port}"));
        program.arg(format!("--resolve={HOST}:443:127.0.0.1:{}", provider.port));
        program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut program = program.spawn().unwrap();
        let err = BufReader::new(program.stderr.take().unwrap());
        Self { provider, program, err, port, _folder: folder }
    }

    /// Returns the address that the person is to open.
    fn url(&mut self) -> String {
        let mut line = String::new();
        while !line.starts_with("https://") {
            line.clear();
            assert!(self.err.read_line(&mut line).unwrap() > 0, "the program shows an address");
        }
        line.trim_end().to_owned()
    }

    /// Opens an address of the program's, and returns status line, headers and text.
    fn get(&self, target: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(stream, "GET {target} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\n\r\n", self.port).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn come_back(&self, location: &str) -> String {
        self.get(location.strip_prefix(&format!("http://127.0.0.1:{}", self.port)).unwrap())
    }

    fn ended(mut self) -> (bool, serde_json::Value, String) {
        let mut out = String::new();
        self.program.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        let mut err = String::new();
        self.err.read_to_string(&mut err).unwrap();
        let status = self.program.wait().unwrap();
        (status.success(), serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out} {err}")), err)
    }
}

#[test]
fn a_person_signs_in_and_no_code_stays_in_the_history() {
    let mut connecting = Connecting::start();
    let url = connecting.url();
    let location = connecting.provider.browse(&url);
    let answer = connecting.come_back(&location);
    assert!(answer.starts_with("HTTP/1.1 303 ") && answer.contains("location: /callback\r\n"), "{answer}");
    let farewell = connecting.get("/callback");
    assert!(farewell.contains("You are signed in"), "{farewell}");
    for header in ["cache-control: no-store", "referrer-policy: no-referrer"] {
        assert!(farewell.contains(header), "{farewell}");
    }
    let (success, report, err) = connecting.ended();
    assert!(success, "{report}");
    assert_eq!(report["token"]["value"], "•••");
    assert_eq!(report["token"]["refreshable"], true);
    let code = location.split("code=").nth(1).unwrap().split('&').next().unwrap();
    assert!(!err.contains(code) && !report.to_string().contains(code));
}

#[test]
fn a_redirect_of_another_sign_in_is_refused_and_the_right_one_still_counts() {
    let mut connecting = Connecting::start();
    let url = connecting.url();
    let answer = connecting.get("/callback?code=stolen-code-0123456789&state=guessed");
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("another sign-in"), "{answer}");
    assert!(!answer.contains("stolen") && !answer.contains("guessed"), "{answer}");
    assert!(connecting.get("/other").starts_with("HTTP/1.1 404 "));
    let location = connecting.provider.browse(&url);
    connecting.come_back(&location);
    let (success, report, err) = connecting.ended();
    assert!(success && err.contains("It was ignored."), "{report} {err}");
}

#[test]
fn a_person_who_refuses_ends_the_program_with_a_failure() {
    let mut connecting = Connecting::start();
    connecting.provider.account.lock().unwrap().decide(Decision::Deny);
    let url = connecting.url();
    let location = connecting.provider.browse(&url);
    assert!(connecting.come_back(&location).contains("You are not signed in."));
    let (success, report, _) = connecting.ended();
    assert!(!success);
    assert_eq!(report["failure"]["code"], "access-denied");
}
