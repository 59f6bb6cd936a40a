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
            "twenty thousand components in one",
            format!("(component {})", "(component)".repeat(20_000)),
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
            "fifty thousand local variables",
            function(format!("(local {})", "i32 ".repeat(50_000))),
            "this component has more local variables in one function than 1000, the most that is compiled",
        ),
        module(
            "five thousand loops in each other",
            function(format!("{}{}", "loop ".repeat(5_000), "end ".repeat(5_000))),
            "this component has more nested loops in one function than 32, the most that is compiled",
        ),
        module(
            "five thousand blocks in each other",
            function(format!("{}{}", "block ".repeat(5_000), "end ".repeat(5_000))),
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
            "a branch to a hundred thousand places",
            function(format!("i32.const 0 br_table {}", "0 ".repeat(100_000))),
            "this component has more targets of branch tables in one function than 10000, the most that is compiled",
        ),
        module(
            "a function of a megabyte",
            function("i32.const 0 drop ".repeat(400_000)),
            "this component has more bytes in one function than 262144, the most that is compiled",
        ),
        module(
            "a hundred thousand functions and one",
            format!("(module (func $f) {})", "(func)".repeat(100_000)),
            "this component has more functions than 100000, the most that is compiled",
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
        // One of them contains the others.
        component("as many nested components as may be", format!("(component {})", "(component)".repeat(15))),
        component("components as deep as may be", "(component (component (component (component))))".to_owned()),
        component(
            "as many instantiations of components as may be",
            format!("(component (component $c) {})", "(instance (instantiate $c))".repeat(16)),
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
///
/// # Panics
///
/// Never: the text is fixed.
pub fn laborious() -> Vec<u8> {
    let blocks = "block local.get 0 br_if 0 local.get 1 local.set 2 end ".repeat(490);
    let function = format!("(func (param i32) (local {}) {blocks})", "i32 ".repeat(999));
    with(MODULE, &format!("(module {})", function.repeat(2_000)))
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

/// Adds a section to a component that could be called.
fn with(section: u8, text: &str) -> Vec<u8> {
    let added = wat::parse_str(text).expect("the text is right");
    let mut component = dummy::of_the_contract("provider-only");
    component.push(section);
    let mut length = added.len();
    while length >= 0x80 {
        component.push(u8::try_from(length & 0x7f).expect("seven bits") | 0x80);
        length >>= 7;
    }
    component.push(u8::try_from(length).expect("seven bits"));
    component.extend(added);
    component
}
