//! How long to wait, and how often to try.

use std::time::Duration;

use crate::model::Failure;

/// Bounds the patience of a session.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Most times that one request is sent, the first included; the one more try
    /// with a new token does not count.
    pub attempts: u32,
    /// Longest first wait; each further one is twice as long.
    pub first_wait: Duration,
    /// Longest wait of all that grow, be it between tries or after a failed
    /// exchange.
    pub longest_wait: Duration,
    /// Longest that one call takes with all its waits. A provider that asks for
    /// more gets its failure passed on.
    pub patience: Duration,
}

impl Default for Policy {
    /// Waits of 1 to 60 s are what Okta advises its clients; the patience is that
    /// of a person before a progress bar.
    fn default() -> Self {
        Self {
            attempts: 4,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_mins(1),
            patience: Duration::from_mins(3),
        }
    }
}

impl Policy {
    /// Returns the wait before try number `attempt`, from 1: full jitter, so
    /// anything up to a bound that doubles. Callers who failed together come
    /// back apart.
    pub(super) fn backoff(&self, attempt: u32) -> Duration {
        self.bound(attempt).mul_f64(fastrand::f64())
    }

    /// Returns how long no exchange is made after so many failed ones in a row.
    /// At least half of the bound, or a crowd would not be held back at all.
    pub(super) fn pause(&self, failures: u32) -> Duration {
        self.bound(failures).mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    fn bound(&self, step: u32) -> Duration {
        let doubled = 1_u32.checked_shl(step.saturating_sub(1)).unwrap_or(u32::MAX);
        self.first_wait.saturating_mul(doubled).min(self.longest_wait)
    }
}

/// Says what a failure asks of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Advice {
    /// The request had no effect: once more, with a new token.
    Renew,
    /// The request had no effect: once more, after this wait if one is named.
    Later(Option<Duration>),
    /// Whether it had an effect is unknown: once more if it is repeatable.
    Repeat(Option<Duration>),
    /// Nothing that time would change.
    GiveUp,
}

impl Advice {
    pub(super) fn of(failure: &Failure) -> Self {
        let wait = failure.retry_after.map(|seconds| Duration::from_secs(seconds.into()));
        match failure.code.as_str() {
            "token-expired" => Self::Renew,
            "rate-limited" => Self::Later(wait),
            // Not by class: a word that this host does not know may be anything.
            "unavailable" | "timeout" | "network" => Self::Repeat(wait),
            _ => Self::GiveUp,
        }
    }
}
