//! The operations of the Nexthink API, one file for each API. Every API has its own form of errors.

mod campaigns;
mod context;
mod data_management;
mod dispatch;
mod download;
mod enrichment;
mod export;
mod ids;
mod nql;
mod remote_actions;
mod schema;
mod spark;
mod workflows;

pub(crate) use context::Context;
pub(crate) use dispatch::{answer, forbidden, unauthorized};
