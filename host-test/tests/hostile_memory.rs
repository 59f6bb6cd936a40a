//! The host stays usable after hostile calls, and its memory comes back. A program of its
//! own with one test: what another test takes at the same time would be measured too.

mod common;

use host_test::BUILT_IN;
use host_test::guard::Connector;
use host_test::plugin::{Limits, Plugin};

use common::made::{ENDLESS, GREEDY, Made};

/// Most memory that may be gone after all calls, in bytes: that of three calls.
/// A page lost in each call would be more.
const LOST: u64 = 24 << 20;

const CALLS: usize = 10_000;

fn resident() -> u64 {
    common::memory::resident().expect("Linux tells")
}

/// Fills its 8 MiB, then does what it does.
fn filled(then: &str) -> String {
    format!(
        "(drop (memory.grow (i32.sub (i32.const 128) (memory.size))))
        (memory.fill (i32.const 262144) (i32.const 120) (i32.const 8126464))
        {then}"
    )
}

#[test]
fn memory_is_back_after_ten_thousand_hostile_calls() {
    // As much as costs little to use up, and what filling memory takes; the rest are
    // the usual limits.
    let limits = |fuel| Limits { fuel, ..Limits::default() };
    let huge = "(i32.store offset=12 (global.get $connection) (i32.const 262144))
        (i32.store offset=16 (global.get $connection) (i32.const 8000000))
        (global.get $connection)";
    let bodies = [
        ("plugin-out-of-fuel", ENDLESS.to_owned()),
        ("plugin-out-of-memory", GREEDY.to_owned()),
        ("plugin-trapped", "(unreachable)".to_owned()),
        ("plugin-trapped", "(call $resolve (local.get $address) (local.get $number))".to_owned()),
        ("plugin-bad-output", "(i32.const -4)".to_owned()),
        ("plugin-bad-output", filled(huge)),
    ];
    let hostile: Vec<_> = bodies
        .iter()
        .map(|(code, body)| {
            let fuel = if *code == "plugin-out-of-fuel" { 200_000 } else { 20_000_000 };
            let plugin = Plugin::load(&Made::body("resolve", body).component(), limits(fuel)).unwrap();
            (*code, Connector::new(plugin).unwrap())
        })
        .collect();
    let call = |i: usize| {
        // Filling memory takes a hundred times as long as the rest.
        let (code, connector) =
            &hostile[if i.is_multiple_of(50) { hostile.len() - 1 } else { i % (hostile.len() - 1) }];
        let error = connector.resolve(&connector.entries(Vec::new())).unwrap_err();
        assert_eq!(error.code(), *code);
    };
    (0..500).for_each(call);
    let before = resident();
    (0..CALLS).for_each(call);
    let after = resident();
    assert!(after < before + LOST, "{before} bytes before, {after} after");

    // The same engine and the rest of the process work as ever.
    let good = Connector::new(Plugin::load(BUILT_IN, Limits::default()).unwrap()).unwrap();
    let place = [("instance", "nxdocs"), ("region", "eu")].map(|(key, text)| (key.to_owned(), text.to_owned()));
    assert_eq!(good.resolve(&good.entries(place.into())).unwrap().unwrap().label, "nxdocs (European Union)");

    // The measure sees a page lost in each call.
    let before = resident();
    let lost: Vec<_> = (0..CALLS).map(|i| vec![u8::try_from(i % 251 + 1).unwrap(); 4096]).collect();
    let after = resident();
    assert!(after >= before + LOST, "{before} bytes before, {after} after");
    drop(lost);
}
