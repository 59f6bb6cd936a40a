//! Answers one request: finds host, endpoint and caller, applies faults, counts.

use std::time::Duration;

use serde_json::Value;

use crate::api::{self, Context};
use crate::calls::Counter;
use crate::clock::Clock;
use crate::config::Config;
use crate::faults::{Action, Answer, Decision, Faults, Oversized, RetryAfter};
use crate::http::Request;
use crate::random::Random;
use crate::reply::{Body, Reply};
use crate::routes::{self, Endpoint, Route, Site};
use crate::token_endpoint::{self, Caller};
use crate::tokens::{Refused, Tokens};

/// Holds everything that outlives a request.
pub(super) struct Service {
    pub config: Config,
    pub clock: Clock,
    pub random: Random,
    pub tokens: Tokens,
    pub counter: Counter,
    pub exports: api::Exports,
    pub executions: api::Executions,
    port: u16,
    faults: Faults,
}

/// Says what becomes of a request.
pub(super) struct Outcome {
    /// Holds the reply; none when the connection is to be reset instead.
    pub reply: Option<Reply>,
    /// Says that only half of the reply is to be sent, and how it ends.
    pub cut: Option<Cut>,
}

/// Says how half a reply ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    Reset,
    Close,
}

impl Service {
    pub fn new(config: Config, port: u16, random: Random) -> Self {
        Self {
            clock: Clock::default(),
            random,
            tokens: Tokens::default(),
            counter: Counter::default(),
            exports: api::Exports::default(),
            executions: api::Executions::default(),
            port,
            faults: Faults::new(&config.faults),
            config,
        }
    }

    /// Answers one request. `asked_for` is the name for which the client wanted a certificate.
    pub fn answer(&self, request: &Request, asked_for: Option<&str>, wait: &dyn Fn(Duration)) -> Outcome {
        if request.path == "/_tenant/calls" {
            // Neither counted nor spoiled: looking must change nothing.
            let reply = if request.method == "GET" {
                Reply::json(200, &self.counter.calls()).header("Cache-Control", "no-store")
            } else {
                Reply::empty(405).header("Allow", "GET")
            };
            return Outcome { reply: Some(reply), cut: None };
        }
        let site = match self.site(request, asked_for) {
            Ok(site) => site,
            Err(reply) => {
                self.counter.answer(None, Some(reply.status), reply.rejected);
                return Outcome { reply: Some(reply), cut: None };
            }
        };
        let route = routes::find(&site, &request.method, &request.path);
        let endpoint = if let Route::Found { endpoint, .. } = &route { Some(*endpoint) } else { None };
        let caller = (endpoint == Some(Endpoint::Token)).then(|| token_endpoint::caller(self, request, &site));
        let exchange = caller.as_ref().and_then(Caller::known_id);
        let exchange = exchange.and_then(|client_id| self.counter.exchange(site.instance(), client_id));

        let Decision { delay, action } = self.faults.decide(endpoint, &request.method, &request.path);
        if !delay.is_zero() {
            self.counter.fault("delay");
            wait(delay);
        }
        if let Some(action) = &action {
            self.counter.fault(action.id());
        }
        let process = || match (&route, &caller) {
            (Route::Found { .. }, Some(caller)) => {
                let reply = token_endpoint::answer(self, request, &site, caller);
                if let (200, Some(exchange)) = (reply.status, &exchange) {
                    exchange.issued();
                }
                reply
            }
            (Route::Found { endpoint, parameters }, None) => self.api(request, &site, *endpoint, parameters),
            (Route::WrongMethod { allow }, _) => {
                Reply::empty(405).header("Allow", allow.as_str()).because("wrong-method")
            }
            (Route::Unknown, _) => unknown_path(&site, &request.path),
        };
        let (reply, cut) = match action {
            None | Some(Action::Delay(_) | Action::ExpiredCertificate | Action::WrongHostCertificate) => {
                (Some(process()), None)
            }
            Some(Action::Status(answer)) => (Some(self.told(answer)), None),
            Some(Action::ResetBefore) => (None, None),
            Some(Action::ResetMiddle) => (Some(process()), Some(Cut::Reset)),
            Some(Action::Truncated) => (Some(process()), Some(Cut::Close)),
            Some(Action::Oversized(wanted)) => (Some(oversized(wanted)), None),
            Some(Action::HtmlPage) => (Some(Reply::text(200, "text/html; charset=utf-8", PAGE)), None),
            Some(Action::Redirect(redirect)) => {
                (Some(Reply::empty(redirect.status).header("Location", redirect.location)), None)
            }
            Some(Action::WrongContentType) => (Some(process().retype("text/plain")), None),
        };
        let status = reply.as_ref().filter(|_| cut != Some(Cut::Reset)).map(|reply| reply.status);
        // Before the reply is sent: whoever has read it finds it counted, and its exchange at an end.
        self.counter.answer(endpoint, status, reply.as_ref().and_then(|reply| reply.rejected));
        drop(exchange);
        Outcome { reply, cut }
    }

    /// Finds out which host is meant, and whether it is the one the client has checked the certificate for.
    fn site(&self, request: &Request, asked_for: Option<&str>) -> Result<Site, Reply> {
        let host = request.headers.one("host");
        let host = host.map_err(|_| Reply::empty(400).because("host-missing-or-given-twice"))?;
        let (name, port) = host.split_once(':').unwrap_or((host, "443"));
        let name = name.to_ascii_lowercase();
        if port != "443" && port != self.port.to_string() {
            return Err(Reply::empty(421).because("host-with-another-port"));
        }
        if asked_for.is_some_and(|asked_for| asked_for != name) {
            return Err(Reply::empty(421).because("host-differs-from-tls-name"));
        }
        let known = |site: &Site| site.instance() == self.config.instance || self.config.any_instance.is_some();
        // What the real service does for an unknown instance has not been observed.
        Site::of(&name, &self.config.region).filter(known).ok_or_else(|| Reply::empty(404).because("unknown-host"))
    }

    fn api(&self, request: &Request, site: &Site, endpoint: Endpoint, parameters: &[&str]) -> Reply {
        let context = Context {
            service: self,
            request,
            instance: site.instance(),
            authority: request.headers.one("host").unwrap_or_default(),
            parameters,
        };
        let Some(permission) = endpoint.permission() else {
            return api::answer(endpoint, &context);
        };
        let grant = match bearer(request) {
            Ok(token) => self.tokens.find(token, site.instance(), self.clock.now()).map_err(|refused| match refused {
                Refused::Unknown => "token-unknown",
                Refused::Expired => "token-expired",
                Refused::Revoked => "token-revoked",
                Refused::Foreign => {
                    self.counter.foreign_token();
                    "foreign-token"
                }
            }),
            Err(reason) => Err(reason),
        };
        match grant {
            Err(reason) => api::unauthorized(permission).header("WWW-Authenticate", "Bearer").because(reason),
            Ok(grant) if !grant.permissions.contains(&permission) => {
                api::forbidden(permission).because("permission-missing")
            }
            Ok(_) => api::answer(endpoint, &context),
        }
    }

    /// Answers as a rule says.
    fn told(&self, answer: Answer) -> Reply {
        let mut reply = Reply::empty(answer.status);
        if let Some(body) = answer.body {
            let bytes = if let Value::String(text) = body { text.into_bytes() } else { body.to_string().into_bytes() };
            let content_type = answer.content_type.unwrap_or_else(|| "application/json".to_owned());
            reply = Reply::text(answer.status, &content_type, bytes);
            if matches!(answer.status, 204 | 304) {
                reply.body = Body::Empty;
            }
        }
        match answer.retry_after {
            RetryAfter::None => reply,
            RetryAfter::Seconds(seconds) => reply.header("Retry-After", seconds.to_string()),
            RetryAfter::HttpDate(seconds) => reply.header("Retry-After", self.clock.http_date(seconds)),
            RetryAfter::IsoDate(seconds) => reply.header("Retry-After", self.clock.iso_date(seconds)),
            RetryAfter::RateLimitReset(seconds) => reply
                .header("X-Rate-Limit-Limit", "600")
                .header("X-Rate-Limit-Remaining", "0")
                .header("X-Rate-Limit-Reset", self.clock.now().saturating_add(seconds).to_string()),
        }
    }
}

fn bearer(request: &Request) -> Result<&str, &'static str> {
    let mut values = request.headers.all("authorization");
    let value = values.next().ok_or("no-authorization")?;
    if values.next().is_some() {
        return Err("authorization-given-twice-or-no-text");
    }
    let text = std::str::from_utf8(value).map_err(|_| "authorization-given-twice-or-no-text")?;
    let (scheme, token) = text.split_once(' ').ok_or("authorization-is-not-bearer")?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err("authorization-is-not-bearer") }
}

/// Says what was probably meant, since it is easy to take one host for the other.
fn unknown_path(site: &Site, path: &str) -> Reply {
    let reason = match site {
        Site::Api(_) if path.ends_with("/token") => "token-path-on-the-api-host",
        Site::Login(_) if path.starts_with("/api/") => "api-path-on-the-login-host",
        _ => "no-such-path",
    };
    Reply::empty(404).because(reason)
}

fn oversized(wanted: Oversized) -> Reply {
    // The simplest JSON that can be that long: text, of which the quotes are two bytes.
    let length = wanted.bytes.max(2);
    let writer = move |out: &mut dyn std::io::Write| {
        out.write_all(b"\"")?;
        let mut left = length - 2;
        let block = [b'x'; 4096];
        while left > 0 {
            let count = usize::try_from(left).unwrap_or(block.len()).min(block.len());
            out.write_all(&block[..count])?;
            left -= count as u64;
        }
        out.write_all(b"\"")
    };
    Reply::stream("application/json", wanted.announced.then_some(length), Box::new(writer))
}

/// Looks like what a company's proxy or a captive portal sends.
const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Access restricted</title></head>\
    <body><h1>Access restricted</h1><p>Please sign in to continue.</p></body></html>\n";
