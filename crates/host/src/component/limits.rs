//! What a call may use.

use std::time::Duration;

/// The bounds of a component and of each call into it.
///
/// What a call may use grows with what it is given to read (an input, a response, a state),
/// beyond the first 64 KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest component to compile, in bytes; connectors have 100 to 400 KB.
    pub component_bytes: usize,
    /// Linear memory of a call that reads little, in bytes: all memories of the component
    /// together. The connector starts with 192 KiB.
    pub memory_bytes: usize,
    /// Bytes of linear memory for each byte that is read: the input of 16 MiB of an
    /// operation, what is read of it, and the request made of it fit.
    pub memory_per_byte: usize,
    /// Most elements of all tables together: function pointers, of which a connector has a
    /// few hundred.
    pub table_elements: usize,
    /// Most core instances, memories and tables each. One component made by
    /// `wit-component` has up to three instances, one memory, two tables.
    pub instances: usize,
    /// Units of fuel for a call that reads little, about one per instruction. The longest
    /// of the connector's takes under a million, so this is for runaways: some 0.1 s.
    pub fuel: u64,
    /// Units of fuel for each byte that is read. Checking an input of 16 MiB takes 300 to
    /// 500 a byte.
    pub fuel_per_byte: u64,
    /// Processor time of a call that reads little: ten times what its fuel takes on a slow
    /// machine. What the host does for a component (copying strings between inner
    /// components, growing memory by nothing) uses no fuel, but time.
    pub time: Duration,
    /// Longest input of an operation, in bytes. A longer one is refused before any
    /// call: the request made of it would be too long to send.
    pub input_bytes: usize,
    /// Most bytes that one call may return, after lists and strings are copied
    /// out. Without it a component could return the same megabyte a million times.
    pub returned_bytes: usize,
    /// How long a call waits while as many others run as may. A session's own patience is
    /// as long.
    pub patience: Duration,
}

/// What one call may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Linear memory, in bytes: all memories together.
    pub memory_bytes: usize,
    /// Units of fuel.
    pub fuel: u64,
    /// Processor time.
    pub time: Duration,
}

/// What any call may read without a budget of its own, in bytes.
const LITTLE: usize = 64 * 1024;

/// Fuel that even a slow machine uses up in a second.
const FUEL_A_SECOND: u64 = 1_000_000_000;

impl Default for Limits {
    fn default() -> Self {
        Self {
            component_bytes: 16 << 20,
            memory_bytes: 8 << 20,
            memory_per_byte: 4,
            table_elements: 10_000,
            instances: 8,
            fuel: 100_000_000,
            fuel_per_byte: 600,
            time: Duration::from_secs(1),
            input_bytes: (16 << 20) + (64 << 10),
            returned_bytes: 32 << 20,
            patience: Duration::from_mins(3),
        }
    }
}

impl Limits {
    /// Returns what a call of a function may use that reads so many bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use connector_host::Limits;
    ///
    /// let limits = Limits::default();
    /// assert!(limits.budget(1 << 20).fuel > limits.budget(0).fuel);
    /// ```
    pub fn budget(&self, read: usize) -> Budget {
        let read = read.saturating_sub(LITTLE);
        let more = self.memory_per_byte.saturating_mul(read);
        let memory_bytes = self.memory_bytes.saturating_add(more).min(self.most_memory());
        let fuel = self.fuel.saturating_add(self.fuel_per_byte.saturating_mul(read as u64));
        Budget { memory_bytes, fuel, time: self.time + Duration::from_secs(fuel / FUEL_A_SECOND) }
    }

    /// Returns the memory of the call that may use most, in bytes: a slot has as much.
    pub(super) fn most_memory(&self) -> usize {
        self.memory_bytes.saturating_add(self.memory_per_byte.saturating_mul(self.input_bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_grows_with_what_is_read_up_to_what_a_slot_has() {
        let limits = Limits::default();
        let budget = limits.budget(LITTLE + (8 << 20));
        assert_eq!((limits.budget(LITTLE).fuel, budget.fuel), (limits.fuel, limits.fuel + 600 * (8 << 20)));
        assert_eq!((budget.memory_bytes, budget.time), (40 << 20, Duration::from_secs(6)));
        assert_eq!(limits.budget(usize::MAX).memory_bytes, limits.most_memory());
    }
}
