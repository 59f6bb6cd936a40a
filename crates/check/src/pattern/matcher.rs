//! Matching within a time limit.
//!
//! A form in a browser matches by backtracking, and so does `regress`: some patterns take
//! both longer than anyone waits, on a short value. A match cannot be interrupted, so it
//! runs on a thread of its own, which is left behind where it takes too long. A thread left
//! behind does not keep the process from ending, but it uses a core until its match ends;
//! so there are few of them, and then no more is matched.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use regress::Regex;

/// Longest time for one value: a form matches at each key, and people notice 100 ms. An
/// honest pattern takes microseconds.
pub(crate) const DEADLINE: Duration = Duration::from_millis(200);

/// Longest time for all values of a judgement: thousands of honest matches.
const ALL: Duration = Duration::from_secs(20);

/// Most threads that one judgement leaves behind: three patterns to correct are enough for
/// a day.
const LEFT_BEHIND: u32 = 3;

/// Matches the patterns of one component.
pub(crate) struct Matcher {
    deadline: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// None: the next match starts one.
    worker: Option<Worker>,
    left_behind: u32,
    time: Duration,
}

/// A thread that matches one value after the other, until the other ends of its channels
/// are gone.
struct Worker {
    values: Sender<(Arc<Regex>, String)>,
    results: Receiver<bool>,
}

impl Matcher {
    /// Matches nothing more after the deadline.
    pub(crate) fn new(deadline: Instant) -> Self {
        Self { deadline, state: Mutex::default() }
    }

    /// Returns whether no more is matched.
    pub(crate) fn is_exhausted(&self) -> bool {
        let state = self.state();
        state.left_behind == LEFT_BEHIND || state.time > ALL || Instant::now() >= self.deadline
    }

    /// Returns whether a value matches. None where that takes too long.
    pub(crate) fn matches(&self, regex: &Arc<Regex>, value: &str) -> Option<bool> {
        let mut state = self.state();
        let begin = Instant::now();
        let worker = state.worker.get_or_insert_with(Worker::start);
        // Where the thread is gone, so is its result.
        let _ = worker.values.send((Arc::clone(regex), value.to_owned()));
        let matched = worker.results.recv_timeout(DEADLINE).ok();
        if matched.is_none() {
            state.worker = None;
            state.left_behind += 1;
        }
        state.time += begin.elapsed();
        matched
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worker {
    fn start() -> Self {
        let (values, to_match) = mpsc::channel::<(Arc<Regex>, String)>();
        let (matched, results) = mpsc::channel();
        thread::spawn(move || {
            for (regex, value) in to_match {
                if matched.send(regex.find(&value).is_some()).is_err() {
                    break;
                }
            }
        });
        Self { values, results }
    }
}
