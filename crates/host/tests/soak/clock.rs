//! Time that passes with work, so that tokens end often in a short run, and as
//! often on a slow machine as on a fast one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use connector_host::{BoxFuture, Clock};
use fake_nexthink::FakeNexthink;

/// This machine's time plus what was added. The tenant's clock follows in whole seconds.
pub struct WorkClock {
    start: Instant,
    added: AtomicU64,
    tenant: Arc<FakeNexthink>,
}

impl WorkClock {
    pub fn new(tenant: Arc<FakeNexthink>) -> Self {
        Self { start: Instant::now(), added: AtomicU64::new(0), tenant }
    }

    /// Returns the time of day, with which dates in answers are compared, in seconds
    /// since the Unix epoch.
    pub fn time_of_day(&self) -> u64 {
        let added = self.added.load(Ordering::Relaxed) / 1000;
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + added
    }

    /// Lets time pass.
    pub fn pass(&self, milliseconds: u64) {
        let before = self.added.fetch_add(milliseconds, Ordering::Relaxed);
        let seconds = (before + milliseconds) / 1000 - before / 1000;
        if seconds > 0 {
            self.tenant.advance_clock(seconds);
        }
    }
}

impl Clock for WorkClock {
    fn now(&self) -> Duration {
        self.start.elapsed() + Duration::from_millis(self.added.load(Ordering::Relaxed))
    }

    /// Mostly the calls of others make the time pass; a little passes by itself,
    /// or the last ones would wait for work that nobody does any more.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let end = self.now() + duration;
        Box::pin(async move {
            while self.now() < end {
                tokio::time::sleep(Duration::from_millis(10)).await;
                self.pass(10);
            }
        })
    }

    fn passed(&self, moment: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            // A thousand callers wait for moments minutes away, and hardly ever until then.
            while self.now() <= moment {
                let left = moment.saturating_sub(self.now());
                tokio::time::sleep(left.clamp(Duration::from_millis(10), Duration::from_secs(1))).await;
            }
        })
    }
}
