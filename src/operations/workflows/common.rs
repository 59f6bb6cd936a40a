//! What the operations on workflows share.

use crate::operations::formats::{HEADER_VALUE, NQL_ID};
use crate::operations::schema::{Member, Rule};

/// Id of the permission that the operations need.
pub const PERMISSION: &str = "workflows";
/// Page of Nexthink about the operations.
pub const DOCUMENTATION: &str = "https://docs.nexthink.com/api/workflows/trigger-a-workflow";

/// Member of an input: the workflow.
pub const ID: Member =
    Member::required("workflowId", Rule::Text(&NQL_ID), "NQL ID of the workflow. A missing # is added.");

/// Member of an input: what triggers the workflow.
pub const SOURCE: Member = Member::optional(
    "source",
    Rule::Text(&HEADER_VALUE),
    "What triggers it, for the record; sent as the header Source.",
);
