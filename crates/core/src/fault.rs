//! What can happen on the way instead of a response. The host judges it; the connector
//! never sees it.

use thiserror::Error;

use crate::policy::again;
use crate::records::{Failure, Purpose, Recovery, Request};

/// Why there is no response. It contains nothing of the request and nothing of what was
/// received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Fault {
    /// The name of the host has no address.
    #[error("the host was not found")]
    Dns,
    /// Nothing accepts connections at the address.
    #[error("the connection was refused")]
    Refused,
    /// The connection ended before the response did.
    #[error("the connection broke")]
    Reset,
    /// There is no TLS connection, or it was tampered with.
    #[error("the host did not prove its identity")]
    Tls(TlsFault),
    /// The time for the whole exchange, or that for connecting, is over.
    #[error("no answer within {seconds} s")]
    Timeout {
        /// How long it was waited.
        seconds: u32,
    },
    /// A proxy answers `CONNECT` with 407.
    #[error("a proxy asks for a sign-in")]
    ProxyAuthentication,
    /// A proxy cannot be reached or opens no connection.
    #[error("a proxy did not open a connection")]
    Proxy,
    /// The body, decoded, is longer than the request accepts.
    #[error("the answer is too long")]
    TooLarge,
    /// What came back is no HTTP, or its content coding is broken.
    #[error("the answer is not readable as HTTP")]
    Malformed,
    /// The URL is not `https`: nothing was sent.
    #[error("the address is not https")]
    NotHttps,
    /// Anything else, such as a network without a route to the host.
    #[error("the connection failed")]
    Other,
}

/// What is wrong with how a host identifies itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsFault {
    /// Today lies outside the time for which the certificate was issued.
    Expired,
    /// The certificate is for other names.
    WrongHost,
    /// No authority that this machine or the CA file knows has issued it.
    UnknownIssuer,
    /// Anything else, such as a protocol older than TLS 1.2 or no TLS at all.
    Other,
}

impl TlsFault {
    /// Returns what to add to the message, and what to check.
    fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Expired => (
                ": its certificate has expired or is not valid yet",
                "Check the clock of this machine; a proxy on the way may replace certificates.",
            ),
            Self::WrongHost => (
                ": its certificate is for another host",
                "Check the name resolution of this network; a proxy on the way may replace certificates.",
            ),
            Self::UnknownIssuer => (
                ": its certificate comes from an authority that is not known here",
                "A proxy on the way may replace certificates; ask those who run this network for its CA file.",
            ),
            Self::Other => ("", "A proxy on the way may replace certificates; ask those who run this network."),
        }
    }
}

impl Fault {
    /// Describes it for the request it happened to.
    pub fn failure(&self, request: &Request) -> Failure {
        let host = request.host();
        match self {
            Self::Dns => Failure::of_host(
                "network",
                Recovery::Retry(None),
                format!("The host {host} was not found."),
                "Check the entries that the address is made from, and the name resolution of this network.",
            ),
            Self::Refused => Failure::of_host(
                "network",
                Recovery::Retry(None),
                format!("The host {host} refused the connection."),
                "Check whether a firewall stands between; try again.",
            ),
            Self::Reset => Failure::of_host(
                "network",
                Recovery::RetryIfRepeatable(None),
                format!("The connection to {host} broke before the answer was complete."),
                again(request.repeatable),
            ),
            Self::Timeout { seconds } => {
                let unit = if *seconds == 1 { "second" } else { "seconds" };
                Failure::of_host(
                    "timeout",
                    Recovery::RetryIfRepeatable(None),
                    format!("The host {host} did not answer within {seconds} {unit}."),
                    again(request.repeatable),
                )
            }
            Self::Tls(fault) => {
                let (what, hint) = fault.text();
                Failure::of_host(
                    "tls",
                    Recovery::Alarm,
                    format!("The host {host} did not prove its identity{what}."),
                    hint,
                )
            }
            Self::ProxyAuthentication => Failure::of_host(
                "network",
                Recovery::Retry(None),
                "A proxy on the way asks for a sign-in of its own.".to_owned(),
                "Put its user name and password into HTTPS_PROXY, as in http://name:password@proxy.example:3128.",
            ),
            Self::Proxy => Failure::of_host(
                "network",
                Recovery::Retry(None),
                format!("The proxy on the way to {host} did not open a connection."),
                "Check HTTPS_PROXY, ALL_PROXY and NO_PROXY, and whether the proxy lets this host through.",
            ),
            Self::TooLarge => {
                let message = format!("The answer of {host} is longer than {} bytes.", request.response_limit);
                let (recovery, hint) = if request.purpose == Purpose::Api {
                    (Recovery::GiveUp, "Ask for less, such as with a filter: the connector reads no longer answers.")
                } else {
                    (Recovery::Alarm, "An honest answer is far shorter; the host may not be the provider.")
                };
                Failure::of_host("response-too-large", recovery, message, hint)
            }
            Self::Malformed => Failure::of_host(
                "network",
                Recovery::RetryIfRepeatable(None),
                format!("The answer of {host} is not readable as HTTP."),
                "Something on the way may answer in its place; ask those who run this network.",
            ),
            Self::NotHttps => Failure::of_host(
                "tls",
                Recovery::Alarm,
                format!("The address on {host} is not https, so nothing was sent."),
                "Report it to those who maintain the connector.",
            ),
            Self::Other => Failure::of_host(
                "network",
                Recovery::RetryIfRepeatable(None),
                format!("The connection to {host} failed."),
                if request.repeatable { "Check whether this machine has a network; try again." } else { again(false) },
            ),
        }
    }
}
