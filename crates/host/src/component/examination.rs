//! Watching a component: what each call uses, and whether it gives the same result when
//! it is made again.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use connector_core::Function;

use super::limits::Budget;

/// The most that one call of a function used.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// How often it was called, repetitions left out.
    pub calls: u32,
    /// Units of fuel.
    pub fuel: u64,
    /// Linear memory, in bytes.
    pub memory_bytes: usize,
    /// Share of the fuel that the call might use, in percent.
    pub fuel_percent: u64,
    /// Share of the memory that the call might use, in percent.
    pub memory_percent: u64,
}

impl Usage {
    /// Counts one more call.
    pub(super) fn add(&mut self, fuel: u64, memory_bytes: usize, budget: Budget) {
        let percent = |used: u64, of: u64| used.saturating_mul(100) / of.max(1);
        self.calls += 1;
        self.fuel = self.fuel.max(fuel);
        self.memory_bytes = self.memory_bytes.max(memory_bytes);
        self.fuel_percent = self.fuel_percent.max(percent(fuel, budget.fuel));
        self.memory_percent = self.memory_percent.max(percent(memory_bytes as u64, budget.memory_bytes as u64));
    }
}

/// The calls so far.
#[derive(Default)]
pub(super) struct Examination(Mutex<BTreeMap<Function, Usage>>);

impl Examination {
    pub(super) fn usage(&self) -> MutexGuard<'_, BTreeMap<Function, Usage>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
