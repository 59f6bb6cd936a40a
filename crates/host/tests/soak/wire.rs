//! HTTP over TLS to the tenant, for ten thousand hosts over a few connections.
//!
//! No two instances share a host, so by their names nearly every call would need a handshake
//! of its own. The tenant's certificate is good for its address as well: requests go there
//! and name their host in a header.

use std::sync::Arc;

use connector_host::records::{Request, Response};
use connector_host::{HttpOptions, HttpTransport, ProxyVariables, Secret, SendError, Transport as _};
use fake_nexthink::FakeNexthink;
use tokio::sync::Semaphore;

/// Connections to the tenant: what the transport keeps to one host.
const CONNECTIONS: usize = 64;

pub struct Wire {
    tenant: Arc<FakeNexthink>,
    connections: Semaphore,
    http: HttpTransport,
}

impl Wire {
    pub fn new(tenant: Arc<FakeNexthink>) -> Self {
        let ca_file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&ca_file, tenant.ca_pem()).unwrap();
        let options = HttpOptions {
            ca_file: Some(ca_file.path().to_owned()),
            proxies: ProxyVariables::none(),
            ..HttpOptions::default()
        };
        Self { tenant, connections: Semaphore::new(CONNECTIONS), http: HttpTransport::new(options).unwrap() }
    }

    /// Sends a request and reads the response, which arrives when the clock says.
    pub async fn send(&self, mut request: Request, clock: impl Fn() -> u64) -> Result<Response, SendError> {
        let (address, limit) = (self.tenant.address(), request.response_limit);
        request.headers.push(("host".to_owned(), Secret::new(request.host())));
        request.url.set_ip_host(address.ip()).unwrap();
        request.url.set_port(Some(address.port())).unwrap();
        let _connection = self.connections.acquire().await.unwrap();
        let response = self.http.send(request).await?.collect(limit).await?;
        Ok(Response { received_at: clock(), ..response })
    }
}
