//! Proves that a plugin which breaks the contract is refused or stopped by name,
//! and leaves the host as it was.

mod common;

use common::plugins::{Bodies, dummy, dummy_beside_the_contract, dummy_of};
use host_test::BUILT_IN;
use host_test::guard::{Connector, PluginError};
use host_test::plugin::{CallError, CallErrorKind, Facts, Function, Limits, LoadError, Plugin};

fn load(component: &[u8]) -> Result<Plugin, LoadError> {
    Plugin::load(component, Limits::default())
}

fn refusal(component: &[u8]) -> LoadError {
    load(component).err().expect("it is refused")
}

fn connector(bodies: &Bodies<'_>) -> Connector {
    Connector::new(load(&bodies.component()).unwrap()).unwrap()
}

/// Returns how the first call into a plugin ends.
fn first_call(component: &[u8], limits: Limits) -> PluginError {
    let plugin = Plugin::load(component, limits).unwrap();
    Connector::new(plugin).err().expect("the call does not return anything sensible")
}

fn call_error(error: PluginError) -> CallError {
    match error {
        PluginError::Call(error) => error,
        PluginError::Output(error) => panic!("the call returned: {error}"),
    }
}

const NOTHING: Vec<(String, String)> = Vec::new();

#[test]
fn a_plugin_that_gives_up_is_an_error_of_its_own() {
    let error = first_call(&dummy("provider-plugin"), Limits::default());
    assert_eq!(error.code(), "plugin-trapped");
    assert_eq!(error.to_string(), "the plugin crashed (it gave up) in `describe`");
}

#[test]
fn every_bad_end_of_a_call_is_told_apart() {
    let limits = Limits::default();
    let fuel = CallErrorKind::OutOfFuel { fuel: limits.fuel };
    let memory = CallErrorKind::OutOfMemory { bytes: limits.memory_bytes };
    for (describe, kind, code) in [
        ("(unreachable)", CallErrorKind::Trapped("it gave up"), "plugin-trapped"),
        ("(call $describe)", CallErrorKind::Trapped("its calls nest too deeply"), "plugin-trapped"),
        ("(i32.load (i32.const -4))", CallErrorKind::Trapped("it reached outside its memory"), "plugin-trapped"),
        (
            "(i32.div_u (i32.const 1) (i32.const 0))",
            CallErrorKind::Trapped("it did something forbidden"),
            "plugin-trapped",
        ),
        ("(loop $again (br $again)) (unreachable)", fuel, "plugin-out-of-fuel"),
        ("(loop $again (drop (memory.grow (i32.const 16))) (br $again)) (unreachable)", memory, "plugin-out-of-memory"),
        // A result outside of memory, and one that is not aligned.
        ("(i32.const -4)", CallErrorKind::Unreadable, "plugin-bad-output"),
        ("(i32.add (global.get $definition) (i32.const 1))", CallErrorKind::Unreadable, "plugin-bad-output"),
    ] {
        let error = call_error(first_call(&Bodies { describe, ..Bodies::default() }.component(), limits));
        assert_eq!((error.function, error.kind, error.kind.code()), (Function::Describe, kind, code), "{describe}");
    }
}

#[test]
fn a_short_value_that_claims_to_be_long_is_not_copied_out() {
    // The whole memory says: a text of 32,639 bytes at address 0. Read as a
    // list of such texts, that is a gigabyte.
    let describe = "(local $at i32)
        (loop $fill
            (i32.store offset=4 (local.get $at) (i32.const 0x7f7f))
            (local.set $at (i32.add (local.get $at) (i32.const 8)))
            (br_if $fill (i32.lt_u (local.get $at) (i32.const 0x40000))))
        (i32.const 1024)";
    let plugin = Bodies { describe, pages: 8, ..Bodies::default() };
    let error = call_error(first_call(&plugin.component(), Limits::default()));
    assert_eq!(error.kind, CallErrorKind::Unreadable);
}

#[test]
fn a_call_returns_no_more_than_allowed() {
    let error = call_error(first_call(BUILT_IN, Limits { returned_bytes: 4 * 1024, ..Limits::default() }));
    assert_eq!(error.to_string(), "the plugin returned a value that cannot be read in `describe`");
}

#[test]
fn a_value_that_says_nothing_is_refused_by_the_guard() {
    let plugin = Bodies { describe: "(i32.const 32768)", ..Bodies::default() };
    let error = first_call(&plugin.component(), Limits::default());
    assert_eq!(error.code(), "plugin-bad-output");
    assert_eq!(
        error.to_string(),
        "what the plugin returned from `describe` breaks the contract: `id` is not a word of lower-case letters, \
         digits and hyphens"
    );
}

#[test]
fn an_error_names_the_function_that_was_called() {
    let plugin = Bodies { resolve: "(unreachable)", token_request: "(unreachable)", ..Bodies::default() };
    let connector = connector(&plugin);
    let entries = connector.entries(NOTHING);
    let resolve = call_error(connector.resolve(&entries).unwrap_err());
    assert_eq!(resolve.to_string(), "the plugin crashed (it gave up) in `resolve`");
    let token_request = call_error(connector.token_request(&entries, Err(&[])).unwrap_err());
    assert_eq!(token_request.to_string(), "the plugin crashed (it gave up) in `token-request`");
    let response = host_test::model::Response { status: 200, headers: NOTHING, body: Vec::new(), received_at: 0 };
    let token_response = call_error(connector.token_response(&response, &entries).unwrap_err());
    assert_eq!(token_response.to_string(), "the plugin crashed (it gave up) in `token-response`");
}

#[test]
fn a_plugin_still_works_after_a_thousand_crashes() {
    // Crashes without entries, refuses any.
    let crashing = connector(&Bodies {
        resolve: "(if (i32.eqz (local.get $number)) (then (unreachable))) (global.get $refusal)",
        ..Bodies::default()
    });
    let good = Connector::new(load(BUILT_IN).unwrap()).unwrap();
    let (none, some) = (crashing.entries(NOTHING), crashing.entries(vec![("a".into(), "b".into())]));
    for _ in 0..1_000 {
        let error = call_error(crashing.resolve(&none).unwrap_err());
        assert_eq!(error.kind, CallErrorKind::Trapped("it gave up"));
    }
    let problems = crashing.resolve(&some).unwrap().unwrap_err();
    assert_eq!(problems[0].message, "Something is missing.");
    // So does another one in the same process.
    let place = [("instance", "nxdocs"), ("region", "eu")].map(|(key, text)| (key.to_owned(), text.to_owned()));
    let connection = good.resolve(&good.entries(place.into())).unwrap().unwrap();
    assert_eq!(connection.label, "nxdocs (European Union)");
}

#[test]
fn nothing_a_call_does_is_seen_by_the_next_one() {
    // Crashes where memory remembers an earlier call.
    let connector = connector(&Bodies {
        resolve: "(if (i32.load (i32.const 8192)) (then (unreachable)))
            (i32.store (i32.const 8192) (i32.const 1))
            (global.get $refusal)",
        ..Bodies::default()
    });
    for _ in 0..3 {
        connector.resolve(&connector.entries(NOTHING)).unwrap().unwrap_err();
    }
}

#[test]
fn fuel_is_given_to_each_call_anew() {
    let plugin = Plugin::load(BUILT_IN, Limits { fuel: 2_000_000, ..Limits::default() }).unwrap();
    let connector = Connector::new(plugin).unwrap();
    for _ in 0..100 {
        connector.resolve(&connector.entries(NOTHING)).unwrap().unwrap_err();
    }
}

#[test]
fn an_import_is_refused_by_name() {
    let component = dummy_beside_the_contract(
        "package test:env@1.0.0;
        interface clock { now: func() -> u64; }
        interface dice { roll: func() -> u8; }
        world plugin { import clock; import dice; export integration:provider/provider@0.1.0; }",
    );
    let error = refusal(&component);
    assert!(matches!(error, LoadError::Imports(_)) && error.is_misbehaviour(), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the plugin imports `test:env/clock@1.0.0`, `test:env/dice@1.0.0`; a plugin of this contract imports nothing"
    );
}

#[test]
fn another_contract_is_refused_with_what_it_exports() {
    for (wit, exports) in [
        (
            "package other:thing@1.0.0; interface a { f: func(); } interface b { g: func(); }
            world plugin { export a; export b; }",
            "`other:thing/a@1.0.0`, `other:thing/b@1.0.0`",
        ),
        ("package other:thing; world plugin { export run: func(); }", "`run`"),
        ("package other:thing; world plugin { }", "nothing"),
        (
            "package integration:provider@0.2.0; interface provider { describe: func(); }
            world plugin { export provider; }",
            "`integration:provider/provider@0.2.0`",
        ),
        (
            "package integration:provider@0.1.0; interface provider2 { describe: func(); }
            world plugin { export provider2; }",
            "`integration:provider/provider2@0.1.0`",
        ),
    ] {
        let error = refusal(&dummy_of(wit));
        assert!(matches!(error, LoadError::OtherContract { .. }) && !error.is_misbehaviour(), "{error:?}");
        assert_eq!(
            error.to_string(),
            format!(
                "this component does not export `integration:provider/provider@0.1`, the contract of this host; it \
                 exports {exports}"
            )
        );
    }
}

#[test]
fn the_right_name_with_other_functions_or_types_is_a_mismatch() {
    for provider in [
        "describe: func() -> string;",
        "resolve: func(entries: list<string>) -> bool;",
        "record definition { id: string } describe: func() -> definition;",
    ] {
        let error = refusal(&dummy_of(&format!(
            "package integration:provider@0.1.0; interface provider {{ {provider} }}
            world plugin {{ export provider; }}"
        )));
        assert!(matches!(error, LoadError::TypeMismatch(_)) && error.is_misbehaviour(), "{error:?}");
        let start = "the plugin exports the interface, but not with the contract's functions and types: ";
        assert!(error.to_string().starts_with(start), "{error}");
    }
}

#[test]
fn a_later_patch_of_the_contract_still_fits() {
    let wit = std::fs::read_to_string(common::root().join("wit/provider.wit")).unwrap();
    let later = wit.replace("package integration:provider@0.1.0;", "package integration:provider@0.1.7;");
    assert_ne!(later, wit);
    let component = dummy_of(&format!("{later}\nworld plugin {{ export provider; }}"));
    let plugin = load(&component).unwrap();
    assert_eq!(plugin.facts().exports, ["integration:provider/provider@0.1.7"]);
    assert!(plugin.facts().exports_interface("provider"));
}

#[test]
fn a_plugin_may_export_more_and_the_host_finds_it() {
    let plugin = load(&dummy("connector")).unwrap();
    for interface in ["provider", "access", "permissions", "operations"] {
        assert!(plugin.facts().exports_interface(interface), "{interface}");
    }
    for other in ["provide", "accesses", ""] {
        assert!(!plugin.facts().exports_interface(other), "{other}");
    }
    assert_eq!(plugin.facts().imports, NOTHING.into_iter().map(|(key, _)| key).collect::<Vec<_>>());
}

#[test]
fn a_component_above_the_limit_is_not_compiled() {
    let limit = BUILT_IN.len() - 1;
    let error = Plugin::load(BUILT_IN, Limits { component_bytes: limit, ..Limits::default() }).err().unwrap();
    let expected = format!("this component has {} bytes; at most {limit} are loaded", BUILT_IN.len());
    assert_eq!(error.to_string(), expected);
    assert!(Plugin::load(BUILT_IN, Limits { component_bytes: limit + 1, ..Limits::default() }).is_ok());
}

#[test]
fn more_memory_than_allowed_at_the_start_is_refused() {
    let component = Bodies { pages: 4, ..Bodies::default() }.component();
    let at_most = |memory_bytes| Plugin::load(&component, Limits { memory_bytes, ..Limits::default() });
    let error = at_most(3 * 65_536).err().unwrap();
    assert_eq!(error.to_string(), "the plugin starts with 262144 bytes of memory; at most 196608 are allowed");
    assert!(error.is_misbehaviour());
    assert!(at_most(4 * 65_536).is_ok());
}

/// Puts a core module into a component that exports nothing.
fn around(module: &[u8]) -> Vec<u8> {
    let mut component = b"\0asm\x0d\0\x01\0".to_vec();
    component.extend([1, u8::try_from(module.len()).unwrap()]);
    component.extend(module);
    component
}

#[test]
fn memories_without_end_are_counted_without_overflow() {
    // Two 64-bit memories of 2^48 pages each: more bytes than a number can hold.
    let pages: [u8; 7] = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40];
    let mut module = b"\0asm\x01\0\0\0\x05\x11\x02".to_vec();
    for _ in 0..2 {
        module.push(0x04);
        module.extend(pages);
    }
    assert_eq!(Facts::read(&around(&module)).unwrap().memory_minimum, u64::MAX);
}

#[test]
fn a_damaged_component_is_refused_wherever_the_damage_is() {
    for length in (8..BUILT_IN.len()).step_by(997) {
        // Up to here it is whole, and without the rest it exports nothing.
        match refusal(&BUILT_IN[..length]) {
            LoadError::Broken { at } => assert!(at <= length, "{at} > {length}"),
            LoadError::OtherContract { exports } => assert_eq!(exports, Vec::<String>::new()),
            error => panic!("{error:?} at {length}"),
        }
    }
    for at in (0..BUILT_IN.len()).step_by(4_999) {
        let mut damaged = BUILT_IN.to_vec();
        damaged[at] ^= 0xff;
        // Texts may be anything, so some damage stays unseen; none is fatal.
        if let Ok(facts) = Facts::read(&damaged) {
            assert!(facts.imports.len() <= 1, "{facts:?}");
        }
    }
}
