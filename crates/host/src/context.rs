//! Time and randomness for functions that depend on them.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use connector_core::records::Context;

use crate::error::Error;

/// Where the contexts of a session come from. Tests and recordings have fixed ones.
pub trait ContextSource: Send + Sync {
    /// Returns the next context: its random bytes are never given twice.
    ///
    /// # Errors
    ///
    /// [`Error::Transport`] where there is no randomness.
    fn context(&self) -> Result<Context, Error>;
}

/// The clock and the randomness of the operating system.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemContext;

impl ContextSource for SystemContext {
    fn context(&self) -> Result<Context, Error> {
        let mut nonce = [0; 32];
        getrandom::fill(&mut nonce).map_err(|error| Error::Transport(Arc::new(error)))?;
        // Before 1970: there is no such clock, and providers refuse the epoch.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Ok(Context { now, nonce })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_context_repeats_the_random_bytes_of_another() {
        let [one, other] = [SystemContext.context().unwrap(), SystemContext.context().unwrap()];
        assert_ne!(one.nonce, other.nonce);
        assert!(one.now > 1_700_000_000, "{}", one.now);
    }
}
