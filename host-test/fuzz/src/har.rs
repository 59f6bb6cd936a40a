//! Files that say they are recordings.

use std::path::Path;
use std::sync::LazyLock;

use host_test::BUILT_IN;
use host_test::guard::Connector;
use host_test::har::{Recording, to_text};
use host_test::plugin::{Limits, Plugin};
use host_test::scenario::{self, Stopped};

/// The built-in component behind its guard.
pub static CONNECTOR: LazyLock<Connector> = LazyLock::new(|| {
    let plugin = Plugin::load(BUILT_IN, Limits::default()).expect("the built-in component loads");
    Connector::new(plugin).expect("the built-in component says what it is")
});

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
    if let Some(text) = to_text(&recording, &[]) {
        let again = Recording::parse(path, text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(to_text(&again, &[]), Some(text), "written and read it is another recording");
    }
    if let Err(Stopped::Plugin(error)) = scenario::play(&CONNECTOR, &recording).outcome {
        panic!("{error}");
    }
}
