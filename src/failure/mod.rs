//! Failures of an exchange: the vocabulary of codes, and the error bodies and
//! waiting times that providers send.

pub mod body;
pub mod retry_after;

use std::ops::{Deref, DerefMut};

use crate::key::Key;

/// A failed exchange.
///
/// [`Details`] behind a pointer, because the success beside it is passed through
/// many functions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(Box<Details>);

impl Deref for Failure {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for Failure {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

/// The details of a [`Failure`].
///
/// Contains no secret of ours; `provider_message` is text of the provider's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Kind of failure.
    pub code: FailureCode,
    /// One sentence for a person.
    pub message: String,
    /// One or two sentences on what to do about it. `None`: nothing is known to
    /// help.
    pub hint: Option<String>,
    /// Field to correct. `None`: no single one is to blame.
    pub field: Option<Key>,
    /// The provider's own code, cleaned. `None`: it sent none.
    pub provider_code: Option<String>,
    /// The provider's own text, cleaned. `None`: it sent none.
    pub provider_message: Option<String>,
    /// Seconds to wait before trying again. `None`: the provider did not say.
    pub retry_after: Option<u32>,
}

impl Failure {
    /// Creates a failure with the details that every failure has.
    pub fn new(code: FailureCode, message: &str) -> Self {
        Self(Box::new(Details {
            code,
            message: message.to_owned(),
            hint: None,
            field: None,
            provider_code: None,
            provider_message: None,
            retry_after: None,
        }))
    }

    /// Sets what to do about it.
    pub fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }

    /// Sets the field to correct.
    pub fn field(mut self, field: Key) -> Self {
        self.field = Some(field);
        self
    }

    /// Sets the provider's own code and text.
    pub fn provider_error(mut self, error: body::ProviderError) -> Self {
        self.provider_code = error.code;
        self.provider_message = error.message;
        self
    }

    /// Sets the seconds to wait before trying again.
    pub fn retry_after(mut self, retry_after: Option<u32>) -> Self {
        self.retry_after = retry_after;
        self
    }

    /// Unwraps the details.
    pub fn into_details(self) -> Details {
        *self.0
    }
}

/// A kind of failure that Nexthink can cause: the vocabulary of `failure.code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureCode {
    /// The client id and secret are not accepted.
    InvalidClient,
    /// The requested scope is not granted.
    InvalidScope,
    /// The credentials may not use the client credentials grant.
    UnauthorizedClient,
    /// No tenant of this name exists in the region.
    InstanceUnknown,
    /// The credentials lack the permission.
    PermissionMissing,
    /// The tenant lacks the feature.
    FeatureDisabled,
    /// The requested object does not exist.
    NotFound,
    /// The request is refused for another reason.
    Rejected,
    /// The provider received too many requests.
    RateLimited,
    /// The provider cannot answer now.
    Unavailable,
    /// The provider timed out waiting for the request.
    Timeout,
    /// An intermediary does not let the request through.
    Network,
    /// The access token is not accepted, or no longer.
    TokenExpired,
    /// What is presented is no credential of this provider.
    BadCredential,
    /// The response cannot be read.
    MalformedResponse,
    /// The status code has no meaning here.
    UnexpectedStatus,
    /// The provider accepted the request and could not complete it.
    OperationFailed,
    /// A link points to a host that is not the provider's.
    HostNotAllowed,
    /// The response is a redirect.
    Redirected,
    /// The response is longer than any legitimate one.
    ResponseTooLarge,
}

impl FailureCode {
    /// Returns the code as the contract spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidClient => "invalid-client",
            Self::InvalidScope => "invalid-scope",
            Self::UnauthorizedClient => "unauthorized-client",
            Self::InstanceUnknown => "instance-unknown",
            Self::PermissionMissing => "permission-missing",
            Self::FeatureDisabled => "feature-disabled",
            Self::NotFound => "not-found",
            Self::Rejected => "rejected",
            Self::RateLimited => "rate-limited",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Network => "network",
            Self::TokenExpired => "token-expired",
            Self::BadCredential => "bad-credential",
            Self::MalformedResponse => "malformed-response",
            Self::UnexpectedStatus => "unexpected-status",
            Self::OperationFailed => "operation-failed",
            Self::HostNotAllowed => "host-not-allowed",
            Self::Redirected => "redirected",
            Self::ResponseTooLarge => "response-too-large",
        }
    }

    /// Returns what a host does about it, after a wait in seconds where the provider names
    /// one. It follows from the code.
    pub fn recovery(self, retry_after: Option<u32>) -> Recovery {
        match self {
            Self::InvalidClient
            | Self::InvalidScope
            | Self::UnauthorizedClient
            | Self::InstanceUnknown
            | Self::PermissionMissing
            | Self::FeatureDisabled
            | Self::NotFound
            | Self::Rejected => Recovery::Reconfigure,
            Self::TokenExpired => Recovery::RenewToken,
            Self::RateLimited | Self::Network => Recovery::Retry(retry_after),
            Self::Unavailable | Self::Timeout => Recovery::RetryIfRepeatable(retry_after),
            Self::BadCredential | Self::MalformedResponse | Self::UnexpectedStatus | Self::OperationFailed => {
                Recovery::GiveUp
            }
            Self::HostNotAllowed | Self::Redirected | Self::ResponseTooLarge => Recovery::Alarm,
        }
    }
}

/// What a host does about a failure; see `recovery` in the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// Stop until the entries or the provider's settings change.
    Reconfigure,
    /// Get a new token and send once more.
    RenewToken,
    /// Send it again, after so many seconds if the provider named a time.
    Retry(Option<u32>),
    /// Likewise, but only if it is repeatable.
    RetryIfRepeatable(Option<u32>),
    /// Report it.
    GiveUp,
    /// Stop and raise an alarm.
    Alarm,
}
