//! Which faults apply to a request.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::endpoint::Endpoint;
use crate::fault_rule::{Action, FaultRule, Which};

/// The rules, each with the number of requests that matched its target.
pub(crate) struct Faults(Vec<(FaultRule, AtomicU64)>);

/// What happens to one request.
#[derive(Default)]
pub(crate) struct Decision {
    /// The sum of all delays.
    pub delay: Duration,
    /// Any other action; never a delay or a certificate.
    pub action: Option<Action>,
}

impl Faults {
    pub(crate) fn new(rules: &[FaultRule]) -> Self {
        Self(rules.iter().filter(|rule| !rule.action.is_certificate()).map(|rule| (rule.clone(), 0.into())).collect())
    }

    /// Decides for one request: delays add up, and of other actions the first rule's applies. Every rule counts every
    /// request that its target matches, whatever other rules do, so that the order of rules changes no count.
    pub(crate) fn decide(&self, endpoint: Option<Endpoint>, method: &str, path: &str) -> Decision {
        let mut decision = Decision::default();
        for (rule, seen) in &self.0 {
            if !rule.when.matches(endpoint, method, path) {
                continue;
            }
            let count = seen.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
            if !chooses(rule.when.which, count) {
                continue;
            }
            match &rule.action {
                Action::Delay { milliseconds } => {
                    decision.delay = decision.delay.saturating_add(Duration::from_millis(*milliseconds));
                }
                action => drop(decision.action.get_or_insert_with(|| action.clone())),
            }
        }
        decision
    }
}

fn chooses(which: Which, count: u64) -> bool {
    match which {
        Which::All => true,
        Which::Nth(n) => count == n.get(),
        Which::Every(n) => count.is_multiple_of(n.get()),
        Which::First(n) => count <= n.get(),
        Which::Chance { probability, seed } => unit(seed, count) < probability,
    }
}

/// Returns the `count`-th number of a sequence in [0, 1): `SplitMix64`, whose only state is the count, so that
/// concurrent requests need no lock.
fn unit(seed: u64, count: u64) -> f64 {
    let mut z = seed.wrapping_add(count.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    // 32 bits are exact in a double, and finer than any probability that someone writes down.
    let bits = u32::try_from(z >> 32).unwrap_or(u32::MAX);
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Faults;
    use crate::endpoint::Endpoint;
    use crate::fault_rule::{Action, FaultRule};

    fn rules(json: &str) -> Faults {
        Faults::new(&serde_json::from_str::<Vec<FaultRule>>(json).unwrap())
    }

    fn chosen(json: &str, calls: usize) -> Vec<usize> {
        let faults = rules(json);
        (1..=calls).filter(|_| faults.decide(Some(Endpoint::Token), "POST", "/x").action.is_some()).collect()
    }

    #[test]
    fn calls_are_chosen_by_count() {
        for (when, expected) in [
            (r#"{"nth":2}"#, vec![2]),
            (r#"{"every":2}"#, vec![2, 4, 6]),
            (r#"{"first":2}"#, vec![1, 2]),
            (r#"{"probability":0.0}"#, vec![]),
            (r#"{"probability":1.0}"#, vec![1, 2, 3, 4, 5, 6]),
            (r#"{"endpoint":"token","path_prefix":"/","method":"post"}"#, vec![1, 2, 3, 4, 5, 6]),
            (r#"{"endpoint":"act-list"}"#, vec![]),
            (r#"{"path_prefix":"/api"}"#, vec![]),
            (r#"{"method":"GET"}"#, vec![]),
        ] {
            assert_eq!(chosen(&format!(r#"[{{"when":{when},"do":"reset-before"}}]"#), 6), expected, "{when}");
        }
    }

    #[test]
    fn chance_repeats_with_the_seed_and_keeps_its_share() {
        let rule = |seed| format!(r#"[{{"when":{{"probability":0.25,"seed":{seed}}},"do":"truncated"}}]"#);
        let (first, again, other) = (chosen(&rule(1), 4000), chosen(&rule(1), 4000), chosen(&rule(2), 4000));
        assert_eq!(first, again);
        assert_ne!(first, other);
        assert!((900..1100).contains(&first.len()), "{}", first.len());
    }

    #[test]
    fn delays_add_up_and_the_first_other_rule_applies() {
        let faults = rules(
            r#"[{"do":{"delay":{"milliseconds":1}}},{"do":"truncated"},{"do":{"delay":{"milliseconds":2}}},{"do":"html-page"}]"#,
        );
        let decision = faults.decide(None, "GET", "/");
        assert_eq!(decision.delay, Duration::from_millis(3));
        assert_eq!(decision.action, Some(Action::Truncated));
    }
}
