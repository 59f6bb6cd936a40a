//! A token in use.

use std::sync::OnceLock;

use crate::records::Token;
use crate::redact::Redactor;
use crate::secret::Secret;

/// A token and what is derived from it once: the headers that authorize a request, and
/// the redactor that hides it.
pub struct GrantedToken {
    token: Token,
    /// Number of the exchange that brought it, from 1.
    number: u64,
    headers: OnceLock<Vec<(String, Secret)>>,
    redactor: OnceLock<Redactor>,
}

impl GrantedToken {
    /// Takes a token as that of an exchange with a number, from 1.
    pub fn new(token: Token, number: u64) -> Self {
        Self { token, number, headers: OnceLock::new(), redactor: OnceLock::new() }
    }

    /// Returns the token.
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// Returns the number of the exchange that brought it, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Returns the headers that authorize a request, which are built once.
    ///
    /// # Errors
    ///
    /// That of `authorize`.
    pub fn headers<E>(
        &self,
        authorize: impl FnOnce(&Token) -> Result<Vec<(String, Secret)>, E>,
    ) -> Result<&[(String, Secret)], E> {
        if let Some(headers) = self.headers.get() {
            return Ok(headers);
        }
        let headers = authorize(&self.token)?;
        Ok(self.headers.get_or_init(|| headers))
    }

    /// Returns the redactor of a connection's secrets, this token and its refresh token.
    pub fn redactor(&self, secrets: &Redactor) -> &Redactor {
        self.redactor.get_or_init(|| secrets.and_all(self.token.secrets()))
    }
}
