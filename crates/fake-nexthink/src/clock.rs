//! A clock that can be moved forward.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The machine's clock plus what was added. Tokens and download links expire by it, so that tests need not wait.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    added: AtomicU64,
}

impl Clock {
    /// Moves the clock forward.
    pub(crate) fn advance(&self, seconds: u64) {
        // A century keeps every sum far from overflow.
        let seconds = seconds.min(3_155_760_000);
        let _ = self.added.try_update(Ordering::Relaxed, Ordering::Relaxed, |added| {
            Some(added.saturating_add(seconds).min(3_155_760_000))
        });
    }

    /// Returns the seconds since the Unix epoch.
    pub(crate) fn now(&self) -> u64 {
        let machine = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
        machine.saturating_add(self.added.load(Ordering::Relaxed))
    }

    /// Returns the time `seconds` from now as a date of RFC 9110, for `Date` and `Retry-After`.
    pub(crate) fn http_date(&self, seconds: u64) -> String {
        httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(self.later(seconds)))
    }

    /// Returns the time `seconds` from now as a date of RFC 3339 in UTC, such as `2026-01-15T10:00:00Z`.
    pub(crate) fn iso_date(&self, seconds: u64) -> String {
        let later = i64::try_from(self.later(seconds)).unwrap_or(i64::MAX);
        time::OffsetDateTime::from_unix_timestamp(later)
            .ok()
            .and_then(|at| at.format(&time::format_description::well_known::Rfc3339).ok())
            .unwrap_or_default()
    }

    fn later(&self, seconds: u64) -> u64 {
        // The last second that both formats can write.
        self.now().saturating_add(seconds).min(253_402_300_799)
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn time_moves_forward_only_and_is_bounded() {
        let clock = Clock::default();
        let before = clock.now();
        clock.advance(900);
        assert!(clock.now() >= before + 900);
        clock.advance(u64::MAX);
        clock.advance(u64::MAX);
        assert_eq!(clock.http_date(u64::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
        assert_eq!(clock.iso_date(u64::MAX), "9999-12-31T23:59:59Z");
    }
}
