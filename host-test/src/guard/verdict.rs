//! Checks what a plugin concluded: problems, failures, tokens.

use super::{BadOutput, Check, LIST_LIMIT};
use crate::entries::Entries;
use crate::model::{Definition, Failure, Problem, Secret, Standing, Token};
use crate::plugin::Function;
use crate::plugin::bindings::exports::integration::provider::{permissions, provider as raw};
use crate::redact::Redactor;

/// Longest token, in bytes: with its header it fits what the guard lets a request
/// carry, and it is more than any JWT seen.
const TOKEN_BYTES: usize = 15 * 1024;

pub(super) fn problems(
    function: Function,
    raw: Vec<raw::Problem>,
    definition: &Definition,
    entries: &Entries,
    redactor: &Redactor,
) -> Result<Vec<Problem>, BadOutput> {
    let check = Check(function);
    check.ensure(!raw.is_empty(), "", "refuses without a problem")?;
    // Every unknown key may be a problem of its own.
    let sized = raw.len() <= LIST_LIMIT + entries.pairs().len();
    check.ensure(sized, "problems", "are more than the entries can have")?;
    let checked = raw.into_iter().enumerate().map(|(i, raw)| {
        let at = |member: &str| format!("problems[{i}].{member}");
        check.word(&at("code"), &raw.code)?;
        check.line(&at("message"), &raw.message)?;
        raw.hint.as_deref().map_or(Ok(()), |hint| check.line(&at("hint"), hint))?;
        for (member, text) in [("code", Some(&raw.code)), ("message", Some(&raw.message)), ("hint", raw.hint.as_ref())]
        {
            text.map_or(Ok(()), |text| check.harmless(&at(member), text, redactor))?;
        }
        // A key that no field has is one that was entered. What is called with
        // more than entries names its other arguments by JSON Pointer.
        let pointed = matches!(function, Function::ApiRequest | Function::Start);
        let argument = |key: &str| pointed && (key.is_empty() || key.starts_with('/'));
        let known = |key: &String| definition.field(key).is_some() || entries.has(key) || argument(key);
        check.ensure(raw.field.as_ref().is_none_or(known), &at("field"), "names a field that nobody asked for")?;
        Ok(Problem { field: raw.field, code: raw.code, message: raw.message, hint: raw.hint })
    });
    checked.collect()
}

/// The provider's own text is the one that the plugin did not write: secrets in
/// it are hidden rather than held against the plugin.
pub(super) fn failure(
    function: Function,
    raw: raw::Failure,
    definition: &Definition,
    redactor: &Redactor,
) -> Result<Failure, BadOutput> {
    let check = Check(function);
    check.word("code", &raw.code)?;
    check.word("class", &raw.class)?;
    check.line("message", &raw.message)?;
    raw.hint.as_deref().map_or(Ok(()), |hint| check.line("hint", hint))?;
    for (at, text) in [
        ("code", Some(&raw.code)),
        ("class", Some(&raw.class)),
        ("message", Some(&raw.message)),
        ("hint", raw.hint.as_ref()),
    ] {
        text.map_or(Ok(()), |text| check.harmless(at, text, redactor))?;
    }
    let known = raw.field.as_ref().is_none_or(|key| definition.field(key).is_some());
    check.ensure(known, "field", "names a field that the definition does not have")?;
    let said = |at: &str, text: Option<String>| {
        text.map(|text| check.line(at, &text).map(|()| redactor.hide(&text))).transpose()
    };
    Ok(Failure {
        code: raw.code,
        class: raw.class,
        message: raw.message,
        hint: raw.hint,
        field: raw.field,
        provider_code: said("provider-code", raw.provider_code)?,
        provider_message: said("provider-message", raw.provider_message)?,
        retry_after: raw.retry_after,
    })
}

/// Hides secrets in what of a token the provider wrote and others get to see.
pub(super) fn hidden(token: Token, redactor: &Redactor) -> Token {
    let hide = |texts: &[String]| texts.iter().map(|text| redactor.hide(text)).collect();
    Token {
        kind: redactor.hide(&token.kind),
        scopes: hide(&token.scopes),
        missing_scopes: hide(&token.missing_scopes),
        ..token
    }
}

pub(super) fn token(raw: raw::Token) -> Result<Token, BadOutput> {
    let check = Check(Function::TokenResponse);
    let value = Secret::new(raw.value);
    let visible = value.expose().bytes().all(|b| b.is_ascii_graphic());
    let sized = !value.expose().is_empty() && value.expose().len() <= TOKEN_BYTES;
    check.ensure(visible && sized, "value", "is not a token that a header can carry")?;
    check.line("kind", &raw.kind)?;
    check.ensure(raw.refresh_after < raw.expires_in, "refresh-after", "is not less than `expires-in`")?;
    check.lines("scopes", &raw.scopes)?;
    check.lines("missing-scopes", &raw.missing_scopes)?;
    Ok(Token {
        value,
        kind: raw.kind,
        expires_in: raw.expires_in,
        refresh_after: raw.refresh_after,
        lifetime_assumed: raw.lifetime_assumed,
        scopes: raw.scopes,
        missing_scopes: raw.missing_scopes,
    })
}

/// Accepts what a probe proved.
pub(super) fn standing(raw: permissions::Standing, redactor: &Redactor) -> Result<Standing, BadOutput> {
    let check = Check(Function::StandingOf);
    check.word("state", &raw.state)?;
    check.harmless("state", &raw.state, redactor)?;
    check.line("detail", &raw.detail)?;
    Ok(Standing { state: raw.state, detail: redactor.hide(&raw.detail) })
}
