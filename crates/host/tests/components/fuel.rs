//! What calls cost, in units of fuel. The same component takes the same on every machine,
//! so the table in `fuel.txt` is exact, and `make fuel` writes it anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use connector_host::{ApiCall, Component, Connector, Limits};
use nexthink_component::{COMPILER, NEXTHINK};
use test_support::root;

use super::recording::{Credentials, Recording};
use super::{accepted, response};

/// What calls may take more than the table has, in percent.
const TOLERANCE: u64 = 5;

/// The same for a component of another compiler than the table's: Debian's is older.
const OTHER_COMPILER: u64 = 30;

/// Recordings of connections that show each way to go.
const CONNECTIONS: [&str; 8] = [
    "success-eu.har",
    "pasted-address-url.har",
    "problem-everything-missing.har",
    "failure-invalid-client-okta.har",
    "failure-html.har",
    "failure-429-http-date.har",
    "failure-longest-answer.har",
    "permissions-some-missing.har",
];

/// Fuel by recording and function.
type Table = BTreeMap<(String, String), u64>;

async fn measured() -> Table {
    let component = Component::load(NEXTHINK, Limits::default()).unwrap().examined();
    let connector = Arc::new(Connector::new(component).unwrap());
    let mut table = Table::new();
    let mut take = |of: &str| {
        for (function, usage) in connector.component().take_usage() {
            table.insert((of.to_owned(), function.to_string()), usage.fuel);
        }
    };
    take("definition");
    let operations = connector.operations().unwrap();
    take("definition");
    let files = operations.iter().map(|operation| plainest(&operation.id));
    let credentials = Credentials { id: "some-client", secret: "some-secret" };
    for file in CONNECTIONS.map(str::to_owned).into_iter().chain(files) {
        let recording = Recording::read(&fixture(&file), &connector, credentials);
        recording.play(&connector).await;
        take(&file);
    }
    let opened = connector.open(accepted()).unwrap();
    let call = ApiCall { method: "GET".into(), path_and_query: "/api/v1/workflows".into(), ..ApiCall::default() };
    connector.api_request(&opened, &call).unwrap();
    let granted = granted(&connector).await;
    take("a call of the API");
    connector.api_response(&opened, Some(&granted), &response(200, &[], "[]")).unwrap();
    take("a call of the API");
    table
}

/// Returns a token.
async fn granted(connector: &Arc<Connector>) -> Arc<connector_core::GrantedToken> {
    let credentials = Credentials { id: "some-client", secret: "some-secret" };
    let played = Recording::read(&fixture("success-eu.har"), connector, credentials).play(connector).await;
    played.token.unwrap().unwrap()
}

fn fixture(file: &str) -> PathBuf {
    root().join("fixtures").join(file)
}

/// Returns the name of the shortest recording of an operation, by its name.
fn plainest(operation: &str) -> String {
    let stem = operation.replace('.', "-");
    let names =
        fs::read_dir(fixture("operations")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let of_it = names.filter(|name| name.starts_with(&stem) && !name.contains("-problem-"));
    format!("operations/{}", of_it.min_by_key(|name| (name.len(), name.clone())).unwrap())
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/components/fuel.txt")
}

fn written(table: &Table) -> String {
    let head = format!("# Units of fuel, written by `make fuel`. {COMPILER}\n");
    table.iter().fold(head, |text, ((of, function), fuel)| format!("{text}{of}\t{function}\t{fuel}\n"))
}

fn read(text: &str) -> Table {
    let rows = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let parts: Vec<_> = line.split('\t').collect();
        let [of, function, fuel] = parts[..] else { panic!("not a row: {line}") };
        ((of.to_owned(), function.to_owned()), fuel.parse().unwrap())
    });
    rows.collect()
}

/// Returns rows that cost more than they may, are new, or are gone.
fn grown(known: &Table, found: &Table, tolerance: u64) -> Vec<String> {
    let gone = known.keys().filter(|key| !found.contains_key(*key)).map(|key| format!("{key:?} is no longer measured"));
    let more = found.iter().filter_map(|(key, fuel)| match known.get(key) {
        None => Some(format!("{key:?} is not in the table")),
        Some(before) if *fuel * 100 > before * (100 + tolerance) => Some(format!("{key:?}: {before}, now {fuel}")),
        Some(_) => None,
    });
    gone.chain(more).collect()
}

#[tokio::test]
async fn no_call_takes_more_fuel_than_it_did() {
    let found = measured().await;
    if env::var_os("WRITE_FUEL").is_some() {
        fs::write(file(), written(&found)).unwrap();
        return;
    }
    let text = fs::read_to_string(file()).unwrap();
    let tolerance = if text.lines().next().unwrap().ends_with(COMPILER) { TOLERANCE } else { OTHER_COMPILER };
    let grown = grown(&read(&text), &found, tolerance);
    assert!(grown.is_empty(), "{}\nIf it has to be so: make fuel", grown.join("\n"));
}

#[test]
fn every_function_of_the_contract_is_in_the_table() {
    let table = read(&fs::read_to_string(file()).unwrap());
    for function in [
        "describe",
        "resolve",
        "token-request",
        "token-response",
        "authorize",
        "api-request",
        "api-response",
        "probes",
        "read-probe",
        "list-operations",
        "start",
        "resume",
    ] {
        assert!(table.keys().any(|(_, name)| name == function), "{function}");
    }
}

#[test]
fn growth_is_told_from_noise() {
    let row = |fuel| Table::from([(("a".to_owned(), "resolve".to_owned()), fuel)]);
    assert_eq!(grown(&row(1000), &row(1050), 5), Vec::<String>::new());
    assert_eq!(grown(&row(1000), &row(1051), 5).len(), 1);
    assert_eq!(grown(&row(1000), &Table::new(), 5).len(), 1);
    assert_eq!(grown(&Table::new(), &row(1), 5).len(), 1);
}
