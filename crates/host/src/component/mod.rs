//! A loaded component, one fresh instance a call.

mod binary;
mod bindings;
mod calls;
mod convert;
mod digest;
mod engine;
mod examination;
mod limits;
mod load_error;

use connector_core::{CallError, CallErrorKind, Function};
use wasmtime::component::{Instance, InstancePre, Linker};
use wasmtime::{Engine, Store, Trap};

pub use binary::ComponentInfo;
pub use digest::{BadDigest, Digest};
pub use engine::engine_config;
pub use examination::Usage;
pub use limits::Limits;
pub use load_error::LoadError;

use bindings::exports::integration::provider::{access, operations, permissions, provider};
use examination::Examination;
use limits::{MemoryLimit, Meter};

/// A loaded component: it exports `provider`, imports nothing, and is called in a fresh
/// instance each time, so that nothing one call does is seen by the next.
pub struct Component {
    engine: Engine,
    pre: InstancePre<Meter>,
    provider: provider::GuestIndices,
    access: Option<access::GuestIndices>,
    permissions: Option<permissions::GuestIndices>,
    operations: Option<operations::GuestIndices>,
    limits: Limits,
    info: ComponentInfo,
    examination: Option<Examination>,
}

impl Component {
    /// Reads, checks and compiles a component, which takes a moment: some 0.3 s for one of
    /// 300 KB.
    ///
    /// # Errors
    ///
    /// [`LoadError`], which names what the component imports if it does.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use connector_host::{Component, Digest, Limits};
    ///
    /// let bytes = std::fs::read("nexthink.wasm")?;
    /// let expected: Digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".parse()?;
    /// expected.check(&bytes)?;
    /// let component = Component::load(&bytes, Limits::default())?;
    /// println!("{:?}", component.info().interfaces());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn load(bytes: &[u8], limits: Limits) -> Result<Self, LoadError> {
        Self::check(bytes, &limits)?;
        Self::compile(&engine::start(engine_config(&limits))?, bytes, limits)
    }

    /// Does the same, but keeps compiled code in a directory, named by what it was compiled
    /// from: a second start compiles nothing. The directory has to be private, for code in
    /// it is run as it is.
    ///
    /// # Errors
    ///
    /// [`LoadError`]. Where the directory cannot be used, nothing is kept.
    #[cfg(feature = "cache")]
    pub fn load_cached(bytes: &[u8], limits: Limits, directory: &std::path::Path) -> Result<Self, LoadError> {
        Self::check(bytes, &limits)?;
        Self::compile(&engine::start(engine::cached(engine_config(&limits), directory))?, bytes, limits)
    }

    /// Refuses what need not be compiled to be refused.
    fn check(bytes: &[u8], limits: &Limits) -> Result<(), LoadError> {
        if bytes.len() > limits.component_bytes {
            return Err(LoadError::TooLarge { bytes: bytes.len(), limit: limits.component_bytes });
        }
        let info = ComponentInfo::read(bytes)?;
        if !info.exports_interface("provider") {
            return Err(LoadError::OtherContract { exports: info.exports });
        }
        if !info.imports.is_empty() {
            return Err(LoadError::Imports(info.imports));
        }
        if info.memory_minimum > limits.memory_bytes as u64 {
            return Err(LoadError::Memory { bytes: info.memory_minimum, limit: limits.memory_bytes });
        }
        Ok(())
    }

    fn compile(engine: &Engine, bytes: &[u8], limits: Limits) -> Result<Self, LoadError> {
        let info = ComponentInfo::read(bytes)?;
        let invalid = |error: wasmtime::Error| LoadError::Invalid(format!("{error:#}"));
        let component = wasmtime::component::Component::new(engine, bytes).map_err(invalid)?;
        let mismatch = |error: wasmtime::Error| LoadError::TypeMismatch(format!("{error:#}"));
        // The linker stays empty: there is nothing to give.
        let pre = Linker::new(engine).instantiate_pre(&component).map_err(mismatch)?;
        let provider = provider::GuestIndices::new(&pre).map_err(mismatch)?;
        let access = info.exports_interface("access").then(|| access::GuestIndices::new(&pre));
        let permissions = info.exports_interface("permissions").then(|| permissions::GuestIndices::new(&pre));
        let operations = info.exports_interface("operations").then(|| operations::GuestIndices::new(&pre));
        Ok(Self {
            engine: engine.clone(),
            provider,
            access: access.transpose().map_err(mismatch)?,
            permissions: permissions.transpose().map_err(mismatch)?,
            operations: operations.transpose().map_err(mismatch)?,
            pre,
            limits,
            info,
            examination: None,
        })
    }

    /// Returns what the component says about itself.
    pub fn info(&self) -> &ComponentInfo {
        &self.info
    }

    /// Returns what a call may use.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    fn call<T: PartialEq>(
        &self,
        function: Function,
        body: impl Fn(&mut Store<Meter>, &Instance) -> wasmtime::Result<T>,
    ) -> Result<T, CallError> {
        let result = match &self.examination {
            None => self.fresh(function).and_then(|(mut store, instance)| body(&mut store, &instance)),
            Some(examination) => return self.examine(examination, function, body),
        };
        result.map_err(|error| CallError { function, kind: self.kind(&error, function) })
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
