//! One file a command.

pub(crate) mod build;
pub(crate) mod call;
pub(crate) mod check;
pub(crate) mod connect;
pub(crate) mod describe;
pub(crate) mod inspect;
pub(crate) mod operations;
pub(crate) mod record;
pub(crate) mod request;
pub(crate) mod resolve;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod tenant;
pub(crate) mod vectors;
