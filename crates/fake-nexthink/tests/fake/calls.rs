//! What `/_fake/calls` reports.

use serde_json::json;

use crate::client::{
    API, Caller, Client, FORM, LOGIN, TOKEN_BODY, TOKEN_PATH, basic, exchange, start, start_faulty, status_path,
    wait_while,
};

#[test]
fn calls_can_be_read_on_any_host_and_are_not_counted() {
    let fake = start();
    for host in [LOGIN, API, "localhost", "127.0.0.1"] {
        let answer = Client::connect(&fake, host).unwrap().request("GET", "/_fake/calls", &[], "").unwrap();
        assert_eq!((answer.status, &answer.json()["requests"]), (200, &json!(0)), "{host}");
    }
    let answer = Client::connect(&fake, API).unwrap().request("POST", "/_fake/calls", &[], "").unwrap();
    assert_eq!((answer.status, answer.header("Allow")), (405, Some("GET")));
}

#[test]
fn calls_report_endpoints_exchanges_and_refusals() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    caller.get("/api/v1/workflows");
    caller.get("/api/v1/workflows");
    caller.get("/api/v1/workflows/details");
    exchange(&fake, LOGIN, "all", "wrong");
    let answer = caller.get("/_fake/calls").json();
    assert_eq!(answer, serde_json::to_value(fake.calls()).unwrap());
    assert_eq!(answer["requests"], 5);
    assert_eq!(
        answer["endpoints"],
        json!({"token": {"200": 1, "401": 1}, "workflows-details": {"400": 1}, "workflows-list": {"200": 2}})
    );
    assert_eq!(
        answer["exchanges"],
        json!([{"instance": "acme", "client_id": "all", "requested": 2, "issued": 1, "concurrent_maximum": 1}])
    );
    assert_eq!(
        answer["rejected"],
        json!([
            {"endpoint": "token", "reason": "wrong-secret", "count": 1},
            {"endpoint": "workflows-details", "reason": "nql-id-missing", "count": 1},
        ])
    );
    assert_eq!(answer["foreign_tokens"], 0);
}

#[test]
fn exchanges_at_the_same_time_are_counted() {
    // The first is still waiting when the second is answered; it ends when the fake stops.
    let faults = json!([{"when": {"endpoint": "token", "nth": 1}, "do": {"delay": {"milliseconds": 600_000}}}]);
    let mut fake = start_faulty(&faults);
    let mut first = Client::connect(&fake, LOGIN).unwrap();
    let body = TOKEN_BODY;
    let authorization = basic("all", "s:1");
    let head = format!("POST {TOKEN_PATH} HTTP/1.1\r\nHost: {LOGIN}\r\nAuthorization: {authorization}\r\n");
    first.send(format!("{head}{}: {}\r\nContent-Length: {}\r\n\r\n{body}", FORM.0, FORM.1, body.len())).unwrap();
    wait_while(|| fake.calls().faults.is_empty());
    assert_eq!(exchange(&fake, LOGIN, "all", "s:1").status, 200);
    assert_eq!(exchange(&fake, LOGIN, "none", "s2").status, 200);
    let calls = fake.calls();
    assert_eq!(calls.concurrent_exchanges_maximum(), 2);
    let none = calls.exchanges.iter().find(|pair| pair.client_id == "none").unwrap();
    assert_eq!(none.concurrent_maximum, 1);
    fake.stop();
}

#[test]
fn no_secret_is_reported() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    exchange(&fake, LOGIN, "canary-id", "canary-secret");
    caller.client.request("GET", "/canary?canary", &[("Authorization", "Bearer canary")], "").unwrap();
    let link = {
        let id = caller.post("/api/v1/nql/export", &json!({"queryId": "#no_devices"})).json()["exportId"].clone();
        let target = status_path(id.as_str().unwrap());
        caller.get(&target);
        caller.get(&target);
        caller.get(&target).json()["resultsFileUrl"].as_str().unwrap().to_owned()
    };
    let told = caller.get("/_fake/calls").text().to_owned() + &format!("{fake:?} {:?}", fake.config());
    let token = caller.authorization.strip_prefix("Bearer ").unwrap();
    for secret in ["canary", "s:1", token, token.rsplit('.').next().unwrap(), link.rsplit('=').next().unwrap()] {
        assert!(!told.contains(secret), "{secret}");
    }
}
