//! Whose turn it is: a call waits for a free slot, first come, first served.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::coop::unconstrained;

/// Slots for each processor: a call only computes, so more would take memory and bring no
/// speed; some more than one keep the processors busy while a thread is interrupted.
const PER_PROCESSOR: usize = 4;

/// Fewest and most slots. The fewest let a test be unfair; the most keep the address space
/// of the pool below a tenth of what a 64-bit process has.
const BOUNDS: (usize, usize) = (16, 128);

/// Returns how many calls run at once, from threads of runtimes and from others each.
pub(super) fn count() -> usize {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    (processors * PER_PROCESSOR).clamp(BOUNDS.0, BOUNDS.1)
}

/// The slots of a component's engine: one half for the threads of runtimes, which find one
/// free as long as they are not more than that, and one for all other threads. Or a crowd of
/// those would keep the runtime from all else it does.
pub(super) struct Slots {
    runtimes: Semaphore,
    threads: Semaphore,
}

impl Slots {
    pub(super) fn new() -> Self {
        Self { runtimes: Semaphore::new(count()), threads: Semaphore::new(count()) }
    }

    /// Blocks until there is a free slot. None: there was none for so long.
    pub(super) fn wait(&self, patience: Duration) -> Option<SemaphorePermit<'_>> {
        let slots = if Handle::try_current().is_ok() { &self.runtimes } else { &self.threads };
        wait(slots, patience)
    }
}

fn wait(slots: &Semaphore, patience: Duration) -> Option<SemaphorePermit<'_>> {
    if let Ok(slot) = slots.try_acquire() {
        return Some(slot);
    }
    let until = Instant::now().checked_add(patience);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    // Within a task of a runtime that has used up its turn, it would never be ready.
    let mut turn = pin!(unconstrained(slots.acquire()));
    loop {
        if let Poll::Ready(slot) = turn.as_mut().poll(&mut Context::from_waker(&waker)) {
            return slot.ok();
        }
        match until.map(|until| until.saturating_duration_since(Instant::now())) {
            Some(left) if left.is_zero() => return None,
            Some(left) => thread::park_timeout(left),
            None => thread::park(),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_finds_no_slot_waits_for_one_and_not_longer_than_its_patience() {
        let slots = Semaphore::new(1);
        thread::scope(|scope| {
            let first = wait(&slots, Duration::ZERO).expect("it is free");
            assert!(wait(&slots, Duration::from_millis(1)).is_none());
            let second = scope.spawn(|| wait(&slots, Duration::MAX).is_some());
            drop(first);
            assert!(second.join().unwrap());
        });
    }
}
