//! The contract's records as reports, scripts and recordings spell them.
//!
//! Members mean what the contract says of them; where a record comes from a
//! component, the guard has checked it.

mod connection;
mod definition;
mod http;
mod operation;
mod permission;
mod verdict;

pub use connection::{Connection, Host};
pub use definition::{Choice, Definition, Field, GuideStep, HostRole, HostTemplate, Link, Permission};
pub use http::{Context, Exchange, Purpose, Request, Response};
pub use operation::{Compression, Download, DownloadLink, Operation, Outcome, Pending, Progress, State, Step};
pub use permission::{PermissionStatus, Probe};
pub use verdict::{Failure, Problem, Recovery, Token};
