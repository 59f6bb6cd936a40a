//! What ends in a failure, and how it reads.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};

use connector_host::records::{Purpose, Recovery, Request};
use connector_host::{Fault, HttpTransport, TlsFault};
use rustls::version::{TLS12, TLS13};
use url::Url;

use super::authority::{Authority, HOST, VERSIONS};
use super::responses::gzip;
use super::server::{Server, Then, direct, exchange, get, listen, options};

async fn call(authority: &Authority, address: SocketAddr) -> Option<Fault> {
    exchange(&HttpTransport::new(options(authority, address)).unwrap(), get("/")).await.err()
}

#[tokio::test]
async fn an_unknown_name_is_told() {
    // Longer than a DNS label may be, and one that nobody may own (RFC 6761 §6.4).
    for host in [&format!("{}.example", "a".repeat(64)), "nx.invalid"] {
        let url = Url::parse(&format!("https://{host}/")).unwrap();
        let client = HttpTransport::new(direct(&Authority::new())).unwrap();
        assert_eq!(exchange(&client, Request { url, ..get("/") }).await.err(), Some(Fault::Dns), "{host}");
    }
}

#[tokio::test]
async fn a_closed_port_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(call(&Authority::new(), address).await, Some(Fault::Refused));
}

#[tokio::test]
async fn a_connection_that_breaks_is_told_wherever_it_does() {
    let authority = Authority::new();
    for answer in [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nbody",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n",
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nbody",
    ] {
        let server = Server::start(authority.identity(), move |_, stream| {
            stream.write_all(answer.as_bytes())?;
            Ok(Then::Break)
        });
        assert_eq!(call(&authority, server.address).await, Some(Fault::Reset), "{answer}");
    }
    let in_the_handshake = listen(|mut socket| socket.read(&mut [0; 100]).map(drop));
    assert_eq!(call(&authority, in_the_handshake).await, Some(Fault::Reset));
}

#[tokio::test]
async fn a_body_that_ends_early_is_told_even_if_tls_is_closed() {
    let authority = Authority::new();
    let server = Server::start(authority.identity(), |_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nbody")?;
        Ok(Then::Close)
    });
    assert_eq!(call(&authority, server.address).await, Some(Fault::Reset));
}

#[tokio::test]
async fn a_compressed_body_that_breaks_off_is_told_from_one_that_is_damaged() {
    let authority = Authority::new();
    let body = gzip(&[7; 1000]);
    let half = &body[..body.len() / 2];
    let mut damaged = body.clone();
    *damaged.last_mut().unwrap() ^= 1;
    for (sent, announced, fault) in [
        (half, body.len(), Fault::Reset),
        (half, half.len(), Fault::Malformed),
        (&damaged, damaged.len(), Fault::Malformed),
    ] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {announced}\r\n\r\n");
        let answer = [head.as_bytes(), sent].concat();
        for close in [true, false] {
            let answer = answer.clone();
            let server = Server::start(authority.identity(), move |_, stream| {
                stream.write_all(&answer)?;
                Ok(if close { Then::Close } else { Then::Break })
            });
            assert_eq!(call(&authority, server.address).await, Some(fault), "{announced} {close}");
        }
    }
}

#[tokio::test]
async fn a_host_that_does_not_prove_its_identity_is_told_with_the_reason() {
    let authority = Authority::new();
    for (identity, fault) in [
        (authority.issue(HOST, (2020, 2021), VERSIONS), TlsFault::Expired),
        (authority.issue(HOST, (2080, 2090), VERSIONS), TlsFault::Expired),
        (authority.issue("other.example", (2020, 2090), VERSIONS), TlsFault::WrongHost),
        (Authority::named("Other authority").identity(), TlsFault::UnknownIssuer),
        // Of the same name, as that of an earlier run is.
        (Authority::new().identity(), TlsFault::UnknownIssuer),
    ] {
        let server = Server::start(identity, |_, _| panic!("the request was sent"));
        assert_eq!(call(&authority, server.address).await, Some(Fault::Tls(fault)));
        assert!(server.received().is_empty());
    }
}

#[tokio::test]
async fn tls_1_2_and_newer_are_spoken() {
    let authority = Authority::new();
    for version in [&TLS12, &TLS13] {
        let server = Server::start(authority.issue(HOST, (2020, 2090), &[version]), |_, stream| {
            stream.write_all(b"HTTP/1.1 204 X\r\n\r\n").map(|()| Then::Keep)
        });
        assert_eq!(call(&authority, server.address).await, None);
    }
}

#[tokio::test]
async fn tls_1_1_is_refused() {
    let address = listen(|mut socket| {
        let _ = socket.read(&mut [0; 4096])?;
        // A `ServerHello` (RFC 4346 §7.4.1.3) of version 3.2 with
        // `TLS_RSA_WITH_AES_128_CBC_SHA`.
        let hello = [&[2, 0, 0, 38, 3, 2][..], &[7; 32], &[0, 0, 0x2f, 0]].concat();
        socket.write_all(&[&[22, 3, 2, 0, 42][..], &hello].concat())?;
        socket.read(&mut [0; 100]).map(drop)
    });
    assert_eq!(call(&Authority::new(), address).await, Some(Fault::Tls(TlsFault::Other)));
}

#[tokio::test]
async fn a_port_without_tls_is_told() {
    let address = listen(|mut socket| {
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")?;
        socket.read(&mut [0; 100]).map(drop)
    });
    assert_eq!(call(&Authority::new(), address).await, Some(Fault::Tls(TlsFault::Other)));
}

#[tokio::test]
async fn an_answer_that_is_no_http_is_told() {
    let authority = Authority::new();
    for answer in [
        "SSH-2.0-OpenSSH_9.2\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 11\r\n\r\nnot in gzip".to_owned(),
        format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(1_000_000)),
    ] {
        let server = Server::answering(&authority, answer.clone());
        assert_eq!(call(&authority, server.address).await, Some(Fault::Malformed), "{answer:.60}");
    }
}

#[test]
fn every_failure_says_what_to_check() {
    use Fault::{Dns, Malformed, NotHttps, Other, Proxy, ProxyAuthentication, Refused, Reset, Timeout, Tls, TooLarge};
    for (failure, code, recovery, message) in [
        (Dns, "network", "retry", "The host nx.example was not found."),
        (Refused, "network", "retry", "The host nx.example refused the connection."),
        (Reset, "network", "retry-if-repeatable", "The connection to nx.example broke before the answer was complete."),
        (
            Timeout { seconds: 9 },
            "timeout",
            "retry-if-repeatable",
            "The host nx.example did not answer within 9 seconds.",
        ),
        (
            Tls(TlsFault::Expired),
            "tls",
            "alarm",
            "The host nx.example did not prove its identity: its certificate has expired or is not valid yet.",
        ),
        (
            Tls(TlsFault::WrongHost),
            "tls",
            "alarm",
            "The host nx.example did not prove its identity: its certificate is for another host.",
        ),
        (
            Tls(TlsFault::UnknownIssuer),
            "tls",
            "alarm",
            "The host nx.example did not prove its identity: its certificate comes from an authority that is not \
             known here.",
        ),
        (Tls(TlsFault::Other), "tls", "alarm", "The host nx.example did not prove its identity."),
        (ProxyAuthentication, "network", "retry", "A proxy on the way asks for a sign-in of its own."),
        (Proxy, "network", "retry", "The proxy on the way to nx.example did not open a connection."),
        (TooLarge, "response-too-large", "alarm", "The answer of nx.example is longer than 1000 bytes."),
        (Malformed, "network", "retry-if-repeatable", "The answer of nx.example is not readable as HTTP."),
        (NotHttps, "tls", "alarm", "The address on nx.example is not https, so nothing was sent."),
        (Other, "network", "retry-if-repeatable", "The connection to nx.example failed."),
    ] {
        let told = failure.failure(&get("/"));
        assert_eq!((&*told.code, told.recovery.name(), &*told.message), (code, recovery, message));
        assert!(told.hint.is_some_and(|hint| hint.ends_with('.')), "{message}");
    }
    // A long list of the API is no attack, and there is something to do about it.
    let told = TooLarge.failure(&Request { purpose: Purpose::Api, ..get("/") });
    assert_eq!((&*told.code, told.recovery), ("response-too-large", Recovery::GiveUp));
    assert!(told.hint.is_some_and(|hint| hint.contains("filter")));
}
