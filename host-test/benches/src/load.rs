//! From bytes to a component that can be called.

use connector_host::{Compiler, Component, Limits};
use nexthink_component::NEXTHINK;

use crate::measure::repeat;

/// Measures the ways to load and returns a table.
pub fn report() -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let load = |compiler: &Compiler| Component::load_with(compiler, NEXTHINK, Limits::default()).expect("it loads");
    let (compiling, keeping) = (Compiler::in_process(), Compiler::in_process().keep_in(folder.path()));
    load(&keeping);
    let mut table = String::from("| Load | |\n| --- | --: |\n");
    table += &format!("| compile | {} |\n", repeat(20, || load(&compiling)).show());
    table + &format!("| from kept code | {} |\n", repeat(200, || load(&keeping)).show())
}
