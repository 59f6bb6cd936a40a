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

fn encode(resolve: &Resolve, world: WorldId, module: Vec<u8>) -> Vec<u8> {
    encode_with(resolve, world, module, StringEncoding::UTF8)
}

fn encode_with(resolve: &Resolve, world: WorldId, mut module: Vec<u8>, texts: StringEncoding) -> Vec<u8> {
    embed_component_metadata(&mut module, resolve, world, texts).unwrap();
    ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}

/// The functions of the contract with the parameters that they have in a core module.
#[rustfmt::skip]
const FUNCTIONS: [(&str, &str, &str); 12] = [
    ("provider", "describe", ""),
    ("provider", "resolve", "(param $address i32) (param $number i32)"),
    ("provider", "token-request", "(param $address i32) (param $number i32)"),
    ("provider", "token-response", "(param $status i32) (param i32 i32 i32 i32 i64)"),
    ("access", "authorize", "(param i32 i32)"),
    ("access", "api-request", "(param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)"),
    ("access", "api-response", "(param i32 i32 i32 i32 i32 i64)"),
    ("permissions", "probes", "(param i32 i32)"),
    ("permissions", "standing-of", "(param i32 i32 i32 i32 i32 i32 i32 i64)"),
    ("operations", "catalogue", ""),
    ("operations", "start", "(param i32 i32 i32 i32 i32 i32)"),
    ("operations", "resume", "(param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64)"),
];

/// Holds a core module: memory laid out ahead and functions that mostly return an
/// address in it.
pub struct Module<'a> {
    /// World of the contract.
    pub world: &'a str,
    /// How it writes texts.
    pub texts: StringEncoding,
    /// Pages of 64 KiB to start with.
    pub pages: u32,
    /// From where on arguments lie. Nothing is ever freed.
    pub arguments: u32,
    /// Globals and the like, in WebAssembly text.
    pub more: String,
    /// Functions by name with their bodies; every other one gives up.
    pub bodies: Vec<(&'a str, String)>,
}

impl Module<'_> {
    /// Makes a component of it.
    pub fn component(&self, memory: &Memory) -> Vec<u8> {
        let (resolve, package) = contract();
        let world = resolve.select_world(&[package], Some(self.world)).unwrap();
        encode_with(&resolve, world, wat::parse_str(self.text(memory)).unwrap(), self.texts)
    }

    fn text(&self, memory: &Memory) -> String {
        let Self { pages, arguments, more, .. } = self;
        let data = memory.0.iter().fold(String::new(), |mut data, byte| {
            write!(data, "\\{byte:02x}").unwrap();
            data
        });
        let mut text = format!(
            r#"(module
                (memory (export "memory") {pages})
                (data (i32.const 0) "{data}")
                (global $next (mut i32) (i32.const {arguments}))
                (func (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32) (local $at i32)
                    (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
                    (global.set $next (i32.add (local.get $at) (local.get $size)))
                    (local.get $at))
                {more}"#
        );
        for (interface, name, parameters) in FUNCTIONS {
            if self.world == "provider-plugin" && interface != "provider" {
                continue;
            }
            let body = self.bodies.iter().find(|(given, _)| *given == name).map_or("(unreachable)", |(_, body)| body);
            write!(
                text,
                r#"(func ${name} (export "integration:provider/{interface}@0.1.0#{name}") {parameters} (result i32) {body})"#
            )
            .unwrap();
        }
        text + ")"
    }
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
        let mut memory = Memory(vec![0; 16]);
        let (definition, refusal) = (memory.definition(), memory.refusal());
        let Self { describe, resolve, token_request, token_response, pages } = *self;
        let bodies = [
            ("describe", describe),
            ("resolve", resolve),
            ("token-request", token_request),
            ("token-response", token_response),
        ];
        let module = Module {
            world: "provider-plugin",
            texts: StringEncoding::UTF8,
            pages,
            arguments: 16384,
            more: format!(
                "(global $definition i32 (i32.const {definition})) (global $refusal i32 (i32.const {refusal}))"
            ),
            bodies: bodies.map(|(name, body)| (name, body.to_owned())).into(),
        };
        module.component(&memory)
    }
}

/// Lays out values from address 0 on as the canonical ABI of the component
/// model does.
pub struct Memory(pub(super) Vec<u8>);

impl Memory {
    /// Adds words and returns their address.
    pub(super) fn words(&mut self, words: &[u32]) -> u32 {
        self.0.resize(self.0.len().next_multiple_of(4), 0);
        let address = self.0.len();
        self.0.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        u32::try_from(address).unwrap()
    }

    /// Adds a text and returns its address and length.
    pub(super) fn text(&mut self, text: impl AsRef<[u8]>) -> [u32; 2] {
        let text = text.as_ref();
        let at = [self.0.len(), text.len()].map(|number| u32::try_from(number).unwrap());
        self.0.extend(text);
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

    pub(super) fn refusal(&mut self) -> u32 {
        let [code, message] = ["required", "Something is missing."].map(|text| self.text(text));
        let none = [0, 0, 0];
        let problem = self.words(&[&none[..], &code, &message, &none].concat());
        // An error, with one problem.
        self.words(&[1, problem, 1])
    }
}
