//! The Nexthink connector as a WebAssembly component.
//!
//! The build script compiles the workspace's root package for `wasm32-unknown-unknown` and
//! wraps it, so that tests and tools have the component at hand.

/// The component.
pub const NEXTHINK: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/nexthink.wasm"));

/// The version of the compiler that built it: what calls cost depends on it.
pub const COMPILER: &str = env!("CONNECTOR_COMPILER");
