//! Every fixture, played.

use std::sync::Arc;

use connector_recordings::{Recording, files, play};

use crate::{CONNECTOR, folder};

#[tokio::test]
async fn every_recording_ends_as_expected() {
    let files = files(&folder("../../fixtures")).unwrap();
    assert!(files.len() > 400, "{}", files.len());
    for file in files {
        let recording = Arc::new(Recording::read(&file).unwrap());
        let played = play(&CONNECTOR, &recording).await;
        assert!(played.passed(), "{}: {:?} {:#?}", file.display(), played.outcome.err(), played.differences);
    }
}
