//! Files that claim to be recordings.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use connector_host::{Component, Connector, Limits};
use connector_recordings::{Recording, Stopped, play};
use nexthink_component::NEXTHINK;
use tokio::runtime::{Builder, Runtime};

/// The component behind its guard.
pub static CONNECTOR: LazyLock<Arc<Connector>> = LazyLock::new(|| {
    let component = Component::load(NEXTHINK, Limits::default()).expect("the component loads");
    Arc::new(Connector::new(component).expect("the definition is good"))
});

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Builder::new_current_thread().build().expect("a runtime"));

/// Reads any file, writes what was read, and plays it against the component, which
/// a recording cannot drive to break the contract.
pub fn har(input: &[u8]) {
    let path = Path::new("fuzz.har");
    let recording = match Recording::parse(path, input) {
        Ok(recording) => recording,
        Err(error) => {
            assert!(!error.reason.is_empty() && (error.pointer.is_empty() || error.pointer.starts_with('/')));
            assert!(error.to_string().starts_with("fuzz.har"));
            return;
        }
    };
    // None: the clock lies beyond the year 9999.
    if let Some(text) = recording.to_text() {
        let again = Recording::parse(path, text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(again.to_text(), Some(text), "written and read it is another recording");
    }
    if let Err(Stopped::Connector(error)) = RUNTIME.block_on(play(&CONNECTOR, &Arc::new(recording))).outcome {
        panic!("{error}");
    }
}
