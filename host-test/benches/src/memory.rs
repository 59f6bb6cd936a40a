//! What engine, component, instances and connections keep in memory.

use std::fs;
use std::sync::Arc;

use connector_host::records::Request;
use connector_host::{BoxFuture, Incoming, SendError, Session, Transport};

use crate::subject::{Bare, Inputs, host};

/// Instances held at once.
const INSTANCES: usize = 100;

/// Connections held at once.
const CONNECTIONS: usize = 100_000;

/// Returns the memory of this process that is in use, in bytes (`proc(5)`, statm).
pub fn resident() -> f64 {
    let pages = fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|line| line.split(' ').nth(1)?.parse::<f64>().ok());
    pages.map_or(f64::NAN, |pages| pages * 4096.0)
}

/// Measures memory and returns a table. Has to come first: what was freed before would
/// be used again.
pub fn report() -> String {
    let inputs = Inputs::new();
    let before = resident();
    let bare = Bare::new().expect("the component compiles");
    let loaded = resident();
    let mut live: Vec<_> = (0..INSTANCES).map(|_| bare.fresh().expect("an instance")).collect();
    for instance in &mut live {
        instance.resolve(&inputs).expect("it answers");
    }
    let running = resident();
    drop(live);
    let ended = resident();
    let open = opener();
    let idle = resident();
    let sessions: Vec<Session> = (0..CONNECTIONS).map(&open).collect();
    let opened = resident();
    drop(sessions);
    let kib = |bytes: f64, of: usize| format!("{:.1} KiB", bytes / 1024.0 / of as f64);
    let mut table = String::from("| Memory | |\n| --- | --: |\n");
    table += &format!("| engine and component, once, right after compiling | {} |\n", kib(loaded - before, 1));
    table += &format!("| an instance that was called, of {INSTANCES} | {} |\n", kib(running - loaded, INSTANCES));
    table += &format!("| what a slot keeps when its instance is gone | {} |\n", kib(ended - loaded, INSTANCES));
    table + &format!("| an idle connection, of {CONNECTIONS} | {:.0} bytes |\n", (opened - idle) / CONNECTIONS as f64)
}

/// Returns what opens one connection after another, each to a tenant of its own.
pub fn opener() -> impl Fn(usize) -> Session {
    let host = host();
    let inputs = Inputs::new();
    let transport = Arc::new(Silent);
    move |number| {
        let mut pairs = inputs.entries.clone();
        pairs[0].1 = format!("tenant{number}");
        let entries = host.entries(pairs);
        Session::open(Arc::clone(&host), entries, transport.clone()).expect("the entries are good")
    }
}

/// A transport that is never asked: an idle connection sends nothing.
struct Silent;

impl Transport for Silent {
    fn send(&self, _: Request) -> BoxFuture<'_, Result<Incoming, SendError>> {
        unreachable!("nothing is sent")
    }
}
