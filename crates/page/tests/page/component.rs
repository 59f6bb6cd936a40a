//! A component from a core module whose memory is laid out ahead.

use std::fmt::Write as _;
use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The functions of the contract with the parameters that they have in a core module.
#[rustfmt::skip]
const FUNCTIONS: [(&str, &str, &str); 12] = [
    ("provider", "describe", ""),
    ("provider", "resolve", "(param i32 i32)"),
    ("provider", "token-request", "(param i32 i32)"),
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

/// A core module whose functions mostly return an address in its memory.
pub struct Module<'a> {
    /// Pages of 64 KiB to start with.
    pub pages: u32,
    /// Where the memory for arguments begins. Nothing is ever freed.
    pub arguments: u32,
    /// Functions by name with their bodies, the first of a name; every other one traps.
    pub bodies: Vec<(&'a str, String)>,
}

impl Module<'_> {
    /// Makes a component of the world `connector`.
    pub fn component(&self, memory: &Memory) -> Vec<u8> {
        let mut resolve = Resolve::default();
        let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
        let (package, _) = resolve.push_dir(contract).unwrap();
        let world = resolve.select_world(&[package], Some("connector")).unwrap();
        let mut module = wat::parse_str(self.text(memory)).unwrap();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
    }

    fn text(&self, memory: &Memory) -> String {
        let Self { pages, arguments, bodies } = self;
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
                    (local.get $at))"#
        );
        for (interface, name, parameters) in FUNCTIONS {
            let body = bodies.iter().find(|(known, _)| *known == name).map_or("(unreachable)", |(_, body)| body);
            write!(
                text,
                r#"(func (export "integration:provider/{interface}@0.1.0#{name}") {parameters} (result i32) {body})"#
            )
            .unwrap();
        }
        text + ")"
    }
}

/// Values from address 0 on, as the canonical ABI of the component model lays them out.
pub struct Memory(Vec<u8>);

impl Default for Memory {
    fn default() -> Self {
        // Nothing lies at address 0.
        Self(vec![0; 16])
    }
}

impl Memory {
    /// Adds words and returns their address.
    pub fn words(&mut self, words: &[u32]) -> u32 {
        self.0.resize(self.0.len().next_multiple_of(4), 0);
        let address = self.0.len();
        self.0.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        u32::try_from(address).unwrap()
    }

    /// Adds a text and returns its address and length.
    pub fn text(&mut self, text: impl AsRef<[u8]>) -> [u32; 2] {
        let text = text.as_ref();
        let at = [self.0.len(), text.len()].map(|number| u32::try_from(number).unwrap());
        self.0.extend(text);
        at
    }
}
