//! A child process that should compile and does something else.

use connector_host::{Compiler, Component, Limits, LoadError};
use nexthink_component::NEXTHINK;

fn refusal(script: &str) -> LoadError {
    let compiler = Compiler::in_child("/bin/sh", ["-c", script]);
    Component::load_with(&compiler, NEXTHINK, Limits::default()).err().expect("a shell compiles nothing")
}

#[test]
fn whatever_a_child_does_is_an_error_of_its_own() {
    let cannot = "the compiler cannot be run as a child process: ";
    for (script, start) in [
        ("exit 0", "this component is not valid: the code cannot be run: "),
        ("exec cat", "this component is not valid: the code cannot be run: "),
        ("exec head -c 4096 /dev/zero", "this component is not valid: the code cannot be run: "),
        ("exit 1", cannot),
        ("exec 0<&- 1>&- 2>&-; exit 1", cannot),
        ("kill -TERM $$", cannot),
        ("kill -KILL $$", "compiling this component takes longer than 10 s"),
        ("kill -ABRT $$", "compiling this component takes more memory than 1073741824 bytes"),
        ("kill -SEGV $$", "this component is not valid: the compiler crashed on it"),
        ("echo its words >&2; exit 3", "this component is not valid: its words"),
    ] {
        let error = refusal(script).to_string();
        assert!(error.starts_with(start), "{script}: {error}");
    }
    let missing = Compiler::in_child("/no/such/program", [""; 0]);
    let error = Component::load_with(&missing, NEXTHINK, Limits::default()).err().unwrap();
    assert!(matches!(error, LoadError::Compiler(_)), "{error}");
}

#[test]
fn a_child_that_talks_without_end_is_cut_off() {
    let error = refusal("head -c 1000000 /dev/zero | tr '\\0' x >&2; exit 3").to_string();
    assert!(error.ends_with("xxx") && error.len() < 5_000, "{} bytes", error.len());
}

#[test]
fn a_child_gets_no_variable_of_this_process() {
    let error = refusal("export -p >&2; exit 3").to_string();
    let names: Vec<_> = error.lines().filter_map(|line| line.split("export ").nth(1)?.split('=').next()).collect();
    // What the shell sets by itself.
    assert!(names.iter().all(|name| ["OLDPWD", "PWD", "SHLVL", "_"].contains(name)), "{error}");
    assert!(std::env::vars().count() > 4, "this process has some");
}
