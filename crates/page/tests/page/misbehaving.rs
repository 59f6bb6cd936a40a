//! Components that mean harm, or break.

use serde_json::json;
use test_support::{Behaviour, html};

use super::server::{Server, json_of, status};

#[test]
fn something_destructive_is_confirmed_first() {
    let server = Server::hostile(&html::component());
    let connected = server.result("/api/connect", &json!({ "entries": [], "recording": 0 }));
    let connection = &connected["connected"]["id"];
    let mut call = json!({ "connection": connection, "operation": "made.run", "input": "{}", "recording": 0 });
    assert_eq!(server.result("/api/call", &call)["error"]["code"], "not-confirmed");
    call["confirmed"] = json!(true);
    let outcome = server.result("/api/call", &call);
    assert!(outcome["outcome"]["output"].as_str().unwrap().contains("window.ran"), "{outcome}");
}

#[test]
fn texts_of_a_hostile_component_are_data_and_its_guide_only_formats() {
    let server = Server::hostile(&html::component());
    let facts = json_of(&server.get("/api/facts"));
    assert_eq!(facts["definition"]["name"], html::HTML);
    assert_eq!(facts["definition"]["fields"][0]["label"], html::HTML);
    let html = facts["definition"]["guide"][0]["html"].as_str().unwrap();
    for absent in ["<script", "<img", "<div", "onclick='", "href=\"javascript"] {
        assert!(!html.contains(absent), "{absent}: {html}");
    }
    assert!(html.contains("<strong>bold</strong>"), "{html}");
    assert!(html.contains("rel=\"noopener noreferrer\""), "{html}");
    // The page itself contains nothing of the component.
    assert!(!server.get("/").contains("window.ran"));
    let resolved = server.ask("/api/resolve", &json!({ "entries": [] }));
    assert_eq!(resolved["connection"]["label"], html::HTML, "{resolved}");
    let failed = server.result("/api/connect", &json!({ "entries": [], "recording": 1 }));
    assert_eq!(failed["failure"]["message"], html::HTML);
}

#[test]
fn a_component_that_misbehaves_is_an_error_with_a_name() {
    for (function, behaviour, code) in [
        ("resolve", Behaviour::Panic, "connector-trapped"),
        ("resolve", Behaviour::Loop, "connector-out-of-fuel"),
        ("resolve", Behaviour::LongLabel(5000), "connector-bad-output"),
        ("token-request", Behaviour::Panic, "connector-trapped"),
        ("token-response", Behaviour::Panic, "connector-trapped"),
    ] {
        let server = Server::hostile(&html::component().behaving(function, behaviour));
        let asked = json!({ "entries": [], "recording": 0 });
        let answer = if function == "resolve" {
            server.ask("/api/resolve", &asked)
        } else {
            server.result("/api/connect", &asked)
        };
        assert_eq!(answer["error"]["code"], code, "{function}: {answer}");
        // The page is still there.
        assert_eq!(status(&server.get("/api/facts")), "200");
    }
}
