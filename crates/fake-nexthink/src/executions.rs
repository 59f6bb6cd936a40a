//! The workflow executions started so far.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

/// The latest executions, which can be resumed: instance, workflow and execution.
#[derive(Default)]
pub(crate) struct Executions(Mutex<VecDeque<(String, &'static str, Uuid)>>);

/// Executions that are remembered; one run of the largest permitted size fits.
const EXECUTIONS: usize = 20_000;

impl Executions {
    /// Adds executions of a workflow; the oldest are forgotten when there are too many.
    pub(crate) fn add(&self, instance: &str, workflow: &'static str, executions: &[Uuid]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(executions.iter().map(|execution| (instance.to_owned(), workflow, *execution)));
        let superfluous = known.len().saturating_sub(EXECUTIONS);
        known.drain(..superfluous);
    }

    /// Returns whether an instance has an execution of a workflow.
    pub(crate) fn contains(&self, instance: &str, workflow: &str, execution: Uuid) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().any(|(one, two, three)| (one.as_str(), *two, *three) == (instance, workflow, execution))
    }
}
