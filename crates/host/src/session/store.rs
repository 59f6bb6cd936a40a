//! Where a platform keeps the token of a session.

use std::fmt;
use std::time::Duration;

use connector_core::Functions;
use connector_core::records::Token;

use super::Shared;
use crate::transport::BoxFuture;

/// Where a platform keeps the token of a connection, sealed, to [adopt](super::Session::adopt) it
/// after a restart.
///
/// # Examples
///
/// ```no_run
/// use connector_host::records::Token;
/// use connector_host::{BoxFuture, NotStored, TokenStore};
///
/// struct Vault;
///
/// impl TokenStore for Vault {
///     fn store<'a>(&'a self, token: &'a Token) -> BoxFuture<'a, Result<(), NotStored>> {
///         Box::pin(async move {
///             let refresh_token = token.refresh_token.as_ref().ok_or_else(|| NotStored::new("nothing to keep"))?;
///             // Seal it, and replace the old one in one step.
///             let _ = refresh_token.expose();
///             Ok(())
///         })
///     }
/// }
/// ```
pub trait TokenStore: Send + Sync {
    /// Replaces what is kept, in one step: until the new token is there the old one stays.
    fn store<'a>(&'a self, token: &'a Token) -> BoxFuture<'a, Result<(), NotStored>>;
}

/// Why a token was not stored, for a log: without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotStored(String);

impl NotStored {
    /// Takes a reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for NotStored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotStored {}

impl<F: Functions + Send + Sync + 'static> Shared<F> {
    /// Has a new token stored before anyone uses it, as often as the policy tries anything. A
    /// token that cannot be stored is used all the same: with a provider that rotates refresh
    /// tokens there is no other.
    pub(super) async fn store(&self, token: &Token) {
        let Some(store) = &self.options.store else { return };
        let policy = &self.options.policy;
        for attempt in 1..=policy.attempts.max(1) {
            let Err(reason) = store.store(token).await else { return };
            log::warn!("attempt {attempt} to store the token failed: {reason}");
            let wait = policy.backoff(attempt, fastrand::f64());
            if attempt < policy.attempts && wait > Duration::ZERO {
                self.options.clock.sleep(wait).await;
            }
        }
        log::error!("the token is not stored: after a restart somebody may have to sign in again");
    }
}
