//! The token endpoint: RFC 6749, section 4.4, in the manner of an Okta authorization server.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use uuid::Uuid;
use zeroize::Zeroizing;

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
    let (client_id, client_secret) = match basic(request) {
        Ok(pair) => pair,
        Err(reason) => return Caller::Refused(reason),
    };
    if site.instance() == state.config.instance
        && let Some(known) = state.config.credentials.iter().find(|known| known.client_id == client_id)
    {
        return if known.client_secret.matches(&client_secret) {
            Caller::Proven { client_id, permissions: known.permissions.clone().into() }
        } else {
            Caller::WrongSecret { client_id }
        };
    }
    match &state.config.any_instance {
        Some(any) if any.secret_for(site.instance(), &client_id).matches(&client_secret) => {
            Caller::Proven { client_id, permissions: any.permissions.clone().into() }
        }
        // Any id is possible, so an id is only known together with its secret.
        _ => Caller::UnknownId,
    }
}

/// Returns client id and secret, which may be wrong, from the Basic header of RFC 7617; the error is a reason for
/// `/_fake/calls`. Both are taken as they are: the documentation encodes them no further.
fn basic(request: &Request) -> Result<(String, Zeroizing<Vec<u8>>), &'static str> {
    let encoded = request.credentials("basic", "authorization-is-not-basic")?;
    let decoded = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| "basic-is-not-base64")?);
    let colon = decoded.iter().position(|byte| *byte == b':').ok_or("basic-has-no-colon")?;
    let client_id = std::str::from_utf8(&decoded[..colon]).map_err(|_| "basic-is-not-text")?;
    Ok((client_id.to_owned(), Zeroizing::new(decoded[colon + 1..].to_vec())))
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
    if let Err((code, text, reason)) = check(request) {
        return error(400, code, text).because(reason);
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

/// Checks everything but the client; the error is a code, a text, and a reason for `/_fake/calls`. It is stricter than
/// the real service: the documented body has two members, and a third is a mistake that the real service ignores.
fn check(request: &Request) -> Result<(), (&'static str, &'static str, &'static str)> {
    let invalid = |text, reason| Err(("invalid_request", text, reason));
    if !request.query().is_empty() {
        return invalid("The request must not have a query.", "token-request-with-query");
    }
    if request.media_type().as_deref() != Some("application/x-www-form-urlencoded") {
        let text = "The content type must be application/x-www-form-urlencoded.";
        return invalid(text, "content-type-is-not-form");
    }
    let (mut grant_type, mut scope) = (None, None);
    for (name, value) in form_urlencoded::parse(request.body()) {
        let member = match &*name {
            "grant_type" => &mut grant_type,
            "scope" => &mut scope,
            "client_id" | "client_secret" => {
                return invalid("Cannot supply multiple client credentials.", "credentials-in-body");
            }
            _ => return invalid("The request has an unknown member.", "unknown-body-member"),
        };
        if member.replace(value).is_some() {
            return invalid("A member occurs twice.", "body-member-given-twice");
        }
    }
    match (grant_type.as_deref(), scope.as_deref()) {
        (None, _) => invalid("The token endpoint requires the 'grant_type' parameter.", "grant-type-missing"),
        (Some("client_credentials"), Some(SCOPE)) => Ok(()),
        (Some("client_credentials"), None) => {
            let text = "The authorization server resource does not have any configured default scopes, \
                'scope' must be provided.";
            Err(("invalid_scope", text, "scope-missing"))
        }
        (Some("client_credentials"), Some(_)) => {
            let text = "One or more scopes are not configured for the authorization server resource.";
            Err(("invalid_scope", text, "scope-unknown"))
        }
        (Some(_), _) => {
            let text = "The authorization grant type is not supported by the authorization server.";
            Err(("unsupported_grant_type", text, "grant-type-unknown"))
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
