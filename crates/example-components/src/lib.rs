//! The connectors of `examples/` as WebAssembly components, for tests.

/// The connector with an API key.
pub const DATADOG: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/datadog-connector.wasm"));

/// The connector that a person signs in to.
pub const ZENDESK: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/zendesk-connector.wasm"));
