//! Running saved queries.

use serde_json::json;

use crate::client::{Caller, start};

const V1: &str = "/api/v1/nql/execute";
const V2: &str = "/api/v2/nql/execute";

#[test]
fn version_2_gives_rows_as_objects() {
    let fake = start();
    let answer = Caller::new(&fake).post(V2, &json!({"queryId": "#devices_overview"}));
    assert_eq!((answer.status, answer.header("Content-Type")), (200, Some("application/json")));
    let body = answer.json();
    assert_eq!((&body["queryId"], &body["rows"]), (&json!("#devices_overview"), &json!(5)));
    assert_eq!(body["data"].as_array().unwrap().len(), 5);
    assert_eq!(body["data"][0]["device.name"], "PC-0000000");
    assert!(body["executedQuery"].as_str().unwrap().starts_with("devices | list"));
    // A time without a zone, as documented.
    assert_eq!(body["executionDateTime"].as_str().unwrap().len(), "2023-03-07T15:56:02".len());
}

#[test]
fn version_1_gives_headers_and_a_matrix() {
    let fake = start();
    let body = Caller::new(&fake).post(V1, &json!({"queryId": "#devices_overview", "parameters": {}})).json();
    assert_eq!(body["headers"][0], "device.name");
    assert_eq!(body["data"][4][0], "PC-0000004");
    assert!(body["executionDateTime"]["year"].as_i64().unwrap() >= 2026);
    for part in ["month", "day", "hour", "minute", "second"] {
        assert!(body["executionDateTime"][part].is_i64(), "{part}");
    }
}

#[test]
fn a_thousand_rows_are_the_silent_end() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let body = caller.post(V2, &json!({"queryId": "#all_devices"})).json();
    assert_eq!((&body["rows"], body["data"].as_array().unwrap().len()), (&json!(1000), 1000));
    let body = caller.post(V2, &json!({"queryId": "#no_devices"})).json();
    assert_eq!((&body["rows"], &body["data"]), (&json!(0), &json!([])));
}

#[test]
fn parameters_are_those_of_the_query_without_dollar() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let query = |parameters| json!({"queryId": "#device_by_name", "parameters": parameters});
    assert_eq!(caller.post(V2, &query(json!({"device_name": "PC-1"}))).json()["rows"], 1);
    for parameters in [json!({}), json!({"$device_name": "PC-1"}), json!({"device_name": "PC-1", "x": "y"})] {
        caller.refused(&fake, V2, &query(parameters), 400, "parameters-differ-from-the-query");
    }
    caller.refused(&fake, V2, &query(json!({"device_name": 1})), 400, "wrong-type");
}

#[test]
fn accept_chooses_json_or_csv_and_nothing_else() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let body = json!({"queryId": "#devices_overview"});
    for (accept, status, content_type) in [
        ("application/json", 200, Some("application/json")),
        ("*/*", 200, Some("application/json")),
        ("text/csv", 200, Some("text/csv")),
        ("text/html, text/csv;q=0.5", 200, Some("text/csv")),
        ("text/html", 406, None),
        ("", 406, None),
    ] {
        let answer = caller.post_with(V2, &[("Accept", accept)], &body);
        assert_eq!((answer.status, answer.header("Content-Type")), (status, content_type), "{accept}");
        if status == 406 {
            assert!(answer.body.is_empty());
        }
    }
    let answer = caller.post_with(V1, &[("Accept", "text/csv")], &body);
    assert!(answer.text().starts_with("device.name,device.operating_system.name"));
    assert_eq!(answer.text().lines().count(), 6);
}

#[test]
fn times_are_in_utc_when_asked_for() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    for (value, end) in [("true", "Z"), ("True", "+01:00"), ("1", "+01:00")] {
        let answer = caller.post_with(V2, &[("x-utc-times", value)], &json!({"queryId": "#devices_overview"}));
        assert!(answer.json()["data"][0]["device.last_seen"].as_str().unwrap().ends_with(end), "{value}");
    }
}

#[test]
fn an_unknown_query_is_404_with_the_number_100() {
    let fake = start();
    let answer = Caller::new(&fake).refused(&fake, V2, &json!({"queryId": "#nothing"}), 404, "unknown-query");
    assert_eq!(answer.json()["code"], 100);
}

#[test]
fn a_query_id_that_breaks_its_pattern_is_400_with_a_number() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    for id in ["devices_overview", "#Devices", "devices | list device.name", "", "#a"] {
        for path in [V1, V2, "/api/v1/nql/export"] {
            let answer = caller.refused(&fake, path, &json!({"queryId": id}), 400, "query-id-breaks-its-pattern");
            assert!(answer.json()["code"].is_i64(), "{id}");
        }
    }
}
