//! The host stays usable after hostile calls, and its memory comes back. A program of its
//! own with one test: what another test takes at the same time would be measured too.

use connector_core::Error;
use connector_host::{Component, Connector, Limits};
use nexthink_component::NEXTHINK;
use test_support::{Behaviour, TestComponent, resident_bytes};

/// Most memory that may be gone after all calls, in bytes: that of three calls.
/// A page lost in each call would be more.
const LOST: u64 = 24 << 20;

const CALLS: usize = 10_000;

fn resident() -> u64 {
    resident_bytes().expect("this system is Linux")
}

#[test]
fn memory_is_back_after_ten_thousand_hostile_calls() {
    let hostile: Vec<_> = [
        ("connector-out-of-fuel", Behaviour::Loop),
        ("connector-out-of-memory", Behaviour::GrowMemory),
        ("connector-trapped", Behaviour::Panic),
        ("connector-trapped", Behaviour::Recurse),
        ("connector-bad-output", Behaviour::Address(0xffff_fffc)),
        ("connector-bad-output", Behaviour::LongLabel(7_000_000)),
    ]
    .into_iter()
    .map(|(code, behaviour)| {
        // As much as costs little to use up, and what filling memory takes; the rest are
        // the usual limits.
        let fuel = if behaviour == Behaviour::Loop { 1_000_000 } else { 20_000_000 };
        let component = TestComponent::provider().behaving("resolve", behaviour).build();
        let component = Component::load(&component, Limits { fuel, ..Limits::default() }).unwrap();
        (code, Connector::new(component).unwrap())
    })
    .collect();
    let call = |i: usize| {
        // Filling memory takes a hundred times as long as the rest.
        let (code, connector) =
            &hostile[if i.is_multiple_of(50) { hostile.len() - 1 } else { i % (hostile.len() - 1) }];
        match connector.resolve(&connector.entries(Vec::new())) {
            Err(Error::Connector(error)) => assert_eq!(error.code(), *code),
            other => panic!("{code}: {other:?}"),
        }
    };
    (0..500).for_each(call);
    let before = resident();
    (0..CALLS).for_each(call);
    let after = resident();
    assert!(after < before + LOST, "{before} bytes before, {after} after");

    // The same engine and the rest of the process work as ever.
    let good = Connector::new(Component::load(NEXTHINK, Limits::default()).unwrap()).unwrap();
    let place = [("instance", "nxdocs"), ("region", "eu")].map(|(key, text)| (key.to_owned(), text.to_owned()));
    assert_eq!(good.resolve(&good.entries(place.into())).unwrap().label, "nxdocs (European Union)");

    // The measure sees a page lost in each call.
    let before = resident();
    let lost: Vec<_> = (0..CALLS).map(|i| vec![u8::try_from(i % 251 + 1).unwrap(); 4096]).collect();
    let after = resident();
    assert!(after >= before + LOST, "{before} bytes before, {after} after");
    drop(lost);
}
