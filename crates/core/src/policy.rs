//! How long to wait, and how often to try.

use std::time::Duration;

/// The patience of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Most times that one request is sent, the first included; the one more try with a
    /// new token does not count.
    pub attempts: u32,
    /// Whether tokens are renewed: before they expire, and where one is refused, so that the
    /// request is sent once more.
    pub renewal: bool,
    /// Longest first wait; each further one is twice as long.
    pub first_wait: Duration,
    /// Longest of the waits that grow: between tries, and after a failed exchange.
    pub longest_wait: Duration,
    /// Longest pause after a failed exchange, whatever the provider asks for.
    pub longest_pause: Duration,
    /// Longest that one call takes with all its waits and the time its requests take. A
    /// failure that asks for more is returned at once.
    pub patience: Duration,
}

impl Default for Policy {
    /// Waits of 1 to 60 s are what Okta advises its clients; the patience is that of a
    /// person in front of a progress bar. A pause ends after a quarter of an hour, the
    /// life of a Nexthink token: nobody would look for the reason any longer.
    fn default() -> Self {
        Self {
            attempts: 4,
            renewal: true,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_mins(1),
            longest_pause: Duration::from_mins(15),
            patience: Duration::from_mins(3),
        }
    }
}

impl Policy {
    /// A policy that sends each request once, whatever is received.
    pub fn once() -> Self {
        Self { attempts: 1, renewal: false, ..Self::default() }
    }

    /// Returns the wait before try number `attempt`, from 1. Full jitter: anything up to
    /// a bound that doubles, so that callers who failed together return apart. `random`
    /// is from 0 to 1.
    pub fn backoff(&self, attempt: u32, random: f64) -> Duration {
        self.bound(attempt).mul_f64(random.clamp(0.0, 1.0))
    }

    /// Returns how long no exchange is made after so many failed ones in a row. At least
    /// half of the bound, or a crowd would not be held back at all.
    pub(crate) fn pause(&self, failures: u32, random: f64) -> Duration {
        self.bound(failures).mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
    }

    fn bound(&self, step: u32) -> Duration {
        let doubled = 1_u32.checked_shl(step.saturating_sub(1)).unwrap_or(u32::MAX);
        self.first_wait.saturating_mul(doubled).min(self.longest_wait)
    }
}

/// Returns what a person does after a failure that may come after the request took effect:
/// to send it again does harm or not.
pub fn again(harmless: bool) -> &'static str {
    if harmless {
        "Try again."
    } else {
        "It may have taken effect all the same: check that at the provider before you run it again."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let policy = Policy::default();
        for (step, bound) in [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (40, 60), (u32::MAX, 60)] {
            let bound = Duration::from_secs(bound);
            assert_eq!((policy.backoff(step, 0.0), policy.backoff(step, 1.0)), (Duration::ZERO, bound), "{step}");
            assert_eq!((policy.pause(step, 0.0), policy.pause(step, 1.0)), (bound / 2, bound), "{step}");
        }
    }

    #[test]
    fn randomness_out_of_range_is_clamped() {
        let policy = Policy::default();
        assert_eq!((policy.backoff(1, -1.0), policy.backoff(1, 7.0)), (Duration::ZERO, Duration::from_secs(1)));
    }
}
