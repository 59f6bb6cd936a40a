//! Recordings: those in `fixtures/`, and changed copies of them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use super::{recording_path, root};

/// Returns the paths of all recordings that `run` plays. Fails when there is none,
/// for then nothing would be proved.
pub fn played() -> Vec<PathBuf> {
    let files = connector_recordings::files(&root().join("fixtures")).unwrap();
    assert!(!files.is_empty());
    files
}

/// Returns the paths of all recordings of connections, sorted.
pub fn all() -> Vec<PathBuf> {
    let files = played().into_iter().filter(|path| path.parent().is_some_and(|folder| folder.ends_with("fixtures")));
    let files: Vec<_> = files.collect();
    assert!(!files.is_empty());
    files
}

/// Returns a recording of `fixtures/` as JSON.
pub fn read(name: &str) -> Value {
    serde_json::from_slice(&fs::read(recording_path(name)).unwrap()).unwrap()
}

/// Returns a recording of `fixtures/` with one value replaced, which has to be
/// there.
#[track_caller]
pub fn changed(name: &str, pointer: &str, value: impl Into<Value>) -> Value {
    let mut recording = read(name);
    *recording.pointer_mut(pointer).unwrap_or_else(|| panic!("{name} has no {pointer}")) = value.into();
    recording
}

/// Files of one test, removed at its end.
pub struct Folder(TempDir);

impl Folder {
    /// Makes an empty folder.
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// Returns the path of the folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file and returns its path.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.into_os_string().into_string().expect("a temporary path is UTF-8")
    }

    /// Writes a recording and returns its path.
    pub fn recording(&self, name: &str, recording: &Value) -> String {
        self.file(name, recording.to_string())
    }
}
