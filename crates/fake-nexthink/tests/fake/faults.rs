//! Faults as a client sees them.

use std::io::{ErrorKind, Read};

use fake_nexthink::{Endpoint, FakeNexthink};
use serde_json::{Value, json};

use crate::client::{
    API, Answer, Caller, Client, FORM, LOGIN, TOKEN_BODY, TOKEN_PATH, basic, exchange, start, start_faulty,
    status_path, wait_while,
};

const LIST: &str = "/api/v1/act/remote-action";

/// Starts a fake whose list of remote actions has a fault.
fn fake(action: &Value) -> FakeNexthink {
    start_faulty(&json!([{"when": {"endpoint": "act-list"}, "do": action}]))
}

fn call(fake: &FakeNexthink) -> (Caller, std::io::Result<Answer>) {
    let mut caller = Caller::new(fake);
    let answer = caller.client.request("GET", LIST, &[("Authorization", &caller.authorization)], "");
    (caller, answer)
}

#[test]
fn a_status_comes_with_its_body_and_each_form_of_waiting() {
    let form = |form: Value| json!({"status": {"status": 429, "body": {"code": "slow"}, "retry_after": form}});
    for (retry_after, header, check) in [
        (json!({"seconds": 30}), "Retry-After", (|text| text == "30") as fn(&str) -> bool),
        (json!({"http-date": 30}), "Retry-After", |text| text.ends_with(" GMT")),
        (json!({"iso-date": 30}), "Retry-After", |text| text.ends_with('Z') && text.contains('T')),
        (json!({"rate-limit-reset": 30}), "X-Rate-Limit-Reset", |text| text.parse::<u64>().unwrap() > 1_700_000_000),
    ] {
        let fake = fake(&form(retry_after));
        let answer = call(&fake).1.unwrap();
        assert_eq!((answer.status, answer.json()), (429, json!({"code": "slow"})));
        assert!(check(answer.header(header).unwrap()), "{:?}", answer.header(header));
    }
    let answer = call(&fake(&form(json!("none")))).1.unwrap();
    assert_eq!((answer.header("Retry-After"), answer.header("X-Rate-Limit-Reset")), (None, None));
    let answer = call(&fake(&json!({"status": {"status": 503}}))).1.unwrap();
    assert_eq!((answer.status, answer.body.len(), answer.header("Content-Type")), (503, 0, None));
    let action = json!({"status": {"status": 502, "body": "<p>", "content_type": "text/html"}});
    let answer = call(&fake(&action)).1.unwrap();
    assert_eq!((answer.status, answer.text(), answer.header("Content-Type")), (502, "<p>", Some("text/html")));
}

#[test]
fn a_delay_ends_with_the_usual_answer() {
    let fake = fake(&json!({"delay": {"milliseconds": 1}}));
    assert_eq!(call(&fake).1.unwrap().status, 200);
    assert_eq!(fake.calls().faults["delay"], 1);
}

#[test]
fn a_reset_before_the_answer_leaves_nothing() {
    let fake = fake(&json!("reset-before"));
    let (caller, answer) = call(&fake);
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(caller.client.received().is_empty());
    assert_eq!(fake.calls().endpoints["act-list"]["reset"], 1);
}

#[test]
fn a_reset_in_the_middle_leaves_half() {
    let fake = fake(&json!("reset-middle"));
    let (caller, answer) = call(&fake);
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(caller.client.received().starts_with(b"[{"));
    assert_eq!(fake.calls().endpoints["act-list"]["reset"], 1);
}

#[test]
fn a_truncated_answer_ends_properly_but_early() {
    let fake = fake(&json!("truncated"));
    let (caller, answer) = call(&fake);
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::UnexpectedEof);
    let half = caller.client.received().len();
    let whole = Caller::new(&start()).get(LIST).body.len();
    assert_eq!(half, whole / 2);
    assert_eq!(fake.calls().answered(Endpoint::ActList, 200), 1);
}

#[test]
fn an_oversized_answer_is_json_of_the_configured_size() {
    for (announced, header) in [(false, None), (true, Some("1000000"))] {
        let fake = fake(&json!({"oversized": {"bytes": 1_000_000, "announced": announced}}));
        let answer = call(&fake).1.unwrap();
        assert_eq!((answer.status, answer.body.len(), answer.header("Content-Length")), (200, 1_000_000, header));
        assert!(answer.json().is_string());
    }
}

#[test]
fn an_html_page_has_the_status_of_success() {
    let answer = call(&fake(&json!("html-page"))).1.unwrap();
    assert_eq!((answer.status, answer.header("Content-Type")), (200, Some("text/html; charset=utf-8")));
    assert!(answer.text().starts_with("<!DOCTYPE html>"));
}

#[test]
fn a_redirect_has_its_location_and_status() {
    let action = json!({"redirect": {"location": "https://evil.example/", "status": 307}});
    let answer = call(&fake(&action)).1.unwrap();
    assert_eq!((answer.status, answer.header("Location")), (307, Some("https://evil.example/")));
    let answer = call(&fake(&json!({"redirect": {"location": "/"}}))).1.unwrap();
    assert_eq!(answer.status, 302);
}

#[test]
fn a_wrong_content_type_comes_with_the_right_body() {
    let answer = call(&fake(&json!("wrong-content-type"))).1.unwrap();
    assert_eq!((answer.status, answer.header("Content-Type")), (200, Some("text/plain")));
    assert_eq!(answer.json().as_array().unwrap().len(), 4);
}

#[test]
fn a_wrong_certificate_is_seen_in_every_handshake() {
    for (action, expected) in [("expired-certificate", "xpired"), ("wrong-host-certificate", "not valid for name")] {
        let fake = start_faulty(&json!([{"do": action}]));
        for host in [LOGIN, API] {
            let error = Client::connect(&fake, host).err().unwrap().to_string();
            assert!(error.contains(expected), "{error}");
        }
        wait_while(|| fake.calls().handshakes_failed < 2);
    }
}

#[test]
fn a_fault_applies_to_the_chosen_requests_only() {
    let faults = json!([
        {"when": {"path_prefix": "/api/", "method": "GET", "nth": 2}, "do": {"status": {"status": 500}}},
        {"when": {"endpoint": "token", "first": 1}, "do": {"status": {"status": 503}}},
    ]);
    let fake = start_faulty(&faults);
    assert_eq!(exchange(&fake, LOGIN, "all", "s:1").status, 503);
    let mut caller = Caller::new(&fake);
    let statuses: Vec<u16> = (0..3).map(|_| caller.get(LIST).status).collect();
    assert_eq!(statuses, [200, 500, 200]);
    let calls = fake.calls();
    assert_eq!((calls.faults["status"], calls.tokens_issued()), (2, 1));
    assert_eq!(calls.exchanges[0].requested, 2);
}

#[test]
fn a_token_is_issued_even_if_its_response_is_cut() {
    let faults = json!([{"when": {"endpoint": "token"}, "do": "reset-middle"}]);
    let fake = start_faulty(&faults);
    let headers = [("Authorization", &*basic("all", "s:1")), FORM];
    let mut client = Client::connect(&fake, LOGIN).unwrap();
    let answer = client.request("POST", TOKEN_PATH, &headers, TOKEN_BODY);
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(fake.calls().tokens_issued(), 1);
}

#[test]
fn streams_and_empty_answers_can_be_cut_too() {
    let faults = json!([{"when": {"endpoint": "download"}, "do": "truncated"}, {"when": {"endpoint": "spark-handoff"}, "do": "truncated"}]);
    let fake = start_faulty(&faults);
    let mut caller = Caller::new(&fake);
    let id = caller.post("/api/v1/nql/export", &json!({"queryId": "#all_devices"})).json()["exportId"].clone();
    let status = status_path(id.as_str().unwrap());
    let url = (0..3).map(|_| caller.get(&status).json()["resultsFileUrl"].clone()).last().unwrap();
    let target = url.as_str().unwrap().strip_prefix(&format!("https://{API}")).unwrap().to_owned();
    let mut client = Client::connect(&fake, API).unwrap();
    assert_eq!(client.request("GET", &target, &[], "").unwrap_err().kind(), ErrorKind::UnexpectedEof);

    let body = json!({"message": {"parts": [{"type": "TEXT", "text": "x"}]}}).to_string();
    let headers = [
        ("Authorization", &*caller.authorization),
        ("Content-Type", "application/json"),
        ("User-Principal-Name", "a@b.example"),
    ];
    let answer = caller.client.request("POST", "/api/v1/spark/handoff", &headers, &body);
    assert_eq!(answer.unwrap_err().kind(), ErrorKind::UnexpectedEof);
    assert!(caller.client.received().starts_with(b"HTTP/1.1 204"));
    assert_eq!(caller.client.stream.read(&mut [0]).unwrap(), 0);
}

#[test]
fn a_request_is_processed_even_if_its_client_does_not_wait() {
    let fake = fake(&json!({"delay": {"milliseconds": 200}}));
    let mut caller = Caller::new(&fake);
    caller
        .client
        .send(format!("GET {LIST} HTTP/1.1\r\nHost: {API}\r\nAuthorization: {}\r\n\r\n", caller.authorization))
        .unwrap();
    wait_while(|| fake.calls().faults.is_empty());
    drop(caller);
    wait_while(|| fake.calls().answered(Endpoint::ActList, 200) == 0);
}
