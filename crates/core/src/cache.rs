//! The token of a connection, shared by all its callers.
//!
//! Whoever needs a token asks [`TokenCache::next`] what to do. At most one exchange runs
//! at a time; a token is renewed while the old one is still good; after a failed exchange
//! there is a pause in which everyone gets the same failure. A failure of the
//! configuration lasts: other entries are another connection.

use std::sync::Arc;
use std::time::Duration;

use crate::error::Error;
use crate::granted::GrantedToken;
use crate::policy::Policy;
use crate::records::{Failure, Recovery, Token};

/// An error that may be a failure of the contract, which says how long to wait.
pub trait HasFailure: From<Failure> {
    /// Returns the failure.
    fn failure(&self) -> Option<&Failure>;
}

impl HasFailure for Error {
    fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::Refused(_) | Self::Connector(_) => None,
        }
    }
}

/// The token of one connection, and how its exchanges fared. Small, because platforms
/// keep thousands. Times are since any fixed moment.
pub struct TokenCache<E = Error> {
    kept: Option<Kept>,
    /// How often a token had been adopted when the exchange under way began.
    running: Option<u64>,
    adopted: u64,
    failed: Option<Failed<E>>,
    exchanges: u64,
}

struct Kept {
    granted: Arc<GrantedToken>,
    sent_at: Duration,
}

struct Failed<E> {
    error: E,
    /// In a row.
    times: u32,
    /// When the next exchange may be made. None: never.
    again_at: Option<Duration>,
    /// When it failed, to notice a clock that jumped back.
    at: Duration,
}

/// What a caller who needs a token does next.
pub enum Lookup<E> {
    /// Use this token.
    Use(Arc<GrantedToken>),
    /// Use this token, and start the exchange for the next one: the cache now counts on it.
    UseAndRenew(Arc<GrantedToken>),
    /// Start an exchange: the cache now counts on it.
    Exchange,
    /// Wait until the exchange under way has ended, and ask again.
    Wait,
    /// There is no token for now.
    Fail(E),
}

impl<E> Default for TokenCache<E> {
    fn default() -> Self {
        Self { kept: None, running: None, adopted: 0, failed: None, exchanges: 0 }
    }
}

impl<E: Clone + HasFailure> TokenCache<E> {
    /// Returns how many tokens were adopted and how many exchanges have ended.
    pub fn exchanges(&self) -> u64 {
        self.exchanges
    }

    /// Returns the token in the cache, expired or not.
    pub fn latest(&self) -> Option<Arc<GrantedToken>> {
        self.kept.as_ref().map(|kept| Arc::clone(&kept.granted))
    }

    /// Decides for a caller who asks now and cannot use the token of exchange number
    /// `refused`; without `renewal` a good token is used until it expires. After
    /// [`Lookup::UseAndRenew`] and [`Lookup::Exchange`] the caller owes an
    /// [`ended`](Self::ended).
    pub fn next(&mut self, now: Duration, refused: Option<u64>, renewal: bool) -> Lookup<E> {
        if let Some(kept) = self.kept.as_ref().filter(|kept| Some(kept.granted.number()) != refused) {
            // A clock that went back says nothing about age: count as old.
            let age = now.checked_sub(kept.sent_at);
            let granted = Arc::clone(&kept.granted);
            let reached = |seconds: u32| age.is_none_or(|age| age >= Duration::from_secs(seconds.into()));
            if !reached(granted.token().expires_in) {
                let idle = self.running.is_none() && !self.pauses(now);
                if renewal && idle && reached(granted.token().refresh_after) {
                    self.running = Some(self.adopted);
                    return Lookup::UseAndRenew(granted);
                }
                return Lookup::Use(granted);
            }
        }
        if self.running.is_some() {
            return Lookup::Wait;
        }
        match &self.failed {
            Some(failed) if self.pauses(now) => Lookup::Fail(failed.error.clone()),
            _ => {
                self.running = Some(self.adopted);
                Lookup::Exchange
            }
        }
    }

    /// Records how an exchange ended whose request was sent at `sent_at`. A token that has
    /// expired on its way is a failed exchange: or it would be asked for without end.
    /// `random` is from 0 to 1.
    pub fn ended(&mut self, result: Result<Token, E>, sent_at: Duration, now: Duration, policy: &Policy, random: f64) {
        let overtaken = self.running.take().is_some_and(|adopted| adopted != self.adopted);
        self.exchanges += 1;
        if overtaken {
            return;
        }
        let took = now.saturating_sub(sent_at);
        match result.and_then(|token| expired_on_arrival(&token, took).map_or(Ok(token), |failure| Err(failure.into())))
        {
            Ok(token) => {
                self.kept = Some(Kept { granted: Arc::new(GrantedToken::new(token, self.exchanges)), sent_at });
                self.failed = None;
            }
            Err(error) => {
                let times = self.failed.as_ref().map_or(0, |failed| failed.times).saturating_add(1);
                let again_at = pause(&error, times, policy, random).map(|pause| now.saturating_add(pause));
                self.failed = Some(Failed { error, times, again_at, at: now });
            }
        }
    }

    /// Takes a token that no exchange of this cache brought: one that was kept, or that of a
    /// sign-in. It replaces whatever there is, and the exchange under way no longer counts.
    pub fn adopt(&mut self, token: Token, sent_at: Duration) -> Arc<GrantedToken> {
        self.adopted += 1;
        self.exchanges += 1;
        self.failed = None;
        let granted = Arc::new(GrantedToken::new(token, self.exchanges));
        self.kept = Some(Kept { granted: Arc::clone(&granted), sent_at });
        granted
    }

    /// Ends the pause after a failed exchange, also one for good: whoever asks next makes
    /// an exchange. For a person who has mended the cause.
    pub fn end_pause(&mut self) {
        self.failed = None;
    }

    /// Returns for how long no exchange will be made. None: for good, or as soon as
    /// somebody asks.
    pub fn pause_left(&self, now: Duration) -> Option<Duration> {
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

/// Returns the failure of an exchange that took longer than its token lives.
fn expired_on_arrival(token: &Token, took: Duration) -> Option<Failure> {
    let lives = token.expires_in;
    (took >= Duration::from_secs(lives.into())).then(|| {
        let took = took.as_secs_f64();
        let message = format!("The access token lives {lives} s and had expired when it arrived, after {took:.1} s.");
        let hint = "Check how long the token endpoint takes to answer, and the token lifetime set at the provider.";
        Failure::of_host("timeout", Recovery::Retry(None), message, hint)
    })
}

/// Returns how long to make no exchange. None: for good.
fn pause(error: &impl HasFailure, times: u32, policy: &Policy, random: f64) -> Option<Duration> {
    let growing = policy.pause(times, random);
    match error.failure() {
        Some(failure) if failure.recovery == Recovery::Reconfigure => None,
        Some(failure) => {
            let asked = failure.recovery.retry_after().map(|seconds| Duration::from_secs(seconds.into()));
            Some(asked.unwrap_or_default().max(growing).min(policy.longest_pause))
        }
        None => Some(growing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{failure, token};

    /// Reads a decision in one word, with the token.
    fn word(lookup: Lookup<Error>) -> String {
        match lookup {
            Lookup::Use(granted) => format!("use {}", granted.token().value.expose()),
            Lookup::UseAndRenew(granted) => format!("use {} and renew", granted.token().value.expose()),
            Lookup::Exchange => "exchange".to_owned(),
            Lookup::Wait => "wait".to_owned(),
            Lookup::Fail(error) => format!("fail: {error}"),
        }
    }

    #[derive(Default)]
    struct Fixture(TokenCache<Error>);

    impl Fixture {
        fn next(&mut self, now: u64, refused: Option<u64>) -> String {
            word(self.0.next(Duration::from_secs(now), refused, true))
        }

        /// Ends an exchange at once.
        fn ended(&mut self, result: Result<&str, Failure>, now: u64) {
            let now = Duration::from_secs(now);
            let result = result.map(token).map_err(Error::from);
            self.0.ended(result, now, now, &Policy::default(), 1.0);
        }

        fn pause_left(&self, now: u64) -> Option<u64> {
            self.0.pause_left(Duration::from_secs(now)).map(|left| left.as_secs())
        }
    }

    #[test]
    fn one_caller_exchanges_and_the_others_wait() {
        let mut cache = Fixture::default();
        assert_eq!([cache.next(0, None), cache.next(0, None)], ["exchange", "wait"]);
        cache.ended(Ok("a"), 0);
        assert_eq!([cache.next(0, None), cache.next(839, None)], ["use a", "use a"]);
        assert_eq!(cache.0.exchanges(), 1);
    }

    #[test]
    fn a_token_is_renewed_by_one_caller_while_it_is_good_and_not_used_afterwards() {
        let mut cache = Fixture::default();
        cache.ended(Ok("a"), 0);
        assert_eq!([cache.next(840, None), cache.next(840, None)], ["use a and renew", "use a"]);
        assert_eq!(cache.next(900, None), "wait");
        cache.ended(Ok("b"), 901);
        assert_eq!(cache.next(901, None), "use b");
    }

    #[test]
    fn a_token_that_was_refused_is_not_used_by_whom_it_was_refused() {
        let mut cache = Fixture::default();
        cache.ended(Ok("a"), 0);
        assert_eq!(
            [cache.next(1, Some(1)), cache.next(1, Some(1)), cache.next(1, None)],
            ["exchange", "wait", "use a"]
        );
        cache.ended(Ok("b"), 1);
        assert_eq!(cache.next(1, Some(1)), "use b");
    }

    #[test]
    fn a_clock_that_went_back_makes_a_token_old() {
        let mut cache = Fixture::default();
        cache.ended(Ok("a"), 1000);
        assert_eq!(cache.next(999, None), "exchange");
    }

    #[test]
    fn after_a_failure_there_is_a_growing_pause() {
        let mut cache = Fixture::default();
        let failed = "fail: It failed. (unavailable)";
        for (from, pause) in [(0, 1), (10, 2), (20, 4)] {
            assert_eq!(cache.next(from, None), "exchange");
            cache.ended(Err(failure("unavailable", None)), from);
            assert_eq!((cache.next(from, None).as_str(), cache.pause_left(from)), (failed, Some(pause)));
            assert_eq!(cache.pause_left(from + pause), None);
        }
        assert_eq!(cache.next(24, None), "exchange");
        cache.ended(Ok("a"), 24);
        cache.ended(Err(failure("unavailable", None)), 30);
        assert_eq!(cache.pause_left(30), Some(1), "a success ends the row");
    }

    #[test]
    fn a_pause_lasts_as_long_as_the_provider_asks_but_not_through_a_clock_that_went_back() {
        let mut cache = Fixture::default();
        cache.ended(Err(failure("rate-limited", Some(100))), 50);
        assert_eq!(cache.pause_left(50), Some(100));
        assert_eq!([cache.next(149, None), cache.next(49, None)], ["fail: It failed. (rate-limited)", "exchange"]);
    }

    #[test]
    fn no_pause_is_longer_than_a_quarter_of_an_hour() {
        let mut cache = Fixture::default();
        cache.ended(Err(failure("unavailable", Some(u32::MAX))), 50);
        assert_eq!(cache.pause_left(50), Some(900));
        assert_eq!(cache.next(950, None), "exchange");
    }

    #[test]
    fn a_failure_of_the_configuration_lasts() {
        let mut cache = Fixture::default();
        cache.ended(Err(failure("invalid-client", None)), 0);
        assert_eq!(cache.next(1_000_000, None), "fail: It failed. (invalid-client)");
        assert_eq!(cache.pause_left(0), None);
    }

    #[test]
    fn an_adopted_token_is_used_and_an_exchange_from_before_changes_nothing() {
        for ended in [Ok("old"), Err(failure("invalid-client", None))] {
            let mut cache = Fixture::default();
            assert_eq!(cache.next(0, None), "exchange");
            cache.0.adopt(token("new"), Duration::ZERO);
            assert_eq!(cache.next(1, None), "use new");
            cache.ended(ended, 2);
            assert_eq!(cache.next(2, None), "use new");
            assert_eq!([cache.next(840, None), cache.next(841, None)], ["use new and renew", "use new"]);
        }
    }

    #[test]
    fn an_adopted_token_ends_a_pause_for_good() {
        let mut cache = Fixture::default();
        assert_eq!(cache.next(0, None), "exchange");
        cache.ended(Err(failure("invalid-client", None)), 0);
        cache.0.adopt(token("new"), Duration::from_secs(5));
        assert_eq!([cache.next(5, None), cache.next(904, None)], ["use new", "use new and renew"]);
    }

    #[test]
    fn a_person_can_end_a_pause() {
        for code in ["unavailable", "invalid-client"] {
            let mut cache = Fixture::default();
            cache.ended(Err(failure(code, Some(900))), 0);
            cache.0.end_pause();
            assert_eq!((cache.next(1, None).as_str(), cache.next(1, None).as_str()), ("exchange", "wait"), "{code}");
        }
    }

    #[test]
    fn a_token_that_expired_on_its_way_is_a_failed_exchange() {
        let mut cache = Fixture::default();
        assert_eq!(cache.next(0, None), "exchange");
        let (sent, now) = (Duration::ZERO, Duration::from_millis(900_300));
        cache.0.ended(Ok(token("a")), sent, now, &Policy::default(), 1.0);
        let expired = "fail: The access token lives 900 s and had expired when it arrived, after 900.3 s. (timeout)";
        assert_eq!((cache.next(901, None).as_str(), cache.pause_left(901)), (expired, Some(0)));
        assert_eq!(cache.next(902, None), "exchange");
    }

    #[test]
    fn a_renewal_that_fails_leaves_the_token_in_use_until_it_ends() {
        let mut cache = Fixture::default();
        cache.ended(Ok("a"), 0);
        assert_eq!(cache.next(850, None), "use a and renew");
        cache.ended(Err(failure("rate-limited", Some(100))), 850);
        assert_eq!([cache.next(851, None), cache.next(900, None)], ["use a", "fail: It failed. (rate-limited)"]);
    }
}
