use super::*;

fn settings() -> Entries {
    Entries::new(vec![("instance".into(), "nxdocs".into()), ("region".into(), "eu".into())])
}

fn state_of(id: &str, status: u16, kind: &str, body: &str) -> State {
    let headers = vec![("content-type".to_owned(), kind.to_owned())];
    read_probe(id, &Response { status, headers, body: body.as_bytes().to_vec(), received_at: 0 }).state
}

#[test]
fn every_permission_has_a_probe_in_the_order_of_the_definition() {
    let probes = probes(&settings());
    let ids: Vec<_> = probes.iter().map(|probe| probe.permission.id).collect();
    let expected: Vec<_> = PERMISSIONS.iter().map(|permission| permission.id).collect();
    assert_eq!(ids, expected);
}

#[test]
fn what_has_an_effect_is_never_asked_for() {
    for probe in probes(&settings()) {
        let asked =
            probe.request.map(|request| (request.method, request.url, String::from_utf8(request.body).unwrap()));
        let path = asked.as_ref().map(|(method, url, body)| {
            (*method, url.strip_prefix("https://nxdocs.api.eu.nexthink.cloud").unwrap(), body.as_str())
        });
        let expected = match probe.permission.id {
            "remote-actions" => Some(("GET", "/api/v1/act/remote-action", "")),
            "workflows" => {
                Some(("GET", "/api/v1/workflows?dependency=NONE&triggerMethod=API&fetchOnlyActiveWorkflows=true", ""))
            }
            "nql" => Some(("POST", "/api/v2/nql/execute", UNKNOWN_QUERY)),
            "enrichment" => Some(("POST", "/api/v1/enrichment/data/fields", r#"{"enrichments":[],"domain":"check"}"#)),
            "campaigns" => Some(("POST", "/api/v1/euf/campaign/trigger", "{}")),
            _ => None,
        };
        assert_eq!(path, expected, "{}", probe.permission.id);
    }
}

#[test]
fn settings_that_lead_nowhere_give_no_requests() {
    let probes = probes(&Entries::new(Vec::new()));
    assert_eq!(probes.len(), 7);
    assert!(probes.iter().all(|probe| probe.request.is_none()));
}

#[test]
fn a_status_claims_no_more_than_the_response_proves() {
    use State::{Granted, Missing, Unknown};
    const JSON: &str = "application/json";
    for (id, status, kind, body, state) in [
        ("remote-actions", 200, JSON, "[]", Granted),
        ("workflows", 200, JSON, "[{}]", Granted),
        ("workflows", 200, "text/html", "<p>Sign in</p>", Unknown),
        ("workflows", 200, "", "<p>Sign in</p>", Unknown),
        ("workflows", 204, "", "", Unknown),
        ("nql", 404, JSON, r#"{"code":100,"message":"unknown"}"#, Granted),
        ("nql", 404, "", "", Granted),
        ("nql", 404, "text/html", "<p>Not found</p>", Unknown),
        ("workflows", 404, JSON, "{}", Unknown),
        ("nql", 403, JSON, r#"{"message":"Forbidden"}"#, Missing),
        ("campaigns", 403, "", "", Missing),
        ("nql", 403, "text/html", "<p>Blocked</p>", Unknown),
        ("data-management", 403, JSON, r#"{"code":"FEATURE_NOT_ENABLED"}"#, Unknown),
        ("enrichment", 400, JSON, r#"{"code":"ENRICH_001"}"#, Unknown),
        ("campaigns", 400, JSON, r#"{"code":"X"}"#, Unknown),
        ("nql", 401, "", "", Unknown),
        ("nql", 429, "", "", Unknown),
        ("nql", 503, "", "", Unknown),
        ("nql", 302, "", "", Unknown),
        ("hypervisor", 200, JSON, "[]", Unknown),
    ] {
        assert_eq!(state_of(id, status, kind, body), state, "{id} {status} {kind} {body}");
    }
}

#[test]
fn a_missing_permission_names_its_box() {
    let response = Response { status: 403, headers: Vec::new(), body: Vec::new(), received_at: 0 };
    assert_eq!(read_probe("nql", &response).detail, "Tick “NQL API” in the API credentials, and get a new token.");
}
