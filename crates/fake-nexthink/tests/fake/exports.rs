//! Exporting saved queries and downloading the result.

use std::io::Read;

use fake_nexthink::FakeNexthink;
use flate2::read::GzDecoder;
use ruzstd::decoding::StreamingDecoder;
use serde_json::{Value, json};

use crate::client::{API, Answer, Caller, Client, start, start_any_instance, start_with, status_path};

const EXPORT: &str = "/api/v1/nql/export";

fn begin(caller: &mut Caller, body: &Value) -> String {
    let answer = caller.post(EXPORT, body);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json().as_object().unwrap().len(), 1);
    answer.json()["exportId"].as_str().unwrap().to_owned()
}

/// Requests the status until it is final.
fn finish(caller: &mut Caller, id: &str) -> Answer {
    loop {
        let answer = caller.get(&status_path(id));
        if !["SUBMITTED", "IN_PROGRESS"].contains(&answer.json()["status"].as_str().unwrap()) {
            return answer;
        }
    }
}

fn target(answer: &Answer) -> String {
    let url = answer.json()["resultsFileUrl"].as_str().unwrap().to_owned();
    url.strip_prefix(&format!("https://{API}")).unwrap_or_else(|| panic!("{url}")).to_owned()
}

fn link(caller: &mut Caller, body: &Value) -> String {
    let id = begin(caller, body);
    target(&finish(caller, &id))
}

fn download(fake: &FakeNexthink, target: &str, headers: &[(&str, &str)]) -> Answer {
    Client::connect(fake, API).unwrap().request("GET", target, headers, "").unwrap()
}

#[test]
fn an_export_is_submitted_then_in_progress_then_completed() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let id = begin(&mut caller, &json!({"queryId": "#all_devices", "parameters": {}, "compression": null}));
    let status = |caller: &mut Caller| caller.get(&status_path(&id));
    for expected in ["SUBMITTED", "IN_PROGRESS"] {
        let answer = status(&mut caller);
        assert_eq!(
            (answer.status, answer.json()),
            (200, json!({"status": expected, "resultsFileUrl": null, "errorDescription": null}))
        );
    }
    let answer = status(&mut caller);
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("COMPLETED")));
    let file = download(&fake, &target(&answer), &[]);
    assert_eq!((file.status, file.header("Content-Type")), (200, Some("text/csv")));
    // More than execution would give.
    assert_eq!(file.text().lines().count(), 2501);
}

#[test]
fn the_link_is_proof_enough_and_a_second_one_is_refused() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let link = link(&mut caller, &json!({"queryId": "#devices_overview"}));
    let answer = download(&fake, &link, &[("Authorization", &caller.authorization)]);
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("Only one auth mechanism allowed"));
    assert_eq!(download(&fake, &link, &[]).status, 200);
    let (path, _) = link.split_once('?').unwrap();
    for wrong in [path.to_owned(), format!("{path}?X-Amz-Signature=0"), "/_fake/download/x".to_owned()] {
        assert_eq!(download(&fake, &wrong, &[]).status, 403, "{wrong}");
    }
}

#[test]
fn a_link_is_valid_for_15_minutes_and_a_new_one_replaces_it() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let id = begin(&mut caller, &json!({"queryId": "#devices_overview"}));
    let old = target(&finish(&mut caller, &id));
    fake.advance_clock(840);
    assert_eq!(download(&fake, &old, &[]).status, 200);
    let fresh = target(&finish(&mut caller, &id));
    fake.advance_clock(60);
    assert_eq!(download(&fake, &old, &[]).status, 403);
    assert_eq!(download(&fake, &fresh, &[]).status, 200);
    assert_eq!(fake.calls().rejected_because("link-expired"), 1);
}

#[test]
fn a_base64_id_has_to_be_encoded_in_the_path() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let id = begin(&mut caller, &json!({"queryId": "#devices_overview"}));
    assert!(id.starts_with("+/+/") && id.ends_with("=="), "{id}");
    // A slash begins another segment, and `+` is no space outside of a query.
    for (segment, status) in
        [(id.clone(), 404), (id.replace('/', "%2F"), 200), (id.replace('/', "%2F").replace('+', "%20"), 404)]
    {
        assert_eq!(caller.get(&format!("/api/v1/nql/status/{segment}")).status, status, "{segment}");
    }
    let answer = finish(&mut caller, &id);
    assert_eq!(download(&fake, &target(&answer), &[]).text().lines().count(), 6);
}

#[test]
fn a_compressed_export_is_the_same_file() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let mut file = |compression| {
        let link = link(&mut caller, &json!({"queryId": "#all_devices", "compression": compression}));
        download(&fake, &link, &[])
    };
    let plain = file("NONE").body;
    let gzip = file("GZIP");
    assert_eq!((gzip.header("Content-Type"), gzip.header("Content-Encoding")), (Some("application/gzip"), None));
    let mut unpacked = Vec::new();
    GzDecoder::new(gzip.body.as_slice()).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain);
    let zstd = file("ZSTD");
    assert_eq!((zstd.header("Content-Type"), zstd.header("Content-Encoding")), (Some("application/zstd"), None));
    let mut unpacked = Vec::new();
    StreamingDecoder::new(zstd.body.as_slice()).unwrap().read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain);
}

#[test]
fn the_configured_number_of_rows_is_streamed() {
    let fake = start_with(|config| config.export_rows = 100_000);
    let mut caller = Caller::new(&fake);
    let link = link(&mut caller, &json!({"queryId": "#export_devices"}));
    let answer = download(&fake, &link, &[]);
    assert_eq!(answer.header("Transfer-Encoding"), Some("chunked"));
    assert_eq!(answer.text().lines().count(), 100_001);
}

#[test]
fn an_export_can_start_with_arguments_in_the_query() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    for query in [
        "queryId=%23devices_overview",
        "queryId=%23devices_overview&compression=GZIP",
        "queryId=%23device_by_name&parameters=%7B%22device_name%22%3A%22PC-1%22%7D",
        "queryId=%23device_by_name&parameters%5Bdevice_name%5D=PC-1",
    ] {
        let answer = caller.get(&format!("{EXPORT}?{query}"));
        assert_eq!(answer.status, 200, "{query} {}", answer.text());
    }
    for (query, status, reason) in [
        ("", 400, "query-id-missing"),
        // What is left of `queryId=#x` when `#` is not encoded.
        ("queryId=", 400, "query-id-missing"),
        ("queryId=%23nothing", 404, "unknown-query"),
        ("queryId=%23devices_overview&compression=gzip", 400, "unknown-choice"),
        ("queryId=%23devices_overview&parameters=x", 400, "wrong-type"),
        ("queryId=%23devices_overview&parameters=x&parameters%5Ba%5D=b", 400, "wrong-type"),
        ("queryId=%23device_by_name&parameters=%7B%22device_name%22%3A1%7D", 400, "wrong-type"),
        ("queryId=%23devices_overview&queryId=%23devices_overview", 400, "argument-given-twice"),
    ] {
        let answer = caller.get(&format!("{EXPORT}?{query}"));
        assert_eq!((answer.status, fake.calls().rejected_because(reason) > 0), (status, true), "{query}");
    }
}

#[test]
fn an_export_can_be_truncated_or_fail() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    let id = begin(&mut caller, &json!({"queryId": "#export_truncated"}));
    let answer = finish(&mut caller, &id);
    assert_eq!((answer.status, &answer.json()["status"]), (206, &json!("COMPLETED")));
    assert_eq!(download(&fake, &target(&answer), &[]).text().lines().count(), 101);

    let id = begin(&mut caller, &json!({"queryId": "#export_failing"}));
    let answer = finish(&mut caller, &id);
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("ERROR")));
    assert!(answer.json()["errorDescription"].is_string() && answer.json()["resultsFileUrl"].is_null());
}

#[test]
fn an_unknown_export_is_404_and_exports_belong_to_their_instance() {
    let fake = start_any_instance();
    let mut caller = Caller::new(&fake);
    assert_eq!(caller.get("/api/v1/nql/status/00000000-0000-4000-8000-000000000000").status, 404);
    let id = begin(&mut caller, &json!({"queryId": "#devices_overview"}));
    let answer = Caller::of(&fake, "other").get(&status_path(&id));
    assert_eq!((answer.status, &answer.json()["code"]), (404, &json!(100)));
}
