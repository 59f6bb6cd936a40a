//! Checks what a connector concluded: problems, failures, tokens.

use super::check::{Check, LIST_LIMIT};
use super::output::BadOutput;
use super::texts::Texts;
use crate::entries::Entries;
use crate::functions::Function;
use crate::records::{Definition, Failure, PermissionStatus, Problem, Token};
use crate::redact::Redactor;
use crate::secret::Secret;

/// Longest token, in bytes: with its header it fits what the guard lets a request
/// carry, and it is more than any JWT seen.
const TOKEN_BYTES: usize = 15 * 1024;

pub(crate) fn problems(
    function: Function,
    raw: Vec<Problem>,
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
        Ok(raw)
    });
    checked.collect()
}

/// Accepts a failure, and hides secrets in what of it the provider wrote.
pub(crate) fn failure(
    function: Function,
    raw: Failure,
    definition: &Definition,
    redactor: &Redactor,
) -> Result<Failure, BadOutput> {
    let check = Check(function);
    check.word("code", &raw.code)?;
    check.line("message", &raw.message)?;
    raw.hint.as_deref().map_or(Ok(()), |hint| check.line("hint", hint))?;
    let known = raw.field.as_ref().is_none_or(|key| definition.field(key).is_some());
    check.ensure(known, "field", "names a field that the definition does not have")?;
    for (at, text) in [("provider-code", &raw.provider_code), ("provider-message", &raw.provider_message)] {
        text.as_deref().map_or(Ok(()), |text| check.line(at, text))?;
    }
    let mut texts = Texts::new(function, redactor);
    let mut optional = |at: &str, text: Option<String>| text.map(|text| texts.text(at, text)).transpose();
    Ok(Failure {
        hint: optional("hint", raw.hint)?,
        provider_code: optional("provider-code", raw.provider_code)?,
        provider_message: optional("provider-message", raw.provider_message)?,
        code: texts.text("code", raw.code)?,
        message: texts.text("message", raw.message)?,
        ..raw
    })
}

/// Accepts a token, and hides secrets in what of it the provider wrote and people see. The
/// token itself is one of them: a provider may repeat it as a scope.
pub(crate) fn token(raw: Token, redactor: &Redactor) -> Result<Token, BadOutput> {
    let check = Check(Function::TokenResponse);
    check.ensure(is_token(&raw.value), "value", "is not a token that a header can carry")?;
    let refresh = raw.refresh_token.as_ref().is_none_or(is_token);
    check.ensure(refresh, "refresh-token", "is not visible ASCII, or too long")?;
    check.line("kind", &raw.kind)?;
    check.ensure(raw.refresh_after < raw.expires_in, "refresh-after", "is not less than `expires-in`")?;
    check.lines("scopes", &raw.scopes)?;
    check.lines("missing-scopes", &raw.missing_scopes)?;
    let redactor = redactor.and_all(raw.secrets());
    let mut texts = Texts::new(Function::TokenResponse, &redactor);
    Ok(Token {
        kind: texts.text("kind", raw.kind)?,
        scopes: texts.list("scopes", raw.scopes)?,
        missing_scopes: texts.list("missing-scopes", raw.missing_scopes)?,
        ..raw
    })
}

fn is_token(token: &Secret) -> bool {
    let token = token.expose();
    !token.is_empty() && token.len() <= TOKEN_BYTES && token.bytes().all(|b| b.is_ascii_graphic())
}

/// Accepts what a probe proved, and hides secrets in it.
pub(crate) fn permission_status(raw: PermissionStatus, redactor: &Redactor) -> Result<PermissionStatus, BadOutput> {
    let check = Check(Function::ReadProbe);
    check.word("state", &raw.state)?;
    check.line("detail", &raw.detail)?;
    let mut texts = Texts::new(Function::ReadProbe, redactor);
    Ok(PermissionStatus { state: texts.text("state", raw.state)?, detail: texts.text("detail", raw.detail)? })
}
