//! What arrives at the host.

use std::thread;

use host_test::transport::{ResolveRule, SendFailure};
use url::Url;

use super::authority::{Authority, HOST};
use super::server::{Server, get, listen, options, request};

const EMPTY: &str = "HTTP/1.1 204 No Content\r\n\r\n";

#[test]
fn a_request_arrives_as_it_is() {
    let authority = Authority::new();
    let server = Server::answering(&authority, EMPTY);
    let headers = [("authorization", "Basic QWxhZGRpbg=="), ("content-type", "application/x-www-form-urlencoded")];
    let request = request("POST", "/oauth2/default/v1/token?a=%23b", &headers, b"grant_type=client_credentials");
    assert_eq!(server.client(&authority).send(&request).unwrap().status, 204);

    let received = &server.received()[0];
    assert_eq!(received.head[0], "POST /oauth2/default/v1/token?a=%23b HTTP/1.1");
    let mut headers = received.head[1..].to_vec();
    headers.sort();
    assert_eq!(
        headers,
        [
            "accept-encoding: gzip",
            "accept: */*",
            "authorization: Basic QWxhZGRpbg==",
            "content-length: 29",
            "content-type: application/x-www-form-urlencoded",
            "host: nx.example",
            concat!("user-agent: ", env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")),
        ]
    );
    assert_eq!(received.body, b"grant_type=client_credentials");
}

#[test]
fn headers_of_the_request_replace_those_of_the_client() {
    let authority = Authority::new();
    let server = Server::answering(&authority, EMPTY);
    let own = [("accept", "application/json"), ("accept-encoding", "identity"), ("user-agent", "connector/1")];
    server.client(&authority).send(&request("GET", "/", &own, b"")).unwrap();
    let head = server.received()[0].head[1..].to_vec();
    for (name, value) in own {
        let of_the_name: Vec<_> = head.iter().filter(|line| line.starts_with(&format!("{name}: "))).collect();
        assert_eq!(of_the_name, [&format!("{name}: {value}")]);
    }
}

#[test]
fn a_body_of_no_bytes_has_its_length_where_the_method_has_bodies() {
    let authority = Authority::new();
    let server = Server::answering(&authority, EMPTY);
    let client = server.client(&authority);
    for (method, body, length) in [
        ("GET", "", None),
        ("DELETE", "", None),
        ("POST", "", Some("content-length: 0")),
        ("PUT", "", Some("content-length: 0")),
        ("PATCH", "x", Some("content-length: 1")),
        ("DELETE", "x", Some("content-length: 1")),
    ] {
        client.send(&request(method, "/", &[], body.as_bytes())).unwrap();
        let received = server.received().pop().unwrap();
        let found = received.head.iter().find(|line| line.starts_with("content-length"));
        assert_eq!(found.map(String::as_str), length, "{method}");
        assert!(!received.head.iter().any(|line| line.starts_with("transfer-encoding")), "{method}");
        assert_eq!(received.body, body.as_bytes());
    }
}

#[test]
fn a_rule_changes_the_address_alone() {
    let authority = Authority::new();
    let server = Server::answering(&authority, EMPTY);
    server.client(&authority).send(&get("/")).unwrap();
    let received = &server.received()[0];
    assert_eq!(received.server_name.as_deref(), Some(HOST));
    assert!(received.head.contains(&format!("host: {HOST}")));
}

#[test]
fn the_last_of_two_rules_holds() {
    let authority = Authority::new();
    let (first, last) = (Server::answering(&authority, EMPTY), Server::answering(&authority, EMPTY));
    let mut options = options(&authority, first.address);
    options.resolve.push(format!("{HOST}:443:127.0.0.1:{}", last.address.port()).parse::<ResolveRule>().unwrap());
    host_test::transport::Live::new(options).unwrap().send(&get("/")).unwrap();
    assert_eq!((first.connections(), last.connections()), (0, 1));
}

#[test]
fn nothing_is_sent_in_plain_text() {
    let authority = Authority::new();
    let address = listen(|_| panic!("a connection arrived"));
    let client = host_test::transport::Live::new(options(&authority, address)).unwrap();
    let request = host_test::model::Request { url: Url::parse(&format!("http://{address}/")).unwrap(), ..get("/") };
    assert_eq!(client.send(&request).err(), Some(SendFailure::NotHttps));
}

#[test]
fn connections_are_used_again() {
    let authority = Authority::new();
    let server = Server::answering(&authority, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let client = server.client(&authority);
    for timeout in 10..20 {
        client.send(&host_test::model::Request { timeout, ..get("/") }).unwrap();
    }
    assert_eq!((server.received().len(), server.connections()), (10, 1));
}

#[test]
fn many_threads_share_one_client() {
    let authority = Authority::new();
    let server = Server::start(authority.identity(), |received, stream| {
        use std::io::Write as _;
        let path = received.head[0].split(' ').nth(1).unwrap().to_owned();
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{path}", path.len())?;
        Ok(super::server::Then::GoOn)
    });
    let client = server.client(&authority);
    thread::scope(|scope| {
        for caller in 0..16 {
            let client = &client;
            scope.spawn(move || {
                for call in 0..20 {
                    let path = format!("/{caller}/{call}");
                    assert_eq!(client.send(&get(&path)).unwrap().body, path.as_bytes());
                }
            });
        }
    });
    assert_eq!(server.received().len(), 320);
    assert!(server.connections() <= 16, "{}", server.connections());
}

#[test]
fn debug_shows_neither_client_nor_request() {
    let authority = Authority::new();
    let server = Server::answering(&authority, EMPTY);
    assert_eq!(format!("{:?}", server.client(&authority)), "Live { .. }");
}
