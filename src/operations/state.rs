//! What a host keeps between two exchanges: which operation, and where it is.
//!
//! JSON, `[version, operation, where]`. It holds neither input nor secret nor
//! host: those the host hands in again, so a state that was changed on the way
//! cannot lead anywhere new.

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, FailureCode};

/// Changes when states of an earlier release can no longer be read.
const VERSION: u64 = 1;

/// Longest state that is worth reading, in bytes: the errors of a large
/// enrichment, of which every object failed.
const MAX: usize = 8 << 20;

/// Writes a state.
pub fn write(operation: &str, place: &impl Serialize) -> Vec<u8> {
    // Strings and numbers: nothing can fail.
    serde_json::to_vec(&(VERSION, operation, place)).unwrap_or_default()
}

/// Reads a state.
///
/// # Errors
///
/// When it belongs to another operation or release, or is none.
pub fn read<'a, T: Deserialize<'a>>(operation: &str, state: &'a [u8]) -> Result<T, Failure> {
    let text = std::str::from_utf8(state).ok().filter(|text| text.len() <= MAX).ok_or_else(foreign)?;
    let (version, of, place): (u64, &str, T) = serde_json::from_str(text).map_err(|_| foreign())?;
    if version == VERSION && of == operation { Ok(place) } else { Err(foreign()) }
}

/// Says that an operation cannot go on from here.
pub fn foreign() -> Failure {
    Failure::new(FailureCode::OperationFailed, "The operation cannot go on from this state with this input.")
        .hint("Hand in the settings, input and state that belong together, or start again.")
}
