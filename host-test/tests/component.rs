//! Proves what the built component is: small, without imports, stamped, free of
//! this machine's traces, and the same at every call.

mod common;

use std::env;

use host_test::BUILT_IN;
use host_test::guard::{Connector, OperationCall};
use host_test::model::Response;
use host_test::plugin::{Facts, Limits, Plugin};
use serde_json::Value;
use wit_component::DecodedWasm;

/// Largest component, in bytes: to a registry 300 and 450 KiB are the same, and it
/// leaves room to choose speed before size.
const SIZE: usize = 450 * 1024;

/// Most memory to start with, in bytes.
const MEMORY: u64 = 512 * 1024;

/// What the connector can do, in the contract's words.
const EXPORTS: [&str; 4] = [
    "integration:provider/provider@0.1.0",
    "integration:provider/operations@0.1.0",
    "integration:provider/access@0.1.0",
    "integration:provider/permissions@0.1.0",
];

fn facts() -> Facts {
    Facts::read(BUILT_IN).unwrap()
}

fn connector() -> Connector {
    Connector::new(Plugin::load(BUILT_IN, Limits::default()).unwrap()).unwrap()
}

#[test]
fn nothing_is_imported() {
    assert_eq!(facts().imports, Vec::<String>::new());
}

#[test]
fn everything_the_contract_knows_is_exported_and_nothing_else() {
    assert_eq!(facts().exports, EXPORTS);
    for interface in ["provider", "access", "permissions", "operations"] {
        assert!(facts().exports_interface(interface), "{interface}");
    }
}

#[test]
fn an_independent_reader_finds_the_same_world() {
    let DecodedWasm::Component(resolve, world) = wit_component::decode(BUILT_IN).unwrap() else {
        panic!("this is a package, not a component");
    };
    let world = &resolve.worlds[world];
    assert_eq!(world.imports.keys().count(), 0, "{:?}", world.imports);
    let exports: Vec<_> = world.exports.keys().map(|key| resolve.name_world_key(key)).collect();
    assert_eq!(exports, EXPORTS);
}

#[test]
fn it_has_at_most_450_kib() {
    assert!(BUILT_IN.len() <= SIZE, "{} bytes", BUILT_IN.len());
}

#[test]
fn it_starts_with_at_most_512_kib_of_memory() {
    let minimum = facts().memory_minimum;
    assert!((1..=MEMORY).contains(&minimum), "{minimum} bytes");
}

#[test]
fn metadata_says_what_it_is_and_from_whom() {
    let metadata = facts().metadata;
    let value = |name: &str| {
        let mut values = metadata.iter().filter(|(given, _)| given == name).map(|(_, value)| value.as_str());
        let value = values.next().unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(values.next(), None, "{name} is there twice");
        value
    };
    assert_eq!(value("name"), "nexthink-connector");
    assert_eq!(value("version"), "0.1.0");
    assert_eq!(value("licenses"), "Apache-2.0");
    // Both packages take these from the workspace.
    assert_eq!(value("authors"), env!("CARGO_PKG_AUTHORS"));
    assert_eq!(value("source"), env!("CARGO_PKG_REPOSITORY"));
    assert!(value("source").starts_with("https://"));
    assert!(value("description").contains("Nexthink"));
}

#[test]
fn the_definition_has_the_version_of_the_metadata() {
    let version = connector().definition().version.clone();
    assert!(facts().metadata.contains(&("version".to_owned(), version)));
}

/// Returns where a text begins in the component.
fn find(text: &str) -> Option<usize> {
    assert!(!text.is_empty());
    BUILT_IN.windows(text.len()).position(|window| window == text.as_bytes())
}

#[test]
fn no_path_of_this_machine_is_inside() {
    assert!(find("integration:provider/provider@0.1.0").is_some(), "the search finds nothing");
    let here = common::root().to_str().unwrap().to_owned();
    let cargo = env::var("HOME").map(|home| format!("{home}/.cargo"));
    let homes = [cargo, env::var("CARGO_HOME"), env::var("RUSTUP_HOME")].into_iter().flatten();
    for path in homes.chain([here, "/.cargo".to_owned(), "/.rustup".to_owned()]) {
        assert_eq!(find(&path), None, "{path}");
    }
    let folders = ["home", "root", "tmp", "Users", "usr", "builds", "github"].map(|name| format!("/{name}/"));
    for beginning in folders.iter().map(String::as_str).chain(["C:\\", "D:\\"]) {
        assert_eq!(find(beginning), None, "{beginning}");
    }
}

#[test]
fn paths_of_sources_are_those_that_the_build_puts_in_their_place() {
    const NEUTRAL: [&str; 5] = ["/rustc/", "/rust/", "/registry/", "/connector/", "/target/"];
    let is_path = |b: &u8| b.is_ascii_alphanumeric() || b"/._-+".contains(b);
    let ends: Vec<_> = (3..=BUILT_IN.len()).filter(|end| &BUILT_IN[end - 3..*end] == b".rs").collect();
    assert!(!ends.is_empty(), "without any path this proves nothing");
    for end in ends {
        let length = BUILT_IN[..end].iter().rev().take_while(|b| is_path(b)).count();
        let path = std::str::from_utf8(&BUILT_IN[end - length..end]).unwrap();
        let Some(slash) = path.find('/') else { continue };
        // Texts lie side by side in a component, so the end of another one may
        // stand before a path. The connector's own are relative.
        let own = path[..slash].ends_with("src");
        assert!(own || NEUTRAL.iter().any(|beginning| path[slash..].starts_with(beginning)), "{path}");
    }
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
}

/// Takes a connector through all four functions and writes down all it said,
/// secrets included.
fn transcript(connector: &Connector) -> Vec<String> {
    let good = connector.entries(pairs(&[
        ("instance", "https://nxdocs.data.eu.nexthink.cloud/"),
        ("region", ""),
        ("client_id", "someone"),
        ("client_secret", "something"),
    ]));
    let bad = connector.entries(pairs(&[("instance", "a b"), ("region", "moon"), ("colour", "red")]));
    let mut said = vec![format!("{:?}", connector.definition())];
    let connection = connector.resolve(&good).unwrap().unwrap();
    said.push(format!("{connection:?}"));
    let exchange = connector.token_request(&good, Ok(&connection)).unwrap().unwrap();
    said.push(format!("{exchange:?} {:?}", *exchange.request.body));
    for (name, value) in &exchange.request.headers {
        said.push(format!("{name}: {}", value.expose()));
    }
    let problems = connector.resolve(&bad).unwrap().unwrap_err();
    said.push(format!("{problems:?} {:?}", connector.token_request(&bad, Err(&problems)).unwrap().unwrap_err()));
    for (status, body) in [
        (200, r#"{"access_token":"t","token_type":"Bearer","expires_in":900,"scope":"a b"}"#),
        (401, r#"{"error":"invalid_client","error_description":"no"}"#),
        (429, "wait"),
    ] {
        let headers = pairs(&[("content-type", "application/json"), ("retry-after", "Thu, 15 Jan 2026 09:31:00 GMT")]);
        let response = Response { status, headers, body: body.into(), received_at: 1_768_469_400 };
        let verdict = connector.token_response(&response, &good).unwrap();
        said.push(format!("{verdict:?} {:?}", verdict.as_ref().ok().map(|token| token.value.expose().to_owned())));
    }
    said
}

#[test]
fn the_same_arguments_give_the_same_answer() {
    let first = connector();
    let said = transcript(&first);
    assert!(said.iter().any(|line| line == "authorization: Basic c29tZW9uZTpzb21ldGhpbmc="), "{said:?}");
    // Again, from the same plugin and from one that was loaded anew.
    assert_eq!(transcript(&first), said);
    assert_eq!(transcript(&connector()), said);
}

/// Most units of fuel for the smallest input, an instance included, whichever compiler
/// built the component.
const START: u64 = 70_000;

/// Operations whose smallest input is not that small, and may take more.
const RICH: [&str; 2] = ["campaigns.trigger", "enrichment.write"];

/// Leaves only what a schema requires in its example.
fn smallest(schema: &Value, example: &Value) -> Value {
    match example {
        Value::Object(members) => {
            let required = schema["required"].as_array();
            let kept = |name: &str| required.is_some_and(|names| names.iter().any(|required| required == name));
            let member =
                |(name, value): (&String, &Value)| (name.clone(), smallest(&schema["properties"][name], value));
            Value::Object(members.iter().filter(|(name, _)| kept(name)).map(member).collect())
        }
        Value::Array(items) => items.iter().take(1).map(|item| smallest(&schema["items"], item)).collect(),
        other => other.clone(),
    }
}

#[test]
fn starting_an_operation_with_little_costs_little() {
    let connector = connector();
    let with = |fuel| {
        let limits = Limits { operation_fuel: fuel, ..Limits::default() };
        Connector::new(Plugin::load(BUILT_IN, limits).unwrap()).unwrap()
    };
    let (meagre, rich) = (with(START), with(START * 3 / 2));
    let pairs = [("instance", "nxdocs"), ("region", "eu"), ("client_id", "some-client"), ("client_secret", "s")];
    let entries = connector.entries(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    let connection = connector.resolve(&entries).unwrap().unwrap();
    for operation in connector.operations().unwrap() {
        let input = smallest(&operation.input_schema, &operation.input_schema["examples"][0]).to_string();
        let call = OperationCall {
            connection: &connection,
            entries: &entries,
            token: None,
            operation: &operation,
            input: &input,
        };
        let started = if RICH.contains(&operation.id.as_str()) { rich.start(call) } else { meagre.start(call) };
        assert!(matches!(started, Ok(Ok(_))), "{}: {started:?}", operation.id);
    }
}

#[test]
fn whatever_the_input_is_there_is_a_problem_and_no_trap() {
    let connector = connector();
    let pairs = [("instance", "nxdocs"), ("region", "eu"), ("client_id", "some-client"), ("client_secret", "s")];
    let entries = connector.entries(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    let connection = connector.resolve(&entries).unwrap().unwrap();
    let operations = connector.operations().unwrap();
    let wrapped = |value: &str| format!(r#"{{"queryId":{value}}}"#);
    let longest = 16 << 20;
    for (input, what) in [
        (String::new(), "nothing"),
        (wrapped("7"), "a wrong type"),
        (wrapped(&format!("{}{}", "[".repeat(2000), "]".repeat(2000))), "2,000 levels of lists"),
        (format!("{}1{}", r#"{"queryId":"#.repeat(2000), "}".repeat(2000)), "2,000 levels of objects"),
        (wrapped(&format!("\"{}\"", "a".repeat(longest - 20))), "16 MiB of text"),
        (wrapped(&format!("[{}0]", "0,".repeat(longest / 2 - 20))), "16 MiB of items"),
        (wrapped(&"[".repeat(longest - 20)), "16 MiB of levels"),
        ("a".repeat(64 << 20), "more than is taken"),
        (wrapped(r#""ab\u0000""#), "NUL"),
        (wrapped(r#""\ud800""#), "a lone surrogate"),
        (wrapped("9007199254740993"), "a number beyond 2^53"),
        (r##"{"queryId":"#ab","query":"devices"}"##.to_owned(), "an unknown member"),
    ] {
        let call = OperationCall {
            connection: &connection,
            entries: &entries,
            token: None,
            operation: &operations[0],
            input: &input,
        };
        let problems = connector.start(call).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(problems.is_err_and(|problems| !problems.is_empty()), "{what}");
    }
}

/// Found by fuzzing: the clock of the component's target cannot say it.
#[test]
fn a_date_before_1970_is_no_time_to_wait_and_no_trap() {
    let connector = connector();
    for date in ["1969-12-31T23:59:59Z", "1013-01-15T11:32:00+02:00", "Wed, 31 Dec 1969 23:59:59 GMT"] {
        let response =
            Response { status: 429, headers: pairs(&[("retry-after", date)]), body: Vec::new(), received_at: 0 };
        let nothing = connector.entries(Vec::new());
        let failure = connector.token_response(&response, &nothing).expect(date);
        assert_eq!(failure.unwrap_err().retry_after, None, "{date}");
    }
}
