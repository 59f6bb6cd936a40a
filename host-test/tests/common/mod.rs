//! What the integration tests share: the real program, recordings, plugins
//! made for one test, and a tenant.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod finder;
pub mod hostile;
pub mod memory;
pub mod plugins;
pub mod program;
pub mod recordings;
pub mod stage;

use std::path::{Path, PathBuf};

/// Returns the root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("host-test lies in the repository")
}

/// Returns the path of a recording in `fixtures/`.
pub fn fixture(name: &str) -> PathBuf {
    root().join("fixtures").join(name)
}
