//! Recordings through the Nexthink connector.

mod calls;
mod conformance;
mod fixtures;
mod record;

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use connector_host::{Component, Connector, Limits};
use nexthink_component::NEXTHINK;

/// The Nexthink connector, loaded once.
static CONNECTOR: LazyLock<Arc<Connector>> =
    LazyLock::new(|| Arc::new(Connector::new(Component::load(NEXTHINK, Limits::default()).unwrap()).unwrap()));

/// Returns a folder of recordings, given from this crate.
fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
