//! The transport.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use connector_core::records::{Request, Response};
use connector_core::{Body, Fault};
use reqwest::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, redirect, retry};

use super::fault::{CONNECT, judge};
use super::options::{HttpError, HttpOptions};
use super::resolver::Resolver;
use super::{proxy, trust};
use crate::error::SendError;
use crate::transport::{BoxFuture, Incoming, Pieces, Transport};

/// Longest time in which nothing arrives, in seconds. The time for the whole is the
/// request's, and for a large file that is long.
const STALL: u32 = 60;

/// Unused connections to keep to one host: as many as one platform keeps busy.
const IDLE_CONNECTIONS: usize = 64;

/// Sends requests over the network, through one pool of connections.
///
/// It speaks TLS 1.2 or newer to hosts whose certificate was issued by an authority of
/// this machine's store or of the CA file, follows no redirect, keeps no cookies, and
/// repeats nothing.
///
/// The connection sets `host` and `content-length`, and where the request does not,
/// `accept`, `accept-encoding: gzip` and `user-agent`. A body in gzip arrives decoded,
/// without `content-encoding` and `content-length`. A header value that is not UTF-8 has
/// U+FFFD in its place.
pub struct HttpTransport {
    client: Client,
    /// Decodes nothing, for requests that ask for a body as it is.
    plain: Client,
    timeout: Option<u32>,
    clock: fn() -> u64,
}

impl HttpTransport {
    /// Takes what this machine offers: its store of authorities, its name resolution, and
    /// the proxies of the environment.
    ///
    /// # Errors
    ///
    /// [`HttpError`]
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let transport = connector_host::HttpTransport::from_environment()?;
    /// # Ok::<_, connector_host::HttpError>(())
    /// ```
    ///
    /// # Examples
    ///
    /// ```no_run
    /// let transport = std::sync::Arc::new(connector_host::HttpTransport::from_environment()?);
    /// # Ok::<_, connector_host::HttpError>(())
    /// ```
    pub fn from_environment() -> Result<Self, HttpError> {
        Self::new(HttpOptions::default())
    }

    /// Reads the CA file, this machine's store and the proxies.
    ///
    /// # Errors
    ///
    /// [`HttpError`]
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use connector_host::{HttpOptions, HttpTransport};
    ///
    /// let ca_file = Some("/etc/ssl/proxy.pem".into());
    /// let transport = HttpTransport::new(HttpOptions { ca_file, ..HttpOptions::default() })?;
    /// # Ok::<_, connector_host::HttpError>(())
    /// ```
    pub fn new(options: HttpOptions) -> Result<Self, HttpError> {
        let resolver = Resolver::new(options.resolve);
        let tls = trust::client_config(options.ca_file.as_deref())?;
        let proxy = proxy::proxy(&options.proxies, resolver.clone())?;
        let client = |gzip: bool| {
            let mut client = Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .gzip(gzip)
                .https_only(true)
                .redirect(redirect::Policy::none())
                .referer(false)
                .retry(retry::never())
                .no_proxy()
                .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(seconds(CONNECT))
                .pool_max_idle_per_host(IDLE_CONNECTIONS);
            if let Some(proxy) = &proxy {
                client = client.proxy(proxy.clone());
            }
            let client = client.dns_resolver(Arc::new(resolver.clone())).build();
            client.map_err(|error| HttpError::Client(Arc::new(error)))
        };
        Ok(Self { client: client(true)?, plain: client(false)?, timeout: options.timeout, clock: options.clock })
    }

    async fn exchange(&self, request: Request) -> Result<Incoming, Fault> {
        if request.url.scheme() != "https" {
            return Err(Fault::NotHttps);
        }
        let timeout = self.timeout.map_or(request.timeout, |timeout| timeout.min(request.timeout));
        let client = if request.header("accept-encoding") == Some("identity") { &self.plain } else { &self.client };
        let outgoing = outgoing(request, timeout).map_err(|_| Fault::Other)?;
        let response = client.execute(outgoing).await.map_err(|error| judge(&error, timeout))?;
        let received_at = (self.clock)();
        let head = Response {
            status: response.status().as_u16(),
            headers: response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
            body: Body::default(),
            received_at,
        };
        Ok(Incoming::streamed(head, Rest { response, timeout }))
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Incoming, SendError>> {
        Box::pin(async { self.exchange(request).await.map_err(SendError::Fault) })
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport").finish_non_exhaustive()
    }
}

/// The rest of a body.
struct Rest {
    response: reqwest::Response,
    timeout: u32,
}

impl Pieces for Rest {
    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, Fault>> {
        Box::pin(async {
            match tokio::time::timeout(seconds(STALL), self.response.chunk()).await {
                Ok(piece) => piece.map_err(|error| judge(&error, self.timeout)),
                Err(_) => Err(Fault::Timeout { seconds: STALL }),
            }
        })
    }
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}

/// Converts a request into one of the client.
fn outgoing(request: Request, timeout: u32) -> Result<reqwest::Request, Box<dyn std::error::Error>> {
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 1);
    for (name, value) in &request.headers {
        let mut value = HeaderValue::from_str(value.expose())?;
        // Keeps it out of the client's own log.
        value.set_sensitive(true);
        headers.append(HeaderName::from_bytes(name.as_bytes())?, value);
    }
    let method = Method::from_bytes(request.method.as_bytes())?;
    // RFC 9110 §8.6; the client leaves it out.
    if request.body.is_empty() && matches!(method, Method::POST | Method::PUT | Method::PATCH) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    let mut outgoing = reqwest::Request::new(method, request.url);
    *outgoing.headers_mut() = headers;
    *outgoing.timeout_mut() = Some(seconds(timeout));
    if !request.body.is_empty() {
        *outgoing.body_mut() = Some(Bytes::from_owner(request.body).into());
    }
    Ok(outgoing)
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
