//! What a plugin may use.

use thiserror::Error;
use wasmtime::ResourceLimiter;

/// Bounds one call into a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest component to compile, in bytes. Compiling takes time in
    /// proportion, before any other limit can act; connectors have 100 to 300 KB.
    pub component_bytes: usize,
    /// Largest linear memory, in bytes. The connector starts with 192 KiB; a
    /// response of 1 MiB, the copy that is parsed and its parts fit well.
    pub memory_bytes: usize,
    /// Most elements of a table: function pointers, of which a connector has a
    /// few hundred.
    pub table_elements: usize,
    /// Most core instances, memories and tables each. One component made by
    /// `wit-component` has up to three instances, one memory, two tables.
    pub instances: usize,
    /// Units of fuel, about one per instruction. Reading a long token response
    /// takes under a million, so this is for runaways: some 0.1 s.
    pub fuel: u64,
    /// Most bytes that one call may return, after lists and strings are copied
    /// out. Without it a plugin could return the same megabyte a million times.
    pub returned_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            component_bytes: 16 << 20,
            memory_bytes: 8 << 20,
            table_elements: 10_000,
            instances: 8,
            fuel: 100_000_000,
            returned_bytes: 32 << 20,
        }
    }
}

/// State of one call: holds the plugin to its limits and remembers which one it
/// ran into.
#[derive(Debug)]
pub(super) struct Meter {
    limits: Limits,
}

impl Meter {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits }
    }
}

/// Ends a call that asks for more memory than allowed.
#[derive(Debug, Error)]
#[error("more memory was asked for than the limit allows")]
pub(super) struct MemoryLimit;

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        // An error ends the call here and now; `false` would let the plugin go
        // on and trap somewhere, without saying why.
        if desired > self.limits.memory_bytes { Err(MemoryLimit.into()) } else { Ok(true) }
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired > self.limits.table_elements { Err(MemoryLimit.into()) } else { Ok(true) }
    }

    fn instances(&self) -> usize {
        self.limits.instances
    }

    fn tables(&self) -> usize {
        self.limits.instances
    }

    fn memories(&self) -> usize {
        self.limits.instances
    }
}
