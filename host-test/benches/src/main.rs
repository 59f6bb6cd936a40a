//! Measures connector and host and writes `host-test/benches/README.md`. With names of
//! parts as arguments, measures those and prints them instead.

#![allow(
    clippy::cast_precision_loss,
    clippy::format_push_string,
    clippy::result_large_err,
    reason = "figures are rounded when they are shown, and nobody waits for a report"
)]

mod calls;
mod growth;
mod load;
mod measure;
mod memory;
mod others;
mod parallel;
mod size;
mod subject;

use std::fmt::Write as _;
use std::process::{Command, ExitCode};
use std::{env, fs};

/// Name of a part, its title, and what measures it.
type Part = (&'static str, &'static str, fn() -> String);

/// What is measured, in the order that it has to be: memory before anything is freed.
const PARTS: [Part; 7] = [
    ("memory", "Memory", memory::report),
    ("calls", "Calls", calls::report),
    ("others", "Beside what platforms use", others::report),
    ("load", "Loading", load::report),
    ("parallel", "Threads", parallel::report),
    ("growth", "Growth", growth::report),
    ("size", "Size", size::report),
];

fn main() -> ExitCode {
    let asked: Vec<_> = env::args().skip(1).collect();
    if let Some(unknown) = asked.iter().find(|name| PARTS.iter().all(|(part, ..)| part != name)) {
        let names = PARTS.map(|(part, ..)| part).join(", ");
        eprintln!("There is no part {unknown}. The parts are: {names}.");
        return ExitCode::from(2);
    }
    if !asked.is_empty() {
        for (_, title, report) in PARTS.iter().filter(|(part, ..)| asked.iter().any(|name| name == part)) {
            println!("## {title}\n\n{}", report());
        }
        return ExitCode::SUCCESS;
    }
    let mut text = format!("{HEAD}\n{}\n", machine());
    for (_, title, report) in PARTS {
        eprintln!("{title} …");
        // Into a string nothing can fail.
        let _ = write!(text, "\n## {title}\n\n{}", report());
    }
    let path = subject::root().join("host-test/benches/README.md");
    match fs::write(&path, text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cannot write {}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}

const HEAD: &str = "# Figures

Written by `make bench`, whole; change what measures instead. `cargo run --release --package figures -- PART` prints
one part. A figure is the median of 300 turns that the ways of its row take one after another, with the first and the
last quartile in parentheses, so ratios hold on a noisy machine too.

- *Rust*: the connector as a library, natively, optimised for speed.
- *Warm instance*: an instance of the component that stays, in Wasmtime, called through the contract with fuel counted.
- *Fresh instance*: one for each call, as the host runs it, within the limits on memory, fuel and stack.
- *With the guard*: the same through the host, which also checks everything the component returned. For `token-request`
  it opens a connection, which calls `resolve` as well.
";

/// Returns what was measured on.
fn machine() -> String {
    let first = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok();
        output.and_then(|output| Some(String::from_utf8(output.stdout).ok()?.lines().next()?.trim().to_owned()))
    };
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let lock = fs::read_to_string(subject::root().join("Cargo.lock")).unwrap_or_default();
    let version = |package: &str| {
        let after = lock.split(&format!("name = \"{package}\"\nversion = \"")).nth(1).unwrap_or_default();
        after.split('"').next().unwrap_or_default().to_owned()
    };
    format!(
        "Measured on {} cores of {}, {}; {}, Wasmtime {}, oauth2 {}, Node {}.",
        std::thread::available_parallelism().map_or(1, usize::from),
        processor.map_or("an unknown processor", |(_, name)| name),
        first("uname", &["-sr"]).unwrap_or_default(),
        first("rustc", &["--version"]).unwrap_or_default(),
        version("wasmtime"),
        version("oauth2"),
        first("node", &["--version"]).unwrap_or_else(|| "absent".to_owned()),
    )
}
