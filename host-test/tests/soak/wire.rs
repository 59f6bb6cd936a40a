//! HTTP over TLS to the tenant, for ten thousand hosts over a few connections.
//!
//! The live transport would make a handshake for nearly every call, since no two
//! instances share a host: 4 ms each without optimisation, seven minutes on two
//! cores. What is proved here is the session; the live transport has tests of its
//! own.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fake_nexthink::FakeNexthink;
use host_test::model::{Request, Response};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// Keeps connections that no one uses at the moment.
pub struct Wire {
    tenant: Arc<FakeNexthink>,
    tls: Arc<ClientConfig>,
    idle: Mutex<Vec<Stream>>,
}

type Stream = StreamOwned<ClientConnection, TcpStream>;

impl Wire {
    pub fn new(tenant: Arc<FakeNexthink>) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(tenant.ca_pem().as_bytes()).unwrap()).unwrap();
        let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self { tenant, tls: Arc::new(tls), idle: Mutex::default() }
    }

    /// Sends a request and reads the answer, which arrives when the clock says. An
    /// error means that the connection ended before the answer did.
    pub fn send(&self, request: &Request, clock: impl Fn() -> u64) -> io::Result<Response> {
        let idle = self.idle.lock().unwrap().pop();
        let mut stream = idle.map_or_else(|| self.connect(), Ok)?;
        let mut response = exchange(&mut stream, request)?;
        response.received_at = clock();
        self.idle.lock().unwrap().push(stream);
        Ok(response)
    }

    /// Connects to the address, for which the tenant's certificate is good as well:
    /// then TLS names no host, and each request can name another.
    fn connect(&self) -> io::Result<Stream> {
        let address = self.tenant.address();
        let tcp = TcpStream::connect(address)?;
        tcp.set_nodelay(true)?;
        // No fault of this run takes as long; a lost answer must not stop it for good.
        tcp.set_read_timeout(Some(Duration::from_mins(1)))?;
        let tls = ClientConnection::new(Arc::clone(&self.tls), ServerName::from(address.ip()));
        Ok(StreamOwned::new(tls.map_err(io::Error::other)?, tcp))
    }
}

fn exchange(stream: &mut Stream, request: &Request) -> io::Result<Response> {
    let target = &request.url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut bytes = format!("{} {target} HTTP/1.1\r\nhost: {}\r\n", request.method, request.host());
    for (name, value) in &request.headers {
        bytes.extend([name, ": ", value.expose(), "\r\n"]);
    }
    bytes.extend(["content-length: ", &request.body.len().to_string(), "\r\n\r\n"]);
    bytes.push_str(std::str::from_utf8(&request.body).map_err(io::Error::other)?);
    stream.write_all(bytes.as_bytes())?;
    stream.flush()?;
    receive(stream)
}

fn receive(stream: &mut Stream) -> io::Result<Response> {
    let mut bytes = Vec::new();
    let (status, headers, begin) = loop {
        fill(stream, &mut bytes)?;
        let mut fields = [httparse::EMPTY_HEADER; 32];
        let mut head = httparse::Response::new(&mut fields);
        if let httparse::Status::Complete(begin) = head.parse(&bytes).map_err(io::Error::other)? {
            let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
            let headers = head.headers.iter().map(|field| (field.name.to_ascii_lowercase(), text(field.value)));
            break (head.code.unwrap_or_default(), headers.collect::<Vec<_>>(), begin);
        }
    };
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let end = begin + length.and_then(|(_, value)| value.parse::<usize>().ok()).unwrap_or_default();
    while bytes.len() < end {
        fill(stream, &mut bytes)?;
    }
    Ok(Response { status, headers, body: bytes.split_off(begin), received_at: 0 })
}

fn fill(stream: &mut Stream, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut chunk = [0; 4096];
    match stream.read(&mut chunk)? {
        0 => Err(ErrorKind::UnexpectedEof.into()),
        count => {
            bytes.extend_from_slice(&chunk[..count]);
            Ok(())
        }
    }
}
