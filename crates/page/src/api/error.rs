//! Why a request of the page has no result.

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
    Other(&'static str, String),
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

    fn other(code: &'static str, message: &str) -> Self {
        Self::Other(code, message.to_owned())
    }

    pub(super) fn busy() -> Self {
        Self::other("busy", "Too many requests are under way. Cancel one, or wait.")
    }

    pub(super) fn timeout(limit: Duration) -> Self {
        Self::Other("timeout", format!("Timed out after {} seconds.", limit.as_secs()))
    }

    pub(super) fn internal() -> Self {
        Self::other("internal-error", "Internal error.")
    }

    pub(super) fn no_connection() -> Self {
        Self::other("no-connection", "This connection is no longer open. Connect again.")
    }

    pub(super) fn no_recording() -> Self {
        Self::other("no-recording", "There is no such recording.")
    }

    pub(super) fn no_operation() -> Self {
        Self::other("no-operation", "The connector has no such operation.")
    }

    pub(super) fn not_confirmed() -> Self {
        Self::other("not-confirmed", "This may remove something for good, and was not confirmed.")
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(problems) => Self::Problems(problems),
            Error::Failed(failure) => Self::Failure(failure),
            Error::Connector(error) => Self::Other(error.code(), sentence(&error.to_string())),
            // A replay writes placeholders where secrets were, so it may be shown.
            Error::Transport(error) if error.is::<ReplayError>() => {
                Self::Other("recording-mismatch", sentence(&error.to_string()))
            }
            // Whatever a transport of the platform's own says may contain anything.
            Error::Transport(_) => Self::other("transport", "The request could not be sent."),
            Error::Cancelled | Error::Sink(_) => Self::internal(),
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
