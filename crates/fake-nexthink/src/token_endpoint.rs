//! The token endpoint: RFC 6749, section 4.4, in the manner of an Okta authorization server.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::basic;
use crate::host::Site;
use crate::permission::Permission;
use crate::reply::Reply;
use crate::request::Request;
use crate::state::State;
use crate::tokens::Grant;

/// The client that requests a token.
pub(crate) enum Caller {
    Proven {
        client_id: String,
        permissions: Arc<[Permission]>,
    },
    WrongSecret {
        client_id: String,
    },
    UnknownId,
    /// A client without a readable header, and the reason for `/_fake/calls`.
    Refused(&'static str),
}

impl Caller {
    /// Returns the client id if its requests are counted.
    pub(crate) fn known_id(&self) -> Option<&str> {
        match self {
            Self::Proven { client_id, .. } | Self::WrongSecret { client_id } => Some(client_id),
            Self::Refused(_) | Self::UnknownId => None,
        }
    }
}

/// The only scope.
const SCOPE: &str = "service:integration";

/// Identifies the client, so that its request is counted before it is processed.
pub(crate) fn caller(state: &State, request: &Request, site: &Site) -> Caller {
    let basic = match basic::read(request.headers()) {
        Ok(basic) => basic,
        Err(reason) => return Caller::Refused(reason),
    };
    let client_id = basic.client_id;
    if site.instance() == state.config.instance
        && let Some(known) = state.config.credentials.iter().find(|known| known.client_id == client_id)
    {
        return if known.client_secret.matches(&basic.client_secret) {
            Caller::Proven { client_id, permissions: known.permissions.clone().into() }
        } else {
            Caller::WrongSecret { client_id }
        };
    }
    match &state.config.any_instance {
        Some(any) if any.secret_for(site.instance(), &client_id).matches(&basic.client_secret) => {
            Caller::Proven { client_id, permissions: any.permissions.clone().into() }
        }
        // Any id is possible, so an id is only known together with its secret.
        _ => Caller::UnknownId,
    }
}

/// Returns the response to a token request.
pub(crate) fn answer(state: &State, request: &Request, site: &Site, caller: &Caller) -> Reply {
    let (client_id, permissions) = match caller {
        Caller::Proven { client_id, permissions } => (client_id, permissions),
        Caller::Refused(reason) => {
            let text = "Client authentication failed. Either the client or the client credentials are invalid.";
            return challenge(error(401, "invalid_client", text).because(reason));
        }
        Caller::WrongSecret { .. } => {
            let text = "The client secret supplied for a confidential client is invalid.";
            return challenge(error(401, "invalid_client", text).because("wrong-secret"));
        }
        Caller::UnknownId => return challenge(unknown_id().because("unknown-client-id")),
    };
    if let Err(reply) = check(request) {
        return *reply;
    }
    let lifetime = state.config.token_lifetime;
    let now = state.clock.now();
    let token = token(state, site, client_id, now);
    let grant = Grant {
        instance: site.instance().to_owned(),
        permissions: Arc::clone(permissions),
        expires_at: now.saturating_add(lifetime),
    };
    state.tokens.add(&token, grant, now, lifetime);
    no_store(Reply::json(
        200,
        &json!({"token_type": "Bearer", "expires_in": lifetime, "access_token": *token, "scope": SCOPE}),
    ))
}

/// Checks everything but the client. It is stricter than the real service: the documented body has two members, and a
/// third is a mistake that the real service ignores.
fn check(request: &Request) -> Result<(), Box<Reply>> {
    let refuse = |code, text, reason| Err(Box::new(error(400, code, text).because(reason)));
    if !request.query().is_empty() {
        return refuse("invalid_request", "The request must not have a query.", "token-request-with-query");
    }
    if request.media_type().as_deref() != Some("application/x-www-form-urlencoded") {
        let text = "The content type must be application/x-www-form-urlencoded.";
        return refuse("invalid_request", text, "content-type-is-not-form");
    }
    let (mut grant_type, mut scope) = (None, None);
    for (name, value) in form_urlencoded::parse(request.body()) {
        let member = match &*name {
            "grant_type" => &mut grant_type,
            "scope" => &mut scope,
            "client_id" | "client_secret" => {
                let text = "Cannot supply multiple client credentials.";
                return refuse("invalid_request", text, "credentials-in-body");
            }
            _ => return refuse("invalid_request", "The request has an unknown member.", "unknown-body-member"),
        };
        if member.replace(value).is_some() {
            return refuse("invalid_request", "A member occurs twice.", "body-member-given-twice");
        }
    }
    match grant_type.as_deref() {
        Some("client_credentials") => {}
        None => {
            let text = "The token endpoint requires the 'grant_type' parameter.";
            return refuse("invalid_request", text, "grant-type-missing");
        }
        Some(_) => {
            let text = "The authorization grant type is not supported by the authorization server.";
            return refuse("unsupported_grant_type", text, "grant-type-unknown");
        }
    }
    match scope.as_deref() {
        Some(SCOPE) => Ok(()),
        None => {
            let text = "The authorization server resource does not have any configured default scopes, \
                'scope' must be provided.";
            refuse("invalid_scope", text, "scope-missing")
        }
        Some(_) => {
            let text = "One or more scopes are not configured for the authorization server resource.";
            refuse("invalid_scope", text, "scope-unknown")
        }
    }
}

/// Returns a new token in the form of a JWT. Its signature is random, so nobody can verify it.
fn token(state: &State, site: &Site, client_id: &str, now: u64) -> Zeroizing<String> {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let host = format!("{}-login.{}.nexthink.cloud", site.instance(), state.config.region);
    let claims = json!({
        "ver": 1,
        "jti": Uuid::new_v4().simple().to_string(),
        "iss": format!("https://{host}/oauth2/default"),
        "iat": now,
        "exp": now.saturating_add(state.config.token_lifetime),
        "cid": client_id,
        "scp": [SCOPE],
    });
    let header = json!({"kid": "fake", "alg": "RS256"});
    let signature = URL_SAFE_NO_PAD.encode([Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat());
    Zeroizing::new(format!("{}.{}.{signature}", part(&header), part(&claims)))
}

/// Returns an error in the form of RFC 6749, section 5.2.
fn error(status: u16, code: &str, text: &str) -> Reply {
    no_store(Reply::json(status, &json!({"error": code, "error_description": text})))
}

/// Returns Okta's response to an unknown client id, which has a form of its own.
fn unknown_id() -> Reply {
    no_store(Reply::json(
        401,
        &json!({
            "errorCode": "invalid_client",
            "errorSummary": "Invalid value for 'client_id' parameter.",
            "errorLink": "invalid_client",
            "errorId": format!("oae{}", Uuid::new_v4().simple()),
            "errorCauses": [],
        }),
    ))
}

fn challenge(reply: Reply) -> Reply {
    reply.header("www-authenticate", "Basic realm=\"fake\"")
}

fn no_store(reply: Reply) -> Reply {
    reply.header("cache-control", "no-store").header("pragma", "no-cache")
}
