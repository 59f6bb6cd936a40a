//! The steps of an operation, and how a run of one is saved.

mod run;
mod saved;

pub use run::{Action, Run};
pub use saved::{NotSaved, Saved, SavedError};
