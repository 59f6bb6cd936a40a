//! The catalogue of operations.

use crate::operations::operation::Operation;
use crate::operations::{campaigns, data_management, enrichment, nql, remote_actions, spark, workflows};

/// Every operation, in the order to show them.
pub static CATALOGUE: [&Operation; 17] = [
    &nql::execute::V2,
    &nql::execute::V1,
    &nql::export::WHOLE,
    &nql::export_steps::START,
    &nql::export_steps::STATUS,
    &remote_actions::LIST,
    &remote_actions::DETAILS,
    &remote_actions::EXECUTE,
    &workflows::describe::LIST,
    &workflows::describe::DETAILS,
    &workflows::execute::V2,
    &workflows::execute::V1,
    &workflows::resume::RESUME,
    &campaigns::TRIGGER,
    &enrichment::WRITE,
    &data_management::DELETE,
    &spark::HANDOFF,
];

/// Returns the operation with an id. `None` when there is none.
pub fn find(id: &str) -> Option<&'static Operation> {
    CATALOGUE.into_iter().find(|operation| operation.id == id)
}
