//! The exchanges of a recording, as they were.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use connector_core::records::{Request, Response};
use connector_core::{Body, Fault};

/// Longest body to keep, in bytes: with JSON's escapes it fits into what is read again.
const BODY_BYTES: usize = 16 << 20;

pub(super) type Clock = Box<dyn Fn() -> Duration + Send + Sync>;

/// The exchanges of a recording, in the order sent.
pub(super) struct Log {
    clock: Clock,
    exchanges: Mutex<Vec<Kept>>,
}

/// An exchange as it is.
pub(super) struct Kept {
    pub(super) request: Request,
    pub(super) received: Received,
    pub(super) started: Duration,
    pub(super) ended: Duration,
}

pub(super) enum Received {
    /// Not all of it.
    Some(Option<Response>, Vec<Bytes>),
    All(Response),
    Fault(Fault),
    /// More than is kept, or what the contract has no word for.
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
        let started = (self.clock)();
        let mut exchanges = self.exchanges();
        exchanges.push(Kept {
            request: request.clone(),
            received: Received::Some(None, Vec::new()),
            started,
            ended: started,
        });
        exchanges.len() - 1
    }

    pub(super) fn end(&self, number: usize, change: impl FnOnce(Received) -> Received) {
        let ended = (self.clock)();
        // None: the recording has ended meanwhile.
        if let Some(kept) = self.exchanges().get_mut(number) {
            kept.received = change(std::mem::replace(&mut kept.received, Received::Other));
            kept.ended = ended;
        }
    }

    fn exchanges(&self) -> MutexGuard<'_, Vec<Kept>> {
        // Every change is whole before anything can panic.
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Received {
    /// Adds the next piece.
    pub(super) fn and(self, next: &Result<Option<Bytes>, Fault>) -> Self {
        match (self, next) {
            (Self::Some(head, mut pieces), Ok(Some(piece))) => {
                pieces.push(piece.clone());
                let length: usize = pieces.iter().map(Bytes::len).sum();
                if length > BODY_BYTES { Self::Other } else { Self::Some(head, pieces) }
            }
            (Self::Some(Some(head), pieces), Ok(None)) => {
                Self::All(Response { body: Body::from(pieces.concat()), ..head })
            }
            (Self::Some(..), Err(fault)) => Self::Fault(*fault),
            (other, _) => other,
        }
    }
}
