//! What a call uses, measured while it runs.

use std::time::Duration;

use thiserror::Error;
use wasmtime::{ResourceLimiter, UpdateDeadline};

use super::limits::{Budget, Limits};

/// The state of one call: what it may use, and what it used.
#[derive(Debug)]
pub(super) struct Meter {
    limits: Limits,
    budget: Budget,
    memory_bytes: usize,
    table_elements: usize,
    /// Processor time of this thread when the engine's clock ticked first.
    began: Option<Duration>,
    /// Most memory so far, in bytes.
    pub(super) peak: usize,
}

/// Ends a call that asks for more memory than allowed.
#[derive(Debug, Error)]
#[error("more memory was asked for than the limit allows")]
pub(super) struct MemoryLimit;

/// Ends a call that takes longer than allowed.
#[derive(Debug, Error)]
#[error("more time was taken than the limit allows")]
pub(super) struct TimeLimit;

impl Meter {
    pub(super) fn new(limits: Limits, budget: Budget) -> Self {
        Self { limits, budget, memory_bytes: 0, table_elements: 0, began: None, peak: 0 }
    }

    /// Checks the time at a tick of the engine's clock: that of this thread on a processor,
    /// so that a busy machine is not the component's fault.
    pub(super) fn tick(&mut self) -> wasmtime::Result<UpdateDeadline> {
        let now = processor_time();
        let used = now.saturating_sub(*self.began.get_or_insert(now));
        if used > self.budget.time { Err(TimeLimit.into()) } else { Ok(UpdateDeadline::Continue(1)) }
    }
}

#[cfg(unix)]
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.try_into().unwrap_or_default()
}

/// Where there is no such clock, all time counts, a tenth of it.
#[cfg(not(unix))]
fn processor_time() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed() / 10
}

/// Counts the growth of one of several against a limit for all. An error ends the call
/// here and now; `false` would let the component go on and trap somewhere, without
/// saying why. Growth beyond a maximum of its own fails by itself.
fn grow(
    total: &mut usize,
    current: usize,
    desired: usize,
    maximum: Option<usize>,
    limit: usize,
) -> wasmtime::Result<bool> {
    if maximum.is_some_and(|maximum| desired > maximum) {
        return Ok(false);
    }
    let grown = total.saturating_sub(current).saturating_add(desired);
    if grown > limit {
        return Err(MemoryLimit.into());
    }
    *total = grown;
    Ok(true)
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let grown = grow(&mut self.memory_bytes, current, desired, maximum, self.budget.memory_bytes);
        self.peak = self.peak.max(self.memory_bytes);
        grown
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        grow(&mut self.table_elements, current, desired, maximum, self.limits.table_elements)
    }

    fn instances(&self) -> usize {
        self.limits.instances
    }

    fn tables(&self) -> usize {
        self.limits.instances
    }

    fn memories(&self) -> usize {
        self.limits.instances
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use wasmtime::component::{Component, Linker};
    use wasmtime::{Store, Trap};

    use super::super::engine::{engine_config, start};
    use super::*;

    /// A component whose inner components pass a text of 1 MiB to each other without end:
    /// the host transcodes it, which takes no fuel.
    const TRANSCODING: &str = r#"
        (component
          (component $sink
            (core module $m
              (memory (export "memory") 64)
              (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 16))
              (func (export "take") (param i32 i32)))
            (core instance $i (instantiate $m))
            (func (export "take") (param "text" string)
              (canon lift (core func $i "take") (memory $i "memory") (realloc (func $i "realloc"))
                string-encoding=utf16)))
          (component $source
            (import "take" (func $take (param "text" string)))
            (core module $lib (memory (export "memory") 32))
            (core instance $l (instantiate $lib))
            (core func $lowered (canon lower (func $take) (memory $l "memory")))
            (core module $loop
              (import "" "take" (func $take (param i32 i32)))
              (func (export "run") (loop $again (call $take (i32.const 0) (i32.const 1048576)) (br $again))))
            (core instance $r (instantiate $loop (with "" (instance (export "take" (func $lowered))))))
            (func (export "run") (canon lift (core func $r "run"))))
          (instance $to (instantiate $sink))
          (instance $from (instantiate $source (with "take" (func $to "take"))))
          (export "run" (func $from "run")))"#;

    fn run(component: &str, limits: Limits) -> wasmtime::Error {
        let engine = start(engine_config(&limits)).unwrap();
        let component = Component::new(&engine, wat::parse_str(component).unwrap()).unwrap();
        let budget = limits.budget(0);
        let mut store = Store::new(&engine, Meter::new(limits, budget));
        store.limiter(|meter| meter);
        store.epoch_deadline_callback(|mut store| store.data_mut().tick());
        store.set_epoch_deadline(1);
        store.set_fuel(budget.fuel).unwrap();
        let run = Linker::new(&engine).instantiate(&mut store, &component).and_then(|instance| {
            let run = instance.get_typed_func::<(), ()>(&mut store, "run")?;
            run.call(&mut store, ())
        });
        run.unwrap_err()
    }

    #[test]
    fn what_the_host_does_for_a_component_counts_as_its_time() {
        let began = Instant::now();
        let error = run(TRANSCODING, Limits::default());
        assert!(error.is::<TimeLimit>(), "{error:?} after {:?}", began.elapsed());
    }

    #[test]
    fn memories_and_tables_share_one_limit() {
        let pages = |each: u32| {
            format!(
                r#"(component (core module $m (memory {each}) (func (export "run") unreachable))
                (core instance (instantiate $m)) (core instance $i (instantiate $m))
                (func (export "run") (canon lift (core func $i "run"))))"#
            )
        };
        // 8 MiB are 128 pages.
        assert!(run(&pages(64), Limits::default()).is::<Trap>());
        assert!(run(&pages(65), Limits::default()).is::<MemoryLimit>());
        let tables = |each: u32| pages(1).replace("(memory 1)", &format!("(table {each} funcref)"));
        assert!(run(&tables(5_000), Limits::default()).is::<Trap>());
        assert!(run(&tables(5_001), Limits::default()).is::<MemoryLimit>());
    }
}
