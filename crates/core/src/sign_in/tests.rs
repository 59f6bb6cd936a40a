use super::*;
use crate::testing::{connector, opened, response};

const RANDOM: [[u8; 32]; 2] = [[1; 32], [2; 32]];
const REDIRECT_URI: &str = "http://127.0.0.1:49152/callback";

struct Fixture {
    connector: Connector<crate::testing::Fixed>,
    opened: Opened,
    sign_in: SignIn,
}

impl Fixture {
    fn new() -> Self {
        let connector = connector();
        let opened = opened(&connector);
        let sign_in = SignIn::begin(&connector, &opened, REDIRECT_URI, RANDOM, Duration::ZERO).unwrap();
        Self { connector, opened, sign_in }
    }

    fn state(&self) -> String {
        self.sign_in.state.expose().to_owned()
    }

    fn redirected_at(&mut self, query: &str, seconds: u64) -> Result<Redirected, String> {
        let now = Duration::from_secs(seconds);
        let redirected = self.sign_in.redirected(&self.connector, &self.opened, query, &Context::REHEARSAL, now);
        redirected.map_err(|error| match error {
            Error::Failed(failure) => format!("{}, {}", failure.code, failure.recovery.name()),
            other => panic!("{other}"),
        })
    }

    fn redirected(&mut self, query: &str) -> Result<Redirected, String> {
        self.redirected_at(query, 1)
    }
}

#[test]
fn the_challenge_is_the_hash_of_the_verifier_and_the_url_has_no_other_secret() {
    let fixture = Fixture::new();
    let url = fixture.sign_in.url().as_str();
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(fixture.sign_in.verifier.expose()));
    assert!(url.contains(&format!("code_challenge={challenge}&code_challenge_method=S256")), "{url}");
    assert!(url.contains(&format!("state={}", fixture.state())), "{url}");
    assert!(!url.contains(fixture.sign_in.verifier.expose()), "{url}");
    // RFC 7636 §4.1: 43 to 128 characters.
    assert_eq!(fixture.sign_in.verifier.expose().len(), 43);
}

#[test]
fn a_code_is_exchanged_with_the_verifier_and_the_redirect_that_it_was_asked_for_with() {
    let mut fixture = Fixture::new();
    let query = format!("code=a%20code&state={}", fixture.state());
    let redirected = fixture.redirected(&query).ok().unwrap();
    let body = String::from_utf8(redirected.exchange().request.body.to_vec()).unwrap();
    assert_eq!(body, format!("{REDIRECT_URI} a code {}", fixture.sign_in.verifier.expose()));
    let token = redirected.token(&fixture.connector, &response(200)).unwrap();
    assert_eq!(token.value.expose(), "a-token");
}

#[test]
fn a_redirect_with_another_state_is_an_alarm_and_does_not_end_the_sign_in() {
    let mut fixture = Fixture::new();
    let state = fixture.state();
    let long = format!("code=c&state={state}&a={}", "a".repeat(QUERY_BYTES));
    let twice = format!("code=c&state={state}&state=x");
    let (longer, shifted) = (format!("code=c&state={state}x"), format!("code=c&state=x{state}"));
    for other in ["", "state=", "state=x&code=c", &longer, &shifted, &long, &twice] {
        assert_eq!(fixture.redirected(other).err().unwrap(), "state-mismatch, alarm", "{other:.80}");
    }
    assert!(fixture.redirected(&format!("code=c&state={state}")).is_ok());
}

#[test]
fn a_redirect_counts_once() {
    let mut fixture = Fixture::new();
    let query = format!("code=c&state={}", fixture.state());
    assert!(fixture.redirected(&query).is_ok());
    assert_eq!(fixture.redirected(&query).err().unwrap(), "sign-in-used, give-up");
}

#[test]
fn a_redirect_after_ten_minutes_is_late() {
    for (seconds, late) in [(599, false), (600, true)] {
        let mut fixture = Fixture::new();
        let query = format!("code=c&state={}", fixture.state());
        assert_eq!(fixture.redirected_at(&query, seconds).is_err(), late);
    }
    let mut fixture = Fixture::new();
    let query = format!("code=c&state={}", fixture.state());
    assert_eq!(fixture.redirected_at(&query, 600).err().unwrap(), "sign-in-expired, reconfigure");
}

#[test]
fn an_error_of_the_provider_is_passed_on_without_control_characters() {
    let mut fixture = Fixture::new();
    let query = format!("error=access_denied&error_description=No%1b%0aconsent&state={}", fixture.state());
    let now = Duration::ZERO;
    let failed = fixture.sign_in.redirected(&fixture.connector, &fixture.opened, &query, &Context::REHEARSAL, now);
    let Err(Error::Failed(failure)) = failed else { panic!("it succeeds") };
    assert_eq!((failure.code.as_str(), failure.recovery), ("access-denied", Recovery::Reconfigure));
    assert_eq!(failure.provider_message.as_deref(), Some("Noconsent"));

    let mut fixture = Fixture::new();
    let query = format!("error=invalid_scope&code=c&state={}", fixture.state());
    assert_eq!(fixture.redirected(&query).err().unwrap(), "sign-in-failed, reconfigure");
}

#[test]
fn a_redirect_without_a_code_or_with_two_is_refused() {
    for query in ["", "code=", "code=a&code=b", "error=a&error=b"] {
        let mut fixture = Fixture::new();
        let query = format!("{query}&state={}", fixture.state());
        assert_eq!(fixture.redirected(&query).err().unwrap(), "bad-redirect, give-up", "{query}");
    }
}
