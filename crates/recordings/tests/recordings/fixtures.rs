use std::path::Path;
use std::sync::Arc;

use connector_host::{Component, Connector, Limits};
use connector_recordings::{Recording, files, play};
use nexthink_component::NEXTHINK;

#[tokio::test]
async fn every_recording_ends_as_expected() {
    let connector = Arc::new(Connector::new(Component::load(NEXTHINK, Limits::default()).unwrap()).unwrap());
    let files = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")).unwrap();
    assert!(files.len() > 400, "{}", files.len());
    for file in files {
        let recording = Arc::new(Recording::read(&file).unwrap());
        let played = play(&connector, &recording).await;
        assert!(played.passed(), "{}: {:?} {:#?}", file.display(), played.outcome.err(), played.differences);
    }
}
