//! The shape of inputs and outputs: one rule, from which both the JSON Schema and
//! the check follow.

mod check;
mod rule;
mod write;

pub use check::check;
pub use rule::{List, MAX_SAFE_INTEGER, Map, Member, Object, Rule, Text};
pub use write::json_schema;
