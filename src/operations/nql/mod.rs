//! Saved queries (Nexthink: NQL API). Query text cannot be sent, and saved queries
//! cannot be listed.

mod csv;
mod download_link;
pub mod execute;
pub mod export;
pub mod export_steps;
mod query;
mod table;
