//! Watching a component: what each call uses, and whether it gives the same result when
//! it is made again.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use connector_core::Function;

/// The most that one call of a function used.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// How often it was called, repetitions left out.
    pub calls: u32,
    /// Units of fuel.
    pub fuel: u64,
    /// Linear memory, in bytes.
    pub memory_bytes: usize,
}

/// The calls so far.
#[derive(Default)]
pub(super) struct Examination(Mutex<BTreeMap<Function, Usage>>);

impl Examination {
    pub(super) fn usage(&self) -> MutexGuard<'_, BTreeMap<Function, Usage>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
