//! Names what went wrong.

use std::io;

use rustls::CertificateError;
use ureq::{Error, Timeout};

use super::CONNECT;
use crate::model::Request;
use crate::transport::{SendFailure, TlsFault};

/// Carries a failure through the client.
pub(super) fn wrap(failure: SendFailure) -> Error {
    Error::Other(Box::new(failure))
}

/// Names what the client says about a request.
pub(super) fn judge(error: Error, request: &Request) -> SendFailure {
    match error {
        Error::Other(error) => error.downcast().map_or(SendFailure::Other, |failure| *failure),
        Error::Timeout(Timeout::Connect | Timeout::Resolve) => {
            SendFailure::Timeout { seconds: CONNECT.min(request.timeout) }
        }
        Error::Timeout(_) => SendFailure::Timeout { seconds: request.timeout },
        Error::HostNotFound => SendFailure::Dns,
        Error::Io(error) => io(&error),
        Error::BodyExceedsLimit(_) => SendFailure::TooLarge,
        Error::Protocol(_) | Error::LargeResponseHeader(..) | Error::Decompress(..) | Error::BodyStalled => {
            SendFailure::Malformed
        }
        _ => SendFailure::Other,
    }
}

/// Names what ended an encrypted connection.
///
/// It leaves no `io` error in place that says that the other side is gone: the
/// client would take it for the end of a body without a length. Nor is one that
/// TLS did not close: anyone on the way can end a connection (RFC 8446 §6.1).
pub(super) fn on_connection(error: io::Error) -> Error {
    match Error::from(error) {
        Error::Io(error) => wrap(io(&error)),
        named => named,
    }
}

fn io(error: &io::Error) -> SendFailure {
    if let Some(error) = error.get_ref().and_then(|error| error.downcast_ref()) {
        return SendFailure::Tls(tls(error));
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => SendFailure::Refused,
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::NotConnected
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => SendFailure::Reset,
        _ => SendFailure::Other,
    }
}

/// Names what is wrong with how a host identifies itself.
pub(super) fn tls(error: &rustls::Error) -> TlsFault {
    let rustls::Error::InvalidCertificate(error) = error else { return TlsFault::Other };
    match error {
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => TlsFault::Expired,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => TlsFault::WrongHost,
        // The signature does not fit where another authority has the same name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => TlsFault::UnknownIssuer,
        _ => TlsFault::Other,
    }
}
