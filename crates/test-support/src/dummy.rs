//! Components of any world, whose functions all give up at once.

use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, PackageId, Resolve, WorldId};

use crate::root;

/// Returns the contract and its package.
///
/// # Panics
///
/// Where it does not parse.
pub fn contract() -> (Resolve, PackageId) {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(root().join("wit")).expect("the contract parses");
    (resolve, package)
}

/// Makes a component of a world of the contract.
///
/// # Panics
///
/// Where there is no such world.
pub fn of_the_contract(world: &str) -> Vec<u8> {
    let (resolve, package) = contract();
    let world = resolve.select_world(&[package], Some(world)).expect("the contract has this world");
    encode_dummy(&resolve, world)
}

/// Makes a component of the world `test` in a package of its own, which may use the
/// contract.
pub fn beside_the_contract(wit: &str) -> Vec<u8> {
    let (resolve, _) = contract();
    dummy_in(resolve, wit)
}

/// Makes a component of the world `test` in a package that knows nothing of the
/// contract.
pub fn of_another_contract(wit: &str) -> Vec<u8> {
    dummy_in(Resolve::default(), wit)
}

fn dummy_in(mut resolve: Resolve, wit: &str) -> Vec<u8> {
    let package = resolve.push_str("test.wit", wit).expect("the package parses");
    let world = resolve.select_world(&[package], Some("test")).expect("the package has a world `test`");
    encode_dummy(&resolve, world)
}

fn encode_dummy(resolve: &Resolve, world: WorldId) -> Vec<u8> {
    let module = dummy_module(resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    encode(resolve, world, module, StringEncoding::UTF8)
}

/// Wraps a core module.
pub(crate) fn encode(resolve: &Resolve, world: WorldId, mut module: Vec<u8>, texts: StringEncoding) -> Vec<u8> {
    embed_component_metadata(&mut module, resolve, world, texts).expect("a module takes metadata");
    let mut encoder = ComponentEncoder::default().validate(true).module(&module).expect("the module fits the world");
    encoder.encode().expect("the module fits the world")
}
