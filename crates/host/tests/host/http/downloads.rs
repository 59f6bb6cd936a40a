//! Bodies that are streamed: whole or a fault.

use std::io::Write as _;

use connector_host::records::Request;
use connector_host::{Fault, HttpTransport, Incoming, Transport as _};

use super::authority::Authority;
use super::server::{Server, Then, fault, get};

fn file() -> Request {
    Request { response_limit: u32::MAX, ..get("/file?signature=l1nk") }
}

/// Reads the pieces of a body to the end.
async fn pieces(mut incoming: Incoming) -> Result<Vec<Vec<u8>>, Fault> {
    let mut pieces = Vec::new();
    while let Some(piece) = incoming.next().await? {
        pieces.push(piece.to_vec());
    }
    Ok(pieces)
}

async fn open(client: &HttpTransport, request: Request) -> Incoming {
    client.send(request).await.map_err(fault).unwrap()
}

#[tokio::test]
async fn a_body_is_streamed_and_its_length_announced_where_it_is_known() {
    let authority = Authority::new();
    let long = "x".repeat(300_000);
    for (answer, announced) in [
        (format!("HTTP/1.1 200 OK\r\ncontent-length: 300000\r\n\r\n{long}"), Some(300_000)),
        (format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{long}\r\n0\r\n\r\n", 300_000), None),
    ] {
        let server = Server::answering(&authority, answer);
        let incoming = open(&server.client(&authority), file()).await;
        assert_eq!((incoming.is_success(), incoming.announced()), (true, announced));
        let pieces = pieces(incoming).await.unwrap();
        assert!(pieces.len() > 2, "{}", pieces.len());
        assert_eq!(pieces.concat(), long.as_bytes());
        let head = &server.received()[0].head;
        assert!(!head.iter().any(|line| line.starts_with("authorization") || line.starts_with("cookie")), "{head:?}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_fault() {
    let authority = Authority::new();
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n64\r\nhalf",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhalf",
    ] {
        let server = Server::start(authority.identity(), move |_, stream| {
            stream.write_all(answer.as_bytes()).map(|()| Then::Break)
        });
        let incoming = open(&server.client(&authority), file()).await;
        assert_eq!(pieces(incoming).await.err(), Some(Fault::Reset), "{answer}");
    }
}

#[tokio::test]
async fn a_refusal_is_read_up_to_its_limit_and_no_redirect_is_followed() {
    let authority = Authority::new();
    let long = "x".repeat(70_000);
    for (status, text, kept) in [(403, "expired", "expired"), (302, "moved", "moved"), (404, &*long, "")] {
        let length = text.len();
        let head = format!("HTTP/1.1 {status} No\r\nlocation: https://evil.example/\r\ncontent-length: {length}");
        let server = Server::answering(&authority, format!("{head}\r\n\r\n{text}"));
        let incoming = open(&server.client(&authority), file()).await;
        assert!(!incoming.is_success());
        let response = incoming.refusal(64 * 1024).await;
        assert_eq!((response.status, &response.body[..]), (status, kept.as_bytes()));
        assert_eq!(server.received().len(), 1);
    }
}

#[tokio::test]
async fn a_body_ends_with_the_time_of_its_request() {
    let authority = Authority::new();
    let server = half(&authority);
    let incoming = open(&server.client(&authority), Request { timeout: 1, ..file() }).await;
    assert_eq!(pieces(incoming).await.err(), Some(Fault::Timeout { seconds: 1 }));
}

#[tokio::test]
async fn a_body_that_stalls_ends_before_the_time_of_its_request() {
    let authority = Authority::new();
    let server = half(&authority);
    let mut incoming = open(&server.client(&authority), Request { timeout: 3600, ..file() }).await;
    assert_eq!(incoming.next().await.unwrap().as_deref(), Some(&b"half"[..]));
    // From here on time passes as soon as nothing else happens.
    tokio::time::pause();
    assert_eq!(incoming.next().await.err(), Some(Fault::Timeout { seconds: 60 }));
}

/// A server that stops after half a body.
fn half(authority: &Authority) -> Server {
    Server::start(authority.identity(), |_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\nhalf")?;
        stream.flush()?;
        std::thread::park();
        Ok(Then::Close)
    })
}
