//! A connector that returns what its script contains, for tests of hosts.
//!
//! It is compiled once. A test writes its own script, JSON, over the [`Slot`] in the
//! core module: the records to return, and a [`Behaviour`] for functions that are to do
//! something else.

#[cfg(target_arch = "wasm32")]
mod component;

use serde::{Deserialize, Serialize};

/// How the slot begins, so that it can be found.
pub const MARK: [u8; 16] = *b"here is a script";

/// Longest script, in bytes.
pub const SCRIPT_BYTES: usize = 64 * 1024;

/// The place of the script in the core module.
#[repr(C)]
pub struct Slot {
    /// [`MARK`]
    pub mark: [u8; 16],
    /// Length of the script in bytes, little-endian.
    pub length: [u8; 4],
    /// The script, and whatever is behind it.
    pub script: [u8; SCRIPT_BYTES],
}

/// The function that stands for the start of an instance.
pub const START: &str = "_initialize";

/// What a function does instead of returning its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Behaviour {
    /// Panics, which is a trap.
    Panic,
    /// Never ends.
    Loop,
    /// Counts so far before it returns.
    Count(u32),
    /// Takes memory as long as there is any.
    GrowMemory,
    /// Grows memory by nothing, over and over, for which the host computes.
    GrowByNothing,
    /// Calls itself without end.
    Recurse,
    /// Reads behind the end of memory.
    ReadOutside,
    /// Calls a function that does not exist.
    CallNothing,
    /// Refuses the entries or the input with the problems of the script.
    Refuse,

    /// Panics where there are no entries, refuses any.
    PanicWithoutEntries,
    /// Panics where memory remembers an earlier call.
    PanicWhenCalledAgain,
    /// Gives the connection another label when memory remembers an earlier call.
    CountCalls,
    /// Gives the token request the text of the second entry as its note.
    LeakSecondEntry,
    /// Refuses the last entry with its text as the message.
    QuoteLastEntry,

    /// Repeats the first field of the definition so many times.
    RepeatField(u32),
    /// Gives the connection a label of so many bytes.
    LongLabel(u32),
    /// Gives the connection 100 notes, all the same bytes in memory, so many.
    SharedNotes(u32),
    /// Gives the first step a state of so many bytes.
    LongState(u32),

    /// Returns this address, whatever is there.
    Address(u32),
    /// Returns an address so many bytes behind the right one.
    Misplaced(u32),
    /// Overwrites a part of what it returns.
    Patch {
        /// Offsets into the value as the canonical ABI lays it out: of a pointer to
        /// follow, but the last of what is overwritten.
        path: Vec<u32>,
        /// What is written.
        bytes: Vec<u8>,
    },
}
