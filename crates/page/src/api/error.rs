//! Why a request of the page has no result.

use std::borrow::Cow;
use std::time::Duration;

use connector_host::Error;
use connector_host::records::{Failure, Problem};
use connector_recordings::ReplayError;
use serde_json::{Value, json};

/// Why a request of the page has no result.
#[derive(Debug)]
pub(super) enum ApiError {
    /// The entries or the input are wrong.
    Problems(Vec<Problem>),
    /// The provider, or the way to it, failed.
    Failure(Box<Failure>),
    /// Anything else: a code, and a sentence for a person.
    Other(&'static str, Cow<'static, str>),
}

impl ApiError {
    /// Writes it as the page reads it.
    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::Problems(problems) => json!({ "problems": problems }),
            Self::Failure(failure) => json!({ "failure": failure }),
            Self::Other(code, message) => json!({ "error": { "code": code, "message": message } }),
        }
    }

    pub(super) fn timeout(limit: Duration) -> Self {
        Self::Other("timeout", format!("Timed out after {} seconds.", limit.as_secs()).into())
    }

    const fn because(code: &'static str, message: &'static str) -> Self {
        Self::Other(code, Cow::Borrowed(message))
    }

    pub(super) const BUSY: Self = Self::because("busy", "Too many requests are under way. Cancel one, or wait.");
    pub(super) const INTERNAL: Self = Self::because("internal-error", "Internal error.");
    pub(super) const NO_CONNECTION: Self =
        Self::because("no-connection", "This connection is no longer open. Connect again.");
    pub(super) const NO_RECORDING: Self = Self::because("no-recording", "There is no such recording.");
    pub(super) const NO_OPERATION: Self = Self::because("no-operation", "The connector has no such operation.");
    pub(super) const NOT_CONFIRMED: Self =
        Self::because("not-confirmed", "This may remove something for good, and was not confirmed.");
    /// Whatever a transport of the platform's own says may contain anything.
    const TRANSPORT: Self = Self::because("transport", "The request could not be sent.");
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(problems) => Self::Problems(problems),
            Error::Failed(failure) => Self::Failure(failure),
            Error::Connector(error) => Self::Other(error.code(), sentence(&error.to_string()).into()),
            // A replay writes placeholders where secrets were, so it may be shown.
            Error::Transport(error) if error.is::<ReplayError>() => {
                Self::Other("recording-mismatch", sentence(&error.to_string()).into())
            }
            Error::Transport(_) => Self::TRANSPORT,
            Error::Cancelled | Error::Sink(_) => Self::INTERNAL,
        }
    }
}

/// Begins a text with a capital and ends it with a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}
