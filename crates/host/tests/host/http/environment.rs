//! What a process takes from its environment: each test here calls itself in
//! one of its own.

use std::env;
use std::process::Command;

use connector_host::{Fault, HttpOptions, HttpTransport, TlsFault};

use super::authority::Authority;
use super::proxies::Proxy;
use super::server::{Server, exchange, get};

/// Set in the child alone.
const CHILD: &str = "HTTP_TEST_CHILD";

/// Runs the calling test once more, with these variables and none about proxies.
fn again(test: &str, variables: &[(&str, String)]) {
    let mut child = Command::new(env::current_exe().unwrap());
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "SSL_CERT_DIR"] {
        child.env_remove(name).env_remove(name.to_uppercase());
    }
    child.args(["--exact", test, "--nocapture"]).env(CHILD, "1").envs(variables.iter().cloned());
    let output = child.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn proxy_of(proxy: &Proxy) -> String {
    format!("http://{}", proxy.address)
}

#[tokio::test]
async fn proxies_and_authorities_of_the_environment_are_taken() {
    if env::var_os(CHILD).is_some() {
        let response = exchange(&HttpTransport::new(HttpOptions::default()).unwrap(), get("/")).await.unwrap();
        assert_eq!(response.body[..], *b"ok");
        assert!(response.received_at > 1_700_000_000);
        return;
    }
    let authority = Authority::new();
    let server = Server::answering(&authority, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let proxy = Proxy::to(server.address);
    let variables =
        [("HTTPS_PROXY", proxy_of(&proxy)), ("SSL_CERT_FILE", authority.file().to_str().unwrap().to_owned())];
    again("http::environment::proxies_and_authorities_of_the_environment_are_taken", &variables);
    assert_eq!(proxy.asked().len(), 1);
}

#[tokio::test]
async fn an_authority_is_unknown_unless_it_is_named() {
    if env::var_os(CHILD).is_some() {
        let failure = exchange(&HttpTransport::new(HttpOptions::default()).unwrap(), get("/")).await.err();
        assert_eq!(failure, Some(Fault::Tls(TlsFault::UnknownIssuer)));
        return;
    }
    let (authority, other) = (Authority::new(), Authority::new());
    let server = Server::answering(&authority, "HTTP/1.1 204 X\r\n\r\n");
    let proxy = Proxy::to(server.address);
    let variables = [("all_proxy", proxy_of(&proxy)), ("SSL_CERT_FILE", other.file().to_str().unwrap().to_owned())];
    again("http::environment::an_authority_is_unknown_unless_it_is_named", &variables);
    assert!(server.received().is_empty());
}

#[test]
fn a_machine_without_a_store_needs_a_ca_file() {
    if env::var_os(CHILD).is_some() {
        let error = HttpTransport::new(HttpOptions::default()).unwrap_err().to_string();
        assert!(error.starts_with("this machine has no store of certificate authorities"), "{error}");
        let authority = Authority::new();
        let ca_file = Some(authority.file().to_owned());
        assert!(HttpTransport::new(HttpOptions { ca_file, ..HttpOptions::default() }).is_ok());
        return;
    }
    let empty = tempfile::NamedTempFile::new().unwrap();
    let variables = [("SSL_CERT_FILE", empty.path().to_str().unwrap().to_owned())];
    again("http::environment::a_machine_without_a_store_needs_a_ca_file", &variables);
}
