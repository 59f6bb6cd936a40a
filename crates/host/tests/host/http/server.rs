//! Servers on loopback, and requests for them.

use std::io::{self, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use connector_host::records::{Purpose, Request, Response};
use connector_host::{Fault, HttpOptions, HttpTransport, ProxyVariables, Secret, SendError, Transport as _};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use url::Url;

use super::authority::{Authority, HOST};

/// One encrypted connection, seen from the server.
pub type Stream = StreamOwned<ServerConnection, TcpStream>;

/// A request as the server received it.
#[derive(Debug, Clone)]
pub struct Received {
    /// The request line and the headers, names in lower case.
    pub head: Vec<String>,
    pub body: Vec<u8>,
    pub server_name: Option<String>,
}

/// What happens to the connection after an answer.
pub enum Then {
    Keep,
    /// TLS is closed properly.
    Close,
    /// The connection ends without a word.
    Break,
}

/// A server over TLS.
pub struct Server {
    pub address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    pub fn start(
        identity: Arc<ServerConfig>,
        answer: impl Fn(&Received, &mut Stream) -> io::Result<Then> + Send + Sync + 'static,
    ) -> Self {
        let received = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let (log, count) = (Arc::clone(&received), Arc::clone(&connections));
        let address = listen(move |socket| {
            count.fetch_add(1, Ordering::SeqCst);
            let connection = ServerConnection::new(Arc::clone(&identity)).unwrap();
            let mut stream = BufReader::new(StreamOwned::new(connection, socket));
            while let Some(request) = receive(&mut stream)? {
                log.lock().unwrap().push(request.clone());
                let stream = stream.get_mut();
                match answer(&request, stream)? {
                    Then::Keep => stream.flush()?,
                    Then::Close => {
                        stream.conn.send_close_notify();
                        return stream.flush();
                    }
                    Then::Break => return stream.flush(),
                }
            }
            Ok(())
        });
        Self { address, received, connections }
    }

    /// Answers every request with the same bytes.
    pub fn answering(authority: &Authority, answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(authority.identity(), move |_, stream| stream.write_all(&answer).map(|()| Then::Keep))
    }

    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Returns a transport that trusts the authority and finds the host here, by rule.
    pub fn client(&self, authority: &Authority) -> HttpTransport {
        HttpTransport::new(options(authority, self.address)).unwrap()
    }
}

/// Returns options with a rule for the host, and without the proxies of this machine.
pub fn options(authority: &Authority, address: SocketAddr) -> HttpOptions {
    let rule = format!("{HOST}:443:{}:{}", address.ip(), address.port());
    HttpOptions { resolve: vec![rule.parse().unwrap()], ..direct(authority) }
}

/// Returns options without a rule.
pub fn direct(authority: &Authority) -> HttpOptions {
    HttpOptions {
        ca_file: Some(authority.file().to_owned()),
        proxies: ProxyVariables::none(),
        clock: || 1_768_469_400,
        resolve: Vec::new(),
        timeout: None,
    }
}

/// Serves every connection on a thread of its own, until the test ends.
pub fn listen(serve: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serve = Arc::new(serve);
    thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            let serve = Arc::clone(&serve);
            // A client that gives up is no failure of the server.
            thread::spawn(move || drop(serve(socket)));
        }
    });
    address
}

fn receive(stream: &mut BufReader<Stream>) -> io::Result<Option<Received>> {
    let head = head(stream)?;
    if head.is_empty() {
        return Ok(None);
    }
    let length =
        head.iter().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |value| value.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    let server_name = stream.get_ref().conn.server_name().map(str::to_owned);
    Ok(Some(Received { head, body, server_name }))
}

/// Reads lines up to an empty one.
pub fn head(stream: &mut impl io::BufRead) -> io::Result<Vec<String>> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => head.push(format!("{}: {value}", name.to_ascii_lowercase())),
            None if line.trim_end().is_empty() => return Ok(head),
            None => head.push(line.trim_end().to_owned()),
        }
    }
}

/// Returns a `GET` of the path.
pub fn get(path: &str) -> Request {
    request("GET", path, &[], b"")
}

pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Request {
    Request {
        method: method.to_owned(),
        url: Url::parse(&format!("https://{HOST}{path}")).unwrap(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value))).collect(),
        body: body.into(),
        authorized: false,
        repeatable: true,
        timeout: 20,
        response_limit: 1000,
        purpose: Purpose::Token,
    }
}

/// Sends a request and reads the whole response.
pub async fn exchange(client: &HttpTransport, request: Request) -> Result<Response, Fault> {
    let limit = request.response_limit;
    let incoming = client.send(request).await.map_err(fault)?;
    incoming.collect(limit).await
}

pub fn fault(error: SendError) -> Fault {
    match error {
        SendError::Fault(fault) => fault,
        SendError::Other(error) => panic!("{error}"),
    }
}
