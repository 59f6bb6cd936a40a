//! Sending requests: here, by replaying what was recorded.

mod replay;

pub use replay::{Mismatch, Replay, ReplayError};

use crate::har::Fault;
use crate::model::{Failure, Request};

/// Says what happened instead of a response, as a failure that the host
/// judges: the plugin never sees it.
pub fn failure(fault: Fault, request: &Request) -> Failure {
    let host = request.host();
    match fault {
        Fault::Dns => host_failure(
            "network",
            format!("The host {host} was not found."),
            "Check the entries that the address is made from, and the name resolution of this network.",
        ),
        Fault::Refused => host_failure(
            "network",
            format!("The host {host} refused the connection."),
            "Check whether a firewall stands between; try again.",
        ),
        Fault::Reset => host_failure(
            "network",
            format!("The connection to {host} broke before the answer was complete."),
            "Try again.",
        ),
        Fault::Timeout => host_failure(
            "timeout",
            format!("The host {host} did not answer within {} seconds.", request.timeout),
            "Try again.",
        ),
        Fault::Tls => host_failure(
            "tls",
            format!("The host {host} did not prove its identity."),
            "A proxy on the way may replace certificates; ask those who run this network.",
        ),
    }
}

/// Says that a body was longer than the request accepts.
pub fn too_large(request: &Request) -> Failure {
    host_failure(
        "response-too-large",
        format!("The answer of {} is longer than {} bytes.", request.host(), request.response_limit),
        "An honest answer is far shorter; the host may not be the provider.",
    )
}

fn host_failure(code: &str, message: String, hint: &str) -> Failure {
    let class = match code {
        "tls" | "response-too-large" => "security",
        _ => "transient",
    };
    Failure {
        code: code.to_owned(),
        class: class.to_owned(),
        message,
        hint: Some(hint.to_owned()),
        field: None,
        provider_code: None,
        provider_message: None,
        retry_after: None,
    }
}
