//! The contract in `wit/`: every item is documented and has the version it appeared in,
//! and a connector needs nothing of its host.

use std::collections::BTreeSet;

use test_support::dummy::contract;
use wit_parser::{Docs, InterfaceId, Resolve, Stability, TypeDefKind, World, WorldItem, WorldKey};

/// An item of the contract.
struct Item<'a> {
    path: String,
    docs: &'a Docs,
    stability: &'a Stability,
}

/// Returns the interfaces of the contract by name.
fn interfaces(resolve: &Resolve) -> impl Iterator<Item = (&str, InterfaceId)> {
    let (_, package) = resolve.packages.iter().next().unwrap();
    package.interfaces.iter().map(|(name, id)| (name.as_str(), *id))
}

fn world<'a>(resolve: &'a Resolve, name: &str) -> &'a World {
    let (_, package) = resolve.packages.iter().next().unwrap();
    &resolve.worlds[package.worlds[name]]
}

/// Returns every world, interface, type and function. A type that an interface uses from
/// another one is not its own.
fn items(resolve: &Resolve) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    let mut put = |path: String, docs, stability| items.push(Item { path, docs, stability });
    for (_, world) in &resolve.worlds {
        put(format!("world {}", world.name), &world.docs, &world.stability);
    }
    for (name, id) in interfaces(resolve) {
        let interface = &resolve.interfaces[id];
        put(format!("interface {name}"), &interface.docs, &interface.stability);
        for (function, given) in &interface.functions {
            put(format!("{name}.{function}"), &given.docs, &given.stability);
        }
        for (type_name, type_id) in own_types(resolve, id) {
            let given = &resolve.types[type_id];
            put(format!("{name}.{type_name}"), &given.docs, &given.stability);
        }
    }
    items
}

fn own_types(resolve: &Resolve, interface: InterfaceId) -> impl Iterator<Item = (&str, wit_parser::TypeId)> {
    let types = resolve.interfaces[interface].types.iter();
    types.map(|(name, id)| (name.as_str(), *id)).filter(move |(_, id)| {
        let from_another = |inner: wit_parser::TypeId| resolve.types[inner].owner != resolve.types[*id].owner;
        !matches!(resolve.types[*id].kind, TypeDefKind::Type(wit_parser::Type::Id(inner)) if from_another(inner))
    })
}

/// Returns record fields, variant and enum cases and flags, with their docs.
fn parts(resolve: &Resolve) -> Vec<(String, bool, &Docs)> {
    let mut parts = Vec::new();
    for (_, id) in interfaces(resolve) {
        for (name, type_id) in own_types(resolve, id) {
            let mut put = |part: &str, is_field, docs| parts.push((format!("{name}.{part}"), is_field, docs));
            match &resolve.types[type_id].kind {
                TypeDefKind::Record(record) => {
                    record.fields.iter().for_each(|field| put(&field.name, true, &field.docs));
                }
                TypeDefKind::Variant(variant) => {
                    variant.cases.iter().for_each(|case| put(&case.name, false, &case.docs));
                }
                TypeDefKind::Enum(cases) => cases.cases.iter().for_each(|case| put(&case.name, false, &case.docs)),
                TypeDefKind::Flags(flags) => flags.flags.iter().for_each(|flag| put(&flag.name, false, &flag.docs)),
                _ => {}
            }
        }
    }
    parts
}

fn is_documented(docs: &Docs) -> bool {
    docs.contents.as_deref().is_some_and(|text| text.trim().ends_with('.'))
}

#[test]
fn the_package_is_version_0_1_0_and_documented() {
    let (resolve, id) = contract();
    let package = &resolve.packages[id];
    assert_eq!(package.name.to_string(), "integration:provider@0.1.0");
    assert!(is_documented(&package.docs));
    assert_eq!(resolve.packages.len(), 1, "the contract uses no other package");
}

/// The interfaces of the contract, in alphabetical order.
const INTERFACES: [&str; 10] = [
    "access",
    "authorization-code",
    "client-credentials",
    "operations",
    "permissions",
    "provider",
    "refresh",
    "signature",
    "token",
    "types",
];

#[test]
fn the_interfaces_are_those_that_hosts_look_for() {
    let (resolve, _) = contract();
    let names: BTreeSet<_> = interfaces(&resolve).map(|(name, _)| name).collect();
    assert_eq!(names, BTreeSet::from(INTERFACES));
    let (_, provider) = interfaces(&resolve).find(|(name, _)| *name == "provider").unwrap();
    let functions: Vec<_> = resolve.interfaces[provider].functions.keys().collect();
    assert_eq!(functions, ["describe", "resolve"]);
}

#[test]
fn every_item_is_documented_in_sentences() {
    let (resolve, _) = contract();
    let items = items(&resolve);
    assert!(items.len() > 20, "{} items are too few", items.len());
    let undocumented: Vec<_> = items.iter().filter(|item| !is_documented(item.docs)).map(|item| &item.path).collect();
    assert!(undocumented.is_empty(), "without documentation: {undocumented:?}");
}

#[test]
fn every_item_appeared_in_0_1_0() {
    let (resolve, _) = contract();
    let since = |item: &Item<'_>| match item.stability {
        Stability::Stable { since, deprecated: None } => since.to_string() == "0.1.0",
        _ => false,
    };
    let items = items(&resolve);
    let ungated: Vec<_> = items.iter().filter(|item| !since(item)).map(|item| &item.path).collect();
    assert!(ungated.is_empty(), "without `@since(version = 0.1.0)`: {ungated:?}");
}

#[test]
fn every_variant_case_is_documented() {
    let (resolve, _) = contract();
    let cases: Vec<_> = parts(&resolve).into_iter().filter(|(_, is_field, _)| !is_field).collect();
    assert!(!cases.is_empty(), "no case was found");
    let undocumented: Vec<_> =
        cases.iter().filter(|(_, _, docs)| !is_documented(docs)).map(|(path, ..)| path).collect();
    assert!(undocumented.is_empty(), "without documentation: {undocumented:?}");
}

#[test]
fn every_record_field_is_documented() {
    let (resolve, _) = contract();
    let fields = parts(&resolve).into_iter().filter(|(_, is_field, _)| *is_field);
    let undocumented: Vec<_> = fields.filter(|(_, _, docs)| !is_documented(docs)).map(|(path, ..)| path).collect();
    assert!(undocumented.is_empty(), "without documentation: {undocumented:?}");
}

#[test]
fn the_least_world_imports_nothing_and_exports_the_provider() {
    let (resolve, _) = contract();
    let least = world(&resolve, "provider-only");
    assert_eq!(least.imports.keys().count(), 0, "{:?}", least.imports);
    assert_eq!(exported(&resolve, least), ["types", "provider"]);
}

#[test]
fn the_whole_world_imports_nothing_and_exports_every_interface() {
    let (resolve, _) = contract();
    let connector = world(&resolve, "connector");
    assert_eq!(connector.imports.keys().count(), 0, "{:?}", connector.imports);
    let mut exports = exported(&resolve, connector);
    exports.sort_unstable();
    assert_eq!(exports, INTERFACES);
}

/// Returns the names of the exported interfaces; a world of the contract exports
/// nothing else.
fn exported<'a>(resolve: &'a Resolve, world: &World) -> Vec<&'a str> {
    let name = |(key, item): (&WorldKey, &WorldItem)| match (key, item) {
        (WorldKey::Interface(id), WorldItem::Interface { .. }) => resolve.interfaces[*id].name.as_deref().unwrap(),
        other => panic!("a world exports {other:?}"),
    };
    world.exports.iter().map(name).collect()
}
