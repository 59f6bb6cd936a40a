use serde_json::{Value, json};

use super::{answer, begun, done, downloading, failed, json_answer, output, refused, resumed, sent_body, sent_header};
use crate::failure::Recovery;
use crate::http::Response;
use crate::operations::step::{Compression, Pending, Step};

const ID: &str = "nql.export";
const LINK: &str = "https://bucket.s3.eu-west-1.amazonaws.com/e1.csv?X-Amz-Signature=canary";

fn pending(step: Result<Step, crate::failure::Failure>) -> Pending {
    match step {
        Ok(Step::Send(pending)) => pending,
        other => panic!("{other:?}"),
    }
}

fn status(status: &str) -> Response {
    json_answer(200, &json!({"status": status, "resultsFileUrl": null, "errorDescription": null}))
}

fn completed(code: u16) -> Response {
    json_answer(code, &json!({"status": "COMPLETED", "resultsFileUrl": LINK}))
}

fn started(input: &Value) -> Pending {
    pending(resumed(ID, input, &begun(ID, input), &json_answer(200, &json!({"exportId": "e1"}))))
}

#[test]
fn an_export_is_started_asked_for_and_downloaded() {
    let input = json!({"queryId": "ab", "compression": "GZIP", "parameters": {"$a": "1"}});
    let first = begun(ID, &input);
    assert_eq!(first.request.url, "https://nxdocs.api.eu.nexthink.cloud/api/v1/nql/export");
    assert_eq!(sent_body(&first.request), json!({"queryId": "#ab", "parameters": {"a": "1"}, "compression": "GZIP"}));
    let asked = started(&input);
    assert_eq!((asked.request.method, asked.wait), ("GET", 1));
    assert_eq!(asked.request.url, "https://nxdocs.api.eu.nexthink.cloud/api/v1/nql/status/e1");
    let asked = pending(resumed(ID, &input, &asked, &status("SUBMITTED")));
    let asked = pending(resumed(ID, &input, &asked, &status("IN_PROGRESS")));
    assert_eq!(asked.wait, 3);
    let download = downloading(resumed(ID, &input, &asked, &completed(200)));
    assert_eq!((download.request.url.as_str(), download.media_type), (LINK, "text/csv"));
    assert!(!download.request.authorized && !download.partial);
    assert_eq!(sent_header(&download.request, "authorization"), None);
    assert_eq!(download.compression, Compression::Gzip);
    assert_eq!(download.warnings.len(), 1);
}

#[test]
fn the_state_holds_neither_link_nor_host_nor_input() {
    let input = json!({"queryId": "#canary_query", "parameters": {"canary": "canary"}});
    let asked = started(&input);
    let download = downloading(resumed(ID, &input, &asked, &completed(200)));
    for state in [begun(ID, &input).state, asked.state, download.state] {
        let state = String::from_utf8(state).unwrap();
        assert!(!state.contains("canary") && !state.contains("nexthink") && !state.contains("amazon"), "{state}");
        assert!(state.len() < 120, "{state}");
    }
}

#[test]
fn debug_shows_no_link() {
    let input = json!({"queryId": "#ab"});
    let shown = format!("{:?}", resumed(ID, &input, &started(&input), &completed(200)));
    assert!(shown.contains("text/csv") && !shown.contains("canary") && !shown.contains("amazon"), "{shown}");
}

#[test]
fn pauses_grow_from_a_second_to_five_minutes_within_the_wait() {
    let input = json!({"queryId": "#ab"});
    let mut asked = started(&input);
    let mut waits = vec![asked.wait];
    while let Ok(Step::Send(next)) = resumed(ID, &input, &asked, &status("IN_PROGRESS")) {
        waits.push(next.wait);
        asked = next;
    }
    assert_eq!(waits, [1, 2, 3, 5, 8, 12, 18, 27, 41, 62, 93, 140, 210, 300, 300, 300, 278]);
    assert_eq!(waits.iter().sum::<u32>(), 1800);
}

#[test]
fn waiting_ends_at_the_limit_by_the_clock_or_by_the_pauses() {
    let input = json!({"queryId": "#ab", "waitMinutes": 1});
    let asked = started(&input);
    let mut late = status("IN_PROGRESS");
    late.received_at += 59;
    assert!(matches!(resumed(ID, &input, &asked, &late), Ok(Step::Send(_))));
    late.received_at += 1;
    let failure = resumed(ID, &input, &asked, &late).unwrap_err();
    assert_eq!(failure.code, "timeout");
    assert!(failure.message.contains("e1") && failure.hint.as_deref().unwrap().contains("nql.export-status"));
    // A clock that jumps back, or stops.
    let mut asked = asked;
    let mut polls = 0;
    let failure = loop {
        let mut early = status("IN_PROGRESS");
        early.received_at = 0;
        match resumed(ID, &input, &asked, &early) {
            Ok(Step::Send(next)) => asked = next,
            Ok(other) => panic!("{other:?}"),
            Err(failure) => break failure,
        }
        polls += 1;
    };
    assert_eq!((failure.code, polls), ("timeout", 7));
    let half_an_hour = started(&json!({"queryId": "#ab"}));
    let mut late = status("IN_PROGRESS");
    late.received_at += 1799;
    assert!(resumed(ID, &json!({"queryId": "#ab"}), &half_an_hour, &late).is_ok());
}

#[test]
fn a_word_nobody_knows_is_waited_for() {
    let input = json!({"queryId": "#ab"});
    assert!(matches!(resumed(ID, &input, &started(&input), &status("QUEUED")), Ok(Step::Send(_))));
    let blank = json_answer(200, &json!({"status": "IN_PROGRESS", "resultsFileUrl": ""}));
    assert!(matches!(resumed(ID, &input, &started(&input), &blank), Ok(Step::Send(_))));
}

#[test]
fn an_export_that_the_licence_cuts_is_partial() {
    let input = json!({"queryId": "#ab"});
    let download = downloading(resumed(ID, &input, &started(&input), &completed(206)));
    assert!(download.partial && download.warnings[0].contains("licence"));
    let outcome = done("nql.export-status", &json!({"exportId": "e1"}), &completed(206));
    assert!(outcome.partial);
    assert_eq!(output(&outcome), json!({"exportId": "e1", "status": "COMPLETED", "resultsFileUrl": LINK}));
}

#[test]
fn an_export_that_fails_says_why() {
    let input = json!({"queryId": "#ab"});
    let response = json_answer(200, &json!({"status": "ERROR", "errorDescription": "Too \u{7}slow."}));
    let failure = resumed(ID, &input, &started(&input), &response).unwrap_err();
    assert_eq!(failure.code, "operation-failed");
    assert_eq!(failure.provider_message.as_deref(), Some("Too slow."));
}

#[test]
fn a_link_that_expired_is_asked_for_again_and_not_for_ever() {
    let input = json!({"queryId": "#ab"});
    let mut asked = started(&input);
    for _ in 0..2 {
        let download = downloading(resumed(ID, &input, &asked, &completed(200)));
        let late = Pending { state: download.state, ..asked };
        asked = pending(resumed(ID, &input, &late, &answer(403, "application/xml", "<Error/>")));
        assert_eq!(asked.wait, 1);
    }
    let download = downloading(resumed(ID, &input, &asked, &completed(200)));
    let late = Pending { state: download.state, ..asked };
    let failure = resumed(ID, &input, &late, &answer(403, "application/xml", "<Error/>")).unwrap_err();
    assert_eq!(failure.code, "operation-failed");
    let failure = resumed(ID, &input, &late, &answer(503, "", "")).unwrap_err();
    assert_eq!(failure.code, "unavailable");
}

#[test]
fn a_link_to_a_foreign_host_is_never_passed_on() {
    let input = json!({"queryId": "#ab"});
    let body = json!({"status": "COMPLETED", "resultsFileUrl": "https://evil.example/canary"});
    let failure = resumed(ID, &input, &started(&input), &json_answer(200, &body)).unwrap_err();
    assert_eq!((failure.code, failure.recovery), ("host-not-allowed", Recovery::Alarm));
    assert!(!format!("{failure:?}").contains("canary"));
    let failure = failed("nql.export-status", &json!({"exportId": "e1"}), &json_answer(200, &body));
    assert_eq!(failure.code, "host-not-allowed");
}

#[test]
fn any_text_names_an_export_and_is_one_segment_of_the_path() {
    for (id, segment) in [
        ("opaque==", "opaque%3D%3D"),
        ("a+b/c", "a%2Bb%2Fc"),
        ("../../token", "..%2F..%2Ftoken"),
        ("a?b#c d", "a%3Fb%23c%20d"),
        ("%2e%2e", "%252e%252e"),
        ("...", "..."),
        ("\u{e9}~", "%C3%A9~"),
    ] {
        let input = json!({"queryId": "#ab"});
        let asked = pending(resumed(ID, &input, &begun(ID, &input), &json_answer(200, &json!({"exportId": id}))));
        let url = format!("https://nxdocs.api.eu.nexthink.cloud/api/v1/nql/status/{segment}");
        assert_eq!(asked.request.url, url);
        assert_eq!(url::Url::parse(&url).unwrap().as_str(), url);
        assert!(resumed(ID, &input, &asked, &status("IN_PROGRESS")).is_ok(), "{id}");
        assert_eq!(begun("nql.export-status", &json!({"exportId": id})).request.url, url);
        let outcome = done("nql.export-start", &input, &json_answer(200, &json!({"exportId": id})));
        assert_eq!(output(&outcome), json!({"exportId": id}));
    }
}

#[test]
fn an_export_whose_id_leaves_the_path_is_refused() {
    let input = json!({"queryId": "#ab"});
    for id in [".", "..", "", "a\nb", "\u{7f}", &"a".repeat(1025)] {
        let response = json_answer(200, &json!({"exportId": id}));
        let failure = resumed(ID, &input, &begun(ID, &input), &response).unwrap_err();
        assert_eq!(failure.code, "malformed-response", "{id}");
        assert_eq!(refused("nql.export-status", &json!({"exportId": id})).len(), 1, "{id}");
        for downloading in [false, true] {
            let place = json!({"id": id, "since": 0, "paused": 0, "pause": 0, "links": 0, "downloading": downloading});
            for response in [status("IN_PROGRESS"), answer(403, "", "")] {
                let failure = resumed(ID, &input, &tampered(&place), &response).unwrap_err();
                assert_eq!(failure.code, "operation-failed", "{id} {downloading}");
            }
        }
    }
}

fn tampered(place: &Value) -> Pending {
    Pending { state: json!([1, ID, place]).to_string().into_bytes(), ..begun(ID, &json!({"queryId": "#ab"})) }
}

#[test]
fn a_download_without_an_export_cannot_go_on() {
    let place = json!({"id": null, "since": 0, "paused": 0, "pause": 0, "links": 0, "downloading": true});
    let failure = resumed(ID, &json!({"queryId": "#ab"}), &tampered(&place), &answer(403, "", "")).unwrap_err();
    assert_eq!(failure.code, "operation-failed");
}

#[test]
fn a_state_with_any_numbers_is_survived() {
    let (input, most) = (json!({"queryId": "#ab"}), u64::MAX);
    for downloading in [false, true] {
        let place =
            json!({"id": "e1", "since": most, "paused": 0, "pause": most, "links": most, "downloading": downloading});
        for response in [status("IN_PROGRESS"), completed(200), answer(403, "", "")] {
            if let Ok(Step::Send(asked)) = resumed(ID, &input, &tampered(&place), &response) {
                assert!(asked.wait <= 300);
            }
        }
    }
}

#[test]
fn steps_by_hand_use_post_or_get() {
    let id = "nql.export-start";
    let pending = begun(id, &json!({"queryId": "ab", "compression": "ZSTD"}));
    assert_eq!((pending.request.method, pending.request.repeatable), ("POST", false));
    assert_eq!(sent_body(&pending.request), json!({"queryId": "#ab", "compression": "ZSTD"}));
    let pending = begun(id, &json!({"queryId": "ab", "compression": "ZSTD", "method": "GET"}));
    assert_eq!((pending.request.method, pending.request.repeatable), ("GET", false));
    assert_eq!(
        pending.request.url,
        "https://nxdocs.api.eu.nexthink.cloud/api/v1/nql/export?queryId=%23ab&compression=ZSTD"
    );
    let input = json!({"queryId": "ab", "method": "GET", "parameters": {"a": "b"}});
    assert_eq!(refused(id, &input), [("/parameters".to_owned(), "contradiction")]);
    let outcome = done(id, &json!({"queryId": "ab"}), &json_answer(200, &json!({"exportId": "e1"})));
    assert_eq!(output(&outcome), json!({"exportId": "e1"}));
}
