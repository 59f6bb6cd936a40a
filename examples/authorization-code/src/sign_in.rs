//! The authorization code grant with PKCE, and the refresh of its tokens.
//!
//! Zendesk, *OAuth Tokens for Grant Types*, *Using PKCE to make Zendesk OAuth access tokens more secure* and *Working
//! with OAuth refresh tokens*.

use connector_kit::entries::Entries;
use connector_kit::failure::Failure;
use connector_kit::http::{Header, Request, Response};
use connector_kit::problem::Problem;
use connector_kit::response::object;
use connector_kit::secret::Secret;
use serde::{Deserialize, Serialize};
use url::form_urlencoded::Serializer;

use crate::access::API;
use crate::connection;
use crate::definition::DEFINITION;
use crate::failures::{malformed, refused_token};

/// Scopes to ask for. They are fixed: which of them are missing has to follow from the response alone.
const SCOPE: &str = "read write";

/// Lifetime to ask for, in seconds: Zendesk's default. A client that was registered before there were refresh tokens
/// gets one only if it asks for a lifetime (*Announcing support for OAuth refresh token grant type*).
const LIFETIME: u32 = 1800;

/// Longest lifetime to believe, in seconds: the longest that Zendesk gives.
const MAX_LIFETIME: u32 = 172_800;

/// Longest token, in bytes: with its header it fits into a request.
const MAX_TOKEN: usize = 15 * 1024;

/// Longest list of scopes, in bytes: hosts accept 200 scopes.
const MAX_SCOPE: usize = 400;

/// Seconds between refresh and expiry: twice the time-out of the refresh.
const MARGIN: u32 = 60;

/// What is exchanged for a token, as Zendesk's JSON has it (RFC 6749 sections 4.1.3 and 6).
#[derive(Clone, Copy, Serialize)]
#[serde(tag = "grant_type", rename_all = "snake_case")]
pub enum Grant<'a> {
    /// The code of a redirect.
    #[expect(missing_docs, reason = "RFC 6749 and RFC 7636 define them")]
    AuthorizationCode { code: &'a str, redirect_uri: &'a str, code_verifier: &'a str },
    /// The refresh token of an earlier response.
    #[expect(missing_docs, reason = "RFC 6749 defines it")]
    RefreshToken { refresh_token: &'a str },
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(flatten)]
    grant: Grant<'a>,
    client_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'a str>,
    scope: &'a str,
    expires_in: u32,
}

/// Returns the URL at which the person signs in.
///
/// # Errors
///
/// Returns every problem of the entries at once.
pub fn authorization_url(
    entries: &Entries,
    redirect_uri: &str,
    state: &str,
    code_challenge: &str,
) -> Result<String, Vec<Problem>> {
    let (connection, client_id, _) = connection::client(entries)?;
    let query = Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", &client_id)
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("state", state)
        .append_pair("scope", SCOPE)
        .append_pair("code_challenge", code_challenge)
        .append_pair("code_challenge_method", "S256")
        .finish();
    Ok(format!("{}/oauth/authorizations/new?{query}", connection.base_url))
}

/// Builds a token request, and returns what was changed in the entries to do so.
///
/// # Errors
///
/// Returns every problem of the entries at once.
pub fn exchange(entries: &Entries, grant: Grant<'_>) -> Result<(Request, Vec<String>), Vec<Problem>> {
    let (connection, client_id, secret) = connection::client(entries)?;
    let client_secret = secret.as_ref().map(Secret::expose);
    let body = Body { grant, client_id: &client_id, client_secret, scope: SCOPE, expires_in: LIFETIME };
    let request = Request {
        method: "POST",
        url: format!("{}/oauth/tokens", connection.base_url),
        headers: vec![
            Header::plain("content-type", "application/json"),
            Header::plain("accept", "application/json"),
            Header::plain("user-agent", API.user_agent),
        ],
        // Texts and a number always serialize.
        body: serde_json::to_vec(&body).unwrap_or_default(),
        authorized: false,
        // A code works once, and so does a refresh token: whoever comes with an old one again looks like a thief.
        repeatable: false,
        timeout: 30,
        response_limit: 64 << 10,
    };
    Ok((request, connection.notes))
}

/// An access token, and what gets the next one.
#[derive(Debug)]
pub struct Token {
    /// Access token.
    pub value: Secret,
    /// Token type as Zendesk spells it.
    pub kind: String,
    /// Lifetime in seconds.
    pub expires_in: u32,
    /// Whether the response has no lifetime and the requested one is assumed.
    pub lifetime_assumed: bool,
    /// Granted scopes.
    pub scopes: Vec<String>,
    /// Refresh token. `None`: the last one stays good.
    pub refresh_token: Option<Secret>,
}

impl Token {
    /// Returns the seconds after which to refresh: a minute before expiry, but never more than half the lifetime early.
    pub fn refresh_after(&self) -> u32 {
        self.expires_in - MARGIN.min(self.expires_in / 2).max(1)
    }

    /// Returns the requested scopes that were not granted.
    pub fn missing_scopes(&self) -> Vec<String> {
        let missing = |wanted: &&str| self.scopes.iter().all(|scope| scope != wanted);
        SCOPE.split(' ').filter(missing).map(str::to_owned).collect()
    }
}

#[derive(Deserialize)]
struct Granted {
    access_token: Option<String>,
    token_type: Option<String>,
    expires_in: Option<u32>,
    scope: Option<String>,
    refresh_token: Option<String>,
}

/// Reads the response to a token request.
///
/// # Errors
///
/// Returns what failed and what to do about it.
pub fn token_response(response: &Response) -> Result<Token, Failure> {
    if !matches!(response.status, 200..=299) {
        return Err(refused_token(response));
    }
    let granted: Granted = object(response, DEFINITION.name)?;
    let visible = |text: String| {
        let visible = (1..=MAX_TOKEN).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        visible.then(|| Secret::new(text)).ok_or_else(|| malformed("The answer has a token that no header can carry."))
    };
    let value = granted.access_token.ok_or_else(|| malformed("The answer has no access token.")).and_then(visible)?;
    let kind = granted.token_type.filter(|kind| kind.eq_ignore_ascii_case("bearer"));
    let kind = kind.ok_or_else(|| malformed("The token is not of the type bearer."))?;
    let expires_in = granted.expires_in.unwrap_or(LIFETIME);
    if !(1..=MAX_LIFETIME).contains(&expires_in) {
        return Err(malformed("The token's lifetime is not from 1 to 172,800 seconds."));
    }
    // Absent: as requested (RFC 6749 section 5.1).
    let scope = granted.scope.as_deref().unwrap_or(SCOPE);
    if scope.len() > MAX_SCOPE {
        return Err(malformed("The scope is far too long."));
    }
    let scopes = scope.split_ascii_whitespace().map(str::to_owned).collect();
    let refresh_token = granted.refresh_token.map(visible).transpose()?;
    Ok(Token { value, kind, expires_in, lifetime_assumed: granted.expires_in.is_none(), scopes, refresh_token })
}
