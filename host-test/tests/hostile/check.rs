//! `host-test check`, through the program.

use serde_json::Value;

use super::{Case, all};
use crate::common::made::Made;
use crate::common::program::{Ran, host_test};
use crate::common::recordings::{Folder, changed};

fn check(component: &[u8], arguments: &[&str]) -> Ran {
    let folder = Folder::new();
    let file = folder.file("given.wasm", component);
    host_test(&[&["check", &file], arguments].concat())
}

/// Returns the names of broken rules.
fn broken(report: &Value) -> Vec<&str> {
    let rules = report["rules"].as_array().unwrap().iter();
    rules.filter(|rule| rule["verdict"] == "broken").map(|rule| rule["rule"].as_str().unwrap()).collect()
}

#[track_caller]
fn breaks(made: &Made, rule: &str, what: &str) {
    let report = check(&made.component(), &["--json"]).ended_with(1).json();
    assert!(broken(&report).contains(&rule), "{report:#}");
    let judged = report["rules"].as_array().unwrap().iter().find(|judged| judged["rule"] == rule).unwrap();
    assert!(judged["findings"].to_string().contains(what), "{report:#}");
    assert!(judged["to-do"].as_str().unwrap().ends_with('.'), "{report:#}");
}

#[test]
fn the_built_in_component_keeps_every_rule() {
    let ran = host_test(&["check", "--recordings", "fixtures", "--json"]).succeeded();
    let report = ran.json();
    assert_eq!(report["sound"], true);
    for rule in report["rules"].as_array().unwrap() {
        assert_eq!(rule["verdict"], "ok", "{rule:#}");
    }
    assert_eq!(report["usage"].as_array().unwrap().len(), 12, "every function is called");
}

#[test]
fn a_component_of_the_least_world_is_judged_too() {
    let ran = check(&Made::default().component(), &[]).succeeded();
    assert!(ran.out.starts_with("Made 1.0.0\n✓ loads       imports nothing, exports provider\n"), "{}", ran.out);
    assert!(ran.out.contains("? inputs      not tried: the component does not export `operations`\n"), "{}", ran.out);
}

#[test]
fn each_hostile_component_breaks_its_rule() {
    let mut wrong = Vec::new();
    for Case { name, component, rule, .. } in all() {
        let report = check(&component, &["--json"]).ended_with(1).json();
        if !broken(&report).contains(&rule) {
            wrong.push(format!("{name}: {:?} instead of {rule}", broken(&report)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn answers_that_differ_between_two_identical_calls_are_found() {
    let counting = "(i32.store (global.get $free) (i32.add (i32.load (global.get $free)) (i32.const 1)))
        (if (i32.gt_u (i32.load (global.get $free)) (i32.const 1))
            (then (i32.store offset=16 (global.get $connection) (i32.const 3))))
        (global.get $connection)";
    breaks(&Made::body("resolve", counting), "repeats", "the plugin gave two answers to the same call in `resolve`");
    // A host that takes a new instance for each call does not even notice.
    assert_eq!(super::walk(&Made::body("resolve", counting).component()), Ok(()));
}

#[test]
fn a_pattern_that_does_not_agree_with_the_plugin_is_found() {
    // It accepts anything.
    let made = Made { pattern: Some("[a-z]*"), ..Made::default() };
    breaks(&made, "patterns", "the form of account refuses what the plugin accepts");
    let made = Made { pattern: Some("[a-z]+"), ..Made::default() };
    breaks(&made, "patterns", "does not match an empty value, though the field is not required");
    breaks(&Made { pattern: Some("[a-z"), ..Made::default() }, "patterns", "is not an ECMA-262 expression");
}

#[test]
fn a_form_whose_examples_are_refused_is_found() {
    let refuses = |name| (name, "(global.get $refusal)".to_owned());
    let made = Made { bodies: ["resolve", "token-request"].map(refuses).into(), ..Made::default() };
    breaks(&made, "form", "`resolve` refuses the examples of the definition");
}

#[test]
fn a_definition_that_contradicts_itself_is_found() {
    let made = Made { version: "one", ..Made::default() };
    breaks(&made, "definition", "is not a semantic version");
}

#[test]
fn a_secret_that_is_given_away_is_found() {
    // Hands the second entry, which is the secret, on as the name of the connection.
    let leaking = "(if (i32.ge_u (local.get $number) (i32.const 2)) (then
            (i32.store offset=12 (global.get $connection) (i32.load offset=24 (local.get $address)))
            (i32.store offset=16 (global.get $connection) (i32.load offset=28 (local.get $address)))))
        (global.get $connection)";
    breaks(&Made::body("resolve", leaking), "secrets", "breaks the contract: `label` contains a secret");
}

#[test]
fn a_problem_that_quotes_what_was_entered_is_found() {
    // Refuses the last entry with its text as the message.
    let quoting = "(local $entry i32)
        (local.set $entry (i32.add (local.get $address) (i32.mul (i32.const 16) (i32.sub (local.get $number) (i32.const 1)))))
        (if (local.get $number) (then
            (i32.store offset=20 (i32.load offset=4 (global.get $refusal)) (i32.load offset=8 (local.get $entry)))
            (i32.store offset=24 (i32.load offset=4 (global.get $refusal)) (i32.load offset=12 (local.get $entry)))))
        (global.get $refusal)";
    breaks(&Made::body("resolve", quoting), "secrets", "a problem quotes what was entered");
}

#[test]
fn operations_that_make_no_sense_are_found() {
    let whole = |schema, permission, state| Made { whole: true, schema, permission, state, ..Made::default() };
    for (made, rule) in [
        (whole(r#"{"type":"object"}"#, "no-such", None), "operations"),
        (whole(r#"{"type":7}"#, "read", None), "operations"),
        (whole(r#"{"type":"object","examples":[7]}"#, "read", None), "operations"),
        // It begins with anything.
        (whole(r#"{"type":"object","required":["a"]}"#, "read", Some(10)), "inputs"),
        // It refuses its own example.
        (whole(r#"{"type":"object","examples":[{}]}"#, "read", None), "inputs"),
    ] {
        let report = check(&made.component(), &["--json"]).ended_with(1).json();
        assert!(broken(&report).contains(&rule), "{rule}: {report:#}");
    }
}

#[test]
fn a_schema_that_refers_to_itself_without_end_ends() {
    for schema in
        [r##"{"$ref":"#"}"##, r##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}"##]
    {
        let made = Made { whole: true, schema, state: Some(10), ..Made::default() };
        check(&made.component(), &[]).ended_with(1);
    }
}

#[test]
fn a_recording_that_ends_otherwise_is_found() {
    let folder = Folder::new();
    folder.recording("a.har", &changed("success-eu.har", "/log/_expect/token/kind", "Other"));
    let path = folder.path().to_str().unwrap();
    let ran = host_test(&["check", "--recordings", path]).ended_with(1);
    assert!(ran.out.contains("✗ recordings  /token/kind: expected \"Other\", found \"Bearer\"\n"), "{}", ran.out);
    assert!(ran.out.ends_with("\n11 kept, 1 broken, 0 not tried\n"), "{}", ran.out);
}

#[test]
fn a_file_that_is_no_component_is_judged_and_a_missing_one_is_wrong_use() {
    let ran = check(b"hello", &[]).ended_with(1);
    assert!(ran.out.starts_with("✗ loads       this is not a WebAssembly file\n"), "{}", ran.out);
    let ran = host_test(&["check", "no-such.wasm"]).ended_with(2);
    assert_eq!(ran.err, "error: cannot read no-such.wasm: there is no such file or directory\n");
}
