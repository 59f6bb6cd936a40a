//! What arrives at the host.

use std::sync::Arc;

use connector_host::records::Request;
use connector_host::{Fault, HttpTransport, ResolveRule};
use url::Url;

use super::authority::{Authority, HOST};
use super::server::{Server, Then, exchange, get, listen, options, request};

const EMPTY: &str = "HTTP/1.1 204 No Content\r\n\r\n";

#[tokio::test]
async fn a_request_arrives_as_it_is() {
    let authority = Authority::new();
    let server = Server::answering(&authority, EMPTY);
    let headers = [("authorization", "Basic QWxhZGRpbg=="), ("content-type", "application/x-www-form-urlencoded")];
    let request = request("POST", "/oauth2/default/v1/token?a=%23b", &headers, b"grant_type=client_credentials");
    assert_eq!(exchange(&server.client(&authority), request).await.unwrap().status, 204);

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

#[tokio::test]
async fn headers_of_the_request_replace_those_of_the_client() {
    let authority = Authority::new();
    let server = Server::answering(&authority, EMPTY);
    let own = [("accept", "application/json"), ("accept-encoding", "identity"), ("user-agent", "connector/1")];
    exchange(&server.client(&authority), request("GET", "/", &own, b"")).await.unwrap();
    let head = server.received()[0].head[1..].to_vec();
    for (name, value) in own {
        let of_the_name: Vec<_> = head.iter().filter(|line| line.starts_with(&format!("{name}: "))).collect();
        assert_eq!(of_the_name, [&format!("{name}: {value}")]);
    }
}

#[tokio::test]
async fn a_body_of_no_bytes_has_its_length_where_the_method_has_bodies() {
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
        exchange(&client, request(method, "/", &[], body.as_bytes())).await.unwrap();
        let received = server.received().pop().unwrap();
        let found = received.head.iter().find(|line| line.starts_with("content-length"));
        assert_eq!(found.map(String::as_str), length, "{method}");
        assert!(!received.head.iter().any(|line| line.starts_with("transfer-encoding")), "{method}");
        assert_eq!(received.body, body.as_bytes());
    }
}

#[tokio::test]
async fn a_rule_changes_the_address_alone() {
    let authority = Authority::new();
    let server = Server::answering(&authority, EMPTY);
    exchange(&server.client(&authority), get("/")).await.unwrap();
    let received = &server.received()[0];
    assert_eq!(received.server_name.as_deref(), Some(HOST));
    assert!(received.head.contains(&format!("host: {HOST}")));
}

#[tokio::test]
async fn the_last_of_two_rules_holds() {
    let authority = Authority::new();
    let (first, last) = (Server::answering(&authority, EMPTY), Server::answering(&authority, EMPTY));
    let mut options = options(&authority, first.address);
    options.resolve.push(format!("{HOST}:443:127.0.0.1:{}", last.address.port()).parse::<ResolveRule>().unwrap());
    exchange(&HttpTransport::new(options).unwrap(), get("/")).await.unwrap();
    assert_eq!((first.connections(), last.connections()), (0, 1));
}

#[tokio::test]
async fn nothing_is_sent_in_plain_text() {
    let authority = Authority::new();
    let address = listen(|_| panic!("a connection arrived"));
    let client = HttpTransport::new(options(&authority, address)).unwrap();
    let request = Request { url: Url::parse(&format!("http://{address}/")).unwrap(), ..get("/") };
    assert_eq!(exchange(&client, request).await.err(), Some(Fault::NotHttps));
}

#[tokio::test]
async fn connections_are_used_again() {
    let authority = Authority::new();
    let server = Server::answering(&authority, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let client = server.client(&authority);
    for timeout in 10..20 {
        exchange(&client, Request { timeout, ..get("/") }).await.unwrap();
    }
    assert_eq!((server.received().len(), server.connections()), (10, 1));
}

#[tokio::test]
async fn many_tasks_share_one_client() {
    let authority = Authority::new();
    let server = Server::start(authority.identity(), |received, stream| {
        use std::io::Write as _;
        let path = received.head[0].split(' ').nth(1).unwrap().to_owned();
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{path}", path.len())?;
        Ok(Then::Keep)
    });
    let client = Arc::new(server.client(&authority));
    let callers: Vec<_> = (0..16)
        .map(|caller| {
            let client = Arc::clone(&client);
            tokio::spawn(async move {
                for call in 0..20 {
                    let path = format!("/{caller}/{call}");
                    assert_eq!(exchange(&client, get(&path)).await.unwrap().body[..], *path.as_bytes());
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    assert_eq!(server.received().len(), 320);
    // The client opens a connection while it waits for one that is in use, and keeps both.
    assert!(server.connections() <= 64, "{}", server.connections());
}

#[test]
fn debug_shows_neither_client_nor_request() {
    let authority = Authority::new();
    let server = Server::answering(&authority, EMPTY);
    assert_eq!(format!("{:?}", server.client(&authority)), "HttpTransport { .. }");
}
