//! Components that would take a compiler time or memory out of proportion to their size.

use super::Case;
use crate::dummy;

/// Section of a component that contains a module, and that of one that contains another
/// component (component model, binary format).
const MODULE: u8 = 1;
const COMPONENT: u8 = 4;

pub(super) fn cases() -> Vec<Case> {
    let module = |name, text: String, message| case(name, with(MODULE, &text), message);
    let component = |name, text: String, message| case(name, with(COMPONENT, &text), message);
    let function = |body: String| format!("(module (func {body}))");
    vec![
        component(
            "a thousand components in one",
            format!("(component {})", "(component)".repeat(1_000)),
            "this component has more nested components than 16, the most that is compiled",
        ),
        component(
            "components in components in components",
            format!("{}{}", "(component ".repeat(50), ")".repeat(50)),
            "this component has more levels of nested components than 5, the most that is compiled",
        ),
        component(
            "components that instantiate each other twice, over ten levels",
            doubling(10),
            "this component has more instantiations of components than 16, the most that is compiled",
        ),
        component(
            "a module that is instantiated a thousand times",
            format!("(component (core module $m) {})", "(core instance (instantiate $m))".repeat(1_000)),
            "this component has more instantiations of modules than 64, the most that is compiled",
        ),
        component(
            "a resource, whose table has no limit",
            "(component (type (resource (rep i32))))".to_owned(),
            "this component has more resource types than 0, the most that is compiled",
        ),
        module(
            "two thousand local variables",
            function(format!("(local {})", "i32 ".repeat(2_000))),
            "this component has more local variables in one function than 1000, the most that is compiled",
        ),
        module(
            "a hundred loops in each other",
            function(format!("{}{}", "loop ".repeat(100), "end ".repeat(100))),
            "this component has more nested loops in one function than 32, the most that is compiled",
        ),
        module(
            "two thousand blocks in each other",
            function(format!("{}{}", "block ".repeat(2_000), "end ".repeat(2_000))),
            "this component has more nested blocks in one function than 1000, the most that is compiled",
        ),
        module(
            "blocks for every variable",
            function(format!("(local {}) {}", "i32 ".repeat(1_000), "block end ".repeat(501))),
            "this component has more blocks times variables in one function than 500000, the most that is compiled",
        ),
        module(
            "a function of sixty-five parameters",
            format!("(module (func (param {})))", "i32 ".repeat(65)),
            "this component has more parameters or results of a function or block than 64, the most that is compiled",
        ),
        module(
            "a block of sixty-five results",
            function(format!("block (result {0}) unreachable end {1}", "i32 ".repeat(65), "drop ".repeat(65))),
            "this component has more parameters or results of a function or block than 64, the most that is compiled",
        ),
        module(
            "blocks for every parameter",
            format!("(module (func (param {}) {}))", "i32 ".repeat(64), "loop end ".repeat(7_813)),
            "this component has more blocks times variables in one function than 500000, the most that is compiled",
        ),
        module(
            "blocks that hand on many values",
            format!(
                "(module (type $t (func (param {0}) (result {0}))) (func (type $t) {1} {2}))",
                "i32 ".repeat(64),
                "local.get 0 ".repeat(64),
                "block (type $t) end ".repeat(2_605)
            ),
            "this component has more blocks times variables in one function than 500000, the most that is compiled",
        ),
        module(
            "a branch to twenty thousand places",
            function(format!("i32.const 0 br_table {}", "0 ".repeat(20_000))),
            "this component has more targets of branch tables in one function than 10000, the most that is compiled",
        ),
        module(
            "a function of more than 256 KiB",
            function("i32.const 0 drop ".repeat(90_000)),
            "this component has more bytes in one function than 262144, the most that is compiled",
        ),
        module(
            "thirty thousand functions and one",
            format!("(module (func $f) {})", "(func)".repeat(30_000)),
            "this component has more functions than 30000, the most that is compiled",
        ),
    ]
}

/// Returns components each of which has as much of something as is compiled, and with how
/// much that is done.
pub fn at_the_limits() -> Vec<(&'static str, Vec<u8>)> {
    let module = |name, text: String| (name, with(MODULE, &text));
    let component = |name, text: String| (name, with(COMPONENT, &text));
    let function = |body: String| format!("(module (func {body}))");
    vec![
        // One of them contains the others, and the component that is called has two of its own.
        component("as many nested components as may be", format!("(component {})", "(component)".repeat(13))),
        component("components as deep as may be", "(component (component (component (component))))".to_owned()),
        component(
            "as many instantiations of components as may be",
            format!("(component (component $c) {})", "(instance (instantiate $c))".repeat(14)),
        ),
        module(
            "as many loops in each other as may be",
            function(format!("{}{}", "loop ".repeat(32), "end ".repeat(32))),
        ),
        module(
            "as many blocks in each other as may be",
            function(format!("{}{}", "block ".repeat(1_000), "end ".repeat(1_000))),
        ),
        module(
            "as many blocks for variables as may be",
            function(format!("(local {}) {}", "i32 ".repeat(1_000), "block end ".repeat(500))),
        ),
        module("a function of as many parameters as may be", format!("(module (func (param {})))", "i32 ".repeat(64))),
        module(
            "a branch to as many places as may be",
            function(format!("i32.const 0 br_table {}", "0 ".repeat(9_999))),
        ),
    ]
}

/// A component within every count that still takes a compiler longer than it may.
pub fn laborious() -> Vec<u8> {
    // `block`, `br_if 0` on the parameter, `local.set` of another, `end`.
    let blocks = [2, 0x40, 0x20, 0, 0x0d, 0, 0x20, 1, 0x21, 2, 0x0b].repeat(490);
    // One group of 999 locals of type i32.
    let body = [&[1, 0xe7, 7, 0x7f], blocks.as_slice(), &[0x0b]].concat();
    let body = [leb128(body.len()), body].concat();
    let count = 2_000;
    let sections = [
        // One type: a function that takes an i32.
        (1, vec![1, 0x60, 1, 0x7f, 0]),
        (3, [leb128(count), vec![0; count]].concat()),
        (10, [leb128(count), body.repeat(count)].concat()),
    ];
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    for (id, bytes) in sections {
        module.push(id);
        module.extend(leb128(bytes.len()));
        module.extend(bytes);
    }
    around(MODULE, &module)
}

/// Returns components each of which instantiates the one before twice.
fn doubling(levels: usize) -> String {
    let level = |level: usize| {
        format!(
            "(component $c{level} (alias outer 1 {} (component $c)) (instance (instantiate $c)) \
             (instance (instantiate $c)))",
            level - 1
        )
    };
    format!("(component (component $c0) {})", (1..=levels).map(level).collect::<String>())
}

fn case(name: &'static str, component: Vec<u8>, message: &'static str) -> Case {
    Case { name, component, code: "component-not-loaded", message: message.to_owned(), rule: "loads" }
}

fn with(section: u8, text: &str) -> Vec<u8> {
    around(section, &wat::parse_str(text).expect("the text is right"))
}

/// Adds a section to a component that could be called.
fn around(section: u8, added: &[u8]) -> Vec<u8> {
    let mut component = dummy::of_the_contract("provider-only");
    component.push(section);
    component.extend(leb128(added.len()));
    component.extend(added);
    component
}

/// Writes a number as WebAssembly does.
fn leb128(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = number.to_le_bytes()[0] & 0x7f;
        number >>= 7;
        if number == 0 {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}
