//! The endpoints of the fake.

use serde::{Deserialize, Serialize};

use crate::permission::Permission;

/// An endpoint of the fake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// `POST /oauth2/default/v1/token` on the login host.
    Token,
    /// `POST /api/v1/nql/execute`.
    NqlExecuteV1,
    /// `POST /api/v2/nql/execute`.
    NqlExecuteV2,
    /// `POST /api/v1/nql/export`.
    NqlExport,
    /// `GET /api/v1/nql/export`.
    NqlExportGet,
    /// `GET /api/v1/nql/status/{exportId}`.
    NqlStatus,
    /// `POST /api/v1/act/execute`.
    ActExecute,
    /// `GET /api/v1/act/remote-action`.
    ActList,
    /// `GET /api/v1/act/remote-action/details`.
    ActDetails,
    /// `POST /api/v1/workflows/execute`.
    WorkflowsExecuteV1,
    /// `POST /api/v2/workflows/execute`.
    WorkflowsExecuteV2,
    /// `POST /api/v1/workflows/workflows/{workflowUuid}/execution/{executionUuid}/trigger`.
    WorkflowsTrigger,
    /// `GET /api/v1/workflows`.
    WorkflowsList,
    /// `GET /api/v1/workflows/details`.
    WorkflowsDetails,
    /// `POST /api/v1/euf/campaign/trigger`.
    CampaignTrigger,
    /// `POST /api/v1/enrichment/data/fields`.
    EnrichmentFields,
    /// `POST /api/v1/data-management/device/deletions`.
    DeviceDeletions,
    /// `POST /api/v1/spark/handoff`.
    SparkHandoff,
    /// `GET /_fake/download/{exportId}`, in place of the storage that real exports are written to.
    Download,
}

impl Endpoint {
    /// All of them: the token endpoint, the 17 of the API, and the download.
    pub const ALL: [Self; 19] = [
        Self::Token,
        Self::NqlExecuteV1,
        Self::NqlExecuteV2,
        Self::NqlExport,
        Self::NqlExportGet,
        Self::NqlStatus,
        Self::ActExecute,
        Self::ActList,
        Self::ActDetails,
        Self::WorkflowsExecuteV1,
        Self::WorkflowsExecuteV2,
        Self::WorkflowsTrigger,
        Self::WorkflowsList,
        Self::WorkflowsDetails,
        Self::CampaignTrigger,
        Self::EnrichmentFields,
        Self::DeviceDeletions,
        Self::SparkHandoff,
        Self::Download,
    ];

    /// Returns the id used in the configuration and at `/_fake/calls`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::NqlExecuteV1 => "nql-execute-v1",
            Self::NqlExecuteV2 => "nql-execute-v2",
            Self::NqlExport => "nql-export",
            Self::NqlExportGet => "nql-export-get",
            Self::NqlStatus => "nql-status",
            Self::ActExecute => "act-execute",
            Self::ActList => "act-list",
            Self::ActDetails => "act-details",
            Self::WorkflowsExecuteV1 => "workflows-execute-v1",
            Self::WorkflowsExecuteV2 => "workflows-execute-v2",
            Self::WorkflowsTrigger => "workflows-trigger",
            Self::WorkflowsList => "workflows-list",
            Self::WorkflowsDetails => "workflows-details",
            Self::CampaignTrigger => "campaign-trigger",
            Self::EnrichmentFields => "enrichment-fields",
            Self::DeviceDeletions => "device-deletions",
            Self::SparkHandoff => "spark-handoff",
            Self::Download => "download",
        }
    }

    /// Returns the permission that a caller needs; `None` for the token endpoint and the download.
    pub fn permission(self) -> Option<Permission> {
        match self {
            Self::Token | Self::Download => None,
            Self::NqlExecuteV1 | Self::NqlExecuteV2 | Self::NqlExport | Self::NqlExportGet | Self::NqlStatus => {
                Some(Permission::Nql)
            }
            Self::ActExecute | Self::ActList | Self::ActDetails => Some(Permission::RemoteActions),
            Self::WorkflowsExecuteV1
            | Self::WorkflowsExecuteV2
            | Self::WorkflowsTrigger
            | Self::WorkflowsList
            | Self::WorkflowsDetails => Some(Permission::Workflows),
            Self::CampaignTrigger => Some(Permission::Campaigns),
            Self::EnrichmentFields => Some(Permission::Enrichment),
            Self::DeviceDeletions => Some(Permission::DataManagement),
            Self::SparkHandoff => Some(Permission::Spark),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Endpoint;

    #[test]
    fn every_endpoint_has_the_id_of_its_name_in_files() {
        for endpoint in Endpoint::ALL {
            assert_eq!(serde_json::to_value(endpoint).unwrap(), endpoint.id());
        }
    }
}
