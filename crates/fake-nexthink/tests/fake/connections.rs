//! Connections: kept, many at once, stopped.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;

use fake_nexthink::{Endpoint, Error, FakeNexthink};
use serde_json::json;

use crate::client::{
    API, Caller, Client, LOGIN, config, start, start_any_instance, start_faulty, start_with, wait_while,
};

#[test]
fn a_connection_serves_many_requests() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    for _ in 0..20 {
        assert_eq!(caller.get("/api/v1/workflows").status, 200);
        assert_eq!(caller.get("/nothing").status, 404);
    }
    // One for the token, one for the rest.
    assert_eq!(fake.calls().connections, 2);
}

#[test]
fn requests_sent_together_are_answered_in_order() {
    let fake = start();
    let mut client = Client::connect(&fake, API).unwrap();
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: {API}\r\n\r\n");
    client.send(get("/nothing") + &get("/api/v1/workflows") + &get("/_fake/calls")).unwrap();
    let statuses: Vec<u16> = (0..3).map(|_| client.receive().unwrap().status).collect();
    assert_eq!(statuses, [404, 401, 200]);
}

#[test]
fn a_connection_closes_when_the_client_asks_for_it() {
    let fake = start();
    for (version, headers, announced) in [("1.1", "Connection: close\r\n", Some("close")), ("1.0", "", None)] {
        let mut client = Client::connect(&fake, API).unwrap();
        client.send(format!("GET /nothing HTTP/{version}\r\nHost: {API}\r\n{headers}\r\n")).unwrap();
        let answer = client.receive().unwrap();
        assert_eq!((answer.status, answer.header("Connection")), (404, announced));
        assert_eq!(client.stream.read(&mut [0]).unwrap(), 0);
    }
}

#[test]
fn a_body_may_come_in_chunks_and_after_a_100() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let head = format!(
        "POST /api/v2/nql/execute HTTP/1.1\r\nHost: {API}\r\nAuthorization: {}\r\nContent-Type: application/json\r\n",
        caller.authorization
    );
    let chunks = "c\r\n{\"queryId\": \r\n8;x=y\r\n\"#no_dev\r\n7\r\nices\"} \r\n0\r\nTrailer: x\r\n\r\n";
    caller.client.send(format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunks}")).unwrap();
    let answer = caller.client.receive().unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());

    let body = r##"{"queryId": "#no_devices"}"##;
    caller.client.send(format!("{head}Expect: 100-continue\r\nContent-Length: {}\r\n\r\n", body.len())).unwrap();
    assert_eq!(caller.client.receive().unwrap().status, 100);
    caller.client.send(body).unwrap();
    assert_eq!(caller.client.receive().unwrap().status, 200);
}

#[test]
fn head_is_answered_without_a_body() {
    let fake = start();
    let mut client = Client::connect(&fake, API).unwrap();
    assert_eq!(client.request("HEAD", "/api/v1/workflows", &[], "").unwrap().status, 405);
    assert_eq!(client.request("GET", "/nothing", &[], "").unwrap().status, 404);
}

#[test]
fn sixty_four_callers_at_once_are_all_answered() {
    let fake = start_any_instance();
    thread::scope(|scope| {
        for number in 0..64 {
            let fake = &fake;
            scope.spawn(move || {
                let mut caller = Caller::of(fake, &format!("i{number}"));
                for _ in 0..10 {
                    assert_eq!(caller.get("/api/v1/workflows").status, 200);
                }
            });
        }
    });
    let calls = fake.calls();
    assert_eq!((calls.tokens_issued(), calls.answered(Endpoint::WorkflowsList, 200)), (64, 640));
    assert_eq!((calls.concurrent_exchanges_maximum(), calls.foreign_tokens), (1, 0));
}

#[test]
fn one_connection_too_many_is_closed_and_a_place_becomes_free_again() {
    let fake = start_with(|config| config.limits.connections = 1);
    let mut first = Client::connect(&fake, API).unwrap();
    assert!(Client::connect(&fake, API).is_err());
    assert_eq!(first.request("GET", "/nothing", &[], "").unwrap().status, 404);
    drop(first);
    wait_while(|| Client::connect(&fake, API).is_err());
    assert!(fake.calls().connections_refused >= 1);
}

#[test]
fn stopping_ends_connections_and_delays_and_frees_the_port() {
    let faults = json!([{"when": {"endpoint": "act-list"}, "do": {"delay": {"milliseconds": 600_000}}}]);
    let mut fake = start_faulty(&faults);
    let mut idle = Client::connect(&fake, LOGIN).unwrap();
    let mut waiting = Client::connect(&fake, API).unwrap();
    waiting.send(format!("GET /api/v1/act/remote-action HTTP/1.1\r\nHost: {API}\r\n\r\n")).unwrap();
    // Not even a handshake.
    let mut silent = TcpStream::connect(fake.address()).unwrap();
    wait_while(|| fake.calls().faults.is_empty());
    let address = fake.address();
    fake.stop();
    fake.stop();
    assert!(idle.receive().is_err());
    assert!(waiting.receive().is_err());
    assert!(!matches!(silent.read(&mut [0]), Ok(1..)));
    assert!(TcpStream::connect(address).is_err());
    assert_eq!(fake.calls().faults["delay"], 1);
}

#[test]
fn dropping_stops_too() {
    let fake = start();
    let address = fake.address();
    drop(fake);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_fake_starts_and_stops_in_asynchronous_code_too() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let fake = start();
    runtime.block_on(async { drop((fake, start())) });
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let fake = start();
    let mut config = config();
    config.port = fake.port();
    let error = FakeNexthink::start(config).unwrap_err();
    assert!(matches!(error, Error::Listen { port, .. } if port == fake.port()), "{error}");
}

#[test]
fn the_lines_for_name_resolution_name_both_hosts() {
    let fake = start();
    let port = fake.port();
    assert_eq!(fake.resolve_lines(), [format!("{LOGIN}:443:127.0.0.1:{port}"), format!("{API}:443:127.0.0.1:{port}")]);
}

#[test]
fn tls_1_2_and_1_3_are_supported() {
    let fake = start();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let mut client = Client::connect_by(&fake, API, fake.ca_pem(), &[version]).unwrap();
        assert_eq!(client.stream.conn.protocol_version(), Some(version.version));
        assert_eq!(client.request("GET", "/nothing", &[], "").unwrap().status, 404);
    }
}

#[test]
fn a_client_without_tls_counts_as_a_failed_handshake() {
    let fake = start();
    let mut tcp = TcpStream::connect(fake.address()).unwrap();
    tcp.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let _ = tcp.read_to_end(&mut Vec::new());
    wait_while(|| fake.calls().handshakes_failed == 0);
}
