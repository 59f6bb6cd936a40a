//! What a session remembers between calls: the token, the exchange under way,
//! the last failure.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::{CallFailure, Policy};
use crate::model::{Secret, Token};

/// Holds a token, the number of the exchange that brought it, and the headers that
/// carry it, once they were asked for: a plugin answers the same every time.
pub(super) struct Granted {
    pub(super) token: Arc<Token>,
    pub(super) number: u64,
    pub(super) headers: OnceLock<Vec<(String, Secret)>>,
}

/// Holds the state of a session. Small, because platforms keep thousands.
#[derive(Default)]
pub(super) struct Book {
    held: Option<Held>,
    running: bool,
    failed: Option<Failed>,
    exchanges: u64,
}

struct Held {
    granted: Arc<Granted>,
    sent_at: Duration,
}

struct Failed {
    failure: CallFailure,
    /// In a row.
    times: u32,
    /// When the next exchange may be made. None: never.
    again_at: Option<Duration>,
    /// When it failed, to notice a clock that jumped back.
    at: Duration,
}

/// Says what a caller does next.
pub(super) enum Step {
    /// Take this token.
    Use(Arc<Granted>),
    /// Take this token, and see to the next one, which the book now counts on.
    UseAndRenew(Arc<Granted>),
    /// Make an exchange, which the book now counts on.
    Exchange,
    /// Wait for the exchange of someone else.
    Wait,
    /// There is nothing to be had for now.
    Fail(CallFailure),
}

impl Book {
    pub(super) fn exchanges(&self) -> u64 {
        self.exchanges
    }

    /// Returns the token at hand, good or not.
    pub(super) fn held(&self) -> Option<Arc<Token>> {
        self.held.as_ref().map(|held| Arc::clone(&held.granted.token))
    }

    /// Decides for a caller who comes now and cannot use the token of the
    /// exchange `refused`.
    pub(super) fn next(&mut self, now: Duration, refused: Option<u64>) -> Step {
        if let Some(held) = self.held.as_ref().filter(|held| Some(held.granted.number) != refused) {
            // A clock that went back says nothing about age: count as old.
            let age = now.checked_sub(held.sent_at);
            let granted = Arc::clone(&held.granted);
            let reached = |seconds: u32| age.is_none_or(|age| age >= Duration::from_secs(seconds.into()));
            if !reached(granted.token.expires_in) {
                let due = reached(granted.token.refresh_after) && !self.running && !self.pauses(now);
                self.running |= due;
                return if due { Step::UseAndRenew(granted) } else { Step::Use(granted) };
            }
        }
        if self.running {
            return Step::Wait;
        }
        match &self.failed {
            Some(failed) if self.pauses(now) => Step::Fail(failed.failure.clone()),
            _ => {
                self.running = true;
                Step::Exchange
            }
        }
    }

    /// Enters the result of an exchange.
    pub(super) fn enter(
        &mut self,
        result: Result<Token, CallFailure>,
        sent_at: Duration,
        now: Duration,
        policy: &Policy,
    ) {
        self.running = false;
        self.exchanges += 1;
        match result {
            Ok(token) => {
                let granted = Granted { token: Arc::new(token), number: self.exchanges, headers: OnceLock::new() };
                self.held = Some(Held { granted: Arc::new(granted), sent_at });
                self.failed = None;
            }
            Err(failure) => {
                let times = self.failed.as_ref().map_or(0, |failed| failed.times).saturating_add(1);
                let again_at = pause(&failure, times, policy).map(|pause| now + pause);
                self.failed = Some(Failed { failure, times, again_at, at: now });
            }
        }
    }

    /// Returns for how long no exchange will be made. None: for good, or as soon as
    /// somebody asks.
    pub(super) fn pause_left(&self, now: Duration) -> Option<Duration> {
        let again_at = self.failed.as_ref().filter(|_| self.pauses(now))?.again_at?;
        Some(again_at.saturating_sub(now))
    }

    fn pauses(&self, now: Duration) -> bool {
        self.failed.as_ref().is_some_and(|failed| match failed.again_at {
            Some(again_at) => (failed.at..again_at).contains(&now),
            None => true,
        })
    }
}

/// Returns how long to make no exchange. None: for good.
fn pause(failure: &CallFailure, times: u32, policy: &Policy) -> Option<Duration> {
    let growing = policy.pause(times);
    match failure {
        CallFailure::Failed(failure) if failure.class == "config" => None,
        CallFailure::Failed(failure) => {
            let asked = failure.retry_after.map(|seconds| Duration::from_secs(seconds.into()));
            Some(asked.unwrap_or_default().max(growing))
        }
        CallFailure::Plugin(_) | CallFailure::Recording(_) | CallFailure::Cancelled => Some(growing),
    }
}
