//! A person signs in to a session.

use std::sync::Arc;

use connector_core::{Functions, GrantedToken, SignIn};

use super::Session;
use crate::error::Error;

impl<F: Functions + Send + Sync + 'static> Session<F> {
    /// Begins a sign-in: a person opens its URL, and their browser comes back to
    /// `redirect_uri`, which is registered at the provider. Nothing is sent.
    ///
    /// # Errors
    ///
    /// [`Error::Connector`] where the connector offers none.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(session: connector_host::Session) -> Result<(), connector_host::Error> {
    /// let mut sign_in = session.begin_sign_in("http://127.0.0.1:49152/callback")?;
    /// println!("Open {}", sign_in.url());
    /// // What stands behind the `?` of the address that the browser came back to.
    /// let query = "code=…&state=…";
    /// session.finish_sign_in(&mut sign_in, query).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn begin_sign_in(&self, redirect_uri: &str) -> Result<SignIn, Error> {
        let shared = &self.shared;
        let random = [shared.context()?.nonce, shared.context()?.nonce];
        Ok(SignIn::begin(&shared.connector, &shared.opened, redirect_uri, random, shared.now())?)
    }

    /// Exchanges the code of a redirect for a token, stores that, and uses it from now on in
    /// place of whatever there was.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] where the redirect is not that of the sign-in, or there is no token;
    /// the session stays as it was. See [`SignIn::redirected`] for the codes.
    pub async fn finish_sign_in(&self, sign_in: &mut SignIn, query: &str) -> Result<Arc<GrantedToken>, Error> {
        let shared = &self.shared;
        let context = shared.context()?;
        let redirected = sign_in.redirected(&shared.connector, &shared.opened, query, &context, shared.now())?;
        let sent_at = shared.now();
        let deadline = sent_at.saturating_add(shared.options.policy.patience);
        let response = shared.exchange_until(redirected.exchange().request.clone(), deadline).await?;
        let token = redirected.token(&shared.connector, &response)?;
        shared.store(&token).await;
        let granted = shared.cache().adopt(token, sent_at);
        shared.ended.notify_waiters();
        Ok(granted)
    }
}
