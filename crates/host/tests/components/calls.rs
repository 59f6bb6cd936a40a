//! How calls end.

use connector_core::Error;
use connector_host::{CallErrorKind, Component, Connector, Function, Limits};
use nexthink_component::NEXTHINK;
use test_support::{Behaviour, TestComponent, dummy};

use super::{call_error, connector, entries, made, response};

/// Returns how the first call into a component ends.
fn first_call(component: &[u8], limits: Limits) -> Result<Connector, Error> {
    Connector::new(Component::load(component, limits).unwrap())
}

#[test]
fn a_connector_that_panics_has_crashed() {
    let error = call_error(first_call(&dummy::of_the_contract("provider-only"), Limits::default()));
    assert_eq!(error.kind.code(), "connector-trapped");
    assert_eq!(error.to_string(), "the connector crashed (it gave up) in `describe`");
}

#[test]
fn every_bad_end_of_a_call_is_told_apart() {
    let limits = Limits::default();
    let fuel = CallErrorKind::OutOfFuel { fuel: limits.fuel };
    let memory = CallErrorKind::OutOfMemory { bytes: limits.memory_bytes };
    let time = CallErrorKind::OutOfTime { seconds: 1 };
    let trapped = |how| (CallErrorKind::Trapped(how), "connector-trapped");
    for (behaviour, (kind, code)) in [
        (Behaviour::Panic, trapped("it gave up")),
        (Behaviour::Recurse, trapped("its calls nest too deeply")),
        (Behaviour::ReadOutside, trapped("it reached outside its memory")),
        (Behaviour::CallNothing, trapped("it did something forbidden")),
        (Behaviour::Loop, (fuel, "connector-out-of-fuel")),
        (Behaviour::GrowMemory, (memory, "connector-out-of-memory")),
        (Behaviour::GrowByNothing, (time, "connector-out-of-time")),
        (Behaviour::Address(0xffff_fffc), (CallErrorKind::Unreadable, "connector-bad-output")),
        (Behaviour::Misplaced(1), (CallErrorKind::Unreadable, "connector-bad-output")),
    ] {
        let component = TestComponent::provider().behaving("describe", behaviour.clone()).build();
        let error = call_error(first_call(&component, limits));
        assert_eq!((error.function, error.kind, error.kind.code()), (Function::Describe, kind, code), "{behaviour:?}");
    }
}

#[test]
fn a_call_returns_no_more_than_allowed() {
    let error = call_error(first_call(NEXTHINK, Limits { returned_bytes: 4 * 1024, ..Limits::default() }));
    assert_eq!(error.to_string(), "the connector returned a value that cannot be read in `describe`");
}

#[test]
fn an_empty_record_is_refused_by_the_guard() {
    let error = first_call(&TestComponent::provider().with("/definition/id", "").build(), Limits::default());
    assert_eq!(
        error.err().unwrap().to_string(),
        "what the connector returned from `describe` breaks the contract: `id` is not a word of lower-case letters, \
         digits and hyphens"
    );
}

#[test]
fn an_error_names_the_function_that_was_called() {
    let crashing = |function| made(&TestComponent::provider().behaving(function, Behaviour::Panic));
    let connector = crashing("resolve");
    let resolve = call_error(connector.resolve(&entries(&connector, &[])));
    assert_eq!(resolve.to_string(), "the connector crashed (it gave up) in `resolve`");
    let connector = crashing("token-request");
    let token_request = call_error(connector.open(entries(&connector, &[])));
    assert_eq!(token_request.to_string(), "the connector crashed (it gave up) in `token-request`");
    let connector = crashing("token-response");
    let opened = connector.open(entries(&connector, &[])).unwrap();
    let token_response = call_error(connector.token_response(&opened, &response(200, &[], "")));
    assert_eq!(token_response.to_string(), "the connector crashed (it gave up) in `token-response`");
}

#[test]
fn resolve_does_not_get_secret_entries() {
    let connector = made(&TestComponent::provider().behaving("resolve", Behaviour::PanicWithoutEntries));
    let secret = entries(&connector, &[("password", "pass-Word-0123456789")]);
    assert_eq!(call_error(connector.resolve(&secret)).kind, CallErrorKind::Trapped("it gave up"));
    let both = entries(&connector, &[("account", "acme"), ("password", "pass-Word-0123456789")]);
    assert!(matches!(connector.resolve(&both), Err(Error::Refused(_))));
}

#[test]
fn a_connector_works_after_a_thousand_crashes() {
    let crashing = made(&TestComponent::provider().behaving("resolve", Behaviour::PanicWithoutEntries));
    let (none, some) = (entries(&crashing, &[]), entries(&crashing, &[("a", "b")]));
    for _ in 0..1_000 {
        assert_eq!(call_error(crashing.resolve(&none)).kind, CallErrorKind::Trapped("it gave up"));
    }
    assert_eq!(crashing.resolve(&some).unwrap_err().to_string(), "Something is missing.");
    // So does another one in the same process.
    let good = connector(NEXTHINK);
    let connection = good.resolve(&entries(&good, &[("instance", "nxdocs"), ("region", "eu")])).unwrap();
    assert_eq!(connection.label, "nxdocs (European Union)");
}

#[test]
fn no_call_sees_what_an_earlier_one_did() {
    let connector = made(&TestComponent::provider().behaving("resolve", Behaviour::PanicWhenCalledAgain));
    for _ in 0..3 {
        connector.resolve(&entries(&connector, &[])).unwrap();
    }
}

#[test]
fn an_examination_finds_what_an_earlier_call_left_behind() {
    for behaviour in [Behaviour::PanicWhenCalledAgain, Behaviour::CountCalls] {
        let component = TestComponent::provider().behaving("resolve", behaviour).build();
        let examined = Component::load(&component, Limits::default()).unwrap().examined();
        let connector = Connector::new(examined).unwrap();
        let error = call_error(connector.resolve(&entries(&connector, &[])));
        assert_eq!((error.function, error.kind), (Function::Resolve, CallErrorKind::Impure));
    }
}

#[test]
fn each_call_has_fuel_of_its_own() {
    let component = Component::load(NEXTHINK, Limits { fuel: 2_000_000, ..Limits::default() }).unwrap();
    let connector = Connector::new(component).unwrap();
    for _ in 0..100 {
        assert!(matches!(connector.resolve(&entries(&connector, &[])), Err(Error::Refused(_))));
    }
}
