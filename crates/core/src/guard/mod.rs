//! Checks everything a component returns before anybody acts on it.
//!
//! A value that breaks a rule of the contract is refused with function, place and rule, and
//! never quoted. Crate-private: a [`Connector`](crate::Connector) alone calls these.

mod check;
mod connection;
mod definition;
#[cfg(fuzzing)]
pub mod fuzzing;
mod hosts;
mod icon;
mod operations;
mod output;
mod request;
#[cfg(test)]
mod tests;
mod texts;
mod verdict;

pub use output::{BadOutput, Breach};

pub(crate) use connection::check as connection;
pub(crate) use definition::check as definition;
pub(crate) use operations::{WAIT, operations, step};
pub(crate) use request::{api as api_request, authorization_url, exchange, probes, signed, token_headers};
pub(crate) use verdict::{failure, permission_status, problems, token};
