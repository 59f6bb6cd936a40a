//! How many calls two or more threads make, each in a fresh instance and guarded.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::subject::{Inputs, host};

/// How long each number of threads is measured.
const WHILE: Duration = Duration::from_secs(1);

/// Measures calls per second and returns a table.
pub fn report() -> String {
    let inputs = Inputs::new();
    let host = host();
    let entries = host.entries(inputs.entries.clone());
    let run = |threads: usize| {
        let calls = AtomicU64::new(0);
        let start = Instant::now();
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while start.elapsed() < WHILE {
                        for _ in 0..32 {
                            host.resolve(&entries).expect("the entries are good");
                        }
                        calls.fetch_add(32, Ordering::Relaxed);
                    }
                });
            }
        });
        calls.into_inner() as f64 / start.elapsed().as_secs_f64()
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut table =
        format!("On {cores} cores:\n\n| Threads | Calls of `resolve` per second | |\n| --: | --: | --: |\n");
    let mut single = 0.0;
    for threads in [1, 2, 4, 8, 16, 32, 64] {
        let rate = run(threads);
        if threads == 1 {
            single = rate;
        }
        table += &format!("| {threads} | {rate:.0} | {:.2} × one thread |\n", rate / single);
    }
    table
}
