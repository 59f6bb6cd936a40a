//! The tokens issued so far.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::permission::Permission;

/// What a token permits.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    /// The instance that issued it.
    pub instance: String,
    pub permissions: Arc<[Permission]>,
    /// The second since the Unix epoch at which it expires.
    pub expires_at: u64,
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    Unknown,
    Expired,
    Revoked,
    /// Another instance issued it.
    Foreign,
}

/// The digests of all tokens; the tokens themselves are not kept.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<Issued>);

#[derive(Default)]
struct Issued {
    /// Grants, and whether they were revoked.
    grants: HashMap<[u8; 32], (Grant, bool)>,
    /// The number of entries from which on it is worth looking for expired ones.
    sweep_at: usize,
}

/// Entries below which no sweep is worth its time.
const FEW: usize = 4096;

impl Tokens {
    /// Adds a token. For `keep` seconds after its expiry it is refused as expired, then as unknown.
    pub(crate) fn add(&self, token: &str, grant: Grant, now: u64, keep: u64) {
        let mut issued = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if issued.grants.len() >= issued.sweep_at.max(FEW) {
            issued.grants.retain(|_, (grant, _)| grant.expires_at.saturating_add(keep) > now);
            issued.sweep_at = issued.grants.len() * 2;
        }
        issued.grants.insert(digest(token), (grant, false));
    }

    /// Returns what a token permits on the API host of an instance.
    pub(crate) fn find(&self, token: &str, instance: &str, now: u64) -> Result<Grant, Refused> {
        let issued = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (grant, revoked) = issued.grants.get(&digest(token)).ok_or(Refused::Unknown)?;
        // First, so that a foreign token is noticed even when it has expired.
        if grant.instance != instance {
            return Err(Refused::Foreign);
        }
        if *revoked {
            return Err(Refused::Revoked);
        }
        if grant.expires_at <= now {
            return Err(Refused::Expired);
        }
        Ok(grant.clone())
    }

    /// Makes all tokens invalid.
    pub(crate) fn revoke_all(&self) {
        let mut issued = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, revoked) in issued.grants.values_mut() {
            *revoked = true;
        }
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests {
    use super::{FEW, Grant, Refused, Tokens};

    fn grant(instance: &str, expires_at: u64) -> Grant {
        Grant { instance: instance.to_owned(), permissions: [].into(), expires_at }
    }

    #[test]
    fn a_token_is_good_for_its_instance_until_it_expires_or_is_revoked() {
        let tokens = Tokens::default();
        tokens.add("t", grant("a", 100), 10, 900);
        let find = |token, instance, now| tokens.find(token, instance, now).err();
        assert_eq!(find("t", "a", 99), None);
        assert_eq!(find("t", "a", 100), Some(Refused::Expired));
        assert_eq!(find("t", "b", 99), Some(Refused::Foreign));
        assert_eq!(find("u", "a", 99), Some(Refused::Unknown));
        tokens.revoke_all();
        assert_eq!(find("t", "a", 99), Some(Refused::Revoked));
    }

    #[test]
    fn old_tokens_are_forgotten_so_that_memory_is_bounded() {
        let tokens = Tokens::default();
        for count in 0..10 * FEW as u64 {
            tokens.add(&count.to_string(), grant("a", count + 1), count, 1);
        }
        assert!(tokens.0.lock().unwrap().grants.len() <= FEW);
    }
}
