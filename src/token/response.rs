//! Reading the token response.

use serde::Deserialize;

use crate::failure::{Failure, FailureCode};
use crate::http::Response;
use crate::json::{self, AnyMember, Unreadable};
use crate::secret::Secret;
use crate::token::error;
use crate::token::request::{RESPONSE_LIMIT, SCOPE};

/// Lifetime in seconds where the response has none: what Nexthink documents.
const DEFAULT_LIFETIME: u32 = 900;

/// Longest lifetime to believe, in seconds: a day. Tokens of Nexthink live 15
/// minutes; a number beyond this is a mistake in units.
const MAX_LIFETIME: u32 = 86_400;

/// Longest time between refresh and expiry, in seconds: twice the time-out of the
/// token request.
const REFRESH_MARGIN: u32 = 60;

/// Longest access token, in bytes: with its header it fits into a request, and it
/// is more than any JWT seen. Hosts accept no longer one.
const MAX_TOKEN: usize = 15 * 1024;

/// Most scopes that hosts accept; Nexthink grants one.
const MAX_SCOPES: usize = 200;
/// Longest scope that hosts accept, in bytes.
const MAX_SCOPE: usize = 4 * 1024;

/// An access token and its lifetime.
#[derive(Debug)]
pub struct Token {
    /// The token: visible ASCII, opaque, never empty.
    pub value: Secret,
    /// Token type as the provider spells it, such as `Bearer`.
    pub kind: String,
    /// Lifetime in seconds, counted from the moment the request was sent.
    pub expires_in: u32,
    /// Whether the response has no lifetime and the documented one is assumed.
    pub lifetime_assumed: bool,
    /// Granted scopes, in the order of the response; those requested where the
    /// response has none (RFC 6749 §5.1).
    pub scopes: Vec<String>,
}

impl Token {
    /// Returns when to get the next token, in seconds from the moment the request
    /// was sent: 60 s before expiry, but never more than half the lifetime early.
    /// Always less than `expires_in`, so a token of one second is refreshed at
    /// once.
    pub fn refresh_after(&self) -> u32 {
        self.expires_in - REFRESH_MARGIN.min(self.expires_in / 2).max(1)
    }

    /// Returns the scopes that were requested and not granted.
    pub fn missing_scopes(&self) -> Vec<String> {
        let missing = !self.scopes.iter().any(|scope| scope == SCOPE);
        missing.then(|| SCOPE.to_owned()).into_iter().collect()
    }
}

/// Reads the response to the token request (RFC 6749 §5).
///
/// # Errors
///
/// Returns what failed and what to do about it; never the body.
pub fn response(response: &Response) -> Result<Token, Failure> {
    if response.body.len() > RESPONSE_LIMIT as usize {
        return Err(Failure::new(FailureCode::ResponseTooLarge, "The answer is far too long for a token.")
            .hint(error::INTERMEDIARY_HINT));
    }
    match response.status {
        200..=299 => token(response),
        _ => Err(error::failure(response)),
    }
}

fn token(response: &Response) -> Result<Token, Failure> {
    if !response.may_be_json() {
        return Err(error::not_json(response));
    }
    if response.body.is_empty() {
        return Err(malformed("The answer is empty."));
    }
    if response.is_cut_short() {
        return Err(malformed("The answer ends too early."));
    }
    let body: Body = json::object_from_slice(&response.body).map_err(unreadable)?;
    let value = access_token(body.access_token)?;
    let kind = token_type(body.token_type)?;
    let (expires_in, lifetime_assumed) = lifetime(body.expires_in)?;
    Ok(Token { value, kind, expires_in, lifetime_assumed, scopes: scopes(body.scope)? })
}

/// The members of RFC 6749 §5.1 that matter here.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    access_token: AnyMember<'a>,
    token_type: AnyMember<'a>,
    expires_in: AnyMember<'a>,
    scope: AnyMember<'a>,
}

fn access_token(member: AnyMember) -> Result<Secret, Failure> {
    if member.is_absent() {
        return Err(malformed("The answer has no access token."));
    }
    let token = Secret::new(member.string().ok_or_else(|| malformed("The access token is not a text."))?);
    if token.expose().is_empty() {
        Err(malformed("The access token is empty."))
    } else if token.expose().len() > MAX_TOKEN {
        Err(malformed("The access token is longer than a header can carry."))
    } else if token.expose().bytes().all(|b| b.is_ascii_graphic()) {
        Ok(token)
    } else {
        Err(malformed("The access token contains characters that no header can carry."))
    }
}

fn token_type(member: AnyMember) -> Result<String, Failure> {
    if member.is_absent() {
        return Err(malformed("The answer does not say of what type the token is."));
    }
    member
        .string()
        .filter(|kind| kind.eq_ignore_ascii_case("bearer"))
        .ok_or_else(|| malformed("The token is not of the type Bearer."))
}

/// Reads a whole number or a string of digits, from 1 to 86,400, and returns
/// whether it is assumed.
fn lifetime(member: AnyMember) -> Result<(u32, bool), Failure> {
    if member.is_absent() {
        return Ok((DEFAULT_LIFETIME, true));
    }
    let digits = |text: String| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    member
        .whole()
        .or_else(|| member.string().and_then(digits))
        .and_then(|seconds| u32::try_from(seconds).ok())
        .filter(|seconds| (1..=MAX_LIFETIME).contains(seconds))
        .map(|seconds| (seconds, false))
        .ok_or_else(|| malformed("The token's lifetime is no number of seconds from 1 to 86,400."))
}

/// Splits on spaces (RFC 6749 §3.3). Absent: as requested (§5.1).
fn scopes(member: AnyMember) -> Result<Vec<String>, Failure> {
    if member.is_absent() {
        return Ok(vec![SCOPE.to_owned()]);
    }
    let text = member.string().ok_or_else(|| malformed("The scope is not a text."))?;
    let scopes: Vec<_> = text.split(' ').filter(|scope| !scope.is_empty()).take(MAX_SCOPES + 1).collect();
    if scopes.len() > MAX_SCOPES || scopes.iter().any(|scope| scope.len() > MAX_SCOPE) {
        return Err(malformed("The scope is far too long."));
    }
    scopes
        .into_iter()
        .map(scope)
        .collect::<Option<_>>()
        .ok_or_else(|| malformed("The scope contains characters that no scope has."))
}

/// Returns the string when it is a scope-token of RFC 6749 §3.3.
fn scope(text: &str) -> Option<String> {
    let allowed = text.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\');
    allowed.then(|| text.to_owned())
}

fn unreadable(reason: Unreadable) -> Failure {
    malformed(match reason {
        Unreadable::NotUtf8 => "The answer is not UTF-8 text.",
        Unreadable::NotAnObject => "The answer is not a JSON object.",
        Unreadable::EndsEarly => "The answer ends too early.",
        // Members may be absent and of any type, so a mismatch is a repeated one.
        Unreadable::Mismatch => "The answer says the same thing twice.",
        Unreadable::Syntax => "The answer is not JSON.",
    })
}

fn malformed(message: &str) -> Failure {
    Failure::new(FailureCode::MalformedResponse, message).hint(error::RETRY_HINT)
}

#[cfg(test)]
mod tests;
