//! The exchanges of a recording, as they were.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connector_core::Fault;
use connector_core::records::{Request, Response};

use crate::read::FILE_BYTES;

/// Longest body to keep, in bytes: a longer one does not fit into a file that is read.
const BODY_BYTES: usize = FILE_BYTES;

pub(super) type Clock = Box<dyn Fn() -> Duration + Send + Sync>;

/// The exchanges of a recording, in the order sent.
pub(super) struct Log {
    clock: Clock,
    exchanges: Mutex<Vec<Kept>>,
}

/// An exchange as it is.
pub(super) struct Kept {
    pub(super) request: Request,
    /// The response; its body is beside it.
    pub(super) head: Option<Response>,
    pub(super) body: Vec<u8>,
    pub(super) end: End,
    pub(super) started: Duration,
    pub(super) ended: Duration,
}

/// How an exchange ended.
pub(super) enum End {
    /// It did not.
    Open,
    Whole,
    Fault(Fault),
    /// With more than is kept, or with what the contract has no word for.
    Other,
}

impl Log {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, exchanges: Mutex::default() }
    }

    pub(super) fn now(&self) -> Duration {
        (self.clock)()
    }

    /// Empties the log.
    pub(super) fn take(&self) -> Vec<Kept> {
        std::mem::take(&mut *self.exchanges())
    }

    pub(super) fn len(&self) -> usize {
        self.exchanges().len()
    }

    pub(super) fn begin(&self, request: &Request) -> usize {
        let now = self.now();
        let kept =
            Kept { request: request.clone(), head: None, body: Vec::new(), end: End::Open, started: now, ended: now };
        let mut exchanges = self.exchanges();
        exchanges.push(kept);
        exchanges.len() - 1
    }

    /// Changes an exchange, and when it ended.
    pub(super) fn change(&self, number: usize, change: impl FnOnce(&mut Kept)) {
        let ended = self.now();
        // None: the recording has ended meanwhile.
        if let Some(kept) = self.exchanges().get_mut(number) {
            change(kept);
            kept.ended = ended;
        }
    }

    fn exchanges(&self) -> MutexGuard<'_, Vec<Kept>> {
        // Every change is whole before anything can panic.
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Adds a piece of the body.
    pub(super) fn add(&mut self, piece: &[u8]) {
        if self.body.len() + piece.len() > BODY_BYTES {
            self.end = End::Other;
        } else {
            self.body.extend_from_slice(piece);
        }
    }

    /// Ends the exchange, unless there was too much of it.
    pub(super) fn close(&mut self, end: End) {
        if matches!(self.end, End::Open) {
            self.end = end;
        }
    }
}
