//! What is loaded, and what is not.

use connector_host::{Component, ComponentInfo, Interface, Limits, LoadError};
use nexthink_component::NEXTHINK;
use test_support::hostile::compiling::at_the_limits;
use test_support::{dummy, root};

fn load(component: &[u8]) -> Result<Component, LoadError> {
    Component::load(component, Limits::default())
}

fn refusal(component: &[u8]) -> LoadError {
    load(component).err().expect("it is refused")
}

#[test]
fn an_import_is_refused_by_name() {
    let component = dummy::beside_the_contract(
        "package test:env@1.0.0;
        interface clock { now: func() -> u64; }
        interface dice { roll: func() -> u8; }
        world test { import clock; import dice; include integration:provider/provider-only@0.1.0; }",
    );
    let error = refusal(&component);
    assert!(matches!(error, LoadError::Imports(_)) && error.is_misbehaviour(), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the component imports `test:env/clock@1.0.0`, `test:env/dice@1.0.0`; a component of this contract imports \
         nothing"
    );
}

#[test]
fn another_contract_is_refused_with_what_it_exports() {
    for (wit, exports) in [
        (
            "package other:thing@1.0.0; interface a { f: func(); } interface b { g: func(); }
            world test { export a; export b; }",
            "`other:thing/a@1.0.0`, `other:thing/b@1.0.0`",
        ),
        ("package other:thing; world test { export run: func(); }", "`run`"),
        ("package other:thing; world test { }", "nothing"),
        (
            "package integration:provider@0.2.0; interface provider { describe: func(); }
            world test { export provider; }",
            "`integration:provider/provider@0.2.0`",
        ),
        (
            "package integration:provider@0.1.0; interface provider2 { describe: func(); }
            world test { export provider2; }",
            "`integration:provider/provider2@0.1.0`",
        ),
    ] {
        let error = refusal(&dummy::of_another_contract(wit));
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
        let error = refusal(&dummy::of_another_contract(&format!(
            "package integration:provider@0.1.0; interface provider {{ {provider} }}
            world test {{ export provider; }}"
        )));
        assert!(matches!(error, LoadError::TypeMismatch(_)) && error.is_misbehaviour(), "{error:?}");
        let start = "the component exports the interface, but not with the contract's functions and types: ";
        assert!(error.to_string().starts_with(start), "{error}");
    }
}

#[test]
fn a_later_patch_of_the_contract_fits() {
    let read = |file| std::fs::read_to_string(root().join("wit").join(file)).unwrap();
    let wit = read("types.wit") + &read("provider.wit");
    let later = wit.replace("package integration:provider@0.1.0;", "package integration:provider@0.1.7;");
    assert_ne!(later, wit);
    let component = dummy::of_another_contract(&format!("{later}\nworld test {{ export types; export provider; }}"));
    let component = load(&component).unwrap();
    let exports = ["integration:provider/types@0.1.7", "integration:provider/provider@0.1.7"];
    assert_eq!(component.info().exports, exports);
    assert!(component.info().exports_interface("provider"));
}

#[test]
fn interfaces_beside_the_provider_are_found() {
    use connector_core::Functions as _;

    let all = [Interface::Provider, Interface::Access, Interface::Permissions, Interface::Operations];
    let component = load(&dummy::of_the_contract("connector")).unwrap();
    assert_eq!(all.map(|interface| component.exports(interface)), [true; 4]);
    let component = load(&dummy::of_the_contract("provider-only")).unwrap();
    assert_eq!(all.map(|interface| component.exports(interface)), [true, false, false, false]);
    for other in ["provide", "accesses", ""] {
        assert!(!component.info().exports_interface(other), "{other}");
    }
}

#[test]
fn a_component_above_the_limit_is_not_compiled() {
    let limit = NEXTHINK.len() - 1;
    let at_most = |component_bytes| Component::load(NEXTHINK, Limits { component_bytes, ..Limits::default() });
    let expected = format!("this component has {} bytes; at most {limit} are loaded", NEXTHINK.len());
    assert_eq!(at_most(limit).err().unwrap().to_string(), expected);
    assert!(at_most(limit + 1).is_ok());
}

#[test]
fn more_memory_than_allowed_at_the_start_is_refused() {
    let bytes = usize::try_from(ComponentInfo::read(NEXTHINK).unwrap().memory_minimum).unwrap();
    let at_most = |memory_bytes| Component::load(NEXTHINK, Limits { memory_bytes, ..Limits::default() });
    let error = at_most(bytes - 1).err().unwrap();
    let expected = format!("the component starts with {bytes} bytes of memory; at most {} are allowed", bytes - 1);
    assert_eq!(error.to_string(), expected);
    assert!(error.is_misbehaviour());
    assert!(at_most(bytes).is_ok());
}

#[test]
fn as_much_as_is_compiled_loads() {
    let refused = |(name, component): (_, Vec<u8>)| Some(format!("{name}: {}", load(&component).err()?));
    assert_eq!(at_the_limits().into_iter().filter_map(refused).collect::<Vec<_>>(), Vec::<String>::new());
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
    assert_eq!(ComponentInfo::read(&around(&module)).unwrap().memory_minimum, u64::MAX);
}

#[test]
fn a_damaged_component_is_refused_wherever_the_damage_is() {
    for length in (8..NEXTHINK.len()).step_by(997) {
        // Up to here it is whole, and without the rest it exports nothing.
        match refusal(&NEXTHINK[..length]) {
            LoadError::Broken { at } => assert!(at <= length, "{at} > {length}"),
            LoadError::OtherContract { exports } => assert_eq!(exports, Vec::<String>::new()),
            error => panic!("{error:?} at {length}"),
        }
    }
    for at in (0..NEXTHINK.len()).step_by(4_999) {
        let mut damaged = NEXTHINK.to_vec();
        damaged[at] ^= 0xff;
        // Texts may be anything, so some damage stays unseen; none is fatal.
        if let Ok(info) = ComponentInfo::read(&damaged) {
            assert!(info.imports.len() <= 1, "{info:?}");
        }
    }
}
