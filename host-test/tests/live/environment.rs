//! What a process takes from its environment: each test here calls itself in
//! one of its own.

use std::env;
use std::process::Command;

use host_test::transport::{Live, LiveOptions, SendFailure, TlsFault};

use super::authority::Authority;
use super::proxies::Proxy;
use super::server::{Server, get};

/// Tells the child from the test that starts it.
const CHILD: &str = "LIVE_TEST_CHILD";

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

#[test]
fn proxies_and_authorities_of_the_environment_are_taken() {
    if env::var_os(CHILD).is_some() {
        let response = Live::new(LiveOptions::default()).unwrap().send(&get("/")).unwrap();
        assert_eq!(response.body, b"ok");
        assert!(response.received_at > 1_700_000_000);
        return;
    }
    let authority = Authority::new();
    let server = Server::answering(&authority, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let proxy = Proxy::to(server.address);
    let variables =
        [("HTTPS_PROXY", proxy_of(&proxy)), ("SSL_CERT_FILE", authority.file().to_str().unwrap().to_owned())];
    again("environment::proxies_and_authorities_of_the_environment_are_taken", &variables);
    assert_eq!(proxy.asked().len(), 1);
}

#[test]
fn an_authority_is_unknown_unless_it_is_named() {
    if env::var_os(CHILD).is_some() {
        let failure = Live::new(LiveOptions::default()).unwrap().send(&get("/")).err();
        assert_eq!(failure, Some(SendFailure::Tls(TlsFault::UnknownIssuer)));
        return;
    }
    let (authority, other) = (Authority::new(), Authority::new());
    let server = Server::answering(&authority, "HTTP/1.1 204 X\r\n\r\n");
    let proxy = Proxy::to(server.address);
    let variables = [("all_proxy", proxy_of(&proxy)), ("SSL_CERT_FILE", other.file().to_str().unwrap().to_owned())];
    again("environment::an_authority_is_unknown_unless_it_is_named", &variables);
    assert!(server.received().is_empty());
}

#[test]
fn a_machine_without_a_store_needs_a_ca_file() {
    if env::var_os(CHILD).is_some() {
        let error = Live::new(LiveOptions::default()).unwrap_err().to_string();
        assert!(error.starts_with("this machine has no store of certificate authorities"), "{error}");
        let authority = Authority::new();
        let ca_file = Some(authority.file().to_owned());
        assert!(Live::new(LiveOptions { ca_file, ..LiveOptions::default() }).is_ok());
        return;
    }
    let empty = tempfile::NamedTempFile::new().unwrap();
    let variables = [("SSL_CERT_FILE", empty.path().to_str().unwrap().to_owned())];
    again("environment::a_machine_without_a_store_needs_a_ca_file", &variables);
}
