//! `operations` and `call`, against recordings.

use serde_json::{Value, json};

use super::{assert_refused, host_test};
use crate::recordings::{Folder, changed, read};

const EXECUTE: &str = "fixtures/operations/nql-execute.har";
const EXPORT: &str = "fixtures/operations/nql-export.har";
const QUERY: &str = r##"{"queryId":"#device_by_name","parameters":{"device_name":"PC-0000001"}}"##;

#[test]
fn every_operation_is_listed_with_permission_and_effect() {
    let ran = host_test(&["operations"]).succeeded();
    assert_eq!(ran.out.lines().count(), 17, "{}", ran.out);
    assert!(ran.out.contains("nql.export  ") && ran.out.contains("data-management  destructive\n"), "{}", ran.out);
    let report = host_test(&["operations", "--json"]).succeeded().json();
    assert_eq!(report["operations"].as_array().map(Vec::len), Some(17));
}

#[test]
fn an_operation_is_explained_down_to_the_members_of_its_input() {
    let ran = host_test(&["operations", "enrichment.write"]).succeeded();
    for text in [
        "Write fields (enrichment.write)",
        "\nEffect: write\n",
        "  enrichments (list of objects, required)\n",
        "    identification (list of objects, required)\n",
        "\nExample\n{\"domain\":",
        "\nOutput\n  accepted (integer, required)\n",
    ] {
        assert!(ran.out.contains(text), "{text}: {}", ran.out);
    }
    let report = host_test(&["operations", "nql.export", "--json"]).succeeded().json();
    assert_eq!(report["output-schema"]["contentMediaType"], "text/csv");
    assert_eq!(report["input-schema"]["examples"][0]["compression"], "GZIP");
}

#[test]
fn an_operation_that_does_not_exist_is_refused() {
    let sentence = "there is no operation `nql.sing`; `host-test operations` lists them";
    assert_refused(&["operations", "nql.sing"], 2, "wrong-use", sentence);
    assert_refused(&["call", "nql.sing", "--recording", EXECUTE], 2, "wrong-use", sentence);
}

#[test]
fn an_outcome_is_printed_as_the_operation_gave_it() {
    let call = ["call", "nql.execute", "--input", QUERY, "--recording", EXECUTE];
    let output: Value = host_test(&call).succeeded().json();
    let expected = read("operations/nql-execute.har");
    assert_eq!(output, expected["log"]["_expect"]["outcome"]["output"]);
    let report = host_test(&[&call[..], &["--json"]].concat()).succeeded().json();
    assert_eq!(report, json!({ "outcome": { "output": output, "partial": false, "warnings": [] } }));
}

#[test]
fn a_result_is_written_to_a_file_that_is_not_there_yet() {
    let folder = Folder::new();
    let out = folder.path().join("rows.csv");
    let out = out.to_str().unwrap();
    let call =
        ["call", "nql.export", "--input", r##"{"queryId":"#export_devices"}"##, "--recording", EXPORT, "--out", out];
    let ran = host_test(&call).ended_with(0);
    assert_eq!((ran.out.as_str(), ran.err), ("", format!("wrote {out}, 45 bytes\n")));
    assert_eq!(std::fs::read_to_string(out).unwrap(), "device.name,device.entity\r\nPC-0000001,Paris\r\n");
    assert_refused(&call, 2, "wrong-use", &format!("{out} exists; --force overwrites it"));
    let report = host_test(&[&call[..], &["--force", "--json"]].concat()).succeeded().json();
    assert_eq!(report["download"]["bytes"], 45);
}

#[test]
fn a_file_and_a_report_do_not_share_standard_output() {
    let call = ["call", "nql.export", "--input", r##"{"queryId":"#export_devices"}"##, "--recording", EXPORT];
    assert_refused(&call, 2, "wrong-use", "nql.export ends with a file; --out FILE names where to put it");
}

#[test]
fn steps_are_printed_when_asked_for_and_no_link_is() {
    let call = ["call", "nql.export", "--input", r##"{"queryId":"#export_devices"}"##, "--recording", EXPORT];
    let ran = host_test(&[&call[..], &["--verbose"]].concat()).ended_with(0);
    let steps = ran.err.lines().filter(|line| !line.contains(" bytes after ")).count();
    assert_eq!((steps, ran.err.lines().count()), (3, 6), "{}", ran.err);
    assert!(ran.err.starts_with("Starting the export\n") && !ran.err.contains("Signature"), "{}", ran.err);
}

#[test]
fn an_outcome_other_than_the_expected_one_is_named() {
    let folder = Folder::new();
    let file = folder.recording("a.har", &changed("operations/nql-execute.har", "/log/_expect/outcome/output/rows", 2));
    let ran = host_test(&["run", &file]).ended_with(1);
    assert!(ran.out.contains("unexpected  /outcome/output/rows: expected 2, found 1\n"), "{}", ran.out);
    let bytes = changed("operations/nql-export.har", "/log/_expect/download/text", "something else");
    let ran = host_test(&["run", &folder.recording("b.har", &bytes)]).ended_with(1);
    assert!(ran.out.contains("unexpected  /download/text: expected"), "{}", ran.out);
}

#[test]
fn a_recording_of_an_operation_is_played_to_its_end() {
    let folder = Folder::new();
    let mut left_over = read("operations/nql-execute.har");
    let entry = left_over["log"]["entries"][0].clone();
    left_over["log"]["entries"].as_array_mut().unwrap().push(entry);
    let ran = host_test(&["run", &folder.recording("a.har", &left_over)]).ended_with(1);
    assert!(ran.out.contains("1 recorded exchange(s) were never asked for"), "{}", ran.out);
    let other = changed("operations/nql-execute.har", "/log/_scenario/input/parameters/device_name", "PC-2");
    let ran = host_test(&["run", &folder.recording("b.har", &other)]).ended_with(1);
    assert!(ran.out.contains("the request is not the recorded one (exchange 0)"), "{}", ran.out);
}

#[test]
fn a_text_as_input_is_handed_in_as_it_stands() {
    let folder = Folder::new();
    let mut broken = changed("operations/nql-execute.har", "/log/_scenario/input", "{");
    broken["log"]["entries"] = json!([]);
    let report = host_test(&["run", "--json", &folder.recording("a.har", &broken)]).ended_with(1).json();
    assert!(report["recordings"][0]["outcome"]["problems"][0]["code"].is_string(), "{report}");
}
