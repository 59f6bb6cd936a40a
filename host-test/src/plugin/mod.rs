//! Loading a plugin and calling it, one fresh instance a call.

mod binary;
pub(crate) mod bindings;
mod error;
mod limits;

use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store, Trap};

pub use binary::Facts;
pub use error::{CallError, CallErrorKind, Function, LoadError};
pub use limits::Limits;

use bindings::exports::integration::provider::provider as raw;
use bindings::{ProviderPlugin, ProviderPluginPre};
use limits::{MemoryLimit, Meter};

/// Stack of a plugin, in bytes. The connector's own lies in its memory; this one
/// holds return addresses and locals, of which a few KiB are in use.
const STACK: usize = 256 * 1024;

/// Memory that a slot keeps between calls, in bytes: clearing it is cheaper than
/// asking the operating system for new pages. Twice what the connector starts
/// with.
const KEEP_RESIDENT: usize = 512 * 1024;

/// Calls that may run at once: far more than cores that could run them.
const CONCURRENT_CALLS: u32 = 128;

/// Holds a loaded plugin: a component that exports `provider` and imports
/// nothing. Nothing a call does is seen by the next one.
pub struct Plugin {
    engine: Engine,
    pre: ProviderPluginPre<Meter>,
    limits: Limits,
    facts: Facts,
}

impl Plugin {
    /// Reads, checks and compiles a component.
    ///
    /// # Errors
    ///
    /// Refuses it by name if it imports anything.
    pub fn load(bytes: &[u8], limits: Limits) -> Result<Self, LoadError> {
        if bytes.len() > limits.component_bytes {
            return Err(LoadError::TooLarge { bytes: bytes.len(), limit: limits.component_bytes });
        }
        let facts = Facts::read(bytes)?;
        if !facts.exports_interface("provider") {
            return Err(LoadError::OtherContract { exports: facts.exports });
        }
        if !facts.imports.is_empty() {
            return Err(LoadError::Imports(facts.imports));
        }
        if facts.memory_minimum > limits.memory_bytes as u64 {
            return Err(LoadError::Memory { bytes: facts.memory_minimum, limit: limits.memory_bytes });
        }
        let engine = engine(&limits)?;
        let invalid = |error: wasmtime::Error| LoadError::Invalid(format!("{error:#}"));
        let component = Component::new(&engine, bytes).map_err(invalid)?;
        let mismatch = |error: wasmtime::Error| LoadError::TypeMismatch(format!("{error:#}"));
        // The linker stays empty: there is nothing to give.
        let pre = Linker::new(&engine).instantiate_pre(&component).map_err(mismatch)?;
        let pre = ProviderPluginPre::new(pre).map_err(mismatch)?;
        Ok(Self { engine, pre, limits, facts })
    }

    /// Returns what the component says about itself.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    pub(crate) fn describe(&self) -> Result<raw::Definition, CallError> {
        self.call(Function::Describe, |plugin, store| plugin.integration_provider_provider().call_describe(store))
    }

    pub(crate) fn resolve(
        &self,
        entries: &[raw::Entry],
    ) -> Result<Result<raw::Connection, Vec<raw::Problem>>, CallError> {
        self.call(Function::Resolve, |plugin, store| {
            plugin.integration_provider_provider().call_resolve(store, entries)
        })
    }

    pub(crate) fn token_request(
        &self,
        entries: &[raw::Entry],
    ) -> Result<Result<raw::Exchange, Vec<raw::Problem>>, CallError> {
        self.call(Function::TokenRequest, |plugin, store| {
            plugin.integration_provider_provider().call_token_request(store, entries)
        })
    }

    pub(crate) fn token_response(
        &self,
        response: &raw::Response,
    ) -> Result<Result<raw::Token, raw::Failure>, CallError> {
        self.call(Function::TokenResponse, |plugin, store| {
            plugin.integration_provider_provider().call_token_response(store, response)
        })
    }

    fn call<T>(
        &self,
        function: Function,
        body: impl FnOnce(&ProviderPlugin, &mut Store<Meter>) -> wasmtime::Result<T>,
    ) -> Result<T, CallError> {
        let mut store = Store::new(&self.engine, Meter::new(self.limits));
        store.limiter(|meter| meter);
        store.set_hostcall_fuel(self.limits.returned_bytes);
        let result = store
            .set_fuel(self.limits.fuel)
            .and_then(|()| self.pre.instantiate(&mut store))
            .and_then(|plugin| body(&plugin, &mut store));
        result.map_err(|error| CallError { function, kind: self.kind(&error) })
    }

    fn kind(&self, error: &wasmtime::Error) -> CallErrorKind {
        if error.downcast_ref::<MemoryLimit>().is_some() {
            return CallErrorKind::OutOfMemory { bytes: self.limits.memory_bytes };
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => CallErrorKind::OutOfFuel { fuel: self.limits.fuel },
            Some(Trap::StackOverflow) => CallErrorKind::Trapped("its calls nest too deeply"),
            Some(Trap::UnreachableCodeReached) => CallErrorKind::Trapped("it gave up"),
            Some(Trap::MemoryOutOfBounds) => CallErrorKind::Trapped("it reached outside its memory"),
            Some(_) => CallErrorKind::Trapped("it did something forbidden"),
            None => CallErrorKind::Unreadable,
        }
    }
}

/// Prepares to run plugins: with slots reserved ahead, or, where the address
/// space for them cannot be had, without.
fn engine(limits: &Limits) -> Result<Engine, LoadError> {
    let mut config = Config::new();
    config.consume_fuel(true).max_wasm_stack(STACK).wasm_backtrace_max_frames(None);
    let mut pool = PoolingAllocationConfig::new();
    pool.max_memory_size(limits.memory_bytes)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(KEEP_RESIDENT)
        .table_elements(limits.table_elements)
        .total_component_instances(CONCURRENT_CALLS)
        .total_core_instances(CONCURRENT_CALLS * 4)
        .total_memories(CONCURRENT_CALLS)
        .total_tables(CONCURRENT_CALLS * 2);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&config)
        .or_else(|_| Engine::new(config.allocation_strategy(InstanceAllocationStrategy::OnDemand)))
        .map_err(|error| LoadError::Engine(format!("{error:#}")))
}
