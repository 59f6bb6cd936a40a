//! From method and path to endpoint.

use crate::endpoint::Endpoint;
use crate::host::Site;

/// The endpoint that a method and a path mean on a site.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    Found {
        endpoint: Endpoint,
        /// The variable segments of the path, in order.
        parameters: Vec<&'a str>,
    },
    WrongMethod {
        /// The methods of the path, as `Allow` lists them.
        allow: String,
    },
    Unknown,
}

/// Finds the endpoint. Paths are compared as they are sent: nothing in them needs percent-encoding.
pub(crate) fn find<'a>(site: &Site, method: &str, path: &'a str) -> Route<'a> {
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
        (Site::Api(_), ["_fake", "download", export]) => {
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
    use super::{Route, find};
    use crate::endpoint::Endpoint;
    use crate::host::Site;

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
