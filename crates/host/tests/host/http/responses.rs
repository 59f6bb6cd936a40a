//! Responses as they are read.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::authority::Authority;
use super::server::{Server, Then, exchange, get, request};

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn any_status_is_a_response_and_no_redirect_is_followed() {
    let authority = Authority::new();
    let server = Server::start(authority.identity(), |received, stream| {
        let status = received.head[0].split(['/', ' ']).nth(2).unwrap();
        write!(stream, "HTTP/1.1 {status} X\r\nlocation: https://elsewhere.example/\r\ncontent-length: 4\r\n\r\nbody")?;
        Ok(Then::Keep)
    });
    let client = server.client(&authority);
    for status in [200, 201, 207, 301, 302, 303, 307, 308, 400, 401, 403, 404, 407, 429, 500, 503] {
        let response = exchange(&client, request("POST", &format!("/{status}"), &[], b"x")).await.unwrap();
        assert_eq!((response.status, &response.body[..]), (status, &b"body"[..]));
        assert!(response.headers.contains(&("location".to_owned(), "https://elsewhere.example/".to_owned())));
    }
    assert_eq!(server.received().len(), 16);
}

#[tokio::test]
async fn headers_are_in_lower_case_and_repeated_as_received() {
    let authority = Authority::new();
    let head: &[u8] =
        b"HTTP/1.1 204 X\r\nX-B: 1\r\nX-A: 2\r\nX-B: 3\r\nX-C: caf\xc3\xa9\r\nX-D: caf\xe9\r\nx-e:\r\n\r\n";
    let server = Server::answering(&authority, head);
    let response = exchange(&server.client(&authority), get("/")).await.unwrap();
    let headers: Vec<_> = response.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let expected =
        [("x-b", "1"), ("x-b", "3"), ("x-a", "2"), ("x-c", "caf\u{e9}"), ("x-d", "caf\u{fffd}"), ("x-e", "")];
    assert_eq!(headers, expected);
}

#[tokio::test]
async fn the_time_is_that_of_the_clock() {
    let authority = Authority::new();
    let server = Server::answering(&authority, "HTTP/1.1 204 X\r\n\r\n");
    assert_eq!(exchange(&server.client(&authority), get("/")).await.unwrap().received_at, 1_768_469_400);
}

#[tokio::test]
async fn bodies_of_every_framing_are_read() {
    let authority = Authority::new();
    for (head, body) in [
        ("content-length: 4", "body"),
        ("transfer-encoding: chunked", "2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n"),
        ("connection: close", "body"),
    ] {
        let server = Server::start(authority.identity(), move |_, stream| {
            write!(stream, "HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}")?;
            Ok(Then::Close)
        });
        assert_eq!(exchange(&server.client(&authority), get("/")).await.unwrap().body[..], *b"body", "{head}");
    }
}

#[tokio::test]
async fn gzip_is_decoded_and_its_headers_left_out() {
    let authority = Authority::new();
    let body = gzip(b"{\"a\":1}");
    let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\nx-a: 1\r\n\r\n", body.len());
    let server = Server::answering(&authority, [head.into_bytes(), body].concat());
    let client = server.client(&authority);
    for _ in 0..2 {
        let response = exchange(&client, get("/")).await.unwrap();
        assert_eq!(response.body[..], *b"{\"a\":1}");
        assert_eq!(response.headers, [("x-a".to_owned(), "1".to_owned())]);
    }
    assert_eq!(server.connections(), 1);
}

/// A few bytes could become any number.
#[tokio::test]
async fn a_body_that_is_asked_for_as_it_is_is_not_decoded() {
    let authority = Authority::new();
    let body = gzip(&[0; 10_000]);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len());
    let server = Server::answering(&authority, [head.into_bytes(), body.clone()].concat());
    let request = request("GET", "/", &[("accept-encoding", "identity")], b"");
    let response = exchange(&server.client(&authority), request).await.unwrap();
    assert!(response.body[..] == *body);
    assert!(response.headers.contains(&("content-encoding".to_owned(), "gzip".to_owned())));
}

#[tokio::test]
async fn other_codings_stay_as_they_are() {
    let authority = Authority::new();
    let answer = "HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 2\r\n\r\nxx";
    let server = Server::answering(&authority, answer);
    let response = exchange(&server.client(&authority), get("/")).await.unwrap();
    assert_eq!(response.body[..], *b"xx");
    assert!(response.headers.contains(&("content-encoding".to_owned(), "br".to_owned())));
}
