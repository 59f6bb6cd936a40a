//! Sends requests over the network.
//!
//! `ureq` speaks HTTP/1.1 and keeps the pool; what it leaves to others is here:
//! [`trust`] says whom to believe, [`tls`] encrypts, [`proxy`] reads the
//! environment, [`resolver`] follows the rules, [`fault`] names what went wrong.

mod body;
mod download;
mod fault;
mod options;
mod proxy;
mod resolver;
mod tls;
mod trust;

use std::fmt;
use std::time::{Duration, Instant};

use ureq::http::{self, HeaderName, HeaderValue};
use ureq::unversioned::transport::{Connector as _, TcpConnector};
use ureq::{Agent, AsSendBody, Body};

use self::proxy::{Proxies, ProxyConnector};
use self::resolver::Resolver;
use self::tls::TlsConnector;
use super::SendFailure;
use crate::model::{Request, Response};

pub(super) use download::Broken;
pub use options::{LiveError, LiveOptions};
pub use proxy::ProxyVariables;

/// At `trace` the client writes whole requests and responses, credentials
/// included; a feature of `log` leaves that level out of the program.
const _: () = assert!(log::STATIC_MAX_LEVEL as usize <= log::LevelFilter::Debug as usize);

/// Time to look up a name, and time to connect including the TLS handshake and a
/// proxy's consent, in seconds: several lost packets, but no firewall that
/// swallows them all.
const CONNECT: u32 = 10;

/// Unused connections to keep, to one host and in all: as many as callers that
/// the soak test lets loose.
const IDLE_CONNECTIONS: usize = 64;

/// Sends requests over the network, through one pool of connections, from as many
/// threads as like.
///
/// It speaks TLS 1.2 or newer to hosts whose certificate an authority of this
/// machine's store or of the CA file has issued, follows no redirect, keeps no
/// cookies, and repeats nothing.
pub struct Live {
    agent: Agent,
    /// A pool of its own, in which every read has to bring something in time.
    downloads: Agent,
    resolver: Resolver,
    proxies: Proxies,
    timeout: Option<u32>,
    clock: fn() -> u64,
}

impl Live {
    /// Reads the CA file, this machine's store and the proxies.
    pub fn new(options: LiveOptions) -> Result<Self, LiveError> {
        let proxies = Proxies::parse(&options.proxies)?;
        let resolver = Resolver::new(options.resolve);
        let config = Agent::config_builder()
            .https_only(true)
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(seconds(CONNECT)))
            .timeout_connect(Some(seconds(CONNECT)))
            .max_idle_connections(IDLE_CONNECTIONS)
            .max_idle_connections_per_host(IDLE_CONNECTIONS)
            .build();
        let tls = TlsConnector::new(trust::client_config(options.ca_file.as_deref())?);
        let agent = |tls: TlsConnector| {
            let connector = ().chain(ProxyConnector::default()).chain(TcpConnector::default()).chain(tls);
            Agent::with_parts(config.clone(), connector, resolver.clone())
        };
        let (downloads, agent) = (agent(tls.impatient(download::STALL)), agent(tls));
        Ok(Self { agent, downloads, resolver, proxies, timeout: options.timeout, clock: options.clock })
    }

    /// Sends a request and reads the response to its end. Any status is a
    /// response.
    ///
    /// The connection sets `host` and `content-length`, and where the request does
    /// not, `accept`, `accept-encoding: gzip` and `user-agent`. A body in gzip
    /// arrives decoded, without `content-encoding` and `content-length`. Headers of
    /// one name keep their order, but stand together. A value that is not UTF-8 has
    /// U+FFFD in its place: nothing that a provider decides by is written so, and a
    /// report shows more than nothing.
    ///
    /// # Errors
    ///
    /// Says what happened instead. Nothing is sent unless the URL is `https`.
    pub fn send(&self, request: &Request) -> Result<Response, SendFailure> {
        if request.url.scheme() != "https" {
            return Err(SendFailure::NotHttps);
        }
        let capped;
        let request = match self.timeout {
            Some(timeout) if timeout < request.timeout => {
                capped = Request { timeout, ..request.clone() };
                &capped
            }
            _ => request,
        };
        let began = Instant::now();
        let response = self.exchange(request);
        let place = request.place();
        let milliseconds = began.elapsed().as_millis();
        match &response {
            Ok(Response { status, body, .. }) => {
                log::info!("{place}: {status}, {} bytes after {milliseconds} ms", body.len());
            }
            Err(failure) => log::info!("{place}: {failure} after {milliseconds} ms"),
        }
        response
    }

    fn exchange(&self, request: &Request) -> Result<Response, SendFailure> {
        let response = if request.body.is_empty() && !matches!(request.method.as_str(), "POST" | "PUT" | "PATCH") {
            self.run(&self.agent, request, ())
        } else {
            self.run(&self.agent, request, &request.body[..])
        };
        let (head, body) = response?.into_parts();
        let received_at = (self.clock)();
        let mut body = body::read(body, request.response_limit).map_err(|error| fault::judge(error.into(), request))?;
        Ok(Response {
            status: head.status.as_u16(),
            headers: head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
            body: std::mem::take(&mut *body),
            received_at,
        })
    }

    fn run(
        &self,
        agent: &Agent,
        request: &Request,
        body: impl AsSendBody,
    ) -> Result<http::Response<Body>, SendFailure> {
        let outgoing = outgoing(request, body).map_err(|_| SendFailure::Other)?;
        let proxy = match self.resolver.rule(outgoing.uri()) {
            Some(_) => None,
            None => self.proxies.of(request.host()),
        };
        let outgoing =
            agent.configure_request(outgoing).timeout_global(Some(seconds(request.timeout))).proxy(proxy).build();
        agent.run(outgoing).map_err(|error| fault::judge(error, request))
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").finish_non_exhaustive()
    }
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}

/// Spells a request as the client takes it.
fn outgoing<B: AsSendBody>(request: &Request, body: B) -> Result<http::Request<B>, http::Error> {
    let mut outgoing = http::Request::builder().method(request.method.as_str()).uri(request.url.as_str());
    for (name, value) in &request.headers {
        let mut value = HeaderValue::from_str(value.expose())?;
        // Keeps it out of the client's own log.
        value.set_sensitive(true);
        outgoing = outgoing.header(HeaderName::from_bytes(name.as_bytes())?, value);
    }
    outgoing.body(body)
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
