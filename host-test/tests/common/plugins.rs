//! Plugins made for one test: dummies of any world, and core modules in text
//! that do what no honest plugin does.

use std::fmt::Write as _;

use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, PackageId, Resolve, WorldId};

use super::root;

/// Returns the contract and its package.
pub fn contract() -> (Resolve, PackageId) {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(root().join("wit")).unwrap();
    (resolve, package)
}

/// Makes a component of a world of the contract. Every function in it gives up
/// at once.
pub fn dummy(world: &str) -> Vec<u8> {
    let (resolve, package) = contract();
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    encode_dummy(&resolve, world)
}

/// Makes a component of the world `plugin` in a package of its own, which may
/// use the contract.
pub fn dummy_beside_the_contract(wit: &str) -> Vec<u8> {
    let (resolve, _) = contract();
    dummy_in(resolve, wit)
}

/// Makes a component of the world `plugin` in a package that knows nothing of
/// the contract.
pub fn dummy_of(wit: &str) -> Vec<u8> {
    dummy_in(Resolve::default(), wit)
}

fn dummy_in(mut resolve: Resolve, wit: &str) -> Vec<u8> {
    let package = resolve.push_str("test.wit", wit).unwrap();
    let world = resolve.select_world(&[package], Some("plugin")).unwrap();
    encode_dummy(&resolve, world)
}

fn encode_dummy(resolve: &Resolve, world: WorldId) -> Vec<u8> {
    encode(resolve, world, dummy_module(resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync)))
}

pub(super) fn encode(resolve: &Resolve, world: WorldId, mut module: Vec<u8>) -> Vec<u8> {
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}

/// Holds the bodies of the four functions in WebAssembly text. They may use
/// `$definition`, the address of a sensible definition, and `$refusal`, that of
/// a sensible refusal.
pub struct Bodies<'a> {
    /// Returns the address of a definition.
    pub describe: &'a str,
    /// Takes address and number of the entries, returns the address of a result.
    pub resolve: &'a str,
    /// The same.
    pub token_request: &'a str,
    /// Takes a response, returns the address of a result.
    pub token_response: &'a str,
    /// Pages of 64 KiB to start with.
    pub pages: u32,
}

impl Default for Bodies<'_> {
    /// Describes itself and refuses every entry.
    fn default() -> Self {
        Self {
            describe: "(global.get $definition)",
            resolve: "(global.get $refusal)",
            token_request: "(global.get $refusal)",
            token_response: "(unreachable)",
            pages: 1,
        }
    }
}

impl Bodies<'_> {
    /// Makes a component of them.
    pub fn component(&self) -> Vec<u8> {
        let (resolve, package) = contract();
        let world = resolve.select_world(&[package], Some("provider-plugin")).unwrap();
        encode(&resolve, world, wat::parse_str(self.text()).unwrap())
    }

    fn text(&self) -> String {
        let mut memory = Memory(vec![0; 16]);
        let definition = memory.definition();
        let refusal = memory.refusal();
        let data = memory.0.iter().fold(String::new(), |mut data, byte| {
            write!(data, "\\{byte:02x}").unwrap();
            data
        });
        let Self { describe, resolve, token_request, token_response, pages } = self;
        // Arguments may land on each other: no body reads them.
        format!(
            r#"(module
                (memory (export "memory") {pages})
                (data (i32.const 0) "{data}")
                (global $definition i32 (i32.const {definition}))
                (global $refusal i32 (i32.const {refusal}))
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 16384))
                (func $describe (export "integration:provider/provider@0.1.0#describe")
                    (result i32) {describe})
                (func $resolve (export "integration:provider/provider@0.1.0#resolve")
                    (param $address i32) (param $number i32) (result i32) {resolve})
                (func (export "integration:provider/provider@0.1.0#token-request")
                    (param $address i32) (param $number i32) (result i32) {token_request})
                (func (export "integration:provider/provider@0.1.0#token-response")
                    (param i32 i32 i32 i32 i32 i64) (result i32) {token_response}))"#
        )
    }
}

/// Lays out values from address 0 on as the canonical ABI of the component
/// model does.
pub(super) struct Memory(pub(super) Vec<u8>);

impl Memory {
    /// Adds words and returns their address.
    pub(super) fn words(&mut self, words: &[u32]) -> u32 {
        self.0.resize(self.0.len().next_multiple_of(4), 0);
        let address = self.0.len();
        self.0.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        u32::try_from(address).unwrap()
    }

    /// Adds a text and returns its address and length.
    pub(super) fn text(&mut self, text: &str) -> [u32; 2] {
        let at = [self.0.len(), text.len()].map(|number| u32::try_from(number).unwrap());
        self.0.extend(text.bytes());
        at
    }

    fn definition(&mut self) -> u32 {
        let none = [0, 0];
        let [id, name, summary] = ["made", "Made", "Made for a test."].map(|text| self.text(text));
        let [version, icon, auth] = ["1.0.0", "<svg/>", "none"].map(|text| self.text(text));
        let domain = self.text("made.example");
        let domains = [self.words(&domain), 1];
        // In the order of the contract: categories, links, and from fields on
        // all lists are empty.
        let members = [id, name, summary, version, none, icon, none, domains, auth, none, none, none, none, none];
        self.words(members.as_flattened())
    }

    fn refusal(&mut self) -> u32 {
        let [code, message] = ["required", "Something is missing."].map(|text| self.text(text));
        let none = [0, 0, 0];
        let problem = self.words(&[&none[..], &code, &message, &none].concat());
        // An error, with one problem.
        self.words(&[1, problem, 1])
    }
}
