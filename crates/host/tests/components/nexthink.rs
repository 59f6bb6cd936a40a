//! What the built component is: small, without imports, stamped, free of this machine's
//! traces, and the same at every call.

use std::env;

use connector_core::{Error, GrantedToken, Interface, OperationCall};
use connector_host::records::{Problem, Recovery};
use connector_host::{Component, ComponentInfo, Connector, Limits};
use nexthink_component::NEXTHINK;
use serde_json::Value;
use test_support::root;
use wit_component::DecodedWasm;

use super::{CONNECTOR, accepted, connector, entries, response, start};

/// Largest component, in bytes: to a registry 300 and 450 KiB are the same, and it
/// leaves room to choose speed before size.
const SIZE: usize = 450 * 1024;

/// Most memory to start with, in bytes.
const MEMORY: u64 = 512 * 1024;

/// What the connector can do, in the contract's words.
const EXPORTS: [&str; 7] = [
    "integration:provider/types@0.1.0",
    "integration:provider/token@0.1.0",
    "integration:provider/client-credentials@0.1.0",
    "integration:provider/access@0.1.0",
    "integration:provider/permissions@0.1.0",
    "integration:provider/operations@0.1.0",
    "integration:provider/provider@0.1.0",
];

fn info() -> ComponentInfo {
    ComponentInfo::read(NEXTHINK).unwrap()
}

#[test]
fn the_token_before_is_hidden_where_a_provider_repeats_it() {
    let opened = CONNECTOR.open(accepted()).unwrap();
    let read = |status, previous: Option<&GrantedToken>, body: &str| {
        CONNECTOR.renewed_token(&opened, previous, &response(status, &[("content-type", "application/json")], body))
    };
    let first = r#"{"token_type":"Bearer","expires_in":900,"access_token":"an.old/token"}"#;
    let before = GrantedToken::new(read(200, None, first).unwrap(), 1);
    let refused = r#"{"error":"invalid_client","error_description":"an.old/token is revoked"}"#;
    let Err(Error::Failed(failure)) = read(401, Some(&before), refused) else { panic!("it is no failure") };
    assert_eq!(failure.provider_message.as_deref(), Some("••• is revoked"));
    let second = r#"{"token_type":"Bearer","expires_in":900,"access_token":"a.new/token","scope":"an.old%2Ftoken"}"#;
    assert_eq!(read(200, Some(&before), second).unwrap().scopes, ["•••"]);
}

#[test]
fn nothing_is_imported() {
    assert_eq!(info().imports, Vec::<String>::new());
}

#[test]
fn every_interface_of_the_contract_is_exported_and_nothing_else() {
    assert_eq!(info().exports, EXPORTS);
    for interface in [
        Interface::Provider,
        Interface::Token,
        Interface::ClientCredentials,
        Interface::Access,
        Interface::Permissions,
        Interface::Operations,
    ] {
        assert!(CONNECTOR.offers(interface), "{interface:?}");
    }
}

#[test]
fn an_independent_reader_finds_the_same_world() {
    let DecodedWasm::Component(resolve, world) = wit_component::decode(NEXTHINK).unwrap() else {
        panic!("this is a package, not a component");
    };
    let world = &resolve.worlds[world];
    assert_eq!(world.imports.keys().count(), 0, "{:?}", world.imports);
    let exports: Vec<_> = world.exports.keys().map(|key| resolve.name_world_key(key)).collect();
    assert_eq!(exports, EXPORTS);
}

#[test]
fn it_has_at_most_450_kib() {
    assert!(NEXTHINK.len() <= SIZE, "{} bytes", NEXTHINK.len());
}

#[test]
fn it_starts_with_at_most_512_kib_of_memory() {
    let minimum = info().memory_minimum;
    assert!((1..=MEMORY).contains(&minimum), "{minimum} bytes");
}

#[test]
fn metadata_is_that_of_the_package() {
    let metadata = info().metadata;
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
    let version = CONNECTOR.definition().version.clone();
    assert!(info().metadata.contains(&("version".to_owned(), version)));
}

/// Returns where a text begins in the component.
fn find(text: &str) -> Option<usize> {
    assert!(!text.is_empty());
    NEXTHINK.windows(text.len()).position(|window| window == text.as_bytes())
}

#[test]
fn no_path_of_this_machine_is_inside() {
    assert!(find("integration:provider/provider@0.1.0").is_some(), "the search finds nothing");
    let here = root().to_str().unwrap().to_owned();
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
fn paths_of_sources_are_neutral() {
    const NEUTRAL: [&str; 5] = ["/rustc/", "/rust/", "/registry/", "/connector/", "/target/"];
    let is_path = |b: &u8| b.is_ascii_alphanumeric() || b"/._-+".contains(b);
    let ends: Vec<_> = (3..=NEXTHINK.len()).filter(|end| &NEXTHINK[end - 3..*end] == b".rs").collect();
    assert!(!ends.is_empty(), "without any path this proves nothing");
    for end in ends {
        let length = NEXTHINK[..end].iter().rev().take_while(|b| is_path(b)).count();
        let path = std::str::from_utf8(&NEXTHINK[end - length..end]).unwrap();
        let Some(slash) = path.find('/') else { continue };
        // Texts lie side by side in a component, so the end of another one may
        // stand before a path. Those of this workspace are relative.
        let own = ["src", "crates"].iter().any(|folder| path[..slash].ends_with(folder));
        assert!(own || NEUTRAL.iter().any(|beginning| path[slash..].starts_with(beginning)), "{path}");
    }
}

fn problems<T>(result: Result<T, Error>) -> Vec<Problem> {
    match result {
        Err(Error::Refused(problems)) => problems,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it was accepted"),
    }
}

/// Takes a connector through all functions of the provider and writes down what it
/// returned, secrets included.
fn transcript(connector: &Connector) -> Vec<String> {
    let good = entries(
        connector,
        &[
            ("instance", "https://nxdocs.data.eu.nexthink.cloud/"),
            ("region", ""),
            ("client_id", "someone"),
            ("client_secret", "something"),
        ],
    );
    let bad = || entries(connector, &[("instance", "a b"), ("region", "moon"), ("colour", "red")]);
    let opened = connector.open(good).unwrap();
    let request = &opened.rehearsed().unwrap().request;
    let mut lines = vec![format!("{:?}", connector.definition())];
    lines.push(format!("{:?} {:?} {:?}", opened.connection(), opened.rehearsed().unwrap(), &*request.body));
    lines.extend(request.headers.iter().map(|(name, value)| format!("{name}: {}", value.expose())));
    lines.push(format!("{:?} {:?}", problems(connector.resolve(&bad())), problems(connector.open(bad()))));
    for (status, body) in [
        (200, r#"{"access_token":"t","token_type":"Bearer","expires_in":900,"scope":"a b"}"#),
        (401, r#"{"error":"invalid_client","error_description":"no"}"#),
        (429, "wait"),
    ] {
        let headers = [("content-type", "application/json"), ("retry-after", "Thu, 15 Jan 2026 09:31:00 GMT")];
        let read = connector.token_response(&opened, &response(status, &headers, body));
        lines.push(format!("{read:?} {:?}", read.as_ref().ok().map(|token| token.value.expose().to_owned())));
    }
    lines
}

#[test]
fn the_same_arguments_give_the_same_result() {
    let lines = transcript(&CONNECTOR);
    assert!(lines.iter().any(|line| line == "authorization: Basic c29tZW9uZTpzb21ldGhpbmc="), "{lines:?}");
    // Again, from the same component and from one that was loaded anew.
    assert_eq!(transcript(&CONNECTOR), lines);
    assert_eq!(transcript(&connector(NEXTHINK)), lines);
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
    let component = Component::load(NEXTHINK, Limits::default()).unwrap().examined();
    let connector = Connector::new(component).unwrap();
    let opened = connector.open(accepted()).unwrap();
    for operation in connector.operations().unwrap() {
        connector.component().take_usage();
        let input = smallest(&operation.input_schema, &operation.input_schema["examples"][0]).to_string();
        let call = OperationCall { opened: &opened, token: None, operation, input: &input };
        let started = connector.start(call);
        assert!(started.is_ok(), "{}: {started:?}", operation.id);
        let (_, used) = connector.component().take_usage()[0];
        let most = if RICH.contains(&operation.id.as_str()) { START * 3 / 2 } else { START };
        assert!(used.fuel <= most, "{}: {} units", operation.id, used.fuel);
    }
}

#[test]
fn whatever_the_input_is_there_is_a_problem_and_no_trap() {
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
        match start(&CONNECTOR, "nql.execute", &input) {
            Err(Error::Refused(problems)) => assert!(!problems.is_empty(), "{what}"),
            other => panic!("{what}: {other:?}"),
        }
    }
}

/// Found by fuzzing: the clock of the component's target has no such times.
#[test]
fn a_date_before_1970_is_no_time_to_wait_and_no_trap() {
    let opened = CONNECTOR.open(accepted()).unwrap();
    for date in ["1969-12-31T23:59:59Z", "1013-01-15T11:32:00+02:00", "Wed, 31 Dec 1969 23:59:59 GMT"] {
        match CONNECTOR.token_response(&opened, &response(429, &[("retry-after", date)], "")) {
            Err(Error::Failed(failure)) => assert_eq!(failure.recovery, Recovery::Retry(None), "{date}"),
            other => panic!("{date}: {other:?}"),
        }
    }
}
