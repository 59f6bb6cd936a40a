//! The engine: how components run.

use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::limits::Limits;
use super::load_error::LoadError;

/// Stack of a component, in bytes. The connector's own is in its memory; this one holds
/// return addresses and locals, of which a few KiB are in use.
const STACK: usize = 256 * 1024;

/// Memory that a slot keeps between calls, in bytes: clearing it is cheaper than asking
/// the operating system for new pages. Twice what the connector starts with.
const KEEP_RESIDENT: usize = 512 * 1024;

/// Calls that may run at once: far more than cores that could run them.
const CONCURRENT_CALLS: u32 = 128;

/// Returns the configuration of the engine that components are compiled for: fuel, and
/// slots reserved ahead for their memory. For tools that measure or precompile.
pub fn engine_config(limits: &Limits) -> Config {
    let mut config = Config::new();
    config.consume_fuel(true).max_wasm_stack(STACK).wasm_backtrace_max_frames(None);
    let mut pool = PoolingAllocationConfig::new();
    pool.max_memory_size(limits.memory_bytes.max(limits.operation_memory_bytes))
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(KEEP_RESIDENT)
        .table_elements(limits.table_elements)
        .total_component_instances(CONCURRENT_CALLS)
        .total_core_instances(CONCURRENT_CALLS * 4)
        .total_memories(CONCURRENT_CALLS)
        .total_tables(CONCURRENT_CALLS * 2);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

/// Starts an engine. Where the address space for slots cannot be had, without them.
pub(super) fn start(mut config: Config) -> Result<Engine, LoadError> {
    Engine::new(&config)
        .or_else(|_| Engine::new(config.allocation_strategy(InstanceAllocationStrategy::OnDemand)))
        .map_err(|error| LoadError::Engine(format!("{error:#}")))
}

/// Adds a directory for compiled code, if it can be used.
#[cfg(feature = "cache")]
pub(super) fn cached(mut config: Config, directory: &std::path::Path) -> Config {
    let mut cache = wasmtime::CacheConfig::new();
    cache.with_directory(directory);
    config.cache(wasmtime::Cache::new(cache).ok());
    config
}
