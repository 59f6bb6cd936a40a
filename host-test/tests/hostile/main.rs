//! Components made to do harm, and what the host says to each.
//!
//! They are core modules in text, wrapped when the test runs: a compiler for Rust
//! would not write most of them, such as texts that are no UTF-8 or discriminants that
//! no type has, and building them ahead would take longer than all the tests.

#[path = "../common/mod.rs"]
mod common;

mod calls;
mod loading;
mod requests;
mod values;

use host_test::guard::{Connector, OperationCall, PluginError};
use host_test::model::Response;
use host_test::plugin::{Limits, Plugin};

use common::made::Made;

/// Names a component that does harm, what the host says to it, and which rule of
/// `connector-check` it breaks.
struct Case {
    name: &'static str,
    component: Vec<u8>,
    code: &'static str,
    message: &'static str,
    #[allow(dead_code, reason = "the tests of connector-check read it")]
    rule: &'static str,
}

/// Returns every case.
fn all() -> Vec<Case> {
    [loading::cases(), calls::cases(), values::cases(), requests::cases()].into_iter().flatten().collect()
}

/// Goes all the way from a file to the first step of an operation, and returns where it
/// ended otherwise: the code and the sentence.
fn walk(component: &[u8]) -> Result<(), (&'static str, String)> {
    let plugin = match Plugin::load(component, Limits::default()) {
        Ok(plugin) => plugin,
        Err(error) => return Err((error.code(), error.to_string())),
    };
    connect(plugin).map_err(|error| (error.code(), error.to_string()))
}

fn connect(plugin: Plugin) -> Result<(), PluginError> {
    let connector = Connector::new(plugin)?;
    let pairs = [("account", "acme"), ("password", "pass-Word-0123456789")];
    let entries = connector.entries(pairs.map(|(key, text)| (key.to_owned(), text.to_owned())).into());
    let resolved = connector.resolve(&entries)?;
    let Ok(_) = connector.token_request(&entries, resolved.as_ref().map_err(Vec::as_slice))? else { return Ok(()) };
    for status in [200, 400] {
        let response = Response { status, headers: Vec::new(), body: b"{}".to_vec(), received_at: 0 };
        let _ = connector.token_response(&response, &entries)?;
    }
    for operation in connector.operations()? {
        let connection = resolved.as_ref().expect("the guard refuses a request without a connection");
        let call = OperationCall { connection, entries: &entries, token: None, operation: &operation, input: "{}" };
        let _ = connector.start(call)?;
    }
    Ok(())
}

#[test]
fn what_all_of_them_are_made_from_does_no_harm() {
    assert_eq!(walk(&Made::default().component()), Ok(()));
    assert_eq!(walk(&Made { whole: true, ..Made::default() }.component()), Ok(()));
    assert_eq!(walk(&Made { whole: true, state: Some(100), ..Made::default() }.component()), Ok(()));
}

#[test]
fn each_gets_an_error_of_its_own_kind() {
    let mut wrong = Vec::new();
    for Case { name, component, code, message, .. } in all() {
        let said = walk(&component);
        if said != Err((code, message.to_owned())) {
            wrong.push(format!("{name}: {said:?} instead of {code}: {message}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
