use serde_json::json;

use super::{answer, begun, done, failed, json_answer, output, refused, sent_body, sent_header};

fn v2_answer(rows: usize) -> crate::http::Response {
    let data: Vec<_> = (0..rows).map(|i| json!({"device.name": format!("PC-{i}")})).collect();
    json_answer(
        200,
        &json!({"queryId": "#ab", "executedQuery": "devices", "rows": rows,
                "executionDateTime": "2023-03-07T15:56:02", "data": data}),
    )
}

#[test]
fn a_query_is_sent_by_its_id_with_plain_parameter_names() {
    let pending = begun("nql.execute", &json!({"queryId": "ab", "parameters": {"$name": "PC-1", "b": ""}}));
    assert_eq!(pending.request.url, "https://nxdocs.api.eu.nexthink.cloud/api/v2/nql/execute");
    assert_eq!(sent_body(&pending.request), json!({"queryId": "#ab", "parameters": {"name": "PC-1", "b": ""}}));
    assert_eq!(sent_header(&pending.request, "accept"), Some("application/json"));
    assert_eq!(sent_header(&pending.request, "x-utc-times"), None);
    let v1 = begun("nql.execute-v1", &json!({"queryId": "#ab", "utc": true}));
    assert_eq!(v1.request.url, "https://nxdocs.api.eu.nexthink.cloud/api/v1/nql/execute");
    assert_eq!(sent_body(&v1.request), json!({"queryId": "#ab"}));
    assert_eq!(sent_header(&v1.request, "x-utc-times"), Some("true"));
}

#[test]
fn a_dollar_is_dropped_with_a_warning_and_never_makes_two_of_one() {
    let outcome = done("nql.execute", &json!({"queryId": "#ab", "parameters": {"$name": "x"}}), &v2_answer(1));
    assert_eq!(outcome.warnings, ["The $ before the name of a parameter was dropped: $name."]);
    // Found by fuzzing: a warning is one line, whatever the name.
    let outcome = done("nql.execute", &json!({"queryId": "#ab", "parameters": {"$na\r\nme": "x"}}), &v2_answer(1));
    assert_eq!(outcome.warnings, ["The $ before the name of a parameter was dropped: $na  me."]);
    for id in ["nql.execute", "nql.execute-v1", "nql.export", "nql.export-start"] {
        let input = json!({"queryId": "#ab", "parameters": {"$name": "x", "name": "y"}});
        assert_eq!(refused(id, &input), [("/parameters".to_owned(), "contradiction")], "{id}");
    }
}

#[test]
fn a_query_that_nexthink_stopped_leads_to_the_export() {
    for id in ["nql.execute", "nql.execute-v1"] {
        for status in [408, 504] {
            let hint = failed(id, &json!({"queryId": "#ab"}), &answer(status, "", "")).into_details().hint.unwrap();
            assert!(hint.contains("nql.export"), "{id} {status}: {hint}");
        }
        let hint = failed(id, &json!({"queryId": "#ab"}), &answer(503, "", "")).into_details().hint.unwrap();
        assert!(!hint.contains("nql.export"), "{id}: {hint}");
    }
}

#[test]
fn csv_comes_from_both_versions() {
    for id in ["nql.execute", "nql.execute-v1"] {
        let input = json!({"queryId": "#ab", "format": "csv"});
        assert_eq!(sent_header(&begun(id, &input).request, "accept"), Some("text/csv"));
        let outcome = done(id, &input, &answer(200, "text/csv", "name\r\nPC-1\r\n"));
        assert_eq!(output(&outcome), json!({"queryId": "#ab", "rows": 1, "csv": "name\r\nPC-1\r\n"}));
    }
}

#[test]
fn rows_of_version_2_pass_through() {
    let outcome = done("nql.execute", &json!({"queryId": "ab"}), &v2_answer(2));
    assert_eq!(
        output(&outcome),
        json!({"queryId": "#ab", "rows": 2, "executedQuery": "devices", "executionDateTime": "2023-03-07T15:56:02",
               "data": [{"device.name": "PC-0"}, {"device.name": "PC-1"}]})
    );
    assert!(!outcome.partial && outcome.warnings.is_empty());
}

#[test]
fn rows_of_version_1_become_those_of_version_2() {
    let body = json!({"queryId": "#ab", "executedQuery": "devices", "rows": 2, "headers": ["name", "n", "name", "name (2)"],
        "executionDateTime": {"year": 2023, "month": 3, "day": 7, "hour": 15, "minute": 56, "second": 2},
        "data": [["PC-1", 1, null, 1.50], ["PC-2", 2, "b", [1]]]});
    let outcome = done("nql.execute-v1", &json!({"queryId": "#ab"}), &json_answer(200, &body));
    assert_eq!(
        outcome.output,
        r##"{"queryId":"#ab","rows":2,"executedQuery":"devices","executionDateTime":"2023-03-07T15:56:02","data":[{"name":"PC-1","n":1,"name (2)":null,"name (2) (2)":1.5},{"name":"PC-2","n":2,"name (2)":"b","name (2) (2)":[1]}]}"##
    );
    assert!(outcome.warnings[0].contains("same name"));
    for data in [json!([["a"]]), json!([{}]), json!("x")] {
        let body = json!({"headers": ["a", "b"], "data": data});
        let failure = failed("nql.execute-v1", &json!({"queryId": "#ab"}), &json_answer(200, &body));
        assert_eq!(failure.code, "malformed-response", "{data}");
    }
}

#[test]
fn a_short_answer_does_not_become_a_long_output() {
    let headers = ["x".repeat(100_000)];
    let body = json!({"headers": headers, "data": vec![[1]; 1000]});
    let failure = failed("nql.execute-v1", &json!({"queryId": "#ab"}), &json_answer(200, &body));
    assert_eq!(failure.code, "malformed-response");
}

#[test]
fn exactly_1000_rows_are_a_warning_that_names_the_export() {
    for (rows, warned) in [(999, false), (1000, true), (1001, false)] {
        let outcome = done("nql.execute", &json!({"queryId": "#ab"}), &v2_answer(rows));
        assert_eq!(outcome.warnings.iter().any(|warning| warning.contains("nql.export")), warned, "{rows}");
        let csv = format!("device.name\r\n{}", "PC-1\r\n".repeat(rows));
        let outcome = done("nql.execute", &json!({"queryId": "#ab", "format": "csv"}), &answer(200, "text/csv", &csv));
        assert_eq!(outcome.warnings.iter().any(|warning| warning.contains("nql.export")), warned, "{rows}");
    }
}

#[test]
fn fewer_rows_than_announced_are_partial() {
    let outcome = done("nql.execute", &json!({"queryId": "#ab"}), &json_answer(200, &json!({"rows": 3, "data": [{}]})));
    assert!(outcome.partial && outcome.warnings.len() == 1);
}

#[test]
fn csv_is_asked_for_and_passed_on() {
    let input = json!({"queryId": "#ab", "format": "csv"});
    assert_eq!(sent_header(&begun("nql.execute", &input).request, "accept"), Some("text/csv"));
    let csv = "a,b\r\n\"x\r\ny\",2\r\n";
    let outcome = done("nql.execute", &input, &answer(200, "text/csv; charset=utf-8", csv));
    assert_eq!(output(&outcome), json!({"queryId": "#ab", "rows": 1, "csv": csv}));
    for response in [json_answer(200, &json!({})), answer(200, "", "a"), answer(200, "text/html", "<p>")] {
        assert_eq!(failed("nql.execute", &input, &response).code, "malformed-response");
    }
}

#[test]
fn an_unknown_query_says_where_to_look() {
    let response = json_answer(404, &json!({"message": "No query", "code": 100, "source": "nql"}));
    let failure = failed("nql.execute", &json!({"queryId": "#ab"}), &response);
    assert_eq!((failure.code, failure.provider_code.as_deref()), ("not-found", Some("100")));
    assert!(failure.hint.as_deref().unwrap().contains("NQL API queries"));
}
