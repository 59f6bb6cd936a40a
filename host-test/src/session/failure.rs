//! Failures that a session judges itself, where neither the provider nor the way to
//! it had a part in them, and what it takes out of others.

use std::time::Duration;

use super::CallFailure;
use crate::model::{Failure, Token};
use crate::redact::Redactor;

/// Says that a caller's patience ended while another's exchange was under way.
pub(super) fn patience_over(patience: Duration) -> CallFailure {
    let seconds = patience.as_secs();
    let message = format!("Another call has been getting an access token for {seconds} seconds, and this one gave up.");
    failure("timeout", &message, "Try again; if it happens again, the login host answers slowly or not at all.")
}

/// Says that an exchange came to no end: whoever made it panicked.
pub(super) fn abandoned() -> CallFailure {
    let message = "Getting an access token was broken off by a fault of the host.";
    failure("exchange-abandoned", message, "Try again; report it to those who run this host.")
}

/// Hides a token in what the provider wrote. The guard hides entries; which token a
/// request carried is known here alone.
pub(super) fn without_token(failure: Failure, token: &Token) -> Failure {
    let redactor = Redactor::of_token(token);
    let hide = |text: Option<String>| text.map(|text| redactor.hide(&text));
    Failure { provider_code: hide(failure.provider_code), provider_message: hide(failure.provider_message), ..failure }
}

fn failure(code: &str, message: &str, hint: &str) -> CallFailure {
    CallFailure::Failed(Box::new(Failure {
        code: code.to_owned(),
        class: "transient".to_owned(),
        message: message.to_owned(),
        hint: Some(hint.to_owned()),
        field: None,
        provider_code: None,
        provider_message: None,
        retry_after: None,
    }))
}
