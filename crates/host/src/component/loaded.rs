//! A loaded component, one fresh instance a call.

use std::mem;

use connector_core::{CallError, CallErrorKind, Function};
use wasmtime::component::{Instance, InstancePre, Linker};
use wasmtime::{Engine, Store, Trap};

use super::binary::ComponentInfo;
use super::bindings::exports::integration::provider::{access, operations, permissions, provider};
use super::engine::{self, engine_config};
use super::examination::{Examination, Usage};
use super::limits::{Limits, MemoryLimit, Meter};
use super::load_error::LoadError;

/// A loaded component: it exports `provider`, imports nothing, and is called in a fresh
/// instance each time, so that nothing one call does is seen by the next.
pub struct Component {
    engine: Engine,
    pre: InstancePre<Meter>,
    pub(super) provider: provider::GuestIndices,
    pub(super) access: Option<access::GuestIndices>,
    pub(super) permissions: Option<permissions::GuestIndices>,
    pub(super) operations: Option<operations::GuestIndices>,
    pub(super) limits: Limits,
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

    pub(super) fn call<T: PartialEq>(
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

    fn examine<T: PartialEq>(
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
