//! What a tenant without faults answers.

use std::borrow::Cow;

use crate::api::{self, Context};
use crate::endpoint::Endpoint;
use crate::host::Site;
use crate::reply::Reply;
use crate::request::Request;
use crate::routes::Route;
use crate::state::State;
use crate::token_endpoint::{self, Caller};
use crate::tokens::{Grant, Refused};

/// Returns the response to a request. A request for the token endpoint comes with its caller.
pub(crate) fn answer(state: &State, request: &Request, site: &Site, route: &Route, caller: Option<&Caller>) -> Reply {
    match (route, caller) {
        (Route::Found { .. }, Some(caller)) => token_endpoint::answer(state, request, site, caller),
        (Route::Found { endpoint, parameters }, None) => operation(state, request, site, *endpoint, parameters),
        (Route::WrongMethod { allow }, _) => Reply::empty(405).header("allow", allow.as_str()).because("wrong-method"),
        (Route::Unknown, _) => unknown_path(site, request.path()),
    }
}

fn operation(state: &State, request: &Request, site: &Site, endpoint: Endpoint, parameters: &[Cow<str>]) -> Reply {
    let context = Context {
        state,
        request,
        instance: site.instance(),
        authority: request.header("host").unwrap_or_default(),
        parameters,
    };
    let Some(permission) = endpoint.permission() else {
        return api::answer(endpoint, &context);
    };
    match grant(state, request, site) {
        Err(reason) => api::unauthorized(permission).header("www-authenticate", "Bearer").because(reason),
        Ok(grant) if !grant.permissions.contains(&permission) => {
            api::forbidden(permission).because("permission-missing")
        }
        Ok(_) => api::answer(endpoint, &context),
    }
}

/// Returns what the token of a request permits; the error is a reason for `/_fake/calls`.
fn grant(state: &State, request: &Request, site: &Site) -> Result<Grant, &'static str> {
    let token = request.credentials("bearer", "authorization-is-not-bearer")?;
    state.tokens.find(token, site.instance(), state.clock.now()).map_err(|refused| match refused {
        Refused::Unknown => "token-unknown",
        Refused::Expired => "token-expired",
        Refused::Revoked => "token-revoked",
        Refused::Foreign => {
            state.counter.count(|calls| calls.foreign_tokens += 1);
            "foreign-token"
        }
    })
}

/// Returns 404 with the likely mistake, since it is easy to take one host for the other.
fn unknown_path(site: &Site, path: &str) -> Reply {
    let reason = match site {
        Site::Api(_) if path.ends_with("/token") => "token-path-on-the-api-host",
        Site::Login(_) if path.starts_with("/api/") => "api-path-on-the-login-host",
        _ => "no-such-path",
    };
    Reply::empty(404).because(reason)
}
