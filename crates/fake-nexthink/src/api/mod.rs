//! Answers the operations of section "API" of the documentation, one file per Nexthink API.
//!
//! The caller is known and allowed when a function here runs. Each API has a body of its own for errors.

mod campaigns;
mod data_management;
mod download;
mod enrichment;
mod export;
mod nql;
mod remote_actions;
mod spark;
mod workflows;

use std::collections::HashMap;

use serde_json::json;

pub(super) use export::Exports;
pub(super) use workflows::Executions;

use crate::config::Permission;
use crate::http::Request;
use crate::reply::Reply;
use crate::routes::Endpoint;
use crate::service::Service;

/// Holds text by name, as all `params` and `parameters` are.
type Texts = HashMap<String, String>;

/// Holds what an operation needs to know.
pub(super) struct Context<'a> {
    pub service: &'a Service,
    pub request: &'a Request,
    /// Names the instance whose host was called.
    pub instance: &'a str,
    /// Gives the host as the client wrote it, for links that lead back.
    pub authority: &'a str,
    /// Holds the variable parts of the path.
    pub parameters: &'a [&'a str],
}

/// Answers an operation.
pub(super) fn answer(endpoint: Endpoint, context: &Context) -> Reply {
    match endpoint {
        // Answered by `token_endpoint`, before anything here.
        Endpoint::Token => Reply::empty(404),
        Endpoint::NqlExecuteV1 => nql::execute(context, nql::Shape::V1),
        Endpoint::NqlExecuteV2 => nql::execute(context, nql::Shape::V2),
        Endpoint::NqlExport => export::start(context),
        Endpoint::NqlExportGet => export::start_by_query(context),
        Endpoint::NqlStatus => export::status(context),
        Endpoint::ActExecute => remote_actions::execute(context),
        Endpoint::ActList => remote_actions::list(),
        Endpoint::ActDetails => remote_actions::details(context),
        Endpoint::WorkflowsExecuteV1 => workflows::execute_v1(context),
        Endpoint::WorkflowsExecuteV2 => workflows::execute_v2(context),
        Endpoint::WorkflowsTrigger => workflows::trigger(context),
        Endpoint::WorkflowsList => workflows::list(context),
        Endpoint::WorkflowsDetails => workflows::details(context),
        Endpoint::CampaignTrigger => campaigns::trigger(context),
        Endpoint::EnrichmentFields => enrichment::write(context),
        Endpoint::DeviceDeletions => data_management::delete(context),
        Endpoint::SparkHandoff => spark::hand_off(context),
        Endpoint::Download => download::answer(context),
    }
}

/// Answers a call without a good token. Only campaigns document a body.
pub(super) fn unauthorized(permission: Permission) -> Reply {
    match permission {
        Permission::Campaigns => campaigns::error(401, "UNAUTHORIZED", "Authentication is required."),
        _ => Reply::empty(401),
    }
}

/// Answers a call without the permission. The shapes are documented, the words are not; where data management is
/// concerned, only the body for a feature that is off is.
pub(super) fn forbidden(permission: Permission) -> Reply {
    match permission {
        Permission::Nql => nql::error(403, 403, "Not authorized to execute queries."),
        Permission::RemoteActions => remote_actions::error(403, "FORBIDDEN", "Not authorized to use remote actions."),
        Permission::Workflows => workflows::error(403, "FORBIDDEN", "Not authorized to use workflows."),
        Permission::Campaigns => Reply::empty(403),
        Permission::Enrichment => Reply::json(403, &json!({"message": "Forbidden"})),
        Permission::DataManagement => data_management::error(403, "FORBIDDEN", "Not authorized to manage devices."),
        Permission::Spark => spark::error(403, "Not authorized to use Spark."),
    }
}

/// Reports whether a text is a SID by the documented pattern `^S(-\d+){2,10}$`.
fn is_sid(text: &str) -> bool {
    let Some(numbers) = text.strip_prefix("S-") else { return false };
    let mut count = 0;
    numbers.split('-').all(|number| {
        count += 1;
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    }) && (2..=10).contains(&count)
}

/// Reports whether a text looks like an e-mail address, which a UPN must.
fn is_upn(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && !domain.is_empty() && !domain.contains('@') && !text.contains(char::is_whitespace)
    })
}

/// Compares ids with or without the leading `#`: listings may leave it out, and details accept either.
fn same_id(id: &str, given: &str) -> bool {
    id.trim_start_matches('#') == given.strip_prefix('#').unwrap_or(given)
}

#[cfg(test)]
mod tests {
    use super::{is_sid, is_upn, same_id};

    #[test]
    fn a_sid_has_two_to_ten_numbers() {
        for (text, expected) in [
            ("S-1-5", true),
            ("S-1-5-21-1-2-3-1001", true),
            ("S-1-2-3-4-5-6-7-8-9-10", true),
            ("S-1", false),
            ("S-1-2-3-4-5-6-7-8-9-10-11", false),
            ("S-1--5", false),
            ("s-1-5", false),
            ("S-1-5a", false),
            ("", false),
        ] {
            assert_eq!(is_sid(text), expected, "{text}");
        }
    }

    #[test]
    fn a_upn_looks_like_an_address() {
        for (text, expected) in
            [("a@b.example", true), ("a", false), ("@b", false), ("a@", false), ("a@b@c", false), ("a b@c", false)]
        {
            assert_eq!(is_upn(text), expected, "{text}");
        }
    }

    #[test]
    fn ids_are_the_same_with_and_without_their_sign() {
        assert!(same_id("#a", "#a") && same_id("#a", "a") && !same_id("#a", "##a") && !same_id("#a", "b"));
    }
}
