//! A loaded component, one fresh instance a call.

use std::mem;

use connector_core::{CallError, CallErrorKind, Function};
use wasmtime::component::{Instance, InstancePre, Linker};
use wasmtime::{Engine, Store, Trap};

use super::binary::ComponentInfo;
use super::bindings::exports::integration::provider::{
    access, authorization_code, client_credentials, operations, permissions, provider, refresh, signature, token,
};
use super::compiler::Compiler;
use super::engine::{self, engine_config};
use super::examination::{Examination, Usage};
use super::limits::{Budget, Limits};
use super::load_error::LoadError;
use super::meter::{MemoryLimit, Meter, TimeLimit};
use super::shape;
use super::slots::Slots;

/// A loaded component: it exports `provider`, imports nothing, and is called in a fresh
/// instance each time, so that nothing one call does is seen by the next.
pub struct Component {
    engine: Engine,
    pre: InstancePre<Meter>,
    pub(super) provider: provider::GuestIndices,
    pub(super) token: Option<token::GuestIndices>,
    pub(super) client_credentials: Option<client_credentials::GuestIndices>,
    pub(super) authorization_code: Option<authorization_code::GuestIndices>,
    pub(super) refresh: Option<refresh::GuestIndices>,
    pub(super) access: Option<access::GuestIndices>,
    pub(super) signature: Option<signature::GuestIndices>,
    pub(super) permissions: Option<permissions::GuestIndices>,
    pub(super) operations: Option<operations::GuestIndices>,
    pub(super) limits: Limits,
    slots: Slots,
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
        Self::load_with(&Compiler::in_process(), bytes, limits)
    }

    /// Does the same with a compiler of the caller's choice: one in a child process for what
    /// is not trusted, one that keeps its code. See [`Compiler`] for an example.
    ///
    /// # Errors
    ///
    /// [`LoadError`]
    pub fn load_with(compiler: &Compiler, bytes: &[u8], limits: Limits) -> Result<Self, LoadError> {
        let info = Self::check(bytes, &limits)?;
        let engine = engine::start(engine_config(&limits))?;
        let component = compiler.compile(&engine, bytes)?;
        Self::prepare(engine, &component, info, limits)
    }

    /// Refuses what need not be compiled to be refused.
    fn check(bytes: &[u8], limits: &Limits) -> Result<ComponentInfo, LoadError> {
        if bytes.len() > limits.component_bytes {
            return Err(LoadError::TooLarge { bytes: bytes.len(), limit: limits.component_bytes });
        }
        let info = ComponentInfo::read(bytes)?;
        if !info.exports_interface("provider") {
            return Err(LoadError::OtherContract { exports: info.exports });
        }
        if !info.imports.is_empty() {
            let contract = |import: &String| import.starts_with("integration:provider/");
            let own = info.imports.iter().all(contract);
            return Err(if own { LoadError::NotExported(info.imports) } else { LoadError::Imports(info.imports) });
        }
        if info.memory_minimum > limits.memory_bytes as u64 {
            return Err(LoadError::Memory { bytes: info.memory_minimum, limit: limits.memory_bytes });
        }
        shape::check(bytes)?;
        Ok(info)
    }

    fn prepare(
        engine: Engine,
        component: &wasmtime::component::Component,
        info: ComponentInfo,
        limits: Limits,
    ) -> Result<Self, LoadError> {
        let mismatch = |error: wasmtime::Error| LoadError::TypeMismatch(format!("{error:#}"));
        // The linker stays empty: there is nothing to give.
        let pre = Linker::new(&engine).instantiate_pre(component).map_err(mismatch)?;
        let provider = provider::GuestIndices::new(&pre).map_err(mismatch)?;
        let token = info.exports_interface("token").then(|| token::GuestIndices::new(&pre));
        let client_credentials =
            info.exports_interface("client-credentials").then(|| client_credentials::GuestIndices::new(&pre));
        let authorization_code =
            info.exports_interface("authorization-code").then(|| authorization_code::GuestIndices::new(&pre));
        let refresh = info.exports_interface("refresh").then(|| refresh::GuestIndices::new(&pre));
        let signature = info.exports_interface("signature").then(|| signature::GuestIndices::new(&pre));
        let access = info.exports_interface("access").then(|| access::GuestIndices::new(&pre));
        let permissions = info.exports_interface("permissions").then(|| permissions::GuestIndices::new(&pre));
        let operations = info.exports_interface("operations").then(|| operations::GuestIndices::new(&pre));
        Ok(Self {
            engine,
            provider,
            token: token.transpose().map_err(mismatch)?,
            client_credentials: client_credentials.transpose().map_err(mismatch)?,
            authorization_code: authorization_code.transpose().map_err(mismatch)?,
            refresh: refresh.transpose().map_err(mismatch)?,
            access: access.transpose().map_err(mismatch)?,
            signature: signature.transpose().map_err(mismatch)?,
            permissions: permissions.transpose().map_err(mismatch)?,
            operations: operations.transpose().map_err(mismatch)?,
            pre,
            limits,
            slots: Slots::new(),
            info,
            examination: None,
        })
    }

    /// Returns what the component says about itself.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn example(component: connector_host::Component) {
    /// for (name, text) in &component.info().metadata {
    ///     println!("{name}: {text}");
    /// }
    /// # }
    /// ```
    pub fn info(&self) -> &ComponentInfo {
        &self.info
    }

    /// Returns what a call may use.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn example(component: connector_host::Component) {
    /// println!("at most {} bytes of input", component.limits().input_bytes);
    /// # }
    /// ```
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Calls a function that is given so many bytes to read, in a fresh instance. While as
    /// many calls run as may, it waits for its turn.
    pub(super) fn call<T: PartialEq>(
        &self,
        function: Function,
        read: usize,
        body: impl Fn(&mut Store<Meter>, &Instance) -> wasmtime::Result<T>,
    ) -> Result<T, CallError> {
        let patience = self.limits.patience;
        let overloaded = CallErrorKind::Overloaded { seconds: patience.as_secs() };
        let _slot = self.slots.wait(patience).ok_or(CallError { function, kind: overloaded })?;
        let budget = self.limits.budget(read);
        let result = match &self.examination {
            None => self.fresh(budget).and_then(|(mut store, instance)| body(&mut store, &instance)),
            Some(examination) => return self.examine(examination, function, budget, body),
        };
        result.map_err(|error| CallError { function, kind: kind(&error, budget) })
    }

    /// Makes an instance for one call.
    fn fresh(&self, budget: Budget) -> wasmtime::Result<(Store<Meter>, Instance)> {
        let mut store = Store::new(&self.engine, Meter::new(self.limits, budget));
        store.limiter(|meter| meter);
        store.epoch_deadline_callback(|mut store| store.data_mut().tick());
        self.refuel(&mut store, budget)?;
        let instance = self.pre.instantiate(&mut store)?;
        Ok((store, instance))
    }

    fn refuel(&self, store: &mut Store<Meter>, budget: Budget) -> wasmtime::Result<()> {
        store.set_hostcall_fuel(self.limits.returned_bytes);
        store.set_epoch_deadline(1);
        store.set_fuel(budget.fuel)
    }

    /// Has every call made three times from now on: twice in one instance, which
    /// must not remember anything, and once in another. Answers that differ are an
    /// error.
    pub fn examined(self) -> Self {
        Self { examination: Some(Examination::default()), ..self }
    }

    /// Returns the most that calls used since this was asked last, by function. Empty
    /// without an examination.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # fn example(component: connector_host::Component) -> Result<(), Box<dyn std::error::Error>> {
    /// let connector = connector_host::Connector::new(component.examined())?;
    /// for (function, usage) in connector.component().take_usage() {
    ///     println!("{function}: {} units of fuel", usage.fuel);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn take_usage(&self) -> Vec<(Function, Usage)> {
        let usage = self.examination.as_ref().map(|examination| mem::take(&mut *examination.usage()));
        usage.into_iter().flatten().collect()
    }

    fn examine<T: PartialEq>(
        &self,
        examination: &Examination,
        function: Function,
        budget: Budget,
        body: impl Fn(&mut Store<Meter>, &Instance) -> wasmtime::Result<T>,
    ) -> Result<T, CallError> {
        let failed = |error: &wasmtime::Error| CallError { function, kind: kind(error, budget) };
        let first = self.fresh(budget).and_then(|(mut store, instance)| {
            let answer = body(&mut store, &instance);
            let fuel = budget.fuel.saturating_sub(store.get_fuel()?);
            examination.usage().entry(function).or_default().add(fuel, store.data().peak, budget);
            // An instance that trapped cannot be called again.
            let again = answer.is_ok().then(|| {
                self.refuel(&mut store, budget)?;
                body(&mut store, &instance)
            });
            Ok((answer, again))
        });
        let (answer, again) = first.map_err(|error| failed(&error))?;
        let another = self.fresh(budget).and_then(|(mut store, instance)| body(&mut store, &instance));
        let impure = CallError { function, kind: CallErrorKind::Impure };
        for other in [Some(another), again].into_iter().flatten() {
            match (&answer, &other) {
                (Ok(one), Ok(other)) if one == other => {}
                (Err(one), Err(other)) if kind(one, budget) == kind(other, budget) => {}
                // A limit that one of two equal calls met says more than that they differ.
                (Ok(_), Err(error)) if is_limit(kind(error, budget)) => return Err(failed(error)),
                _ => return Err(impure),
            }
        }
        answer.map_err(|error| failed(&error))
    }
}

/// Returns why a call ended that might use so much.
fn kind(error: &wasmtime::Error, Budget { memory_bytes, fuel, time }: Budget) -> CallErrorKind {
    if error.downcast_ref::<MemoryLimit>().is_some() {
        return CallErrorKind::OutOfMemory { bytes: memory_bytes };
    }
    if error.downcast_ref::<TimeLimit>().is_some() {
        return CallErrorKind::OutOfTime { seconds: time.as_secs() };
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

fn is_limit(kind: CallErrorKind) -> bool {
    use CallErrorKind::{OutOfFuel, OutOfMemory, OutOfTime};

    matches!(kind, OutOfFuel { .. } | OutOfMemory { .. } | OutOfTime { .. })
}
