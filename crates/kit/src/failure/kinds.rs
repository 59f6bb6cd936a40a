//! Kinds of failures that most providers can cause, as the contract spells them.

use super::{Kind, Recovery};

/// What is presented is no credential of this provider.
pub const BAD_CREDENTIAL: Kind = Kind::new("bad-credential", Recovery::GiveUp);

/// The credentials lack the permission.
pub const PERMISSION_MISSING: Kind = Kind::new("permission-missing", Recovery::Reconfigure);

/// The requested object does not exist.
pub const NOT_FOUND: Kind = Kind::new("not-found", Recovery::Reconfigure);

/// The request is refused for another reason.
pub const REJECTED: Kind = Kind::new("rejected", Recovery::Reconfigure);

/// The access token is not accepted, or no longer.
pub const TOKEN_EXPIRED: Kind = Kind::new("token-expired", Recovery::RenewToken);

/// The provider received too many requests.
pub const RATE_LIMITED: Kind = Kind::new("rate-limited", Recovery::Retry(None));

/// An intermediary does not let the request through.
pub const NETWORK: Kind = Kind::new("network", Recovery::Retry(None));

/// The provider cannot answer now.
pub const UNAVAILABLE: Kind = Kind::new("unavailable", Recovery::RetryIfRepeatable(None));

/// The provider timed out waiting for the request.
pub const TIMEOUT: Kind = Kind::new("timeout", Recovery::RetryIfRepeatable(None));

/// The response cannot be read.
pub const MALFORMED_RESPONSE: Kind = Kind::new("malformed-response", Recovery::GiveUp);

/// The status code has no meaning here.
pub const UNEXPECTED_STATUS: Kind = Kind::new("unexpected-status", Recovery::GiveUp);

/// The provider accepted the request and could not complete it.
pub const OPERATION_FAILED: Kind = Kind::new("operation-failed", Recovery::GiveUp);

/// The response is a redirect.
pub const REDIRECTED: Kind = Kind::new("redirected", Recovery::Alarm);
