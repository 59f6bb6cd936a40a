//! Proxies on the way.

use std::io::{self, BufReader, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use connector_host::{Fault, HttpOptions, HttpTransport, ProxyVariables, TlsFault};

use super::authority::{Authority, HOST};
use super::server::{Server, direct, exchange, get, head, listen, options};

const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// A proxy, and the head of each request to it.
pub struct Proxy {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Proxy {
    /// Opens every connection to one server.
    pub fn to(server: SocketAddr) -> Self {
        Self::start(move |socket| {
            (&socket).write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
            let target = TcpStream::connect(server)?;
            let (there, back) = ((socket.try_clone()?, target.try_clone()?), (target, socket));
            thread::spawn(move || pipe(there));
            pipe(back)
        })
    }

    fn answering(answer: &'static str) -> Self {
        Self::start(move |mut socket| socket.write_all(answer.as_bytes()))
    }

    fn start(serve: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let address = listen(move |socket| {
            let head = head(&mut BufReader::new(socket.try_clone()?))?;
            log.lock().unwrap().push(head);
            serve(socket)
        });
        Self { address, asked }
    }

    pub fn asked(&self) -> Vec<Vec<String>> {
        self.asked.lock().unwrap().clone()
    }
}

fn pipe((mut from, mut to): (TcpStream, TcpStream)) -> io::Result<()> {
    io::copy(&mut from, &mut to)?;
    to.shutdown(Shutdown::Write)
}

fn variables(https_proxy: &str, no_proxy: &str) -> ProxyVariables {
    ProxyVariables::read(|name| match name {
        "https_proxy" => Some(https_proxy.to_owned()),
        "no_proxy" => Some(no_proxy.to_owned()),
        _ => None,
    })
}

fn through(authority: &Authority, proxy: SocketAddr) -> HttpTransport {
    HttpTransport::new(HttpOptions { proxies: variables(&format!("http://{proxy}"), ""), ..direct(authority) }).unwrap()
}

#[tokio::test]
async fn a_proxy_connects_to_the_host_and_sees_nothing_more() {
    let authority = Authority::new();
    let server = Server::answering(&authority, ANSWER);
    let proxy = Proxy::to(server.address);
    let client = through(&authority, proxy.address);
    for _ in 0..2 {
        assert_eq!(exchange(&client, get("/secret-path")).await.unwrap().body[..], *b"ok");
    }
    let asked = proxy.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0][..2], ["CONNECT nx.example:443 HTTP/1.1", "host: nx.example:443"]);
    assert_eq!(server.received()[0].server_name.as_deref(), Some(HOST));
}

#[tokio::test]
async fn the_sign_in_of_the_variable_is_sent_to_the_proxy_alone() {
    let authority = Authority::new();
    let server = Server::answering(&authority, ANSWER);
    let proxy = Proxy::to(server.address);
    let proxies = variables(&format!("http://Aladdin:open%20sesame@{}", proxy.address), "");
    let client = HttpTransport::new(HttpOptions { proxies, ..direct(&authority) }).unwrap();
    exchange(&client, get("/")).await.unwrap();
    let sign_in = "proxy-authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==".to_owned();
    assert!(proxy.asked()[0].contains(&sign_in));
    assert!(!server.received()[0].head.contains(&sign_in));
}

#[tokio::test]
async fn a_proxy_that_wants_a_sign_in_is_told_apart() {
    let answer = "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n";
    let proxy = Proxy::answering(answer);
    let client = through(&Authority::new(), proxy.address);
    assert_eq!(exchange(&client, get("/")).await.err(), Some(Fault::ProxyAuthentication));
}

#[tokio::test]
async fn a_proxy_that_opens_no_connection_is_told_apart() {
    let authority = Authority::new();
    for answer in ["HTTP/1.1 502 Bad Gateway\r\n\r\n", "HTTP/1.1 403 Forbidden\r\n\r\n", "SSH-2.0\r\n\r\n", ""] {
        let client = through(&authority, Proxy::answering(answer).address);
        assert_eq!(exchange(&client, get("/")).await.err(), Some(Fault::Proxy), "{answer}");
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(exchange(&through(&authority, closed), get("/")).await.err(), Some(Fault::Proxy));

    let unknown = variables(&format!("http://{}.example", "a".repeat(64)), "");
    let client = HttpTransport::new(HttpOptions { proxies: unknown, ..direct(&authority) }).unwrap();
    assert_eq!(exchange(&client, get("/")).await.err(), Some(Fault::Proxy));
}

#[tokio::test]
async fn a_proxy_that_replaces_certificates_is_not_believed() {
    let server = Server::answering(&Authority::new(), ANSWER);
    let proxy = Proxy::to(server.address);
    let client = through(&Authority::new(), proxy.address);
    assert_eq!(exchange(&client, get("/")).await.err(), Some(Fault::Tls(TlsFault::UnknownIssuer)));
}

#[tokio::test]
async fn a_proxy_may_itself_be_reached_over_tls() {
    let authority = Authority::new();
    let (identity, answer) = (authority.issue("proxy.example", (2020, 2090), super::authority::VERSIONS), "407 X");
    let proxy = Server::start(identity, move |_, stream| {
        write!(stream, "HTTP/1.1 {answer}\r\n\r\n").map(|()| super::server::Then::Keep)
    });
    let rule = format!("proxy.example:443:127.0.0.1:{}", proxy.address.port());
    let proxies = variables("https://proxy.example", "");
    let options = HttpOptions { proxies, resolve: vec![rule.parse().unwrap()], ..direct(&authority) };
    assert_eq!(exchange(&HttpTransport::new(options).unwrap(), get("/")).await.err(), Some(Fault::ProxyAuthentication));
    assert_eq!(proxy.received()[0].server_name.as_deref(), Some("proxy.example"));
}

#[tokio::test]
async fn a_proxy_is_found_by_a_rule_of_its_port() {
    let authority = Authority::new();
    let server = Server::answering(&authority, ANSWER);
    let proxy = Proxy::to(server.address);
    let rule = format!("proxy.example:3128:127.0.0.1:{}", proxy.address.port());
    let proxies = variables("http://name:word@proxy.example:3128", "");
    let options = HttpOptions { proxies, resolve: vec![rule.parse().unwrap()], ..direct(&authority) };
    assert_eq!(exchange(&HttpTransport::new(options).unwrap(), get("/")).await.unwrap().status, 200);
    assert!(proxy.asked()[0].contains(&"proxy-authorization: Basic bmFtZTp3b3Jk".to_owned()));
}

#[tokio::test]
async fn exceptions_and_hosts_with_a_rule_are_reached_past_the_proxy() {
    let authority = Authority::new();
    let server = Server::answering(&authority, ANSWER);
    let proxy = Proxy::answering("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    let proxies = variables(&format!("http://{}", proxy.address), "");
    let ruled = HttpOptions { proxies, ..options(&authority, server.address) };
    assert_eq!(exchange(&HttpTransport::new(ruled).unwrap(), get("/")).await.unwrap().status, 200);

    // Past the proxy, the name is looked up here, where it is unknown.
    let proxies = variables(&format!("http://{}", proxy.address), &format!("other.example, {HOST}"));
    let excepted = HttpOptions { proxies, ..direct(&authority) };
    assert_ne!(exchange(&HttpTransport::new(excepted).unwrap(), get("/")).await.err(), Some(Fault::Proxy));
    assert!(proxy.asked().is_empty());
}
