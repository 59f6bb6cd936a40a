//! One token for all callers of a session.

use std::sync::Arc;
use std::time::Duration;

use connector_core::records::{Failure, Recovery, Request, Token};
use connector_core::{Functions, GrantedToken, Interface, Lookup};
use tokio::task;

use super::Shared;
use crate::error::Error;

impl<F: Functions + Send + Sync + 'static> Shared<F> {
    /// Returns the token that a request is authorized with, other than that of the exchange
    /// `refused`. None: it is not authorized, or with the entries.
    pub(super) async fn token_for(
        self: &Arc<Self>,
        request: &Request,
        refused: Option<u64>,
        deadline: Duration,
    ) -> Result<Option<Arc<GrantedToken>>, Error> {
        if request.authorized { self.granted(refused, deadline).await } else { Ok(None) }
    }

    /// Returns a good token other than that of the exchange `refused`. None: nothing is exchanged.
    pub(super) async fn granted(
        self: &Arc<Self>,
        refused: Option<u64>,
        deadline: Duration,
    ) -> Result<Option<Arc<GrantedToken>>, Error> {
        if !self.connector.offers(Interface::Token) {
            return Ok(None);
        }
        loop {
            // Before the cache is asked: what ends in between must not be missed.
            let mut ended = Box::pin(self.ended.notified());
            ended.as_mut().enable();
            let now = self.now();
            let lookup = self.cache().next(now, refused, self.options.policy.renewal);
            match lookup {
                Lookup::Use(granted) => return Ok(Some(granted)),
                Lookup::UseAndRenew(granted) => {
                    task::spawn(Arc::clone(self).renew());
                    return Ok(Some(granted));
                }
                Lookup::Fail(error) => return Err(error),
                // The exchange belongs to everyone, so it does not end with this call.
                Lookup::Exchange => drop(task::spawn(Arc::clone(self).renew())),
                Lookup::Wait if now > deadline => return Err(self.patience_over()),
                Lookup::Wait => {}
            }
            tokio::select! {
                biased;
                () = ended => {}
                () = self.options.clock.passed(deadline) => {}
            }
        }
    }

    /// Makes the exchange that the cache counts on.
    async fn renew(self: Arc<Self>) {
        let mut exchange = Exchange { sent_at: self.now(), result: None, shared: &self };
        let result = self.try_exchange().await;
        match &result {
            Ok(token) => log::info!("a token for {} s, the next one after {} s", token.expires_in, token.refresh_after),
            Err(Error::Failed(failure)) => log::info!("no token: {}", failure.code),
            Err(_) => log::info!("no token: the exchange could not be made"),
        }
        exchange.result = Some(result);
    }

    async fn try_exchange(&self) -> Result<Token, Error> {
        let previous = self.cache().latest();
        let previous = previous.as_deref();
        let exchange = self.connector.exchange(&self.opened, previous, &self.context()?)?;
        let response = self.exchange(exchange.request).await?;
        let token = self.connector.renewed_token(&self.opened, previous, &response)?;
        self.store(&token).await;
        Ok(token)
    }

    fn patience_over(&self) -> Error {
        let seconds = self.options.policy.patience.as_secs();
        let message =
            format!("Another call has been getting an access token for {seconds} seconds, and this one gave up.");
        let hint = "Try again; if it happens again, the login host answers slowly or not at all.";
        Error::Failed(Box::new(Failure::of_host("timeout", Recovery::RetryIfRepeatable(None), message, hint)))
    }
}

/// The exchange under way. It enters the result when dropped, so also when the transport
/// panics or the runtime shuts down: or all would wait for ever.
struct Exchange<'a, F: Functions + Send + Sync + 'static> {
    shared: &'a Shared<F>,
    sent_at: Duration,
    result: Option<Result<Token, Error>>,
}

impl<F: Functions + Send + Sync + 'static> Drop for Exchange<'_, F> {
    fn drop(&mut self) {
        let Shared { options, ended, .. } = self.shared;
        let result = self.result.take().unwrap_or_else(|| {
            let message = "Getting an access token was broken off by a fault of the host.";
            let hint = "Try again; report it to those who run this host.";
            Err(Error::Failed(Box::new(Failure::of_host(
                "exchange-abandoned",
                Recovery::RetryIfRepeatable(None),
                message,
                hint,
            ))))
        });
        self.shared.cache().ended(result, self.sent_at, self.shared.now(), &options.policy, fastrand::f64());
        ended.notify_waiters();
    }
}
