//! Time as a session sees it, so that tests and recordings need not wait for it.

use std::time::{Duration, Instant};

use crate::transport::BoxFuture;

/// A clock that nobody can set, and the way to wait by it.
pub trait Clock: Send + Sync {
    /// Returns the time since a fixed moment of the past.
    ///
    /// The age of a token is a difference of two such times. Should the later one be
    /// smaller, the token counts as old.
    fn now(&self) -> Duration;

    /// Waits.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;

    /// Completes once `now` has passed a moment. Unlike [`sleep`](Self::sleep) it makes no
    /// time pass: by a clock that stands still it never completes.
    fn passed(&self, moment: Duration) -> BoxFuture<'_, ()>;
}

/// The monotonic clock of this machine.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn passed(&self, moment: Duration) -> BoxFuture<'_, ()> {
        self.sleep(moment.saturating_sub(self.now()).saturating_add(Duration::from_millis(1)))
    }
}
