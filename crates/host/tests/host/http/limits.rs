//! Where reading stops.

use std::io::Write as _;
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use connector_host::records::Request;
use connector_host::{Fault, HttpOptions, HttpTransport};

use super::authority::Authority;
use super::responses::gzip;
use super::server::{Server, Then, exchange, get, listen, options};

fn limited(response_limit: u32) -> Request {
    Request { response_limit, ..get("/") }
}

fn hurried() -> Request {
    Request { timeout: 1, ..get("/") }
}

#[tokio::test]
async fn a_body_up_to_the_limit_is_read_and_none_beyond() {
    let authority = Authority::new();
    let long = "x".repeat(70_000);
    for answer in [
        format!("HTTP/1.1 200 OK\r\ncontent-length: 70000\r\n\r\n{long}"),
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{long}\r\n0\r\n\r\n", 70_000),
    ] {
        let server = Server::answering(&authority, answer);
        let client = server.client(&authority);
        assert_eq!(exchange(&client, limited(70_000)).await.unwrap().body[..], *long.as_bytes());
        assert_eq!(exchange(&client, limited(69_999)).await.err(), Some(Fault::TooLarge));
        assert_eq!(exchange(&client, limited(1)).await.err(), Some(Fault::TooLarge));
    }
}

#[tokio::test]
async fn a_body_without_end_stops_at_the_limit() {
    let authority = Authority::new();
    let server = Server::start(authority.identity(), |_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")?;
        loop {
            stream.write_all(&[b'x'; 4096])?;
        }
    });
    assert_eq!(exchange(&server.client(&authority), limited(100_000)).await.err(), Some(Fault::TooLarge));
}

#[tokio::test]
async fn the_limit_counts_what_gzip_decodes_to() {
    let authority = Authority::new();
    let bomb = gzip(&vec![0; 20 << 20]);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", bomb.len());
    assert!(bomb.len() < 100_000);
    let server = Server::answering(&authority, [head.into_bytes(), bomb].concat());
    assert_eq!(exchange(&server.client(&authority), limited(100_000)).await.err(), Some(Fault::TooLarge));
}

#[tokio::test]
async fn a_host_that_keeps_silent_runs_into_the_timeout() {
    let authority = Authority::new();
    let server = Server::start(authority.identity(), |_, _| {
        thread::park();
        Ok(Then::Break)
    });
    assert_eq!(exchange(&server.client(&authority), hurried()).await.err(), Some(Fault::Timeout { seconds: 1 }));
}

#[tokio::test]
async fn the_timeout_covers_a_body_that_drips() {
    let authority = Authority::new();
    let server = Server::start(authority.identity(), |_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")?;
        loop {
            stream.write_all(b"x")?;
            thread::sleep(Duration::from_millis(50));
        }
    });
    assert_eq!(exchange(&server.client(&authority), hurried()).await.err(), Some(Fault::Timeout { seconds: 1 }));
}

#[tokio::test]
async fn the_timeout_covers_a_handshake_that_never_ends() {
    let authority = Authority::new();
    let address = listen(|socket| {
        thread::park();
        drop(socket);
        Ok(())
    });
    let client = HttpTransport::new(options(&authority, address)).unwrap();
    assert_eq!(exchange(&client, hurried()).await.err(), Some(Fault::Timeout { seconds: 1 }));
}

#[tokio::test]
async fn the_timeout_covers_a_request_that_nobody_reads() {
    let authority = Authority::new();
    let server = Server::start(authority.identity(), |_, _| Ok(Then::Keep));
    // The handshake is answered; the listener's queue takes the rest.
    let client = server.client(&authority);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = HttpTransport::new(options(&authority, listener.local_addr().unwrap())).unwrap();
    for client in [client, silent] {
        assert_eq!(exchange(&client, hurried()).await.err(), Some(Fault::Timeout { seconds: 1 }));
    }
}

#[tokio::test]
async fn the_shorter_of_two_timeouts_holds() {
    let authority = Authority::new();
    let server = Server::start(authority.identity(), |_, _| Ok(Then::Keep));
    let shorter = HttpOptions { timeout: Some(1), ..options(&authority, server.address) };
    let client = HttpTransport::new(shorter).unwrap();
    assert_eq!(exchange(&client, get("/")).await.err(), Some(Fault::Timeout { seconds: 1 }));
    let server = Server::answering(&authority, "HTTP/1.1 204 X\r\n\r\n");
    let longer = HttpOptions { timeout: Some(3600), ..options(&authority, server.address) };
    assert_eq!(exchange(&HttpTransport::new(longer).unwrap(), hurried()).await.unwrap().status, 204);
}

/// The clock passes as soon as nothing else happens.
#[tokio::test(start_paused = true)]
async fn a_connection_that_does_not_open_ends_before_the_time_of_its_request() {
    let address = listen(|socket| {
        thread::park();
        drop(socket);
        Ok(())
    });
    let client = HttpTransport::new(options(&Authority::new(), address)).unwrap();
    let patient = Request { timeout: 3600, ..get("/") };
    assert_eq!(exchange(&client, patient).await.err(), Some(Fault::Timeout { seconds: 10 }));
}
