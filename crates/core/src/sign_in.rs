//! A person signs in at the provider: the authorization code grant with PKCE (RFC 6749 §4.1,
//! RFC 7636), without a browser, a listener or a clock.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use url::{Url, form_urlencoded};

use crate::connector::{Connector, Opened};
use crate::error::Error;
use crate::functions::{Functions, Leave, Redirect};
use crate::records::{Context, Exchange, Failure, Recovery, Response, Token};
use crate::redact::Redactor;
use crate::secret::Secret;

/// How long a person has to sign in: as long as RFC 6749 §4.1.2 lets a code live.
pub const SIGN_IN_TIME: Duration = Duration::from_mins(10);

/// Longest query of a redirect, in bytes: what servers commonly accept.
const QUERY_BYTES: usize = 8 * 1024;

/// Longest text of the provider's that is passed on, in characters.
const PROVIDER_TEXT: usize = 300;

/// A sign-in under way: one person, one redirect.
///
/// A shell opens [`url`](Self::url) in the person's browser, waits for the redirect and reports
/// its query to [`redirected`](Self::redirected). Times are since any fixed moment.
pub struct SignIn {
    url: Url,
    redirect_uri: String,
    state: Secret,
    verifier: Secret,
    began: Duration,
    used: bool,
}

/// A redirect that brought a code.
pub struct Redirected {
    exchange: Exchange,
    redactor: Redactor,
}

impl SignIn {
    /// Begins a sign-in. `random` becomes the state and the code verifier.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with every problem of the entries.
    pub fn begin<C: Functions>(
        connector: &Connector<C>,
        opened: &Opened,
        redirect_uri: &str,
        random: [[u8; 32]; 2],
        now: Duration,
    ) -> Result<Self, Error> {
        let [state, verifier] = random.map(|bytes| Secret::new(BASE64_URL_SAFE_NO_PAD.encode(bytes)));
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose()));
        let leave = Leave { redirect_uri, state: state.expose(), code_challenge: &challenge };
        let url = connector.authorization_url(opened.entries(), opened.connection(), opened.redactor(), &leave)?;
        Ok(Self { url, redirect_uri: redirect_uri.to_owned(), state, verifier, began: now, used: false })
    }

    /// Returns the URL to open in the person's browser. Whoever has it can finish the sign-in in
    /// the person's place, so it belongs in no log.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns what the redirect has to repeat, to find the sign-in that it belongs to.
    pub fn state(&self) -> &str {
        self.state.expose()
    }

    /// Returns how long the person still has.
    pub fn left(&self, now: Duration) -> Duration {
        SIGN_IN_TIME.saturating_sub(now.saturating_sub(self.began))
    }

    /// Takes the query of a redirect and builds the request that exchanges its code.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`]: with the code `state-mismatch` where the redirect belongs to another
    /// sign-in, and this one can still be finished; `sign-in-used` or `sign-in-expired` where it
    /// comes twice or late; `access-denied`, `sign-in-failed` or `bad-redirect` where the
    /// provider sends an error or nothing.
    pub fn redirected<C: Functions>(
        &mut self,
        connector: &Connector<C>,
        opened: &Opened,
        query: &str,
        context: &Context,
        now: Duration,
    ) -> Result<Redirected, Error> {
        let code = self.code(opened, query, now)?;
        let redactor = opened.redactor().and_all([&code, &self.verifier, &self.state]);
        let redirect =
            Redirect { redirect_uri: &self.redirect_uri, code: code.expose(), code_verifier: self.verifier.expose() };
        let exchange = connector.code_request(opened, &redirect, &redactor, context)?;
        Ok(Redirected { exchange, redactor })
    }

    fn code(&mut self, opened: &Opened, query: &str, now: Duration) -> Result<Secret, Error> {
        // Whatever comes without the state, of whatever form, comes from somebody else and ends nothing.
        let state = Some(query).filter(|query| query.len() <= QUERY_BYTES).map(|query| parameter(query, "state"));
        let state = state.and_then(Result::ok).flatten();
        if !state.is_some_and(|given| same(given.expose(), self.state.expose())) {
            let message = "The browser came back with the answer to another sign-in.";
            let hint = "Finish the sign-in that was opened last; if nobody else was signing in, somebody tried to slip in \
                        a sign-in of their own.";
            return Err(Failure::of_host("state-mismatch", Recovery::Alarm, message, hint).into());
        }
        if self.used {
            let message = "The browser came back twice from the same sign-in.";
            return Err(Failure::of_host("sign-in-used", Recovery::GiveUp, message, "Start the sign-in again.").into());
        }
        self.used = true;
        if self.left(now).is_zero() {
            return Err(expired().into());
        }
        let [code, error, description] = ["code", "error", "error_description"].map(|name| parameter(query, name));
        match (error?, code?) {
            (Some(error), _) => Err(denied(&error, description?.as_ref(), opened.redactor()).into()),
            (None, Some(code)) if !code.expose().is_empty() => Ok(code),
            (None, _) => Err(bad_redirect("has neither a code nor an error").into()),
        }
    }
}

impl Redirected {
    /// Returns the request to send.
    pub fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// Reads the token from its response. Secrets that the provider repeats are hidden, those of
    /// the sign-in included.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] where the response has none.
    pub fn token<C: Functions>(&self, connector: &Connector<C>, response: &Response) -> Result<Token, Error> {
        connector.received_token(&self.redactor, response)
    }
}

/// Returns a parameter of a query; none where it is missing.
fn parameter(query: &str, name: &str) -> Result<Option<Secret>, Error> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(given, _)| given == name);
    let first = values.next().map(|(_, value)| Secret::new(value));
    // RFC 6749 §3.1
    if values.next().is_some() { Err(bad_redirect(&format!("has `{name}` twice")).into()) } else { Ok(first) }
}

/// Compares in a time that does not depend on where two texts differ.
fn same(one: &str, other: &str) -> bool {
    let differences = one.bytes().zip(other.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
    one.len() == other.len() && differences == 0
}

/// The failure of a redirect with an error (RFC 6749 §4.1.2.1).
fn denied(error: &Secret, description: Option<&Secret>, redactor: &Redactor) -> Failure {
    let text = |secret: &Secret| {
        let shown = secret.expose().chars().filter(|c| !c.is_control()).take(PROVIDER_TEXT).collect::<String>();
        let shown = redactor.hide(shown.trim());
        (!shown.is_empty()).then_some(shown)
    };
    let (code, message, hint) = match error.expose() {
        "access_denied" => {
            ("access-denied", "The provider's page was left without consent.", "Sign in again, and allow the access.")
        }
        _ => (
            "sign-in-failed",
            "The provider ended the sign-in with an error.",
            "Check the client id, the redirect URL and the scopes that are registered at the provider.",
        ),
    };
    Failure {
        provider_code: text(error),
        provider_message: description.and_then(text),
        ..Failure::of_host(code, Recovery::Reconfigure, message, hint)
    }
}

/// Returns the failure of a sign-in that was not finished in time.
pub fn expired() -> Failure {
    let message = format!("The sign-in took longer than {} minutes.", SIGN_IN_TIME.as_secs() / 60);
    Failure::of_host("sign-in-expired", Recovery::Reconfigure, message, "Start the sign-in again.")
}

fn bad_redirect(why: &str) -> Failure {
    let message = format!("The address that the browser came back to {why}.");
    Failure::of_host("bad-redirect", Recovery::GiveUp, message, "Start the sign-in again.")
}

#[cfg(test)]
mod tests;
