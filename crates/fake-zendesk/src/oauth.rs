//! The page on which a person signs in, and the token endpoint.
//!
//! Zendesk, *OAuth Tokens for Grant Types* and *Using PKCE to make Zendesk OAuth access tokens more secure*; RFC 6749
//! section 4.1.2 for codes that come twice, RFC 9700 section 4.14.2 for refresh tokens that do.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use crate::http::{Request, Response};

/// Seconds in which a code has to be exchanged (*OAuth Tokens for Grant Types*).
const CODE_LIFETIME: u64 = 120;

/// Lifetimes of access tokens in seconds: the default, and the bounds of `expires_in`.
const ACCESS_LIFETIME: u64 = 1800;
const ACCESS_BOUNDS: std::ops::RangeInclusive<u64> = 300..=172_800;

/// Lifetime of refresh tokens in seconds: the default.
const REFRESH_LIFETIME: u64 = 2_592_000;

const INVALID_GRANT: &str = "The provided access grant is invalid, expired, or revoked (e.g. invalid assertion, expired \
    authorization token, bad end-user password credentials, or mismatching authorization code and redirection URI).";
const INVALID_TOKEN: &str = "The access token provided is expired, revoked, malformed or invalid for other reasons.";

/// An OAuth client of the account. It has no `Debug`: its secret would show.
pub struct Client {
    /// Its identifier.
    pub id: String,
    /// Its secret. `None`: it is a public client, which has to use PKCE.
    pub secret: Option<String>,
    /// The only address to which people are sent back.
    pub redirect_uri: String,
}

/// What the person does on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Agree to what the client asks for.
    Allow,
    /// Refuse it.
    Deny,
}

/// What one sign-in gave out.
struct Grant {
    code: String,
    code_expires: u64,
    code_used: bool,
    challenge: Option<String>,
    scope: String,
    access: Option<(String, u64)>,
    /// Refresh tokens with their expiry, oldest first: only the last one is good.
    refresh: Vec<(String, u64)>,
    revoked: bool,
}

/// Grants the access and remembers what it granted.
pub(crate) struct Authority {
    client: Client,
    decision: Decision,
    grants: Vec<Grant>,
    made: u64,
}

impl Authority {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, decision: Decision::Allow, grants: Vec::new(), made: 0 }
    }

    pub(crate) fn decide(&mut self, decision: Decision) {
        self.decision = decision;
    }

    pub(crate) fn revoke_all(&mut self) {
        self.grants.iter_mut().for_each(|grant| grant.revoked = true);
    }

    /// Shows the page, on which the person decides at once.
    pub(crate) fn authorize(&mut self, now: u64, request: &Request) -> Response {
        // Without a known client and its own address there is nowhere to send the person back to.
        if request.parameter("client_id").as_ref() != Some(&self.client.id) {
            return Response::error(400, "invalid_request", "No such client");
        }
        let address = request.parameter("redirect_uri").filter(|uri| *uri == self.client.redirect_uri);
        let Some(mut address) = address.and_then(|uri| Url::parse(&uri).ok()) else {
            return Response::error(400, "invalid_request", "Invalid redirect_uri");
        };
        if let Some(state) = request.parameter("state") {
            address.query_pairs_mut().append_pair("state", &state);
        }
        let mut back = |name: &str, value: &str| {
            address.query_pairs_mut().append_pair(name, value);
            Response::redirect(address.to_string())
        };
        if request.parameter("response_type").as_deref() != Some("code") {
            return back("error", "unsupported_response_type");
        }
        let Some(scope) = request.parameter("scope").filter(|scope| !scope.is_empty()) else {
            return back("error", "invalid_scope");
        };
        let challenge = request.parameter("code_challenge");
        let method = request.parameter("code_challenge_method");
        let proven = challenge.as_ref().is_some_and(|given| given.len() == 43) && method.as_deref() == Some("S256");
        if !proven && (self.client.secret.is_none() || challenge.is_some() || method.is_some()) {
            return back("error", "invalid_request");
        }
        if self.decision == Decision::Deny {
            return back("error", "access_denied");
        }
        self.made += 1;
        let code = opaque("code", self.made);
        let answer = back("code", &code);
        self.grants.push(Grant {
            code,
            code_expires: now + CODE_LIFETIME,
            code_used: false,
            challenge,
            scope,
            access: None,
            refresh: Vec::new(),
            revoked: false,
        });
        answer
    }

    /// Exchanges a code or a refresh token.
    pub(crate) fn token(&mut self, now: u64, request: &Request) -> Response {
        let Some(body) = request.json() else {
            return Response::oauth_error(400, "invalid_request", "The body is not a JSON object");
        };
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let known =
            text("client_id") == Some(&self.client.id) && text("client_secret") == self.client.secret.as_deref();
        if !known {
            return Response::oauth_error(401, "invalid_client", "Client authentication failed");
        }
        let lifetime = match body.get("expires_in") {
            None => ACCESS_LIFETIME,
            Some(given) => match given.as_u64().filter(|seconds| ACCESS_BOUNDS.contains(seconds)) {
                Some(seconds) => seconds,
                None => return Response::oauth_error(400, "invalid_request", "expires_in is out of range"),
            },
        };
        let found = match text("grant_type") {
            Some("authorization_code") => self.by_code(now, text),
            Some("refresh_token") => self.by_refresh_token(now, text("refresh_token").unwrap_or_default()),
            _ => return Response::oauth_error(400, "unsupported_grant_type", "The grant type is not supported"),
        };
        match found {
            Some(index) => self.issue(index, now, lifetime),
            None => Response::oauth_error(400, "invalid_grant", INVALID_GRANT),
        }
    }

    fn by_code<'a>(&mut self, now: u64, text: impl Fn(&str) -> Option<&'a str>) -> Option<usize> {
        let code = text("code")?;
        let index = self.grants.iter().position(|grant| grant.code == code)?;
        let grant = &mut self.grants[index];
        if grant.code_used {
            grant.revoked = true;
            return None;
        }
        let verified = match (&grant.challenge, text("code_verifier")) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) => *challenge == digest(verifier.as_bytes()),
            _ => false,
        };
        let same = text("redirect_uri") == Some(&self.client.redirect_uri);
        let fits = verified && same && now < grant.code_expires && !grant.revoked;
        grant.code_used = fits;
        fits.then_some(index)
    }

    fn by_refresh_token(&mut self, now: u64, token: &str) -> Option<usize> {
        let given_out = |grant: &Grant| grant.refresh.iter().any(|(known, _)| known == token);
        let index = self.grants.iter().position(given_out)?;
        let grant = &mut self.grants[index];
        let (last, expires) = grant.refresh.last()?;
        if last != token {
            grant.revoked = true;
        }
        (!grant.revoked && now < *expires).then_some(index)
    }

    /// Gives out the next tokens of a grant, with which the last ones end.
    fn issue(&mut self, index: usize, now: u64, lifetime: u64) -> Response {
        self.made += 1;
        let (access, refresh) = (opaque("access", self.made), opaque("refresh", self.made));
        let grant = &mut self.grants[index];
        grant.access = Some((access.clone(), now + lifetime));
        grant.refresh.push((refresh.clone(), now + REFRESH_LIFETIME));
        Response::json(
            200,
            &json!({
                "access_token": access,
                "refresh_token": refresh,
                "token_type": "bearer",
                "scope": grant.scope,
                "expires_in": lifetime,
                "refresh_token_expires_in": REFRESH_LIFETIME,
            }),
        )
    }

    /// Whether a request to the API has a token that is good for it.
    pub(crate) fn admits(&self, now: u64, request: &Request) -> Result<(), Response> {
        let token = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let good = |grant: &&Grant| {
            let access = grant.access.as_ref();
            !grant.revoked && access.is_some_and(|(known, expires)| Some(known.as_str()) == token && now < *expires)
        };
        let grant = self.grants.iter().find(good);
        let grant = grant.ok_or_else(|| Response::oauth_error(401, "invalid_token", INVALID_TOKEN))?;
        let needed = if request.method == "GET" { "read" } else { "write" };
        if grant.scope.split(' ').any(|scope| scope == needed) {
            return Ok(());
        }
        let missing = json!({ "error": { "title": "Forbidden", "message": "You do not have access to this page." } });
        Err(Response::json(403, &missing))
    }
}

/// Returns the SHA-256 of bytes in base64url, as RFC 7636 section 4.2 has it.
fn digest(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(bytes))
}

/// Returns a text that looks like no other one and means nothing. Nobody attacks a fake, so a
/// counter will do.
fn opaque(kind: &str, number: u64) -> String {
    digest(format!("{kind} {number}").as_bytes())
}

#[cfg(test)]
mod tests;
