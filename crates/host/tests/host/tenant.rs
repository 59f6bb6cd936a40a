//! Sessions and operations over TLS, against the fake tenant.

use std::sync::Arc;
use std::time::Duration;

use connector_host::{
    ApiCall, BoxFuture, Clock, Completed, Error, HttpOptions, HttpTransport, Options, ProxyVariables, Session,
    SystemClock,
};
use fake_nexthink::{Config, Credential, Endpoint, FakeNexthink, Permission, Secret};
use serde_json::{Value, json};

use super::script::connector;

const SECRET: &str = "session-secret-0123456789";

/// A session over a tenant of its own.
struct Fixture {
    tenant: FakeNexthink,
    session: Session,
}

/// The clock of this machine, by which nobody waits: a tenant is ready when it is asked
/// again.
#[derive(Default)]
struct Impatient(SystemClock);

impl Clock for Impatient {
    fn now(&self) -> Duration {
        self.0.now()
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }

    fn passed(&self, moment: Duration) -> BoxFuture<'_, ()> {
        self.0.passed(moment)
    }
}

impl Fixture {
    fn new() -> Self {
        Self::faulty("[]")
    }

    /// Starts a tenant on which some requests go wrong.
    fn faulty(faults: &str) -> Self {
        let mut config = Config::new("nxdocs", "eu");
        config.credentials = vec![Credential {
            client_id: "session-client".to_owned(),
            client_secret: Secret::from(SECRET),
            permissions: vec![Permission::Workflows, Permission::Nql, Permission::RemoteActions],
        }];
        config.faults = serde_json::from_str(faults).unwrap();
        let tenant = FakeNexthink::start(config).unwrap();
        let ca_file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&ca_file, tenant.ca_pem()).unwrap();
        let http = HttpOptions {
            ca_file: Some(ca_file.path().to_owned()),
            resolve: tenant.resolve_lines().map(|line| line.parse().unwrap()).into(),
            proxies: ProxyVariables::none(),
            ..HttpOptions::default()
        };
        let transport = Arc::new(HttpTransport::new(http).unwrap());
        let connector = connector();
        let pairs =
            [("instance", "nxdocs"), ("region", "eu"), ("client_id", "session-client"), ("client_secret", SECRET)];
        let entries = connector.entries(pairs.map(|(key, text)| (key.to_owned(), text.to_owned())).into());
        let options = Options { clock: Arc::new(Impatient::default()), ..Options::default() };
        let session = Session::open_with(connector, entries, transport, options).unwrap();
        Self { tenant, session }
    }

    async fn call(&self) -> u16 {
        call(&self.session).await
    }

    async fn export(&self, query: &str) -> Result<(Completed, String), Error> {
        let mut run = self.session.start("nql.export", json!({ "queryId": query }).to_string()).await?;
        let mut file = Vec::new();
        let completed = run.complete_into(&mut file, |_| ()).await?;
        Ok((completed, String::from_utf8(file).unwrap()))
    }
}

async fn call(session: &Session) -> u16 {
    let call =
        ApiCall { method: "GET".to_owned(), path_and_query: "/api/v1/workflows".to_owned(), ..ApiCall::default() };
    session.call(&call).await.unwrap().status
}

#[tokio::test]
async fn one_token_serves_many_calls() {
    let fixture = Fixture::new();
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let session = fixture.session.clone();
            tokio::spawn(async move {
                for _ in 0..5 {
                    assert_eq!(call(&session).await, 200);
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    let calls = fixture.tenant.calls();
    assert_eq!((calls.tokens_issued(), calls.concurrent_exchanges_maximum(), calls.foreign_tokens), (1, 1, 0));
}

#[tokio::test]
async fn a_token_that_the_tenant_lets_expire_is_renewed() {
    let fixture = Fixture::new();
    assert_eq!(fixture.call().await, 200);
    fixture.tenant.advance_clock(901);
    assert_eq!(fixture.call().await, 200);
    assert_eq!(fixture.tenant.calls().tokens_issued(), 2);
}

#[tokio::test]
async fn a_token_that_the_tenant_revokes_is_renewed() {
    let fixture = Fixture::new();
    assert_eq!(fixture.call().await, 200);
    fixture.tenant.revoke_tokens();
    assert_eq!(fixture.call().await, 200);
    assert_eq!(fixture.tenant.calls().tokens_issued(), 2);
}

#[tokio::test]
async fn permissions_are_those_of_the_credentials() {
    let fixture = Fixture::new();
    let checks = fixture.session.permissions(|_| ()).await.unwrap();
    let states: Vec<_> = checks.iter().map(|check| check.status.state.as_str()).collect();
    // Remote actions, enrichment, data management, workflows, campaigns, NQL, Spark.
    assert_eq!(states, ["granted", "missing", "unknown", "granted", "missing", "granted", "unknown"]);
    assert_eq!(fixture.tenant.calls().tokens_issued(), 1, "one exchange for all of it");
}

#[tokio::test]
async fn a_query_returns_its_rows() {
    let fixture = Fixture::faulty(r#"[{"when":{"endpoint":"nql-execute-v2","nth":1},"do":{"status":{"status":503}}}]"#);
    let input = r##"{"queryId":"#device_by_name","parameters":{"device_name":"PC-0000001"}}"##;
    let mut run = fixture.session.start("nql.execute", input).await.unwrap();
    let Ok(Completed::Done(outcome)) = run.complete(|_| ()).await else { panic!() };
    assert_eq!(serde_json::from_str::<Value>(&outcome.output).unwrap()["rows"], 1);
    let calls = fixture.tenant.calls();
    assert_eq!(calls.answered(Endpoint::NqlExecuteV2, 503), 1, "what is repeatable is sent again");
}

#[tokio::test]
async fn an_export_is_streamed_without_the_token() {
    let fixture = Fixture::new();
    let (completed, file) = fixture.export("#devices_overview").await.unwrap();
    let Completed::Downloaded(downloaded) = completed else { panic!("{completed:?}") };
    assert_eq!((downloaded.bytes, file.lines().count()), (file.len() as u64, 6));
    assert_eq!(fixture.tenant.calls().rejected_because("download-with-authorization"), 0);
}

#[tokio::test]
async fn a_link_that_has_expired_is_asked_for_again() {
    let fixture = Fixture::faulty(r#"[{"when":{"endpoint":"download","nth":1},"do":{"status":{"status":403}}}]"#);
    let (_, file) = fixture.export("#devices_overview").await.unwrap();
    assert_eq!(file.lines().count(), 6);
    let calls = fixture.tenant.calls();
    assert_eq!((calls.answered(Endpoint::Download, 403), calls.answered(Endpoint::Download, 200)), (1, 1));
    assert_eq!((calls.total(Endpoint::NqlExport), calls.total(Endpoint::NqlStatus)), (1, 4));
}

#[tokio::test]
async fn a_download_that_breaks_off_is_a_failure() {
    for fault in [r#""truncated""#, r#""reset-middle""#] {
        let fixture = Fixture::faulty(&format!(r#"[{{"when":{{"endpoint":"download"}},"do":{fault}}}]"#));
        match fixture.export("#all_devices").await {
            Err(Error::Failed(failure)) => assert_eq!(failure.code, "network", "{fault}"),
            other => panic!("{fault}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_request_that_is_not_repeatable_is_sent_once() {
    let input = r##"{"remoteActionId":"#restart_service","devices":["3b6f1c1e-6f0a-4c3e-9a54-0d1f7f3a0001"]}"##;
    for (fault, code) in [(r#"{"status":{"status":503}}"#, "unavailable"), (r#""reset-middle""#, "network")] {
        let fixture = Fixture::faulty(&format!(r#"[{{"when":{{"endpoint":"act-execute"}},"do":{fault}}}]"#));
        let mut run = fixture.session.start("remote-actions.execute", input).await.unwrap();
        match run.complete(|_| ()).await {
            Err(Error::Failed(failure)) => assert_eq!(failure.code, code),
            other => panic!("{fault}: {other:?}"),
        }
        assert_eq!(fixture.tenant.calls().total(Endpoint::ActExecute), 1, "{fault}");
    }
}
