//! Requests of hostile clients: the fake neither hangs nor panics, and others are still served.

use std::io::{ErrorKind, Read};

use fake_nexthink::{Action, FakeNexthink, FaultRule, When};

use crate::client::{API, Client, config, start, start_with, wait_while};

fn answered(fake: &FakeNexthink) -> bool {
    Client::connect(fake, API).unwrap().request("GET", "/nothing", &[], "").unwrap().status == 404
}

#[test]
fn what_is_no_request_is_refused_and_the_connection_closed() {
    let fake = start();
    let huge = format!("GET / HTTP/1.1\r\nHost: {API}\r\nX: {}\r\n\r\n", "x".repeat(100_000));
    let endless = format!("GET /{}", "x".repeat(100_000));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(1000));
    let post = |rest: &str| format!("POST /api/v2/nql/execute HTTP/1.1\r\nHost: {API}\r\n{rest}");
    let table: [(Vec<u8>, u16); 17] = [
        (b"\x00\x01\x02\xff\xfe\r\n\r\n".to_vec(), 400),
        (b"hello\r\n\r\n".to_vec(), 400),
        (b"GET / HTTP/9.9\r\n\r\n".to_vec(), 400),
        (huge.into_bytes(), 431),
        (endless.into_bytes(), 431),
        (many.into_bytes(), 431),
        (format!("GET http://{API}/ HTTP/1.1\r\nHost: {API}\r\n\r\n").into_bytes(), 400),
        (format!("CONNECT {API}:443 HTTP/1.1\r\nHost: {API}\r\n\r\n").into_bytes(), 400),
        (post("Content-Length: 1\r\nContent-Length: 2\r\n\r\nx").into_bytes(), 400),
        (post("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx").into_bytes(), 400),
        (post("Content-Length: 99999999999999999999999999\r\n\r\n").into_bytes(), 400),
        (post("Content-Length: 9999999999\r\n\r\n").into_bytes(), 413),
        (post("Content-Length: -1\r\n\r\n").into_bytes(), 400),
        (post("Transfer-Encoding: chunked\r\n\r\nzz\r\n").into_bytes(), 400),
        (post("Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n").into_bytes(), 400),
        (post("Transfer-Encoding: gzip\r\n\r\nx").into_bytes(), 400),
        (post("Transfer-Encoding: chunked\r\n\r\n1\r\nxyz\r\n").into_bytes(), 400),
    ];
    for (bytes, status) in table {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned();
        let mut client = Client::connect(&fake, API).unwrap();
        client.send(&bytes).unwrap();
        let answer = client.receive().unwrap();
        assert_eq!((answer.status, answer.header("Connection")), (status, Some("close")), "{start}");
        assert_eq!(client.stream.read(&mut [0]).unwrap(), 0, "{start}");
    }
    let calls = fake.calls();
    assert_eq!((calls.requests, calls.rejected_because("head-too-large")), (17, 3));
    assert!(answered(&fake));
}

#[test]
fn a_body_beyond_the_limit_is_refused_before_it_is_read() {
    let fake = start_with(|config| config.limits.body_bytes = 1000);
    let mut client = Client::connect(&fake, API).unwrap();
    let body = "x".repeat(1001);
    assert_eq!(client.request("POST", "/api/v2/nql/execute", &[], &body).unwrap().status, 413);
    let mut client = Client::connect(&fake, API).unwrap();
    let chunks = "64\r\n".to_owned() + &"x".repeat(100) + "\r\n";
    let head = format!("POST /x HTTP/1.1\r\nHost: {API}\r\nTransfer-Encoding: chunked\r\n\r\n");
    client.send(head + &chunks.repeat(11)).unwrap();
    assert_eq!(client.receive().unwrap().status, 413);
    assert!(answered(&fake));
}

#[test]
fn a_request_that_never_ends_times_out() {
    let mut config = config();
    // Enough for a handshake on a busy machine.
    config.limits.request_seconds = 3;
    config.limits.idle_seconds = 3;
    let fake = FakeNexthink::start(config).unwrap();
    let [mut head, mut body] = [
        "GET /nothing HTTP/1.1\r\n".to_owned(),
        format!("POST /x HTTP/1.1\r\nHost: {API}\r\nContent-Length: 9\r\n\r\n"),
    ]
    .map(|beginning| {
        let mut client = Client::connect(&fake, API).unwrap();
        client.send(beginning).unwrap();
        client
    });
    assert!(answered(&fake));
    assert_eq!(head.receive().unwrap_err().kind(), ErrorKind::UnexpectedEof);
    assert_eq!(body.receive().unwrap().status, 408);
    assert_eq!(fake.calls().rejected_because("request-too-slow"), 1);
}

#[test]
fn an_idle_connection_is_closed_without_a_response() {
    let fake = start_with(|config| config.limits.idle_seconds = 1);
    let mut client = Client::connect(&fake, API).unwrap();
    assert_eq!(client.stream.read(&mut [0]).unwrap(), 0);
    assert_eq!(fake.calls().requests, 0);
}

#[test]
fn a_client_that_goes_away_disturbs_no_other() {
    let fake = start();
    for bytes in ["", "GET /", "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx"] {
        let mut client = Client::connect(&fake, API).unwrap();
        client.send(bytes).unwrap();
    }
    assert!(answered(&fake));
}

#[test]
fn any_bytes_are_survived() {
    let fake = start();
    let mut state = 1_u64;
    for _ in 0..200 {
        // A small generator, the same in every run.
        let bytes: Vec<u8> = (0..64)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                state.to_be_bytes()[0]
            })
            .collect();
        let mut client = Client::connect(&fake, API).unwrap();
        client.send([b"GET ".as_slice(), &bytes, b"\r\n\r\n"].concat()).unwrap();
        let answer = client.receive().unwrap();
        assert!((400..600).contains(&answer.status), "{bytes:?}");
    }
    assert!(answered(&fake));
}

#[test]
fn a_client_that_does_not_read_on_loses_its_connection() {
    let oversized = Action::Oversized { bytes: 100_000_000, announced: false };
    let fake = start_with(|config| {
        config.faults = vec![FaultRule { when: When::default(), action: oversized }];
        config.limits.connections = 1;
        config.limits.request_seconds = 1;
    });
    let mut client = Client::connect(&fake, API).unwrap();
    client.send(format!("GET / HTTP/1.1\r\nHost: {API}\r\n\r\n")).unwrap();
    wait_while(|| Client::connect(&fake, API).is_err());
    drop(client);
}
