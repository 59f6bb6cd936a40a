//! Watching a component: what each call uses, and whether it gives the same result when
//! it is made again.

use std::collections::BTreeMap;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use wasmtime::Store;
use wasmtime::component::Instance;

use connector_core::{CallError, CallErrorKind, Function};

use super::Component;
use super::limits::Meter;

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
    fn usage(&self) -> MutexGuard<'_, BTreeMap<Function, Usage>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Component {
    /// Has every call made three times from now on: twice in one instance, which
    /// must not remember anything, and once in another. Answers that differ are an
    /// error.
    pub fn examined(self) -> Self {
        Self { examination: Some(Examination::default()), ..self }
    }

    /// Returns the most that calls used since this was asked last, by function. Empty
    /// without an examination.
    pub fn take_usage(&self) -> Vec<(Function, Usage)> {
        let usage = self.examination.as_ref().map(|examination| mem::take(&mut *examination.usage()));
        usage.into_iter().flatten().collect()
    }

    pub(super) fn examine<T: PartialEq>(
        &self,
        examination: &Examination,
        function: Function,
        body: impl Fn(&mut Store<Meter>, &Instance) -> wasmtime::Result<T>,
    ) -> Result<T, CallError> {
        let failed = |error: &wasmtime::Error| CallError { function, kind: self.kind(error, function) };
        let first = self.fresh(function).and_then(|(mut store, instance)| {
            let answer = body(&mut store, &instance);
            let fuel = self.limits.budget(function).1.saturating_sub(store.get_fuel()?);
            let mut usage = examination.usage();
            let used = usage.entry(function).or_default();
            used.calls += 1;
            used.fuel = used.fuel.max(fuel);
            used.memory_bytes = used.memory_bytes.max(store.data().peak);
            drop(usage);
            // An instance that trapped cannot be called again.
            let again = answer.is_ok().then(|| {
                self.refuel(&mut store, function)?;
                body(&mut store, &instance)
            });
            Ok((answer, again))
        });
        let (answer, again) = first.map_err(|error| failed(&error))?;
        let another = self.fresh(function).and_then(|(mut store, instance)| body(&mut store, &instance));
        let same = |other: &wasmtime::Result<T>| match (&answer, other) {
            (Ok(one), Ok(other)) => one == other,
            (Err(one), Err(other)) => self.kind(one, function) == self.kind(other, function),
            _ => false,
        };
        if !same(&another) || again.is_some_and(|again| !same(&again)) {
            return Err(CallError { function, kind: CallErrorKind::Impure });
        }
        answer.map_err(|error| failed(&error))
    }
}
