//! What tests of hosts share.
//!
//! - [`TestComponent`]: a component that returns what a test wants, sound or not;
//!   [`hostile`] has one for each thing that a component can do wrong, [`html`] one with
//!   HTML in every text.
//! - [`dummy`]: components of any world, whose functions all give up.
//! - [`SecretFinder`]: finds secrets in a text, in every form in which they travel.
//! - [`resident_bytes`]: what this process has in memory.

mod component;
pub mod dummy;
pub mod hostile;
pub mod html;
mod memory;
mod secret_finder;

pub use component::TestComponent;
pub use memory::resident_bytes;
pub use secret_finder::{SecretFinder, encoded_forms};
pub use test_guest::Behaviour;
pub use wit_component::StringEncoding;

use std::path::Path;

/// Returns the root of the workspace.
///
/// # Panics
///
/// Never: this crate is in it.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("this crate is in the workspace")
}
