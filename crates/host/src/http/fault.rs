//! Reads what went wrong from the chain of causes.

use std::error::Error;
use std::io;

use connector_core::{Fault, TlsFault};
use rustls::CertificateError;
use rustls::pki_types::InvalidDnsNameError;

use super::resolver::NotFound;

/// Time to look up a name, to connect, and for the TLS handshake and a proxy's consent, in
/// seconds: several lost packets, but no firewall that swallows them all.
pub(super) const CONNECT: u32 = 10;

/// What the client says of a proxy. Its type is private, its words are not.
const TUNNEL: &str = "tunnel error: ";
const SIGN_IN: &str = "tunnel error: proxy authorization required";

/// Returns the fault of a request with this time-out, in seconds.
pub(super) fn judge(error: &reqwest::Error, timeout: u32) -> Fault {
    if error.is_timeout() {
        let seconds = if error.is_connect() { CONNECT.min(timeout) } else { timeout };
        return Fault::Timeout { seconds };
    }
    // Until the connection itself has a part in it, it is the decoder that complains: it
    // calls a body that is whole but ends within the coding an unexpected end as well.
    let mut decoder = error.is_decode();
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        decoder &= !error.is::<hyper::Error>();
        match known(error) {
            Some(Fault::Reset) if decoder => {}
            Some(fault) => return fault,
            None => {}
        }
        // An `io` error hides the one that it wraps from its own chain.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = wrapped.map_or_else(|| error.source(), |wrapped| Some(wrapped as &(dyn Error + 'static)));
    }
    if error.is_decode() { Fault::Malformed } else { Fault::Other }
}

fn known(error: &(dyn Error + 'static)) -> Option<Fault> {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(Fault::Tls(tls(error)));
    }
    // A name that is none for TLS is looked up nowhere.
    if error.is::<NotFound>() || error.is::<InvalidDnsNameError>() {
        return Some(Fault::Dns);
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return match error {
            _ if error.is_parse() => Some(Fault::Malformed),
            _ if error.is_incomplete_message() || error.is_closed() || error.is_canceled() => Some(Fault::Reset),
            _ => None,
        };
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return match error.kind() {
            // What TLS says is inside.
            _ if error.get_ref().is_some_and(<dyn Error + Send + Sync>::is::<rustls::Error>) => None,
            io::ErrorKind::ConnectionRefused => Some(Fault::Refused),
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::NotConnected
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => Some(Fault::Reset),
            _ => None,
        };
    }
    let text = error.to_string();
    match text.as_str() {
        SIGN_IN => Some(Fault::ProxyAuthentication),
        _ if text.starts_with(TUNNEL) => Some(Fault::Proxy),
        _ => None,
    }
}

/// Returns what is wrong with how a host identifies itself.
fn tls(error: &rustls::Error) -> TlsFault {
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
