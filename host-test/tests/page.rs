//! The connect page over a real port: who is answered, what every answer says, and
//! what none says.

mod common;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use common::plugins::Bodies;
use common::recordings::Folder;
use common::{hostile, program, root};
use serde_json::{Value, json};

const SECRET: &str = "a-secret-that-must-not-come-back";

/// The program as it serves, ended with the test.
struct Serving {
    child: Child,
    port: u16,
}

impl Serving {
    fn start(arguments: &[&str]) -> Self {
        let mut command = program::command(&[&["serve", "--port", "0"], arguments].concat());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().strip_prefix("http://127.0.0.1:").and_then(|rest| rest.strip_suffix('/'));
        let port = port.unwrap_or_else(|| panic!("no address: {line}")).parse().unwrap();
        Self { child, port }
    }

    fn of(component: &[u8]) -> (Self, Folder) {
        let folder = Folder::new();
        let path = folder.file("component.wasm", component);
        folder.recording("a.har", &hostile::recording("Success", 200));
        folder.recording("b.har", &hostile::recording("Failure", 429));
        let serving = Self::start(&["--component", &path, "--recording", folder.path().to_str().unwrap()]);
        (serving, folder)
    }

    fn own(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Sends a request byte for byte and returns the whole answer.
    fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            request.extend([name, ": ", value, "\r\n"]);
        }
        self.raw(&format!("{request}\r\n{body}"))
    }

    fn get(&self, path: &str) -> String {
        self.request("GET", path, &[("host", &self.own())], "")
    }

    /// Asks as the page does.
    fn post(&self, path: &str, body: &str) -> String {
        let (own, origin) = (self.own(), format!("http://{}", self.own()));
        let headers = [("host", own.as_str()), ("origin", &origin), ("content-type", "application/json")];
        self.request("POST", path, &headers, body)
    }

    fn ask(&self, path: &str, question: &Value) -> Value {
        json_of(&self.post(path, &question.to_string()))
    }

    /// Begins something and waits for its end.
    fn job(&self, path: &str, question: &Value) -> Value {
        let begun = self.ask(path, question);
        for _ in 0..100 {
            let told = self.ask("/api/job", &json!({ "job": begun["job"] }));
            if let Some(over) = told.get("over") {
                return over.clone();
            }
        }
        panic!("{path} does not end: {begun}");
    }

    fn number_of(&self, file: &str) -> usize {
        let facts = json_of(&self.get("/api/facts"));
        facts["recordings"].as_array().unwrap().iter().position(|known| known["file"] == file).unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

fn json_of(answer: &str) -> Value {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-type: application/json"), "{answer}");
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

fn entries(id: &str) -> Value {
    json!([["instance", "acme"], ["region", "eu"], ["client_id", id], ["client_secret", SECRET]])
}

#[test]
fn only_the_page_itself_is_answered() {
    let serving = Serving::start(&[]);
    let (own, port) = (serving.own(), serving.port);
    let origin = format!("http://{own}");
    for host in ["evil.example", &format!("evil.example:{port}"), "127.0.0.1", &format!("127.0.0.1:{}", port ^ 1)] {
        for path in ["/", "/api/facts", "/icon.svg", "/nothing"] {
            assert_eq!(status(&serving.request("GET", path, &[("host", host)], "")), "421", "{host} {path}");
        }
    }
    assert_eq!(status(&serving.raw("GET / HTTP/1.0\r\n\r\n")), "421");
    let question = r#"{"entries":[]}"#;
    let json = ("content-type", "application/json");
    for path in ["/api/resolve", "/api/connect", "/api/permissions", "/api/call", "/api/job", "/api/cancel"] {
        let sent = |headers: &[(&str, &str)]| {
            status(&serving.request("POST", path, &[&[("host", own.as_str())], headers].concat(), question)).to_owned()
        };
        assert_eq!(sent(&[json]), "403", "{path}");
        for foreign in ["http://evil.example", "null", &format!("http://localhost:{port}"), &format!("https://{own}")] {
            assert_eq!(sent(&[json, ("origin", foreign)]), "403", "{path} {foreign}");
        }
        assert_eq!(sent(&[("origin", &origin)]), "415", "{path}");
        assert_eq!(sent(&[("origin", &origin), ("content-type", "text/plain")]), "415", "{path}");
    }
    assert_eq!(status(&serving.request("DELETE", "/", &[("host", &own), ("origin", &origin)], "")), "405");
    assert_eq!(status(&serving.get("/")), "200");
    // Under its other name too, all of it.
    let name = format!("localhost:{port}");
    let headers = [("host", name.as_str()), ("origin", &format!("http://{name}")), json];
    assert_eq!(status(&serving.request("POST", "/api/resolve", &headers, question)), "200");
}

#[test]
fn every_answer_says_what_a_browser_may_do_with_it() {
    let serving = Serving::start(&[]);
    let refused = serving.request("GET", "/", &[("host", "evil.example")], "");
    let answers =
        ["/", "/page.css", "/page.js", "/icon.svg", "/api/facts", "/api/operations", "/nothing", "/api/resolve"]
            .map(|path| (path, serving.get(path)));
    let posted =
        [("resolve", serving.post("/api/resolve", r#"{"entries":[]}"#)), ("bad", serving.post("/api/connect", "x"))];
    for (what, answer) in answers.into_iter().chain(posted).chain([("refused", refused)]) {
        let (head, _) = answer.split_once("\r\n\r\n").unwrap();
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
fn a_secret_and_a_token_never_come_back() {
    let serving = Serving::start(&[]);
    let secret_field = json!({ "entries": [["instance", SECRET], ["client_secret", SECRET]] });
    let mut answers = vec![
        serving.post("/api/connect", &format!(r#"{{"entries":{{"client_secret":"{SECRET}"}}}}"#)),
        serving
            .post("/api/connect", &format!(r#"{{"entries":[["client_secret","{SECRET}"]],"recording":"{SECRET}"}}"#)),
        serving.post("/api/connect", &format!("{SECRET} is no JSON")),
        serving.post("/api/resolve", &secret_field.to_string()),
        serving.post(&format!("/api/{SECRET}"), "{}").replace(&format!("/api/{SECRET}"), ""),
    ];
    for file in ["success-eu.har", "failure-echoed-secret.har", "failure-429-seconds.har", "fault-timeout.har"] {
        let question = json!({ "entries": entries("demo"), "recording": serving.number_of(file) });
        let over = serving.job("/api/connect", &question);
        answers.push(over.to_string());
        let Some(connection) = over["connected"].get("id") else { continue };
        answers.push(serving.job("/api/permissions", &json!({ "connection": connection })).to_string());
        let input = r##"{"queryId":"#device_by_name","parameters":{"device_name":"PC-0000001"}}"##;
        let recording = serving.number_of("nql-execute.har");
        let call =
            json!({ "connection": connection, "operation": "nql.execute", "input": input, "recording": recording });
        let outcome = serving.job("/api/call", &call);
        assert!(outcome["outcome"]["output"].as_str().unwrap().contains("PC-0000001"), "{outcome}");
        answers.push(outcome.to_string());
        // What does not fit the recording is explained without the secret.
        let other = json!({
            "connection": connection, "operation": "nql.execute", "input": r##"{"queryId":"#other"}"##, "recording": recording
        });
        let mismatch = serving.job("/api/call", &other);
        assert_eq!(mismatch["error"]["code"], "recording-mismatch", "{mismatch}");
        answers.push(mismatch.to_string());
        answers.push(serving.ask("/api/disconnect", &json!({ "connection": connection })).to_string());
        let gone = serving.ask("/api/call", &call);
        assert_eq!(gone["error"]["code"], "no-connection");
    }
    answers.extend(["/", "/api/facts", "/api/operations"].map(|path| serving.get(path)));
    for answer in answers {
        for secret in [SECRET, "ZGVtbzph", "replayedaccesstoken", "replayed-access-token"] {
            assert!(!answer.contains(secret), "{secret}: {answer}");
        }
    }
}

#[test]
fn recordings_answer_for_every_tenant_that_is_entered() {
    let serving = Serving::start(&[]);
    let question = json!({ "entries": entries("demo"), "recording": serving.number_of("success-eu.har") });
    let connected = &serving.job("/api/connect", &question)["connected"];
    assert_eq!(connected["connection"]["hosts"][0], "acme-login.eu.nexthink.cloud");
    assert_eq!(connected["token"]["refresh-after"], 840);
    assert!(connected["token"].get("value").is_none());
    let question = json!({ "entries": entries("demo"), "recording": serving.number_of("failure-429-seconds.har") });
    assert_eq!(serving.job("/api/connect", &question)["failure"]["retry-after"], 120);
    let question = json!({ "entries": [["instance", "acme"]], "recording": 0 });
    assert_eq!(serving.job("/api/connect", &question)["problems"].as_array().map(Vec::len), Some(3));
    let pasted = json!({ "entries": [["instance", "https://nxdocs.data.eu.nexthink.cloud/dashboards"]] });
    let resolved = &serving.ask("/api/resolve", &pasted)["connection"];
    assert_eq!(resolved["settings"]["region"], "eu");
}

#[test]
fn something_destructive_is_confirmed_first() {
    let (serving, _folder) = Serving::of(&hostile::component());
    let connected = serving.job("/api/connect", &json!({ "entries": [], "recording": 0 }));
    let connection = &connected["connected"]["id"];
    let mut call = json!({ "connection": connection, "operation": "made.run", "input": "{}", "recording": 0 });
    assert_eq!(serving.job("/api/call", &call)["error"]["code"], "not-confirmed");
    call["confirmed"] = json!(true);
    let outcome = serving.job("/api/call", &call);
    // The token request of the recording was not asked for, but the operation ended.
    assert!(outcome["outcome"]["output"].as_str().unwrap().contains("window.ran"), "{outcome}");
}

#[test]
fn texts_of_a_hostile_component_are_data_and_its_guide_only_formats() {
    let (serving, _folder) = Serving::of(&hostile::component());
    let answer = serving.get("/api/facts");
    let facts = json_of(&answer);
    assert_eq!(facts["definition"]["name"], hostile::HOSTILE);
    assert_eq!(facts["definition"]["fields"][0]["label"], hostile::HOSTILE);
    let html = facts["definition"]["guide"][0]["html"].as_str().unwrap();
    for absent in ["<script", "<img", "<div", "onclick='", "href=\"javascript"] {
        assert!(!html.contains(absent), "{absent}: {html}");
    }
    assert!(html.contains("<strong>bold</strong>"), "{html}");
    assert!(html.contains("rel=\"noopener noreferrer\""), "{html}");
    // The page itself holds nothing of the component.
    assert!(!serving.get("/").contains("window.ran"));
    let resolved = serving.ask("/api/resolve", &json!({ "entries": [] }));
    assert_eq!(resolved["connection"]["label"], hostile::HOSTILE);
    let failed = serving.job("/api/connect", &json!({ "entries": [], "recording": 1 }));
    assert_eq!(failed["failure"]["message"], hostile::HOSTILE);
}

#[test]
fn a_component_that_misbehaves_is_an_error_with_a_name() {
    for (resolve, code) in [
        ("(unreachable)", "plugin-trapped"),
        ("(loop $again (br $again)) (unreachable)", "plugin-out-of-fuel"),
        ("(global.get $definition)", "plugin-bad-output"),
    ] {
        let (serving, _folder) = Serving::of(&Bodies { resolve, ..Bodies::default() }.component());
        let told = serving.ask("/api/resolve", &json!({ "entries": [] }));
        assert_eq!(told["error"]["code"], code, "{told}");
        // The page is still there.
        assert_eq!(status(&serving.get("/api/facts")), "200");
    }
}

#[test]
fn bodies_and_jobs_have_limits() {
    let serving = Serving::start(&[]);
    let long = format!(r#"{{"entries":[["instance","{}"]]}}"#, "a".repeat(300 * 1024));
    assert_eq!(status(&serving.post("/api/resolve", &long)), "413");
    let unknown = serving.ask("/api/job", &json!({ "job": "0".repeat(32) }));
    assert_eq!(unknown["over"]["error"]["code"], "no-job");
    assert_eq!(status(&serving.post("/api/job", "[]")), "400");
}

#[test]
fn what_is_under_way_has_a_limit_and_giving_up_makes_room() {
    // It accepts and says nothing, for as long as the test runs.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let rule = format!("acme-login.eu.nexthink.cloud:443:{}", silent.local_addr().unwrap());
    let serving = Serving::start(&["--live", "--resolve", &rule, "--timeout", "2"]);
    let connect = || serving.ask("/api/connect", &json!({ "entries": entries("demo") }));
    let begun: Vec<_> = (0..16).map(|_| connect()).collect();
    assert!(begun.iter().all(|answer| answer["job"].is_string()), "{begun:?}");
    assert_eq!(connect()["error"]["code"], "busy");
    // The page itself is there all the while, and what was given up is over at once.
    assert_eq!(status(&serving.get("/api/facts")), "200");
    for job in &begun {
        let over = serving.ask("/api/cancel", job);
        assert_eq!(over["over"]["error"]["code"], "cancelled", "{over}");
    }
    let freed = (0..200).any(|_| {
        thread::sleep(Duration::from_millis(50));
        connect()["job"].is_string()
    });
    assert!(freed, "there is never room again");
}

#[cfg(target_os = "linux")]
#[test]
fn the_system_is_asked_to_open_the_page() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::new();
    let opened = folder.path().join("opened");
    let script = folder.file("xdg-open", format!("#!/bin/sh\necho \"$1\" >{}\n", opened.display()).as_bytes());
    fs::set_permissions(script, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = program::command(&["serve", "--port", "0", "--open"]);
    let mut child = command.env("PATH", folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let told = (0..200).find_map(|_| {
        thread::sleep(Duration::from_millis(50));
        fs::read_to_string(&opened).ok().filter(|text| text.ends_with('\n'))
    });
    let _ = child.kill();
    let _ = child.wait();
    assert_eq!(told.as_deref(), Some(line.as_str()));
}

#[test]
fn wrong_use_is_refused() {
    let taken = Serving::start(&[]);
    let ran = program::host_test(&["serve", "--port", &taken.port.to_string()]).ended_with(2);
    assert!(ran.err.contains("cannot listen on port"), "{}", ran.err);
    program::host_test(&["serve", "--live", "--recording", "fixtures"]).ended_with(2);
    program::host_test(&["serve", "--ca-file", "x.pem"]).ended_with(2);
    program::host_test(&["serve", "--recording", "src"]).ended_with(2);
    assert!(root().join("fixtures").is_dir());
}
