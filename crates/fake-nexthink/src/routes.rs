//! Lists the endpoints and finds the one a request is meant for.

use serde::{Deserialize, Serialize};

use crate::config::{Permission, is_label};

/// Names an operation, as the configuration and the counts do.
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
    /// `GET /_tenant/download/{exportId}`: stands for the storage that holds exports.
    Download,
}

impl Endpoint {
    /// Lists all: the token endpoint, the 17 of the API, and the download.
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

    /// Gives the id used in the configuration and at `/_tenant/calls`.
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

    /// Names the box to tick; none for the token endpoint and the download.
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

/// Says which of a tenant's two hosts a name means, and whose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Site {
    Login(String),
    Api(String),
}

impl Site {
    /// Reads a host name in lower case without port; `None` when it belongs to no instance of the region.
    pub fn of(host: &str, region: &str) -> Option<Self> {
        let name = host.strip_suffix(".nexthink.cloud")?.strip_suffix(region)?.strip_suffix('.')?;
        if let Some(instance) = name.strip_suffix(".api") {
            return is_label(instance).then(|| Self::Api(instance.to_owned()));
        }
        let instance = name.strip_suffix("-login")?;
        is_label(instance).then(|| Self::Login(instance.to_owned()))
    }

    pub fn instance(&self) -> &str {
        match self {
            Self::Login(instance) | Self::Api(instance) => instance,
        }
    }
}

/// Says where a path leads on a site.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route<'a> {
    Found { endpoint: Endpoint, parameters: Vec<&'a str> },
    WrongMethod { allow: String },
    Unknown,
}

/// Finds the endpoint. Paths are compared as they are sent: nothing in them needs percent-encoding.
pub(super) fn find<'a>(site: &Site, method: &str, path: &'a str) -> Route<'a> {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let mut parameters = Vec::new();
    let methods: &[(&str, Endpoint)] = match (site, segments.as_slice()) {
        (Site::Login(_), ["oauth2", "default", "v1", "token"]) => &[("POST", Endpoint::Token)],
        (Site::Api(_), ["api", version, rest @ ..]) => match (*version, rest) {
            ("v1", ["nql", "execute"]) => &[("POST", Endpoint::NqlExecuteV1)],
            ("v2", ["nql", "execute"]) => &[("POST", Endpoint::NqlExecuteV2)],
            ("v1", ["nql", "export"]) => &[("POST", Endpoint::NqlExport), ("GET", Endpoint::NqlExportGet)],
            ("v1", ["nql", "status", export]) => {
                parameters.push(*export);
                &[("GET", Endpoint::NqlStatus)]
            }
            ("v1", ["act", "execute"]) => &[("POST", Endpoint::ActExecute)],
            ("v1", ["act", "remote-action"]) => &[("GET", Endpoint::ActList)],
            ("v1", ["act", "remote-action", "details"]) => &[("GET", Endpoint::ActDetails)],
            ("v1", ["workflows", "execute"]) => &[("POST", Endpoint::WorkflowsExecuteV1)],
            ("v2", ["workflows", "execute"]) => &[("POST", Endpoint::WorkflowsExecuteV2)],
            // The doubled `workflows` is real.
            ("v1", ["workflows", "workflows", workflow, "execution", execution, "trigger"]) => {
                parameters.extend([*workflow, *execution]);
                &[("POST", Endpoint::WorkflowsTrigger)]
            }
            ("v1", ["workflows"]) => &[("GET", Endpoint::WorkflowsList)],
            ("v1", ["workflows", "details"]) => &[("GET", Endpoint::WorkflowsDetails)],
            ("v1", ["euf", "campaign", "trigger"]) => &[("POST", Endpoint::CampaignTrigger)],
            ("v1", ["enrichment", "data", "fields"]) => &[("POST", Endpoint::EnrichmentFields)],
            ("v1", ["data-management", "device", "deletions"]) => &[("POST", Endpoint::DeviceDeletions)],
            ("v1", ["spark", "handoff"]) => &[("POST", Endpoint::SparkHandoff)],
            _ => &[],
        },
        (Site::Api(_), ["_tenant", "download", export]) => {
            parameters.push(*export);
            &[("GET", Endpoint::Download)]
        }
        _ => &[],
    };
    if methods.is_empty() {
        return Route::Unknown;
    }
    if let Some((_, endpoint)) = methods.iter().find(|(known, _)| *known == method) {
        return Route::Found { endpoint: *endpoint, parameters };
    }
    let allow: Vec<&str> = methods.iter().map(|(known, _)| *known).collect();
    Route::WrongMethod { allow: allow.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, Route, Site, find};

    #[test]
    fn every_endpoint_has_the_id_of_its_name_in_files() {
        for endpoint in Endpoint::ALL {
            assert_eq!(serde_json::to_value(endpoint).unwrap(), endpoint.id());
        }
    }

    #[test]
    fn a_site_is_an_instance_with_one_of_two_suffixes() {
        let of = |host| Site::of(host, "eu");
        assert_eq!(of("acme-login.eu.nexthink.cloud"), Some(Site::Login("acme".to_owned())));
        assert_eq!(of("acme.api.eu.nexthink.cloud"), Some(Site::Api("acme".to_owned())));
        for host in [
            "acme.eu.nexthink.cloud",
            "acme.api.us.nexthink.cloud",
            "acme.api.eu.nexthink.cloud.evil.example",
            ".api.eu.nexthink.cloud",
            "a.b.api.eu.nexthink.cloud",
            "a.b-login.eu.nexthink.cloud",
            "acme.apieu.nexthink.cloud",
            "localhost",
            "",
        ] {
            assert_eq!(of(host), None, "{host}");
        }
    }

    #[test]
    fn each_host_has_its_own_paths() {
        let (login, api) = (Site::Login("a".to_owned()), Site::Api("a".to_owned()));
        let token = "/oauth2/default/v1/token";
        assert!(matches!(find(&login, "POST", token), Route::Found { endpoint: Endpoint::Token, .. }));
        assert_eq!(find(&api, "POST", token), Route::Unknown);
        assert_eq!(find(&login, "GET", "/api/v1/workflows"), Route::Unknown);
        assert_eq!(find(&login, "GET", token), Route::WrongMethod { allow: "POST".to_owned() });
        assert_eq!(find(&api, "PUT", "/api/v1/nql/export"), Route::WrongMethod { allow: "POST, GET".to_owned() });
        assert_eq!(
            find(&api, "GET", "/api/v1/nql/status/1"),
            Route::Found { endpoint: Endpoint::NqlStatus, parameters: vec!["1"] }
        );
        for path in ["", "/", "/api", "/api/v1/workflows/", "//api/v1/workflows", "/api/v3/nql/execute"] {
            assert_eq!(find(&api, "GET", path), Route::Unknown, "{path}");
        }
    }
}
