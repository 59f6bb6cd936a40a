//! What a call may use.

use connector_core::{Function, Interface};
use thiserror::Error;
use wasmtime::ResourceLimiter;

/// The bounds of one call into a component.
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
    /// Largest linear memory of a call of an operation, in bytes: an input of 16 MiB,
    /// what is read of it, and the request made of it fit.
    pub operation_memory_bytes: usize,
    /// Units of fuel for a call of an operation. Checking an input of 16 MiB takes
    /// five to eight billion, about a second; a runaway is stopped after two or three.
    pub operation_fuel: u64,
    /// Longest input of an operation, in bytes. A longer one is refused before any
    /// call: the request made of it would be too long to send.
    pub input_bytes: usize,
    /// Most bytes that one call may return, after lists and strings are copied
    /// out. Without it a component could return the same megabyte a million times.
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
            operation_memory_bytes: 64 << 20,
            operation_fuel: 10_000_000_000,
            input_bytes: (16 << 20) + (64 << 10),
            returned_bytes: 32 << 20,
        }
    }
}

impl Limits {
    /// Returns the memory, in bytes, and the fuel for a call of a function.
    pub fn budget(&self, function: Function) -> (usize, u64) {
        if function.interface() == Interface::Operations {
            (self.operation_memory_bytes, self.operation_fuel)
        } else {
            (self.memory_bytes, self.fuel)
        }
    }
}

/// The state of one call: its limits, and the memory it used.
#[derive(Debug)]
pub(super) struct Meter {
    limits: Limits,
    memory_bytes: usize,
    /// Largest memory so far, in bytes.
    pub(super) peak: usize,
}

impl Meter {
    pub(super) fn new(limits: Limits, function: Function) -> Self {
        Self { limits, memory_bytes: limits.budget(function).0, peak: 0 }
    }
}

/// Ends a call that asks for more memory than allowed.
#[derive(Debug, Error)]
#[error("more memory was asked for than the limit allows")]
pub(super) struct MemoryLimit;

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        // An error ends the call here and now; `false` would let the component go
        // on and trap somewhere, without saying why.
        if desired > self.memory_bytes {
            return Err(MemoryLimit.into());
        }
        self.peak = self.peak.max(desired);
        Ok(true)
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
