//! The engine: how components run.

use std::thread;
use std::time::Duration;

use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::limits::Limits;
use super::load_error::LoadError;
use super::slots;

/// Stack of a component, in bytes. The connector's own is in its memory; this one holds
/// return addresses and locals, of which a few KiB are in use.
const STACK: usize = 256 * 1024;

/// Memory that a slot keeps between calls, in bytes: clearing it is cheaper than asking
/// the operating system for new pages. Twice what the connector starts with.
const KEEP_RESIDENT: usize = 512 * 1024;

/// Time between two looks at how long calls have taken.
const TICK: Duration = Duration::from_millis(100);

/// Returns the configuration of the engine that components are compiled for: fuel, a clock
/// beside it, and slots reserved ahead for instances. For tools that measure or precompile.
///
/// # Examples
///
/// ```
/// use connector_host::{Limits, engine_config};
/// use wasmtime::Engine;
///
/// let engine = Engine::new(&engine_config(&Limits::default()))?;
/// // The shortest component.
/// let code = engine.precompile_component(b"\0asm\x0d\0\x01\0")?;
/// assert!(Engine::detect_precompiled(&code).is_some());
/// # Ok::<_, wasmtime::Error>(())
/// ```
pub fn engine_config(limits: &Limits) -> Config {
    let mut config = Config::new();
    config.consume_fuel(true).epoch_interruption(true).max_wasm_stack(STACK).wasm_backtrace_max_frames(None);
    let each = u32::try_from(limits.instances).unwrap_or(u32::MAX);
    let slots = u32::try_from(2 * slots::count()).unwrap_or(u32::MAX);
    let all = slots.saturating_mul(each);
    let mut pool = PoolingAllocationConfig::new();
    pool.max_memory_size(limits.most_memory())
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(KEEP_RESIDENT)
        .table_elements(limits.table_elements)
        .max_core_instances_per_component(each)
        .max_memories_per_component(each)
        .max_tables_per_component(each)
        .total_component_instances(slots)
        .total_core_instances(all)
        .total_memories(all)
        .total_tables(all);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

/// Starts an engine and its clock. Where the address space for slots cannot be had, without
/// them.
pub(super) fn start(mut config: Config) -> Result<Engine, LoadError> {
    let engine = Engine::new(&config)
        .or_else(|_| Engine::new(config.allocation_strategy(InstanceAllocationStrategy::OnDemand)))
        .map_err(|error| LoadError::Engine(format!("{error:#}")))?;
    let weak = engine.weak();
    let ticks = move || {
        while let Some(engine) = weak.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    };
    let clock = thread::Builder::new().name("connector-clock".to_owned()).spawn(ticks);
    clock.map_err(|error| LoadError::Engine(format!("its clock: {error}")))?;
    Ok(engine)
}
