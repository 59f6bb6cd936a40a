//! A Datadog connector, as an example of a provider with an API key and without tokens.
//!
//! [`definition`] is the form. [`access`] makes a connection of its values, presents the keys
//! and reads what kind of failure a response is; [`operations`] builds on both. The rest comes
//! from `connector-kit`, and `component.rs` exports it all as a component.
//!
//! Facts about Datadog are from its API reference (*Authentication*, *Rate Limits*,
//! *Monitors*, *Events*) and *Getting Started with Datadog Sites*.

pub mod access;
#[cfg(target_arch = "wasm32")]
pub mod component;
pub mod definition;
pub mod operations;

#[cfg(test)]
mod tests;
