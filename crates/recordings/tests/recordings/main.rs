//! Recordings through the Nexthink connector.

mod fixtures;
