//! From endpoint to operation, and what all operations refuse.

use serde_json::json;

use crate::api::context::{Context, error};
use crate::api::{campaigns, data_management, download, enrichment, export, nql, remote_actions, spark, workflows};
use crate::endpoint::Endpoint;
use crate::permission::Permission;
use crate::reply::Reply;

/// Returns the response of an endpoint; the caller is known and permitted.
pub(crate) fn answer(endpoint: Endpoint, context: &Context) -> Reply {
    let answer = match endpoint {
        // On the login host, and never routed to this function.
        Endpoint::Token => Ok(Reply::empty(404)),
        Endpoint::NqlExecuteV1 => nql::execute(context, nql::Shape::V1),
        Endpoint::NqlExecuteV2 => nql::execute(context, nql::Shape::V2),
        Endpoint::NqlExport => export::start(context),
        Endpoint::NqlExportGet => export::start_by_query(context),
        Endpoint::NqlStatus => Ok(export::status(context)),
        Endpoint::ActExecute => remote_actions::execute(context),
        Endpoint::ActList => Ok(remote_actions::list()),
        Endpoint::ActDetails => remote_actions::details(context),
        Endpoint::WorkflowsExecuteV1 => workflows::execute_v1(context),
        Endpoint::WorkflowsExecuteV2 => workflows::execute_v2(context),
        Endpoint::WorkflowsTrigger => workflows::trigger(context),
        Endpoint::WorkflowsList => workflows::list(context),
        Endpoint::WorkflowsDetails => workflows::details(context),
        Endpoint::CampaignTrigger => campaigns::trigger(context),
        Endpoint::EnrichmentFields => Ok(enrichment::write(context)),
        Endpoint::DeviceDeletions => Ok(data_management::delete(context)),
        Endpoint::SparkHandoff => Ok(spark::hand_off(context)),
        Endpoint::Download => Ok(download::answer(context)),
    };
    answer.unwrap_or_else(|refusal| refusal)
}

/// Returns the response to a request without a valid token. Only campaigns document a body.
pub(crate) fn unauthorized(permission: Permission) -> Reply {
    match permission {
        Permission::Campaigns => error(401, "UNAUTHORIZED", "Authentication is required."),
        _ => Reply::empty(401),
    }
}

/// Returns the response to a request without the permission. The forms are documented, the words are not; of data
/// management, only the body for a missing feature is documented.
pub(crate) fn forbidden(permission: Permission) -> Reply {
    match permission {
        Permission::Nql => nql::error(403, 403, "Not authorized to execute queries."),
        Permission::RemoteActions => error(403, "FORBIDDEN", "Not authorized to use remote actions."),
        Permission::Workflows => workflows::error(403, "FORBIDDEN", "Not authorized to use workflows."),
        Permission::Campaigns => Reply::empty(403),
        Permission::Enrichment => Reply::json(403, &json!({"message": "Forbidden"})),
        Permission::DataManagement => error(403, "FORBIDDEN", "Not authorized to manage devices."),
        Permission::Spark => spark::error(403, "Not authorized to use Spark."),
    }
}
