//! Components made to do harm, and what the host returns for each.

use connector_core::{Error, OperationCall};
use connector_host::{Component, Connector, Limits};
use test_support::TestComponent;
use test_support::hostile::{Case, cases};

use super::{CONNECTOR, entries, response};

/// Goes all the way from a file to the first step of an operation, and returns where it
/// ended otherwise: the code and the message.
fn walk(component: &[u8]) -> Result<(), (&'static str, String)> {
    let component = Component::load(component, Limits::default()).map_err(|error| (error.code(), error.to_string()))?;
    connect(component).map_err(|error| match error {
        Error::Connector(error) => (error.code(), error.to_string()),
        error => panic!("{error}"),
    })
}

fn connect(component: Component) -> Result<(), Error> {
    let connector = Connector::new(component)?;
    let opened = connector.open(entries(&connector, &[("account", "acme"), ("password", "pass-Word-0123456789")]))?;
    for status in [200, 400] {
        allowed(connector.token_response(&opened, &response(status, &[], "{}")))?;
    }
    for operation in connector.operations()? {
        allowed(connector.start(OperationCall { opened: &opened, token: None, operation, input: "{}" }))?;
    }
    Ok(())
}

/// Lets problems and failures pass, which do no harm.
fn allowed<T>(result: Result<T, Error>) -> Result<(), Error> {
    match result {
        Err(error @ Error::Connector(_)) => Err(error),
        _ => Ok(()),
    }
}

#[test]
fn a_sound_component_does_no_harm() {
    for component in [TestComponent::provider(), TestComponent::connector(), TestComponent::connector().with_step()] {
        assert_eq!(walk(&component.build()), Ok(()));
    }
}

#[test]
fn each_hostile_component_gets_an_error_of_its_own_kind() {
    let mut wrong = Vec::new();
    for Case { name, component, code, message, .. } in cases() {
        let ended = walk(&component);
        if ended != Err((code, message.clone())) {
            wrong.push(format!("{name}: {ended:?} instead of {code}: {message}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_address_that_looks_like_a_tenant_is_refused() {
    for address in [
        "https://acme.eu.nexthink.cloud@evil.example/",
        "https://evil.example\\@acme.eu.nexthink.cloud/",
        "https://acme.eu.nexthink.cloud:8443/",
        "https://аcme.eu.nexthink.cloud/",
        "https://acme\t.eu.nexthink.cloud/",
    ] {
        match CONNECTOR.resolve(&entries(&CONNECTOR, &[("instance", address)])) {
            Err(Error::Refused(problems)) => assert_eq!(
                (problems[0].field.as_deref(), problems[0].code.as_str()),
                (Some("instance"), "bad-format"),
                "{address:?}"
            ),
            other => panic!("{address:?}: {other:?}"),
        }
    }
}
