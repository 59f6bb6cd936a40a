//! The endpoints of the fake: ids, methods, paths and permissions.

use serde::{Deserialize, Serialize};

use crate::permission::Permission;

/// Makes the enum and what belongs to each of its variants from one table.
macro_rules! endpoints {
    ($($(#[$note:meta])* $name:ident: $id:literal, $method:literal $path:literal, $permission:expr;)+) => {
        /// An endpoint of the fake.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Endpoint {
            $(
                #[doc = concat!("`", $method, " ", $path, "`.")]
                $(#[$note])*
                #[serde(rename = $id)]
                $name,
            )+
        }

        impl Endpoint {
            /// All of them: the token endpoint, the 17 of the API, and the download.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Returns the id used in the configuration and at `/_fake/calls`.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id),+ }
            }

            /// Returns the method and the path, with variable segments in braces.
            pub(crate) fn target(self) -> (&'static str, &'static str) {
                match self { $(Self::$name => ($method, $path)),+ }
            }

            /// Returns the permission that a caller needs; `None` for the token endpoint and the download.
            pub fn permission(self) -> Option<Permission> {
                match self { $(Self::$name => $permission),+ }
            }
        }
    };
}

endpoints! {
    /// The only one on the login host.
    Token: "token", "POST" "/oauth2/default/v1/token", None;
    NqlExecuteV1: "nql-execute-v1", "POST" "/api/v1/nql/execute", Some(Permission::Nql);
    NqlExecuteV2: "nql-execute-v2", "POST" "/api/v2/nql/execute", Some(Permission::Nql);
    NqlExport: "nql-export", "POST" "/api/v1/nql/export", Some(Permission::Nql);
    NqlExportGet: "nql-export-get", "GET" "/api/v1/nql/export", Some(Permission::Nql);
    NqlStatus: "nql-status", "GET" "/api/v1/nql/status/{exportId}", Some(Permission::Nql);
    ActExecute: "act-execute", "POST" "/api/v1/act/execute", Some(Permission::RemoteActions);
    ActList: "act-list", "GET" "/api/v1/act/remote-action", Some(Permission::RemoteActions);
    ActDetails: "act-details", "GET" "/api/v1/act/remote-action/details", Some(Permission::RemoteActions);
    WorkflowsExecuteV1: "workflows-execute-v1", "POST" "/api/v1/workflows/execute", Some(Permission::Workflows);
    WorkflowsExecuteV2: "workflows-execute-v2", "POST" "/api/v2/workflows/execute", Some(Permission::Workflows);
    /// The doubled `workflows` is real.
    WorkflowsTrigger: "workflows-trigger",
        "POST" "/api/v1/workflows/workflows/{workflowUuid}/execution/{executionUuid}/trigger", Some(Permission::Workflows);
    WorkflowsList: "workflows-list", "GET" "/api/v1/workflows", Some(Permission::Workflows);
    WorkflowsDetails: "workflows-details", "GET" "/api/v1/workflows/details", Some(Permission::Workflows);
    CampaignTrigger: "campaign-trigger", "POST" "/api/v1/euf/campaign/trigger", Some(Permission::Campaigns);
    EnrichmentFields: "enrichment-fields", "POST" "/api/v1/enrichment/data/fields", Some(Permission::Enrichment);
    DeviceDeletions: "device-deletions",
        "POST" "/api/v1/data-management/device/deletions", Some(Permission::DataManagement);
    SparkHandoff: "spark-handoff", "POST" "/api/v1/spark/handoff", Some(Permission::Spark);
    /// In place of the storage that real exports are written to.
    Download: "download", "GET" "/_fake/download/{exportId}", None;
}
