//! Why an exchange did not give what it should: the vocabulary of codes, and
//! reading the many error bodies and waiting times.

pub mod body;
pub mod retry_after;

use std::ops::{Deref, DerefMut};

use crate::key::Key;

/// Says why an exchange did not give what it should: [`Details`] behind a pointer,
/// for the success beside it is handed through many functions.
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

/// Says what a failure is. Holds no secret of ours; `provider_message` is the
/// provider's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// What kind of failure it is.
    pub code: FailureCode,
    /// One sentence.
    pub message: String,
    /// What to do about it. None: nothing is known to help.
    pub hint: Option<String>,
    /// The field to correct. None: no single one is to blame.
    pub field: Option<Key>,
    /// The provider's own code, cleaned.
    pub provider_code: Option<String>,
    /// The provider's own text, cleaned.
    pub provider_message: Option<String>,
    /// Seconds to wait before trying again. None: the provider did not say.
    pub retry_after: Option<u32>,
}

impl Failure {
    /// Starts a failure with what every one has.
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

    /// Adds what to do about it.
    pub fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }

    /// Adds the field to correct.
    pub fn field(mut self, field: Key) -> Self {
        self.field = Some(field);
        self
    }

    /// Adds what the provider said.
    pub fn said(mut self, error: body::ProviderError) -> Self {
        self.provider_code = error.code;
        self.provider_message = error.message;
        self
    }

    /// Adds how long to wait.
    pub fn retry_after(mut self, retry_after: Option<u32>) -> Self {
        self.retry_after = retry_after;
        self
    }

    /// Returns what it is.
    pub fn into_details(self) -> Details {
        *self.0
    }
}

/// Names the kinds of failure that Nexthink can cause; the vocabulary of
/// `failure.code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureCode {
    /// Client id and secret are not accepted.
    InvalidClient,
    /// The scope asked for is not granted.
    InvalidScope,
    /// The credentials may not use the client credentials grant.
    UnauthorizedClient,
    /// Nothing answers under the name of the instance in the region.
    InstanceUnknown,
    /// The credentials lack the permission.
    PermissionMissing,
    /// The tenant lacks the feature.
    FeatureDisabled,
    /// There is no such thing.
    NotFound,
    /// Refused for another reason.
    Rejected,
    /// Too many requests.
    RateLimited,
    /// The provider cannot answer now.
    Unavailable,
    /// The provider gave up waiting.
    Timeout,
    /// Something on the way does not let the request through.
    Network,
    /// The token is not accepted, or no longer.
    TokenExpired,
    /// The answer cannot be read.
    MalformedResponse,
    /// The status has no meaning here.
    UnexpectedStatus,
    /// The provider took the request and could not do it.
    OperationFailed,
    /// A link leads to a host that is not the provider's.
    HostNotAllowed,
    /// The answer sends somewhere else.
    Redirected,
    /// The answer is longer than any honest one.
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
            Self::MalformedResponse => "malformed-response",
            Self::UnexpectedStatus => "unexpected-status",
            Self::OperationFailed => "operation-failed",
            Self::HostNotAllowed => "host-not-allowed",
            Self::Redirected => "redirected",
            Self::ResponseTooLarge => "response-too-large",
        }
    }

    /// Returns the class, which follows from the code.
    pub fn class(self) -> &'static str {
        match self {
            Self::InvalidClient
            | Self::InvalidScope
            | Self::UnauthorizedClient
            | Self::InstanceUnknown
            | Self::PermissionMissing
            | Self::FeatureDisabled
            | Self::NotFound
            | Self::Rejected => "config",
            Self::RateLimited | Self::Unavailable | Self::Timeout | Self::Network | Self::TokenExpired => "transient",
            Self::MalformedResponse | Self::UnexpectedStatus | Self::OperationFailed => "provider",
            Self::HostNotAllowed | Self::Redirected | Self::ResponseTooLarge => "security",
        }
    }
}
