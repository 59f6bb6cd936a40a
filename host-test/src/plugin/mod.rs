//! Loading a plugin and calling it, one fresh instance a call.

mod artefact;
mod binary;
pub(crate) mod bindings;
mod digest;
mod error;
mod examination;
mod limits;
mod operations;

use wasmtime::component::{Component, Instance, InstancePre, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store, Trap};

pub use artefact::Artefact;
pub use binary::Facts;
pub(crate) use digest::hex;
pub use digest::{BadDigest, Digest};
pub use error::{CallError, CallErrorKind, Function, LoadError};
pub use examination::Usage;
pub use limits::Limits;

use bindings::exports::integration::provider::{access, operations as contract, permissions, provider as raw};
use examination::Examination;
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
    pre: InstancePre<Meter>,
    provider: raw::GuestIndices,
    access: Option<access::GuestIndices>,
    permissions: Option<permissions::GuestIndices>,
    operations: Option<contract::GuestIndices>,
    limits: Limits,
    facts: Facts,
    examination: Option<Examination>,
}

/// Holds what a caller of the API wants to send, as the contract takes it.
#[derive(Default)]
pub struct ApiCall {
    /// In upper case.
    pub method: String,
    /// Begins with a slash.
    pub path_and_query: String,
    /// Pairs of name and value.
    pub headers: Vec<(String, String)>,
    /// Empty when there is none.
    pub body: Vec<u8>,
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
        let provider = raw::GuestIndices::new(&pre).map_err(mismatch)?;
        let access = facts.exports_interface("access").then(|| access::GuestIndices::new(&pre));
        let access = access.transpose().map_err(mismatch)?;
        let permissions = facts.exports_interface("permissions").then(|| permissions::GuestIndices::new(&pre));
        let permissions = permissions.transpose().map_err(mismatch)?;
        let operations = facts.exports_interface("operations").then(|| contract::GuestIndices::new(&pre));
        let operations = operations.transpose().map_err(mismatch)?;
        Ok(Self { engine, pre, provider, access, permissions, operations, limits, facts, examination: None })
    }

    /// Returns what the component says about itself.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Returns what a call may use.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn describe(&self) -> Result<raw::Definition, CallError> {
        self.call(Function::Describe, |store, instance| self.provider.load(&mut *store, instance)?.call_describe(store))
    }

    pub(crate) fn resolve(
        &self,
        entries: &[raw::Entry],
    ) -> Result<Result<raw::Connection, Vec<raw::Problem>>, CallError> {
        self.call(Function::Resolve, |store, instance| {
            self.provider.load(&mut *store, instance)?.call_resolve(store, entries)
        })
    }

    pub(crate) fn token_request(
        &self,
        entries: &[raw::Entry],
    ) -> Result<Result<raw::Exchange, Vec<raw::Problem>>, CallError> {
        self.call(Function::TokenRequest, |store, instance| {
            self.provider.load(&mut *store, instance)?.call_token_request(store, entries)
        })
    }

    pub(crate) fn token_response(
        &self,
        response: &raw::Response,
    ) -> Result<Result<raw::Token, raw::Failure>, CallError> {
        self.call(Function::TokenResponse, |store, instance| {
            self.provider.load(&mut *store, instance)?.call_token_response(store, response)
        })
    }

    pub(crate) fn authorize(&self, token: &str) -> Result<Vec<raw::Header>, CallError> {
        let access = Self::offered(self.access.as_ref(), Function::Authorize)?;
        self.call(Function::Authorize, |store, instance| {
            access.load(&mut *store, instance)?.call_authorize(store, token)
        })
    }

    pub(crate) fn api_request(
        &self,
        settings: &[raw::Entry],
        call: &ApiCall,
    ) -> Result<Result<raw::Request, Vec<raw::Problem>>, CallError> {
        let access = Self::offered(self.access.as_ref(), Function::ApiRequest)?;
        self.call(Function::ApiRequest, |store, instance| {
            let ApiCall { method, path_and_query, headers, body } = call;
            access.load(&mut *store, instance)?.call_api_request(store, settings, method, path_and_query, headers, body)
        })
    }

    pub(crate) fn api_response(&self, response: &raw::Response) -> Result<Result<(), raw::Failure>, CallError> {
        let access = Self::offered(self.access.as_ref(), Function::ApiResponse)?;
        self.call(Function::ApiResponse, |store, instance| {
            access.load(&mut *store, instance)?.call_api_response(store, response)
        })
    }

    pub(crate) fn probes(&self, settings: &[raw::Entry]) -> Result<Vec<permissions::Probe>, CallError> {
        let permissions = Self::offered(self.permissions.as_ref(), Function::Probes)?;
        self.call(Function::Probes, |store, instance| {
            permissions.load(&mut *store, instance)?.call_probes(store, settings)
        })
    }

    pub(crate) fn standing_of(
        &self,
        permission: &str,
        response: &raw::Response,
    ) -> Result<permissions::Standing, CallError> {
        let permissions = Self::offered(self.permissions.as_ref(), Function::StandingOf)?;
        self.call(Function::StandingOf, |store, instance| {
            permissions.load(&mut *store, instance)?.call_standing_of(store, permission, response)
        })
    }

    fn offered<T>(interface: Option<&T>, function: Function) -> Result<&T, CallError> {
        interface.ok_or(CallError { function, kind: CallErrorKind::NotOffered })
    }

    fn call<T: PartialEq>(
        &self,
        function: Function,
        body: impl Fn(&mut Store<Meter>, &Instance) -> wasmtime::Result<T>,
    ) -> Result<T, CallError> {
        let answer = match &self.examination {
            None => self.fresh(function).and_then(|(mut store, instance)| body(&mut store, &instance)),
            Some(examination) => return self.examine(examination, function, body),
        };
        answer.map_err(|error| CallError { function, kind: self.kind(&error, function) })
    }

    /// Makes an instance for one call.
    fn fresh(&self, function: Function) -> wasmtime::Result<(Store<Meter>, Instance)> {
        let mut store = Store::new(&self.engine, Meter::new(self.limits, function));
        store.limiter(|meter| meter);
        self.refuel(&mut store, function)?;
        let instance = self.pre.instantiate(&mut store)?;
        Ok((store, instance))
    }

    fn refuel(&self, store: &mut Store<Meter>, function: Function) -> wasmtime::Result<()> {
        store.set_hostcall_fuel(self.limits.returned_bytes);
        store.set_fuel(self.limits.budget(function).1)
    }

    fn kind(&self, error: &wasmtime::Error, function: Function) -> CallErrorKind {
        let (bytes, fuel) = self.limits.budget(function);
        if error.downcast_ref::<MemoryLimit>().is_some() {
            return CallErrorKind::OutOfMemory { bytes };
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => CallErrorKind::OutOfFuel { fuel },
            Some(Trap::StackOverflow) => CallErrorKind::Trapped("its calls nest too deeply"),
            Some(Trap::UnreachableCodeReached) => CallErrorKind::Trapped("it gave up"),
            Some(Trap::MemoryOutOfBounds) => CallErrorKind::Trapped("it reached outside its memory"),
            Some(_) => CallErrorKind::Trapped("it did something forbidden"),
            None => CallErrorKind::Unreadable,
        }
    }
}

/// Says how plugins run: with slots reserved ahead, which hold their memory.
pub fn config(limits: &Limits) -> Config {
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

/// Prepares to run plugins. Where the address space for slots cannot be had, without
/// them.
fn engine(limits: &Limits) -> Result<Engine, LoadError> {
    let mut config = config(limits);
    Engine::new(&config)
        .or_else(|_| Engine::new(config.allocation_strategy(InstanceAllocationStrategy::OnDemand)))
        .map_err(|error| LoadError::Engine(format!("{error:#}")))
}
