//! The life of a token over TLS, against the fake tenant.

use std::fs;
use std::sync::Arc;

use fake_nexthink::{Config, Credential, FakeNexthink, Permission, Secret};
use host_test::BUILT_IN;
use host_test::guard::Connector;
use host_test::plugin::{ApiCall, Limits, Plugin};
use host_test::session::{Cancel, Policy, Session, SystemClock};
use host_test::transport::{Live, LiveOptions};

const SECRET: &str = "session-secret-0123456789";

struct Stage {
    tenant: FakeNexthink,
    connector: Arc<Connector>,
    session: Session,
}

impl Stage {
    fn new() -> Self {
        let mut config = Config::new("nxdocs", "eu");
        config.credentials = vec![Credential {
            client_id: "session-client".to_owned(),
            client_secret: Secret::from(SECRET),
            permissions: vec![Permission::Workflows],
        }];
        let tenant = FakeNexthink::start(config).unwrap();
        let folder = tempfile::TempDir::new().unwrap();
        let ca_file = folder.path().join("ca.pem");
        fs::write(&ca_file, tenant.ca_pem()).unwrap();
        let resolve = tenant.resolve_lines().map(|line| line.parse().unwrap()).into();
        let live = Live::new(LiveOptions { ca_file: Some(ca_file), resolve, ..LiveOptions::default() }).unwrap();
        let connector = Arc::new(Connector::new(Plugin::load(BUILT_IN, Limits::default()).unwrap()).unwrap());
        let pairs =
            [("instance", "nxdocs"), ("region", "eu"), ("client_id", "session-client"), ("client_secret", SECRET)];
        let entries = connector.entries(pairs.map(|(key, text)| (key.to_owned(), text.to_owned())).into());
        let clock = Arc::new(SystemClock::new());
        let opened = Session::open(Arc::clone(&connector), entries, Arc::new(live), clock, Policy::default());
        Self { tenant, connector, session: opened.unwrap().unwrap() }
    }

    fn call(&self) -> u16 {
        let call =
            ApiCall { method: "GET".to_owned(), path_and_query: "/api/v1/workflows".to_owned(), ..ApiCall::default() };
        let request = self.connector.api_request(self.session.connection(), &call).unwrap().unwrap();
        self.session.send(&request, &Cancel::default()).unwrap().status
    }
}

#[test]
fn one_token_serves_many_calls() {
    let stage = Stage::new();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..5).for_each(|_| assert_eq!(stage.call(), 200)));
        }
    });
    let calls = stage.tenant.calls();
    assert_eq!((calls.tokens_issued(), calls.concurrent_exchanges_maximum(), calls.foreign_tokens), (1, 1, 0));
}

#[test]
fn a_token_that_the_tenant_lets_expire_is_renewed() {
    let stage = Stage::new();
    assert_eq!(stage.call(), 200);
    stage.tenant.advance_clock(901);
    assert_eq!(stage.call(), 200);
    assert_eq!(stage.tenant.calls().tokens_issued(), 2);
}

#[test]
fn a_token_that_the_tenant_revokes_is_renewed() {
    let stage = Stage::new();
    assert_eq!(stage.call(), 200);
    stage.tenant.revoke_tokens();
    assert_eq!(stage.call(), 200);
    assert_eq!(stage.tenant.calls().tokens_issued(), 2);
}
