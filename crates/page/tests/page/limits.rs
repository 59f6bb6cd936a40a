//! Requests that do not end, and who still gets an answer.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use test_support::{Behaviour, html};

use super::server::{Server, status};

/// More than the connections that are served at a time.
const MANY: usize = 150;

/// Opens connections that begin with a text and never continue.
fn stuck(server: &Server, begin: &str) -> Vec<TcpStream> {
    let connect = |_| {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
        stream.write_all(begin.as_bytes()).unwrap();
        stream
    };
    (0..MANY).map(connect).collect()
}

fn rest(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    // A connection that is reset says nothing more either.
    let _ = stream.read_to_string(&mut text);
    text
}

#[test]
fn requests_that_never_end_keep_nobody_off_the_page() {
    let server = Server::recorded();
    let own = server.own();
    let body = format!(
        "POST /api/resolve HTTP/1.1\r\nhost: {own}\r\norigin: http://{own}\r\ncontent-type: application/json\r\n\
         content-length: 100\r\n\r\n{{"
    );
    for (begin, expected) in [("GET / HTTP/1.1\r\nhost: ", ""), (&body, "408")] {
        let mut streams = stuck(&server, begin);
        assert_eq!(status(&server.get("/")), "200", "{begin}");
        assert_eq!(status(&rest(&mut streams[0])), expected, "{begin}");
    }
}

/// Asserts that the page is answered while a component computes for many.
fn assert_answered_beside(server: &Server, calls: usize, call: impl Fn() -> Value + Sync) {
    thread::scope(|scope| {
        let asked: Vec<_> = (0..calls).map(|_| scope.spawn(&call)).collect();
        thread::sleep(Duration::from_millis(300));
        let begin = Instant::now();
        assert_eq!(status(&server.get("/")), "200");
        assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
        assert!(asked.iter().any(|asked| !asked.is_finished()), "it was answered after them");
        for asked in asked {
            assert_eq!(asked.join().unwrap()["error"]["code"], "connector-out-of-fuel");
        }
    });
}

#[test]
fn a_component_that_computes_without_end_keeps_nobody_off_the_page() {
    let server = Server::hostile(&html::component().behaving("resolve", Behaviour::Loop));
    assert_answered_beside(&server, 16, || server.ask("/api/resolve", &json!({ "entries": [] })));
    let server = Server::hostile(&html::component().behaving("start", Behaviour::Loop));
    let connected = server.result("/api/connect", &json!({ "entries": [], "recording": 0 }));
    let connection = &connected["connected"]["id"];
    let call = json!({
        "connection": connection, "operation": "made.run", "input": "{}", "recording": 0, "confirmed": true,
    });
    assert_answered_beside(&server, 4, || server.result("/api/call", &call));
}
