//! What holds for any bytes whatsoever, tried by a fuzzer: `make fuzz`.
//!
//! Each target of `targets/` hands its input to the function of the same name here,
//! which panics when something does not hold:
//!
//! - Credentials and tokens go to the documented hosts of a tenant and nowhere else.
//! - No secret shows in what is meant to be seen, `Debug` included.
//! - What is refused is refused with a reason, what is accepted obeys the contract,
//!   and the same input gives the same answer.
//! - The host's guard accepts whatever the connector returns, and the component returns
//!   what the library returns.
//!
//! An input is text in the form of [`mod@format`]. [`seeds`] makes the first ones of the
//! recordings in `fixtures/`.

#![allow(clippy::missing_panics_doc, reason = "a panic is how each of these reports")]

pub mod component;
pub mod entries;
pub mod format;
#[cfg(fuzzing)]
pub mod guard;
pub mod har;
pub mod loader;
pub mod operations;
pub mod page;
pub mod responses;
pub mod seeds;

#[path = "../../../tests/hosts/mod.rs"]
mod hosts;

/// The secret that may not show. Inputs that contain it themselves prove nothing and
/// are passed over.
pub const CANARY: &str = "c4n4ry-7f3a9e51";

/// Asserts that the canary does not show.
#[track_caller]
fn assert_hidden(shown: &impl std::fmt::Debug, place: &str) {
    let shown = format!("{shown:?}");
    assert!(!shown.contains(CANARY), "{place} shows what is secret: {shown}");
}

/// Returns whether an input contains the canary.
fn holds_canary(input: &[u8]) -> bool {
    input.windows(CANARY.len()).any(|window| window == CANARY.as_bytes())
}
