//! Calling the operations of a plugin.

use super::bindings::exports::integration::provider::{operations as contract, provider as raw};
use super::{CallError, Function, Plugin};

impl Plugin {
    pub(crate) fn catalogue(&self) -> Result<Vec<contract::Operation>, CallError> {
        let operations = Self::offered(self.operations.as_ref(), Function::Catalogue)?;
        self.call(Function::Catalogue, |store, instance| operations.load(&mut *store, instance)?.call_catalogue(store))
    }

    pub(crate) fn start(
        &self,
        settings: &[raw::Entry],
        operation: &str,
        input: &str,
    ) -> Result<Result<contract::Step, Vec<raw::Problem>>, CallError> {
        let operations = Self::offered(self.operations.as_ref(), Function::Start)?;
        self.call(Function::Start, |store, instance| {
            operations.load(&mut *store, instance)?.call_start(store, settings, operation, input)
        })
    }

    pub(crate) fn resume(
        &self,
        settings: &[raw::Entry],
        operation: &str,
        input: &str,
        state: &[u8],
        response: &raw::Response,
    ) -> Result<Result<contract::Step, raw::Failure>, CallError> {
        let operations = Self::offered(self.operations.as_ref(), Function::Resume)?;
        self.call(Function::Resume, |store, instance| {
            operations.load(&mut *store, instance)?.call_resume(store, settings, operation, input, state, response)
        })
    }
}
