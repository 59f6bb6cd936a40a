//! Servers that break the framing of HTTP, so that what they send is taken for something else.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use connector_host::records::Request;
use connector_host::{Fault, HttpTransport};

use super::authority::Authority;
use super::server::{Server, Then, exchange, get};

const GOOD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ngood";
const UNASKED: &str = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil";

/// A server whose first answer is given, and every further one good.
fn server(authority: &Authority, first: String) -> Server {
    let answered = AtomicUsize::new(0);
    Server::start(authority.identity(), move |_, stream| {
        let is_first = answered.fetch_add(1, Ordering::SeqCst) == 0;
        stream.write_all(if is_first { first.as_bytes() } else { GOOD })?;
        Ok(Then::Keep)
    })
}

async fn asked(client: &HttpTransport) -> Result<String, Fault> {
    let hurried = Request { timeout: 2, ..get("/") };
    exchange(client, hurried).await.map(|response| String::from_utf8_lossy(&response.body).into_owned())
}

#[tokio::test]
async fn what_a_server_sends_unasked_answers_no_later_request() {
    let authority = Authority::new();
    for (first, expected) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbody", Some("body")),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n", Some("body")),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nx: y\r\n\r\n", Some("body")),
        ("HTTP/1.1 204 No Content\r\n\r\n", Some("")),
        ("HTTP/1.1 204 No Content\r\ncontent-length: 4\r\n\r\n", Some("")),
        ("HTTP/1.1 304 Not Modified\r\ncontent-length: 4\r\n\r\n", Some("")),
        ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Some("")),
        // RFC 9112 §6.3: the chunks count, and the connection is not used again.
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
            Some("body"),
        ),
        ("HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 4\r\n\r\nbody", Some("body")),
        ("HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 40\r\n\r\nbody", None),
        ("HTTP/1.1 200 OK\r\ncontent-length: +4\r\n\r\nbody", None),
        ("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nbody", None),
        ("HTTP/1.1 200 OK\r\ncontent-length: 0x4\r\n\r\nbody", None),
        ("HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\nbody", None),
        ("HTTP/1.1 200 OK\r\ncontent-length : 4\r\n\r\nbody", None),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-4\r\nbody\r\n0\r\n\r\n", None),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\nbody\r\n0\r\n\r\n", None),
        ("HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n", None),
        ("HTTP/1.1 200 OK\r\nx: a\rb\r\n\r\n", None),
        ("HTTP/1.1 200 OK\r\n x: folded\r\n\r\n", None),
        ("HTTP/1.1 200 OK\r\n: nameless\r\n\r\n", None),
        ("HTTP/3.0 200 OK\r\n\r\n", None),
        ("HTTP/1.1 2000 OK\r\n\r\n", None),
        ("HTTP/1.1 099 OK\r\n\r\n", None),
    ] {
        let server = server(&authority, format!("{first}{UNASKED}"));
        let client = server.client(&authority);
        let answer = asked(&client).await;
        assert_eq!(answer.as_deref().ok(), expected, "{first:?}: {answer:?}");
        for _ in 0..3 {
            assert_eq!(asked(&client).await.as_deref(), Ok("good"), "{first:?}");
        }
    }
}

#[tokio::test]
async fn interim_responses_are_no_answer_and_end_with_the_time() {
    let authority = Authority::new();
    let early = "HTTP/1.1 103 Early Hints\r\nlink: <https://elsewhere.example/>; rel=preload\r\n\r\n";
    let server = server(&authority, format!("{}{}", early.repeat(100), String::from_utf8_lossy(GOOD)));
    assert_eq!(asked(&server.client(&authority)).await.as_deref(), Ok("good"));
    let endless = Server::start(authority.identity(), move |_, stream| {
        loop {
            stream.write_all(early.as_bytes())?;
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    assert_eq!(asked(&endless.client(&authority)).await, Err(Fault::Timeout { seconds: 2 }));
}

#[tokio::test]
async fn no_response_changes_how_the_next_request_is_sent() {
    let authority = Authority::new();
    let orders = "alt-svc: h3=\":443\"; ma=9999\r\nset-cookie: session=1; secure\r\nrefresh: 0; url=https://elsewhere.example/\r\n\
                  clear-site-data: \"*\"\r\nstrict-transport-security: max-age=1\r\nwww-authenticate: Basic realm=\"x\"\r\n\
                  proxy-authenticate: Basic\r\nupgrade: h2c\r\nlocation: https://elsewhere.example/\r\n";
    for status in ["200 OK", "401 X", "407 X", "421 X", "426 X"] {
        let answer = format!("HTTP/1.1 {status}\r\n{orders}content-length: 4\r\n\r\nbody");
        let server = Server::answering(&authority, answer);
        let client = server.client(&authority);
        for _ in 0..2 {
            assert_eq!(asked(&client).await.as_deref(), Ok("body"), "{status}");
        }
        let received = server.received();
        assert_eq!((received.len(), received[0].head == received[1].head), (2, true), "{status}: {received:?}");
    }
}

#[tokio::test]
async fn a_change_of_protocol_is_not_taken_up() {
    let authority = Authority::new();
    let server = server(&authority, format!("HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n{UNASKED}"));
    let client = server.client(&authority);
    let answer = asked(&client).await;
    assert_ne!(answer.as_deref(), Ok("evil"), "{answer:?}");
    assert_eq!(asked(&client).await.as_deref(), Ok("good"));
}
