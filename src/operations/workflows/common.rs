//! What the operations on workflows have in common.

use crate::http::Request;
use crate::operations::formats::{HEADER, NQL_ID};
use crate::operations::schema::{Member, Rule};

pub const PERMISSION: &str = "workflows";
pub const DOCUMENTATION: &str = "https://docs.nexthink.com/api/workflows/trigger-a-workflow";

pub const ID: Member =
    Member::required("workflowId", Rule::Text(&NQL_ID), "NQL ID of the workflow. A missing # is added.");

pub const SOURCE: Member =
    Member::optional("source", Rule::Text(&HEADER), "What triggers it, for the record; sent as the header Source.");

pub fn sourced(request: Request, source: Option<&str>) -> Request {
    match source {
        Some(source) => request.with_header("source", source),
        None => request,
    }
}
