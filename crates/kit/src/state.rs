//! The state that a host keeps between two exchanges: the operation and its
//! position.
//!
//! JSON, `[version, operation, position]`. It contains no input, no secret and no
//! host: the host passes those in again, so a state that was tampered with cannot
//! redirect a request.

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, kinds};

/// Version of the format. Changes when states of an earlier release can no longer
/// be read.
const VERSION: u64 = 1;

/// Longest state to read, in bytes: the errors of a large enrichment in which every
/// object failed.
const MAX_LENGTH: usize = 8 << 20;

/// Serializes a state.
pub fn write(operation: &str, position: &impl Serialize) -> Vec<u8> {
    // A position consists of strings and numbers, which always serialize.
    serde_json::to_vec(&(VERSION, operation, position)).unwrap_or_default()
}

/// Reads the position from a state.
///
/// # Errors
///
/// Fails when the state belongs to another operation or release, or is none.
pub fn read<'a, T: Deserialize<'a>>(operation: &str, state: &'a [u8]) -> Result<T, Failure> {
    let text = std::str::from_utf8(state).ok().filter(|text| text.len() <= MAX_LENGTH).ok_or_else(mismatch)?;
    let (version, of, position): (u64, &str, T) = serde_json::from_str(text).map_err(|_| mismatch())?;
    if version == VERSION && of == operation { Ok(position) } else { Err(mismatch()) }
}

/// Creates the failure of settings, input and state that do not belong together.
pub fn mismatch() -> Failure {
    Failure::new(kinds::OPERATION_FAILED, "The operation cannot go on from this state with this input.")
        .hint("Hand in the settings, input and state that belong together, or start again.")
}
