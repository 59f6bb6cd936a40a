//! One request: its host, its endpoint, its faults, and its place in the counts.

use crate::endpoint::Endpoint;
use crate::fault_rule::Action;
use crate::faults::{Decision, Faults};
use crate::faulty;
use crate::host::Site;
use crate::reply::{Cut, Reply};
use crate::request::Request;
use crate::routes::{self, Route};
use crate::service;
use crate::state::State;
use crate::token_endpoint::{self, Caller};

/// The handler of all requests.
pub(crate) struct Handler {
    pub state: State,
    faults: Faults,
    port: u16,
}

impl Handler {
    pub(crate) fn new(state: State, port: u16) -> Self {
        Self { faults: Faults::new(&state.config.faults), state, port }
    }

    /// Handles a request. `server_name` is the host in the TLS handshake.
    pub(crate) async fn handle(&self, request: &Request, server_name: Option<&str>) -> Reply {
        let counter = &self.state.counter;
        if request.path() == "/_fake/calls" {
            return self.calls(request);
        }
        let site = match self.site(request, server_name) {
            Ok(site) => site,
            Err(reply) => {
                counter.answer(None, Some(reply.status), reply.rejected);
                return reply;
            }
        };
        let route = routes::find(&site, request.method(), request.path());
        let endpoint = if let Route::Found { endpoint, .. } = &route { Some(*endpoint) } else { None };
        let caller = (endpoint == Some(Endpoint::Token)).then(|| token_endpoint::caller(&self.state, request, &site));
        let exchange = caller.as_ref().and_then(Caller::known_id);
        let exchange = exchange.and_then(|client_id| counter.exchange(site.instance(), client_id));

        let Decision { delay, action } = self.faults.decide(endpoint, request.method(), request.path());
        if !delay.is_zero() {
            counter.count(|calls| *calls.faults.entry("delay").or_default() += 1);
            tokio::time::sleep(delay).await;
        }
        if let Some(action) = &action {
            counter.count(|calls| *calls.faults.entry(action.id()).or_default() += 1);
        }
        let process = || {
            let reply = service::answer(&self.state, request, &site, &route, caller.as_ref());
            if let (200, Some(exchange)) = (reply.status, &exchange) {
                exchange.issued();
            }
            reply
        };
        let reply = match action {
            None | Some(Action::Delay { .. } | Action::ExpiredCertificate | Action::WrongHostCertificate) => process(),
            Some(Action::Status(answer)) => faulty::status(answer, &self.state.clock),
            Some(Action::ResetBefore) => Reply::empty(500).cut(Cut::Unsent),
            Some(Action::ResetMiddle) => process().cut(Cut::Reset),
            Some(Action::Truncated) => process().cut(Cut::Close),
            Some(Action::Oversized { bytes, announced }) => faulty::oversized(bytes, announced),
            Some(Action::HtmlPage) => faulty::html_page(),
            Some(Action::Redirect { location, status }) => Reply::empty(status).header("location", location),
            Some(Action::WrongContentType) => process().retype("text/plain"),
        };
        let status = (!matches!(reply.cut, Some(Cut::Unsent | Cut::Reset))).then_some(reply.status);
        // Before the response is sent: a client that has read it finds it counted and its token request ended.
        counter.answer(endpoint, status, reply.rejected);
        drop(exchange);
        reply
    }

    /// Returns the counts. The request is neither counted nor faulty: looking changes nothing.
    fn calls(&self, request: &Request) -> Reply {
        if request.method() == "GET" {
            Reply::json(200, &self.state.counter.calls()).header("cache-control", "no-store")
        } else {
            Reply::empty(405).header("allow", "GET")
        }
    }

    /// Returns the host of a request, which must be that of the TLS handshake.
    fn site(&self, request: &Request, server_name: Option<&str>) -> Result<Site, Reply> {
        let host = request.header("host");
        let host = host.map_err(|_| Reply::empty(400).because("host-missing-or-given-twice"))?;
        let (name, port) = host.split_once(':').unwrap_or((host, "443"));
        let name = name.to_ascii_lowercase();
        if port != "443" && port != self.port.to_string() {
            return Err(Reply::empty(421).because("host-with-another-port"));
        }
        if server_name.is_some_and(|server_name| server_name != name) {
            return Err(Reply::empty(421).because("host-differs-from-tls-name"));
        }
        let config = &self.state.config;
        let known = |site: &Site| site.instance() == config.instance || config.any_instance.is_some();
        // The response of the real service to an unknown instance is not known.
        Site::of(&name, &config.region).filter(known).ok_or_else(|| Reply::empty(404).because("unknown-host"))
    }
}
