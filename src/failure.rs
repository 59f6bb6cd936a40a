//! The failures that Nexthink can cause.

pub use connector_kit::failure::{Details, Failure, Kind, Recovery, body, retry_after};

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

    /// Returns what a host does about it. It follows from the code.
    pub fn recovery(self) -> Recovery {
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
            Self::RateLimited | Self::Network => Recovery::Retry(None),
            Self::Unavailable | Self::Timeout => Recovery::RetryIfRepeatable(None),
            Self::BadCredential | Self::MalformedResponse | Self::UnexpectedStatus | Self::OperationFailed => {
                Recovery::GiveUp
            }
            Self::HostNotAllowed | Self::Redirected | Self::ResponseTooLarge => Recovery::Alarm,
        }
    }
}

impl From<FailureCode> for Kind {
    fn from(code: FailureCode) -> Self {
        Self::new(code.as_str(), code.recovery())
    }
}
