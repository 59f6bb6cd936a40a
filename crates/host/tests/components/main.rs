//! Components: what is loaded, how calls end, and what the Nexthink connector is.

mod calls;
mod child_compiler;
mod contract;
mod fuel;
mod hostile;
mod kept_code;
mod loading;
mod nexthink;
mod recording;
mod secrets;

use std::sync::LazyLock;

use connector_core::{Error, OperationCall};
use connector_host::records::{Response, Step};
use connector_host::{CallError, Component, Connector, ConnectorError, Entries, Limits};
use nexthink_component::NEXTHINK;
use test_support::TestComponent;

/// The Nexthink connector, compiled once.
static CONNECTOR: LazyLock<Connector> = LazyLock::new(|| connector(NEXTHINK));

fn connector(component: &[u8]) -> Connector {
    Connector::new(Component::load(component, Limits::default()).unwrap()).unwrap()
}

fn made(component: &TestComponent) -> Connector {
    connector(&component.build())
}

fn entries(connector: &Connector, pairs: &[(&str, &str)]) -> Entries {
    connector.entries(owned(pairs))
}

/// Entries that the Nexthink connector accepts.
fn accepted() -> Entries {
    entries(
        &CONNECTOR,
        &[
            ("instance", "nxdocs"),
            ("region", "eu"),
            ("client_id", "some-client"),
            ("client_secret", "some-secret-0123"),
        ],
    )
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn response(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Response {
    Response { status, headers: owned(headers), body: body.into().into(), received_at: 1_768_469_400 }
}

/// Starts an operation of the Nexthink connector.
fn start(connector: &Connector, operation: &str, input: &str) -> Result<Step, Error> {
    let opened = CONNECTOR.open(accepted())?;
    let operations = connector.operations()?;
    let operation = operations.iter().find(|offered| offered.id == operation).unwrap();
    connector.start(OperationCall { opened: &opened, token: None, operation, input })
}

/// Returns why a call did not return.
#[track_caller]
fn call_error<T>(result: Result<T, Error>) -> CallError {
    match result.err().expect("the call does not return") {
        Error::Connector(error) => match &*error {
            ConnectorError::Call(error) => error.clone(),
            ConnectorError::Output(error) => panic!("the call returned: {error}"),
        },
        error => panic!("the call returned: {error}"),
    }
}
