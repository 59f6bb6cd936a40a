//! Which requests are answered, and what every response allows a browser.

use super::server::{Server, status};

#[test]
fn only_the_page_itself_is_answered() {
    let server = Server::recorded();
    let (own, port) = (server.own(), server.port());
    let origin = format!("http://{own}");
    for host in ["evil.example", &format!("evil.example:{port}"), "127.0.0.1", &format!("127.0.0.1:{}", port ^ 1)] {
        for path in ["/", "/api/facts", "/icon.svg", "/nothing"] {
            assert_eq!(status(&server.request("GET", path, &[("host", host)], "")), "421", "{host} {path}");
        }
    }
    assert_eq!(status(&server.raw("GET / HTTP/1.0\r\n\r\n")), "421");
    let body = r#"{"entries":[]}"#;
    let json = ("content-type", "application/json");
    for path in ["/api/resolve", "/api/connect", "/api/permissions", "/api/call", "/api/disconnect"] {
        let sent = |headers: &[(&str, &str)]| {
            status(&server.request("POST", path, &[&[("host", own.as_str())], headers].concat(), body)).to_owned()
        };
        assert_eq!(sent(&[json]), "403", "{path}");
        for foreign in ["http://evil.example", "null", &format!("http://localhost:{port}"), &format!("https://{own}")] {
            assert_eq!(sent(&[json, ("origin", foreign)]), "403", "{path} {foreign}");
        }
        assert_eq!(sent(&[("origin", &origin)]), "415", "{path}");
        assert_eq!(sent(&[("origin", &origin), ("content-type", "text/plain")]), "415", "{path}");
    }
    assert_eq!(status(&server.request("DELETE", "/", &[("host", &own), ("origin", &origin)], "")), "405");
    assert_eq!(status(&server.get("/")), "200");
    // Under its other name too, all of it.
    let name = format!("localhost:{port}");
    let headers = [("host", name.as_str()), ("origin", &format!("http://{name}")), json];
    assert_eq!(status(&server.request("POST", "/api/resolve", &headers, body)), "200");
}

#[test]
fn every_response_limits_what_a_browser_may_do_with_it() {
    let server = Server::recorded();
    let refused = server.request("GET", "/", &[("host", "evil.example")], "");
    let responses =
        ["/", "/page.css", "/page.js", "/icon.svg", "/api/facts", "/api/operations", "/nothing", "/api/resolve"]
            .map(|path| (path, server.get(path)));
    let posted = [
        ("resolve", server.post("/api/resolve", r#"{"entries":[]}"#)),
        ("bad", server.post("/api/connect", "x")),
        ("streamed", server.post("/api/connect", r#"{"entries":[]}"#)),
    ];
    for (what, response) in responses.into_iter().chain(posted).chain([("refused", refused)]) {
        let (head, _) = response.split_once("\r\n\r\n").unwrap();
        for header in [
            "cache-control: no-store",
            "referrer-policy: no-referrer",
            "x-content-type-options: nosniff",
            "x-frame-options: DENY",
            "cross-origin-resource-policy: same-origin",
            "content-security-policy: default-src 'none'; ",
        ] {
            assert!(head.contains(header), "{what}: {header}: {head}");
        }
        let policy = head.lines().find(|line| line.starts_with("content-security-policy")).unwrap();
        if what == "/icon.svg" {
            assert!(policy.ends_with("sandbox") && !policy.contains("script"), "{policy}");
            assert!(head.contains("content-type: image/svg+xml"), "{head}");
        } else {
            assert!(policy.contains("script-src 'self'; ") && !policy.contains("unsafe"), "{policy}");
        }
        for absent in ["set-cookie", "access-control-allow", "location:", "server:"] {
            assert!(!head.contains(absent), "{what}: {head}");
        }
    }
}

#[test]
fn bodies_have_limits() {
    let server = Server::recorded();
    let long = format!(r#"{{"entries":[["instance","{}"]]}}"#, "a".repeat(300 * 1024));
    assert_eq!(status(&server.post("/api/resolve", &long)), "413");
    assert_eq!(status(&server.post("/api/connect", "[]")), "400");
}
