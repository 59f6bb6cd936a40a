//! Says what should go wrong and when, and decides it for each call.

use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::routes::Endpoint;

/// Tells the tenant to misbehave: `{"when": {…}, "do": …}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Says which calls it concerns; all, unless given.
    #[serde(default)]
    pub when: When,
    /// Says what happens to them.
    #[serde(rename = "do")]
    pub action: Action,
}

/// Says which calls a rule concerns.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "WhenFields")]
pub struct When {
    /// Narrows by what is called.
    pub target: Target,
    /// Chooses among those calls.
    pub which: Which,
}

/// Narrows a rule by what is called; what is absent matches everything.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// Names the endpoint.
    pub endpoint: Option<Endpoint>,
    /// Starts the path.
    pub path_prefix: Option<String>,
    /// Names the method, in upper case.
    pub method: Option<String>,
}

/// Chooses among the calls that a rule's target matches; they are counted from 1, for each rule apart.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Which {
    /// Chooses each.
    #[default]
    All,
    /// Chooses one.
    Nth(NonZeroU64),
    /// Chooses each n-th.
    Every(NonZeroU64),
    /// Chooses the first n.
    First(NonZeroU64),
    /// Chooses by chance, the same calls in every run with the same seed.
    Chance {
        /// Lies between 0 and 1.
        probability: f64,
        /// Starts the sequence.
        seed: u64,
    },
}

/// Says what happens to a call.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Answers with a status and nothing done.
    #[serde(rename = "status")]
    Status(Answer),
    /// Waits before all else; other rules still apply.
    #[serde(rename = "delay")]
    Delay(Delay),
    /// Resets the connection without an answer and with nothing done.
    ResetBefore,
    /// Does what was asked, and resets the connection after half of the answer.
    ResetMiddle,
    /// Does what was asked, announces the whole answer, sends half of it and closes properly.
    Truncated,
    /// Answers 200 with a JSON body of this size, and nothing done.
    Oversized(Oversized),
    /// Answers 200 with a page such as proxies and portals send, and nothing done.
    HtmlPage,
    /// Answers with a redirect and nothing done.
    Redirect(Redirect),
    /// Does what was asked, and calls the answer `text/plain`.
    WrongContentType,
    /// Shows a certificate that has expired, in every handshake.
    ExpiredCertificate,
    /// Shows a certificate for another host, in every handshake.
    WrongHostCertificate,
}

/// Describes the answer of [`Action::Status`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Gives the status, 200 to 599.
    pub status: u16,
    /// Gives the body: text as it is, other JSON written out; empty unless given.
    #[serde(default)]
    pub body: Option<Value>,
    /// Gives the content type; `application/json` unless given, and none without a body.
    #[serde(default)]
    pub content_type: Option<String>,
    /// Asks the caller to wait.
    #[serde(default)]
    pub retry_after: RetryAfter,
}

/// Says in which of the forms seen in the field the caller is asked to wait, and for how many seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetryAfter {
    /// Says nothing.
    #[default]
    None,
    /// Writes `Retry-After` as a number.
    Seconds(u64),
    /// Writes `Retry-After` as RFC 9110 writes dates.
    HttpDate(u64),
    /// Writes `Retry-After` as ISO 8601 writes dates.
    IsoDate(u64),
    /// Writes `X-Rate-Limit-Reset` in seconds since the Unix epoch, as Okta does, with its two companions.
    RateLimitReset(u64),
}

/// Describes [`Action::Delay`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delay {
    /// Counts milliseconds.
    pub milliseconds: u64,
}

/// Describes [`Action::Oversized`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oversized {
    /// Counts bytes of the body.
    pub bytes: u64,
    /// Says whether `Content-Length` tells the size beforehand; chunks follow each other unannounced otherwise.
    #[serde(default)]
    pub announced: bool,
}

/// Describes [`Action::Redirect`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redirect {
    /// Gives `Location`.
    pub location: String,
    /// Gives the status, 300 to 399; 302 unless given.
    #[serde(default = "found")]
    pub status: u16,
}

impl Action {
    pub(super) fn is_certificate(&self) -> bool {
        matches!(self, Self::ExpiredCertificate | Self::WrongHostCertificate)
    }

    /// Names the action as the configuration does.
    pub(super) fn id(&self) -> &'static str {
        match self {
            Self::Status(_) => "status",
            Self::Delay(_) => "delay",
            Self::ResetBefore => "reset-before",
            Self::ResetMiddle => "reset-middle",
            Self::Truncated => "truncated",
            Self::Oversized(_) => "oversized",
            Self::HtmlPage => "html-page",
            Self::Redirect(_) => "redirect",
            Self::WrongContentType => "wrong-content-type",
            Self::ExpiredCertificate => "expired-certificate",
            Self::WrongHostCertificate => "wrong-host-certificate",
        }
    }
}

impl FaultRule {
    pub(super) fn check(&self) -> Result<(), String> {
        let header = |text: &str| text.bytes().all(|byte| byte == b'\t' || (b' '..0x7f).contains(&byte));
        match &self.action {
            // 1xx would not end the exchange.
            Action::Status(answer) if !(200..600).contains(&answer.status) => {
                Err("status lies outside 200 to 599".into())
            }
            Action::Status(Answer { content_type: Some(text), .. }) if !header(text) => {
                Err("content_type cannot stand in a header".into())
            }
            Action::Redirect(redirect) if !(300..400).contains(&redirect.status) => {
                Err("the status of a redirect lies outside 300 to 399".into())
            }
            Action::Redirect(redirect) if !header(&redirect.location) => {
                Err("location cannot stand in a header".into())
            }
            action if action.is_certificate() && !self.when.is_always() => {
                Err("a certificate is shown before any call, so `when` must be empty".into())
            }
            _ => Ok(()),
        }
    }
}

impl When {
    fn is_always(&self) -> bool {
        let Target { endpoint, path_prefix, method } = &self.target;
        endpoint.is_none() && path_prefix.is_none() && method.is_none() && self.which == Which::All
    }
}

impl Target {
    fn matches(&self, endpoint: Option<Endpoint>, method: &str, path: &str) -> bool {
        self.endpoint.is_none_or(|wanted| Some(wanted) == endpoint)
            && self.path_prefix.as_deref().is_none_or(|prefix| path.starts_with(prefix))
            && self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
    }
}

impl Which {
    fn chooses(self, count: u64) -> bool {
        match self {
            Self::All => true,
            Self::Nth(n) => count == n.get(),
            Self::Every(n) => count.is_multiple_of(n.get()),
            Self::First(n) => count <= n.get(),
            Self::Chance { probability, seed } => unit(seed, count) < probability,
        }
    }
}

/// Gives the `count`-th number of a sequence in [0, 1): `SplitMix64`, which needs no state besides the count, so that
/// concurrent calls do not have to wait for each other.
fn unit(seed: u64, count: u64) -> f64 {
    let mut z = seed.wrapping_add(count.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    // 32 bits are exact in a double, and finer than any probability that someone writes down.
    let bits = u32::try_from(z >> 32).unwrap_or(u32::MAX);
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}

/// Holds the rules and how many calls each has seen.
pub(super) struct Faults(Vec<(FaultRule, AtomicU64)>);

/// Says what happens to one call.
#[derive(Default)]
pub(super) struct Decision {
    pub delay: Duration,
    pub action: Option<Action>,
}

impl Faults {
    pub fn new(rules: &[FaultRule]) -> Self {
        Self(rules.iter().filter(|rule| !rule.action.is_certificate()).map(|rule| (rule.clone(), 0.into())).collect())
    }

    /// Decides for one call: delays add up, and of other actions the first rule's applies. Every rule counts every
    /// call that its target matches, whatever other rules do, so that the order of rules changes no count.
    pub fn decide(&self, endpoint: Option<Endpoint>, method: &str, path: &str) -> Decision {
        let mut decision = Decision::default();
        for (rule, seen) in &self.0 {
            if !rule.when.target.matches(endpoint, method, path) {
                continue;
            }
            let count = seen.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
            if !rule.when.which.chooses(count) {
                continue;
            }
            match &rule.action {
                Action::Delay(delay) => {
                    decision.delay = decision.delay.saturating_add(Duration::from_millis(delay.milliseconds));
                }
                action => drop(decision.action.get_or_insert_with(|| action.clone())),
            }
        }
        decision
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhenFields {
    endpoint: Option<Endpoint>,
    path_prefix: Option<String>,
    method: Option<String>,
    nth: Option<NonZeroU64>,
    every: Option<NonZeroU64>,
    first: Option<NonZeroU64>,
    probability: Option<f64>,
    seed: Option<u64>,
}

impl TryFrom<WhenFields> for When {
    type Error = &'static str;

    fn try_from(fields: WhenFields) -> Result<Self, Self::Error> {
        let which = match (fields.nth, fields.every, fields.first, fields.probability) {
            (None, None, None, None) => Which::All,
            (Some(n), None, None, None) => Which::Nth(n),
            (None, Some(n), None, None) => Which::Every(n),
            (None, None, Some(n), None) => Which::First(n),
            (None, None, None, Some(probability)) if (0.0..=1.0).contains(&probability) => {
                Which::Chance { probability, seed: fields.seed.unwrap_or(0) }
            }
            (None, None, None, Some(_)) => return Err("when: probability lies outside 0 to 1"),
            _ => return Err("when: only one of nth, every, first and probability can be given"),
        };
        if fields.seed.is_some() && !matches!(which, Which::Chance { .. }) {
            return Err("when: seed belongs to probability");
        }
        let target = Target { endpoint: fields.endpoint, path_prefix: fields.path_prefix, method: fields.method };
        Ok(Self { target, which })
    }
}

fn found() -> u16 {
    302
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Action, FaultRule, Faults, When, Which};
    use crate::routes::Endpoint;

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

    #[test]
    fn a_rule_that_contradicts_itself_is_refused() {
        for json in
            [r#"{"nth":0}"#, r#"{"nth":1,"first":1}"#, r#"{"seed":1}"#, r#"{"probability":1.5}"#, r#"{"colour":1}"#]
        {
            assert!(serde_json::from_str::<When>(json).is_err(), "{json}");
        }
        assert_eq!(serde_json::from_str::<When>("{}").unwrap().which, Which::All);
        for action in [
            r#"{"status":{"status":100}}"#,
            r#"{"redirect":{"location":"x","status":200}}"#,
            "{\"redirect\":{\"location\":\"a\\r\\nb: c\"}}",
        ] {
            let rule: FaultRule = serde_json::from_str(&format!(r#"{{"do":{action}}}"#)).unwrap();
            assert!(rule.check().is_err(), "{action}");
        }
    }
}
