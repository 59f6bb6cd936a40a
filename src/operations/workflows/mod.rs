//! Workflows (Nexthink: Workflows API).

mod common;
pub mod describe;
pub mod execute;
pub mod resume;
