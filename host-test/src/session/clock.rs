//! Time as a session sees it, so that tests need not wait for it.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Tells the time and lets it pass.
pub trait Clock: Send + Sync {
    /// Returns the time since a fixed moment of the past.
    ///
    /// A token's age is a difference of two such times. Should the later one be
    /// smaller, the token counts as old.
    fn now(&self) -> Duration;

    /// Waits, unless cancelled.
    fn wait(&self, duration: Duration, cancel: &Cancel);
}

/// The clock of the machine that no one can set.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// Starts at zero.
    pub fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn wait(&self, duration: Duration, cancel: &Cancel) {
        cancel.wait(duration);
    }
}

/// Ends the waiting of a caller who no longer needs the answer.
#[derive(Debug, Default)]
pub struct Cancel {
    cancelled: Mutex<bool>,
    changed: Condvar,
}

impl Cancel {
    /// Cancels for good.
    pub fn cancel(&self) {
        *self.cancelled.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// Tells whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        *self.cancelled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until cancelled, at most so long.
    fn wait(&self, duration: Duration) {
        let cancelled = self.cancelled.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.changed.wait_timeout_while(cancelled, duration, |cancelled| !*cancelled));
    }
}
