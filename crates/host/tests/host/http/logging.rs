//! What the client's own log says at the most verbose level that is compiled in.

use std::sync::Mutex;

use connector_host::records::DownloadLink;
use connector_host::{HttpOptions, HttpTransport, ProxyVariables};
use log::{LevelFilter, Log, Metadata, Record};

use super::authority::Authority;
use super::proxies::Proxy;
use super::server::{Server, direct, exchange, get, request};

/// Occurs in every secret of this test and in no other test.
const CANARY: &str = "canary";

/// The lines of all tests: they share one process.
struct Listener(Mutex<Vec<String>>);

static LISTENER: Listener = Listener(Mutex::new(Vec::new()));

impl Log for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        self.0.lock().unwrap().push(record.args().to_string());
    }

    fn flush(&self) {}
}

#[tokio::test]
async fn no_secret_is_logged() {
    log::set_logger(&LISTENER).unwrap();
    log::set_max_level(LevelFilter::Trace);

    let authority = Authority::new();
    let answer = "HTTP/1.1 200 OK\r\nset-cookie: canary-1\r\ncontent-length: 8\r\n\r\ncanary-2";
    let server = Server::answering(&authority, answer);
    let proxy = Proxy::to(server.address);
    let address = format!("http://name:canary-3@{}", proxy.address);
    let proxies = ProxyVariables::read(|name| (name == "https_proxy").then(|| address.clone()));
    let options = HttpOptions { proxies, ..direct(&authority) };
    assert!(!format!("{options:?}").contains(CANARY));
    let client = HttpTransport::new(options).unwrap();
    let request = request("POST", "/logged", &[("authorization", "canary-4"), ("x-key", "canary-5")], b"canary-6");
    let response = exchange(&client, request.clone()).await.unwrap();
    assert_eq!(response.body[..], *b"canary-2");
    assert!(!format!("{client:?} {request:?} {response:?}").contains(CANARY));

    // The link to a download is a secret as a whole.
    let link = get("/canary-7?signature=canary-8");
    let downloaded = exchange(&client, link.clone()).await.unwrap();
    assert!(!format!("{:?} {downloaded:?}", DownloadLink::new(link)).contains(CANARY));

    log::set_max_level(LevelFilter::Off);
    let lines = LISTENER.0.lock().unwrap();
    assert!(lines.iter().any(|line| line.contains("nx.example")), "the client logs nothing");
    let secret: Vec<_> = lines.iter().filter(|line| line.contains(CANARY)).collect();
    assert!(secret.is_empty(), "{secret:?}");
}
