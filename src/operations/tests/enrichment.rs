use serde_json::{Value, json};

use super::{begun, failed, json_answer, output, refused, resumed, sent_body};
use crate::http::Response;
use crate::operations::step::{Outcome, Pending, Step};

const ID: &str = "enrichment.write";

fn object(name: &str) -> Value {
    json!({"identification": [{"name": "device/device/name", "value": name}],
           "fields": [{"name": "device/device/#tag", "value": "x"}]})
}

fn input(count: usize) -> Value {
    let objects: Vec<Value> = (0..count).map(|i| object(&format!("PC-{i}"))).collect();
    json!({"domain": "tests", "enrichments": objects})
}

fn success() -> Response {
    json_answer(200, &json!({"status": "success"}))
}

fn bad(names: &[&str]) -> Value {
    let error = |name: &&str| {
        json!({"identification": [{"name": "device/device/name", "value": name}],
               "errors": [{"message": "Wrong type.", "code": "ENRICH_011"}]})
    };
    names.iter().map(error).collect()
}

fn partial(names: &[&str]) -> Response {
    json_answer(207, &json!({"status": "partial_success", "errors": bad(names)}))
}

fn next(input: &Value, pending: &Pending, response: &Response) -> Pending {
    match resumed(ID, input, pending, response) {
        Ok(Step::Send(pending)) => pending,
        other => panic!("{other:?}"),
    }
}

fn last(input: &Value, pending: &Pending, response: &Response) -> Outcome {
    match resumed(ID, input, pending, response) {
        Ok(Step::Done(outcome)) => outcome,
        other => panic!("{other:?}"),
    }
}

#[test]
fn many_objects_go_in_batches_and_are_added_up() {
    let mut input = input(25_000);
    assert_eq!(batch_len(&begun(ID, &input)), 5000);
    input["batchSize"] = json!(10_000);
    let first = begun(ID, &input);
    assert_eq!(sent_body(&first.request)["enrichments"].as_array().unwrap().len(), 10_000);
    assert_eq!((first.progress.done, first.progress.total), (0, 25_000));
    let second = next(&input, &first, &success());
    assert_eq!((second.progress.done, second.progress.total), (10_000, 25_000));
    assert_eq!(sent_body(&second.request)["enrichments"][0], object("PC-10000"));
    let third = next(&input, &second, &partial(&["PC-10003", "PC-19999"]));
    assert_eq!(sent_body(&third.request)["enrichments"].as_array().unwrap().len(), 5000);
    let outcome = last(&input, &third, &partial(&["PC-24999"]));
    assert!(outcome.partial);
    let errors: Vec<Value> = [10_003, 19_999, 24_999]
        .map(|index| json!({"index": index, "code": "ENRICH_011", "message": "Wrong type."}))
        .into();
    assert_eq!(output(&outcome), json!({"accepted": 24_997, "rejected": 3, "errors": errors}));
    assert!(third.state.len() < 300, "{}", third.state.len());
}

fn batch_len(pending: &Pending) -> usize {
    sent_body(&pending.request)["enrichments"].as_array().unwrap().len()
}

#[test]
fn a_request_that_is_too_much_is_halved_and_nothing_is_written_twice() {
    let (old_limit, too_long) = (json!({"message": "The limit is 5000", "code": "ENRICH_042"}), json!({}));
    for (status, body) in [(400, old_limit), (413, too_long)] {
        let mut input = input(2500);
        input["batchSize"] = json!(2000);
        // Takes 300 objects at once, as a tenant with a lower limit.
        let (mut pending, mut sizes, mut taken) = (begun(ID, &input), Vec::new(), Vec::new());
        let outcome = loop {
            let objects = sent_body(&pending.request)["enrichments"].as_array().unwrap().clone();
            sizes.push(objects.len());
            let response = if objects.len() > 300 {
                json_answer(status, &body)
            } else {
                taken.extend(objects);
                success()
            };
            match resumed(ID, &input, &pending, &response) {
                Ok(Step::Send(next)) => pending = next,
                Ok(Step::Done(outcome)) => break outcome,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(sizes[..4], [2000, 1000, 500, 250]);
        assert_eq!(sizes.len(), 3 + 10);
        assert_eq!(json!(taken), input["enrichments"]);
        assert_eq!(output(&outcome), json!({"accepted": 2500, "rejected": 0, "errors": []}));
    }
}

#[test]
fn one_object_that_is_too_much_is_a_failure() {
    let mut input = input(3);
    input["batchSize"] = json!(2);
    let pending = next(&input, &begun(ID, &input), &json_answer(413, &json!({})));
    assert_eq!(batch_len(&pending), 1);
    let failure = resumed(ID, &input, &pending, &json_answer(413, &json!({}))).unwrap_err();
    assert_eq!(failure.code, "rejected");
}

#[test]
fn a_request_is_closed_at_4_mib_and_a_longer_object_goes_alone() {
    let large = |length: usize| {
        let mut large = object("PC-1");
        large["fields"][0]["value"] = json!("x".repeat(length));
        large
    };
    let objects = [large(3 << 20), large(2 << 20), large(1 << 20), large(5 << 20), object("A"), object("B")];
    let input = json!({"domain": "tests", "enrichments": objects});
    let (mut pending, mut sizes) = (begun(ID, &input), Vec::new());
    loop {
        sizes.push(batch_len(&pending));
        match resumed(ID, &input, &pending, &success()) {
            Ok(Step::Send(next)) => pending = next,
            Ok(Step::Done(_)) => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(sizes, [1, 2, 1, 2]);
}

#[test]
fn success_is_whole() {
    let input = input(1);
    let outcome = last(&input, &begun(ID, &input), &success());
    assert_eq!(output(&outcome), json!({"accepted": 1, "rejected": 0, "errors": []}));
    assert!(!outcome.partial && outcome.warnings.is_empty());
}

#[test]
fn every_object_bad_is_told_object_by_object() {
    let input = input(2);
    let response = json_answer(400, &json!({"status": "error", "errors": bad(&["PC-1", "PC-0"])}));
    let outcome = last(&input, &begun(ID, &input), &response);
    let shown = output(&outcome);
    assert!(outcome.partial);
    assert_eq!((&shown["accepted"], &shown["rejected"]), (&json!(0), &json!(2)));
    assert_eq!((&shown["errors"][0]["index"], &shown["errors"][1]["index"]), (&json!(1), &json!(0)));
}

#[test]
fn the_same_object_twice_is_told_apart_by_order() {
    let input = json!({"domain": "tests", "enrichments": [object("A"), object("B"), object("A")]});
    let outcome = last(&input, &begun(ID, &input), &partial(&["A", "A", "A"]));
    let shown = output(&outcome);
    let indexes: Vec<_> = shown["errors"].as_array().unwrap().iter().map(|e| e["index"].clone()).collect();
    assert_eq!(indexes, [json!(0), json!(2), json!(2)]);
    assert_eq!((&shown["accepted"], &shown["rejected"]), (&json!(1), &json!(2)));
    let outcome = last(&input, &begun(ID, &input), &partial(&["unknown"]));
    assert_eq!(output(&outcome)["errors"][0]["index"], Value::Null);
}

#[test]
fn an_object_refused_without_a_reason_is_still_named() {
    let input = input(2);
    let errors = json!([{"identification": [{"name": "device/device/name", "value": "PC-1"}], "errors": []}]);
    let response = json_answer(207, &json!({"status": "partial_success", "errors": errors}));
    assert_eq!(output(&last(&input, &begun(ID, &input), &response))["errors"], json!([{"index": 1}]));
    let errors = json!([{"identification": [{"name": "device/device/name", "value": "PC-0"}],
                         "errors": [{"code": -7, "message": "No."}]}]);
    let response = json_answer(207, &json!({"status": "partial_success", "errors": errors}));
    let shown = output(&last(&input, &begun(ID, &input), &response));
    assert_eq!(shown["errors"], json!([{"index": 0, "code": "-7", "message": "No."}]));
}

#[test]
fn a_refused_request_is_a_failure_until_something_was_accepted() {
    let mut input = input(10_001);
    input["batchSize"] = json!(10_000);
    let refusal = json_answer(400, &json!({"message": "No domain.", "code": "ENRICH_001"}));
    let failure = failed(ID, &input, &refusal);
    assert_eq!((failure.code, failure.provider_code.as_deref()), ("rejected", Some("ENRICH_001")));
    let second = next(&input, &begun(ID, &input), &success());
    let outcome = last(&input, &second, &json_answer(503, &json!({})));
    let shown = output(&outcome);
    assert!(outcome.partial && outcome.warnings[0].contains("from index 10000"));
    assert_eq!((&shown["accepted"], &shown["rejected"]), (&json!(10_000), &json!(1)));
    assert_eq!(shown["errors"][0]["index"], json!(10_000));
}

#[test]
fn only_what_says_so_is_a_success() {
    for (status, body) in [
        (207, json!({"status": "partial_success"})),
        (207, json!({"status": "success"})),
        (200, json!({"status": "error"})),
        (200, json!({"message": "No.", "code": "ENRICH_099"})),
    ] {
        let failure = failed(ID, &input(1), &json_answer(status, &body));
        assert_eq!(failure.code, "malformed-response", "{body}");
    }
}

#[test]
fn values_are_texts_and_whole_numbers_of_known_objects() {
    for (identification, value, code) in [
        (json!([{"name": "device/device/name", "value": "x"}]), json!(7), None),
        (json!([{"name": "device/device/name", "value": "x"}]), json!(""), None),
        (json!([{"name": "device/device/name", "value": ""}]), json!(""), Some("required")),
        (json!([{"name": "device/device/name", "value": "x"}]), json!(1.5), Some("wrong-type")),
        (json!([{"name": "device/device/name", "value": "x"}]), json!(u64::MAX), Some("out-of-range")),
        (json!([{"name": "device/name", "value": "x"}]), json!(7), Some("not-an-option")),
        (json!([]), json!(7), Some("too-few")),
    ] {
        let object =
            json!({"identification": identification, "fields": [{"name": "user/user/ad/city", "value": value}]});
        let input = json!({"domain": "d", "enrichments": [object]});
        match code {
            None => assert_eq!(sent_body(&begun(ID, &input).request), input),
            Some(code) => assert_eq!(refused(ID, &input)[0].1, code, "{input}"),
        }
    }
}

#[test]
fn a_state_from_beyond_the_input_is_refused() {
    let input = input(1);
    let state = br#"[1,"enrichment.write",{"from":1,"accepted":1,"rejected":0,"errors":[]}]"#.to_vec();
    let late = Pending { state, ..begun(ID, &input) };
    assert!(resumed(ID, &input, &late, &success()).is_err());
}

#[test]
fn a_state_whose_numbers_do_not_add_up_is_refused() {
    let input = input(3);
    for (from, accepted, rejected) in [(0, 5, 0), (0, 0, 1), (2, 1, 0), (1, 1, 1), (2, 2, 1), (1, u64::MAX, 2)] {
        let place = json!({"from": from, "accepted": accepted, "rejected": rejected, "errors": []});
        let state = json!([1, ID, place]).to_string().into_bytes();
        let changed = Pending { state, ..begun(ID, &input) };
        for response in [success(), partial(&["PC-2"]), json_answer(503, &json!({}))] {
            let failure = resumed(ID, &input, &changed, &response).unwrap_err();
            assert_eq!(failure.code, "operation-failed", "{place}");
        }
    }
}
