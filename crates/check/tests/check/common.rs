//! Makers of components.

#![expect(dead_code, reason = "other tests use the rest")]

#[path = "../../../../host-test/tests/common/made.rs"]
pub mod made;
#[path = "../../../../host-test/tests/common/plugins.rs"]
pub mod plugins;

use std::path::Path;

/// Returns the root of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is in the workspace")
}
