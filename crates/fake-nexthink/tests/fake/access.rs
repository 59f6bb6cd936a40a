//! Hosts, tokens and permissions.

use fake_nexthink::{Endpoint, Permission};
use serde_json::{Value, json};

use crate::client::{API, Caller, Client, LOGIN, TOKEN_PATH, basic, exchange, start, start_any_instance, start_with};

/// The 17 operations.
const OPERATIONS: [(&str, &str, Endpoint); 17] = [
    ("POST", "/api/v1/nql/execute", Endpoint::NqlExecuteV1),
    ("POST", "/api/v2/nql/execute", Endpoint::NqlExecuteV2),
    ("POST", "/api/v1/nql/export", Endpoint::NqlExport),
    ("GET", "/api/v1/nql/export", Endpoint::NqlExportGet),
    ("GET", "/api/v1/nql/status/x", Endpoint::NqlStatus),
    ("POST", "/api/v1/act/execute", Endpoint::ActExecute),
    ("GET", "/api/v1/act/remote-action", Endpoint::ActList),
    ("GET", "/api/v1/act/remote-action/details", Endpoint::ActDetails),
    ("POST", "/api/v1/workflows/execute", Endpoint::WorkflowsExecuteV1),
    ("POST", "/api/v2/workflows/execute", Endpoint::WorkflowsExecuteV2),
    ("POST", "/api/v1/workflows/workflows/x/execution/y/trigger", Endpoint::WorkflowsTrigger),
    ("GET", "/api/v1/workflows", Endpoint::WorkflowsList),
    ("GET", "/api/v1/workflows/details", Endpoint::WorkflowsDetails),
    ("POST", "/api/v1/euf/campaign/trigger", Endpoint::CampaignTrigger),
    ("POST", "/api/v1/enrichment/data/fields", Endpoint::EnrichmentFields),
    ("POST", "/api/v1/data-management/device/deletions", Endpoint::DeviceDeletions),
    ("POST", "/api/v1/spark/handoff", Endpoint::SparkHandoff),
];

#[test]
fn every_operation_needs_a_token_and_only_campaigns_say_so_in_a_body() {
    let fake = start();
    let mut client = Client::connect(&fake, API).unwrap();
    for (method, path, endpoint) in OPERATIONS {
        for header in [("X-Nothing", "x"), ("Authorization", "Bearer x"), ("Authorization", "Basic eDp5")] {
            let answer = client.request(method, path, &[header], "").unwrap();
            assert_eq!((answer.status, answer.header("WWW-Authenticate")), (401, Some("Bearer")), "{path}");
            assert_eq!(answer.body.is_empty(), endpoint != Endpoint::CampaignTrigger, "{path}");
        }
        assert_eq!(fake.calls().answered(endpoint, 401), 3, "{path}");
    }
    let calls = fake.calls();
    for reason in ["no-authorization", "token-unknown", "authorization-is-not-bearer"] {
        assert_eq!(calls.rejected_because(reason), 17, "{reason}");
    }
}

#[test]
fn a_missing_permission_is_refused_in_the_form_of_each_api() {
    let fake = start();
    let Caller { mut client, authorization } = Caller::with(&fake, API, &exchange(&fake, LOGIN, "none", "s2"));
    for (method, path, endpoint) in OPERATIONS {
        let answer = client.request(method, path, &[("Authorization", &authorization)], "").unwrap();
        assert_eq!(answer.status, 403, "{path}");
        let members: Vec<String> =
            if answer.body.is_empty() { vec![] } else { answer.json().as_object().unwrap().keys().cloned().collect() };
        let expected: &[&str] = match endpoint.permission().unwrap() {
            Permission::Nql => &["message", "code", "source"],
            Permission::RemoteActions | Permission::DataManagement => &["code", "message"],
            Permission::Workflows => &["code", "details"],
            Permission::Campaigns => &[],
            Permission::Enrichment | Permission::Spark => &["message"],
        };
        assert_eq!(members, expected, "{path}");
        if endpoint.permission() == Some(Permission::Nql) {
            assert!(answer.json()["code"].is_i64());
        }
    }
    assert_eq!(fake.calls().rejected_because("permission-missing"), 17);
}

#[test]
fn each_permission_opens_its_own_api_only() {
    for permission in Permission::ALL {
        let fake = start_with(|config| config.credentials[0].permissions = vec![permission]);
        let mut caller = Caller::new(&fake);
        for (method, path, endpoint) in OPERATIONS {
            let answer = if method == "GET" { caller.get(path) } else { caller.post(path, &json!({})) };
            assert_eq!(answer.status == 403, endpoint.permission() != Some(permission), "{permission:?} {path}");
        }
    }
}

#[test]
fn a_token_is_valid_until_its_lifetime_is_over() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    assert_eq!(caller.get("/api/v1/workflows").status, 200);
    // Less than the lifetime, for the time that the test takes.
    fake.advance_clock(840);
    assert_eq!(caller.get("/api/v1/workflows").status, 200);
    fake.advance_clock(60);
    assert_eq!(caller.get("/api/v1/workflows").status, 401);
    assert_eq!(fake.calls().rejected_because("token-expired"), 1);
}

#[test]
fn a_revoked_token_is_refused_and_a_new_one_accepted() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    fake.revoke_tokens();
    assert_eq!(caller.get("/api/v1/workflows").status, 401);
    assert_eq!(fake.calls().rejected_because("token-revoked"), 1);
    assert_eq!(Caller::new(&fake).get("/api/v1/workflows").status, 200);
}

#[test]
fn any_instance_knows_its_clients_by_the_shared_rule() {
    let fake = start_any_instance();
    for (host, client_id, secret, status) in [
        ("one-login.eu.nexthink.cloud", "c", "shared.one.c", 200),
        ("two-login.eu.nexthink.cloud", "c", "shared.two.c", 200),
        ("two-login.eu.nexthink.cloud", "c", "shared.one.c", 401),
        ("one-login.eu.nexthink.cloud", "d", "shared.one.c", 401),
        // Configured clients belong to the configured instance.
        ("one-login.eu.nexthink.cloud", "all", "s:1", 401),
        (LOGIN, "all", "s:1", 200),
        (LOGIN, "c", "shared.acme.c", 200),
    ] {
        assert_eq!(exchange(&fake, host, client_id, secret).status, status, "{host} {client_id} {secret}");
    }
    let exchanges = fake.calls().exchanges;
    let seen: Vec<(&str, &str)> = exchanges.iter().map(|pair| (&*pair.instance, &*pair.client_id)).collect();
    assert_eq!(seen, [("acme", "all"), ("acme", "c"), ("one", "c"), ("two", "c")]);
}

#[test]
fn a_token_of_another_instance_is_refused_and_counted() {
    let fake = start_any_instance();
    let one = exchange(&fake, "one-login.eu.nexthink.cloud", "c", "shared.one.c");
    for (host, status) in [("one.api.eu.nexthink.cloud", 200), ("two.api.eu.nexthink.cloud", 401)] {
        assert_eq!(Caller::with(&fake, host, &one).get("/api/v1/workflows").status, status, "{host}");
    }
    let calls = fake.calls();
    assert_eq!((calls.foreign_tokens, calls.rejected_because("foreign-token")), (1, 1));
}

#[test]
fn the_certificate_is_valid_for_the_tenants_hosts_only() {
    let fake = start();
    for host in [LOGIN, API, "localhost", "127.0.0.1"] {
        assert!(Client::connect(&fake, host).is_ok(), "{host}");
    }
    for host in ["other.api.eu.nexthink.cloud", "acme.eu.nexthink.cloud", "acme.api.us.nexthink.cloud"] {
        assert!(Client::connect(&fake, host).is_err(), "{host}");
    }
    let stranger = start();
    assert!(Client::connect_trusting(&fake, API, stranger.ca_pem()).is_err());
}

#[test]
fn the_host_must_be_the_one_the_certificate_was_asked_for() {
    let fake = start();
    let port = fake.port();
    for (host, status) in [
        (API.to_owned(), 401),
        (API.to_uppercase(), 401),
        (format!("{API}:443"), 401),
        (format!("{API}:{port}"), 401),
        (format!("{API}:1"), 421),
        (LOGIN.to_owned(), 421),
        ("evil.example".to_owned(), 421),
        (String::new(), 421),
    ] {
        let mut client = Client::connect(&fake, API).unwrap();
        let answer = client.request("GET", "/api/v1/workflows", &[("Host", &host)], "").unwrap();
        assert_eq!(answer.status, status, "{host}");
    }
    // Without a name in the handshake, `Host` alone decides.
    let mut client = Client::connect(&fake, "127.0.0.1").unwrap();
    let answer = client.request("GET", "/api/v1/workflows", &[("Host", "other.api.eu.nexthink.cloud")], "").unwrap();
    assert_eq!((answer.status, fake.calls().rejected_because("unknown-host")), (404, 1));
}

#[test]
fn each_host_answers_its_own_paths_only() {
    let fake = start();
    let authorization = basic("all", "s:1");
    for (host, method, path, reason) in [
        (API, "POST", TOKEN_PATH, "token-path-on-the-api-host"),
        // An older form that Nexthink no longer has.
        (API, "POST", "/api/v1/token", "token-path-on-the-api-host"),
        (LOGIN, "GET", "/api/v1/workflows", "api-path-on-the-login-host"),
        (API, "GET", "/api/v1/workflow", "no-such-path"),
        (API, "GET", "/", "no-such-path"),
    ] {
        let mut client = Client::connect(&fake, host).unwrap();
        let answer = client.request(method, path, &[("Authorization", &authorization)], "").unwrap();
        assert_eq!((answer.status, fake.calls().rejected_because(reason) > 0), (404, true), "{host} {path}");
    }
}

#[test]
fn a_wrong_method_is_answered_with_those_allowed() {
    let fake = start();
    let mut client = Client::connect(&fake, API).unwrap();
    for (method, path, allow) in [
        ("PUT", "/api/v1/nql/export", "POST, GET"),
        ("DELETE", "/api/v1/act/remote-action", "GET"),
        ("GET", "/api/v1/spark/handoff", "POST"),
    ] {
        let answer = client.request(method, path, &[], "").unwrap();
        assert_eq!((answer.status, answer.header("Allow")), (405, Some(allow)), "{path}");
    }
}

#[test]
fn posts_take_json_only() {
    let fake = start();
    let mut caller = Caller::new(&fake);
    for (method, path, _) in OPERATIONS.into_iter().filter(|(_, path, _)| !path.ends_with("/trigger")) {
        if method != "POST" {
            continue;
        }
        for (content_type, body) in [("text/plain", "{}"), ("application/json", "{"), ("application/json", "[[[[")] {
            let headers = [
                ("Authorization", &*caller.authorization),
                ("Content-Type", content_type),
                ("User-Principal-Name", "a@b.example"),
            ];
            let answer = caller.client.request("POST", path, &headers, body).unwrap();
            assert_eq!(answer.status, 400, "{path}");
        }
        let deep = Value::String("[".repeat(100_000));
        let headers = [("Authorization", &*caller.authorization), ("Content-Type", "application/json")];
        let answer = caller.client.request("POST", path, &headers, deep.as_str().unwrap()).unwrap();
        assert_eq!(answer.status, 400, "{path}");
    }
}
