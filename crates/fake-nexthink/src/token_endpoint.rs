//! Exchanges client credentials for a token: RFC 6749, section 4.4, in the manner of an Okta authorization server.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::basic;
use crate::config::Permission;
use crate::http::Request;
use crate::reply::Reply;
use crate::routes::Site;
use crate::service::Service;
use crate::tokens::Grant;

/// Says who asks.
pub(super) enum Caller {
    Proven { client_id: String, permissions: Arc<[Permission]> },
    WrongSecret { client_id: String },
    UnknownId,
    Refused(&'static str),
}

impl Caller {
    /// Names the client if its exchanges are to be counted.
    pub fn known_id(&self) -> Option<&str> {
        match self {
            Self::Proven { client_id, .. } | Self::WrongSecret { client_id } => Some(client_id),
            Self::Refused(_) | Self::UnknownId => None,
        }
    }
}

/// The only scope there is.
const SCOPE: &str = "service:integration";

/// Finds out who asks, so that an exchange can be counted before it is answered.
pub(super) fn caller(service: &Service, request: &Request, site: &Site) -> Caller {
    let basic = match basic::read(&request.headers) {
        Ok(basic) => basic,
        Err(reason) => return Caller::Refused(reason),
    };
    let client_id = basic.client_id;
    if site.instance() == service.config.instance
        && let Some(known) = service.config.credentials.iter().find(|known| known.client_id == client_id)
    {
        return if known.client_secret.matches(&basic.client_secret) {
            Caller::Proven { client_id, permissions: known.permissions.clone().into() }
        } else {
            Caller::WrongSecret { client_id }
        };
    }
    match &service.config.any_instance {
        Some(any) if any.secret_for(site.instance(), &client_id).matches(&basic.client_secret) => {
            Caller::Proven { client_id, permissions: any.permissions.clone().into() }
        }
        // Any id could be meant, so an id is only known together with its secret.
        _ => Caller::UnknownId,
    }
}

/// Answers a request for a token.
pub(super) fn answer(service: &Service, request: &Request, site: &Site, caller: &Caller) -> Reply {
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
        Caller::UnknownId => return challenge(unknown_id(service).because("unknown-client-id")),
    };
    if let Err(reply) = check(request) {
        return *reply;
    }
    let lifetime = service.config.token_lifetime;
    let now = service.clock.now();
    let token = token(service, site, client_id, now);
    let grant = Grant {
        instance: site.instance().to_owned(),
        permissions: Arc::clone(permissions),
        expires_at: now.saturating_add(lifetime),
    };
    service.tokens.add(&token, grant, now, lifetime);
    no_store(Reply::json(
        200,
        &json!({"token_type": "Bearer", "expires_in": lifetime, "access_token": *token, "scope": SCOPE}),
    ))
}

/// Checks everything besides the caller. Stricter than a server has to be: the documented body has two members, and a
/// third is a mistake that no real server would tell.
fn check(request: &Request) -> Result<(), Box<Reply>> {
    let refuse = |code, text, reason| Err(Box::new(error(400, code, text).because(reason)));
    if !request.query.is_empty() {
        return refuse("invalid_request", "The request must not have a query.", "token-request-with-query");
    }
    if request.media_type().as_deref() != Some("application/x-www-form-urlencoded") {
        let text = "The content type must be application/x-www-form-urlencoded.";
        return refuse("invalid_request", text, "content-type-is-not-form");
    }
    let (mut grant_type, mut scope) = (None, None);
    for (name, value) in form_urlencoded::parse(&request.body) {
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

/// Makes a token of the shape of a JWT. The last part is random, so the whole is opaque, and nobody can verify it.
fn token(service: &Service, site: &Site, client_id: &str, now: u64) -> Zeroizing<String> {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let host = format!("{}-login.{}.nexthink.cloud", site.instance(), service.config.region);
    let claims = json!({
        "ver": 1,
        "jti": service.random.hex(),
        "iss": format!("https://{host}/oauth2/default"),
        "iat": now,
        "exp": now.saturating_add(service.config.token_lifetime),
        "cid": client_id,
        "scp": [SCOPE],
    });
    let header = json!({"kid": "stand-in", "alg": "RS256"});
    let signature = URL_SAFE_NO_PAD.encode(service.random.bytes());
    Zeroizing::new(format!("{}.{}.{signature}", part(&header), part(&claims)))
}

/// Answers as RFC 6749, section 5.2, has it.
fn error(status: u16, code: &str, text: &str) -> Reply {
    no_store(Reply::json(status, &json!({"error": code, "error_description": text})))
}

/// Answers as Okta does for an id it does not know: in its own shape, not the RFC's.
fn unknown_id(service: &Service) -> Reply {
    no_store(Reply::json(
        401,
        &json!({
            "errorCode": "invalid_client",
            "errorSummary": "Invalid value for 'client_id' parameter.",
            "errorLink": "invalid_client",
            "errorId": format!("oae{}", service.random.hex()),
            "errorCauses": [],
        }),
    ))
}

fn challenge(reply: Reply) -> Reply {
    reply.header("WWW-Authenticate", "Basic realm=\"stand-in\"")
}

fn no_store(reply: Reply) -> Reply {
    reply.header("Cache-Control", "no-store").header("Pragma", "no-cache")
}
