//! The newest few of something, under random ids.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A store of at most so many items, under ids that nobody can guess. A further item takes
/// the place of the oldest.
pub(crate) struct BoundedStore<T> {
    most: usize,
    kept: Mutex<VecDeque<(String, T)>>,
}

impl<T: Clone> BoundedStore<T> {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, kept: Mutex::default() }
    }

    /// Adds an item and returns its id.
    ///
    /// # Errors
    ///
    /// The system has no random numbers.
    pub(crate) fn add(&self, item: T) -> Result<String, getrandom::Error> {
        let id = random_id()?;
        let mut kept = self.kept();
        if kept.len() == self.most {
            kept.pop_front();
        }
        kept.push_back((id.clone(), item));
        Ok(id)
    }

    /// Returns the item of an id.
    pub(crate) fn item(&self, id: &str) -> Option<T> {
        self.kept().iter().find(|(known, _)| known == id).map(|(_, item)| item.clone())
    }

    /// Removes the item of an id, if there is one.
    pub(crate) fn remove(&self, id: &str) {
        self.kept().retain(|(known, _)| known != id);
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<(String, T)>> {
        // Every change is whole before anything can panic.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns 128 random bits in hexadecimal digits.
fn random_id() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |mut id, byte| {
        // A string takes everything.
        let _ = write!(id, "{byte:02x}");
        id
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first() {
        let store = BoundedStore::new(2);
        let ids: Vec<_> = (0..3).map(|n| store.add(n).unwrap()).collect();
        assert!(ids.iter().all(|id| id.len() == 32) && ids[0] != ids[1]);
        assert_eq!((store.item(&ids[0]), store.item(&ids[2])), (None, Some(2)));
        store.remove(&ids[2]);
        assert_eq!(store.item(&ids[2]), None);
    }
}
