//! `inspect` and `component`: the component as a file.

use nexthink_component::NEXTHINK;
use sha2::{Digest, Sha256};
use test_support::dummy;

use super::{assert_refused, host_test};
use crate::recordings::Folder;

/// Writes the built-in component and returns its path.
fn written(folder: &Folder) -> String {
    let path = folder.path().join("nexthink.wasm").display().to_string();
    let ran = host_test(&["component", "--out", &path]).succeeded();
    assert_eq!(ran.out, format!("  written     {path}, {} bytes\n", NEXTHINK.len()));
    path
}

#[test]
fn component_writes_the_built_in_component() {
    let folder = Folder::new();
    let path = written(&folder);
    assert!(std::fs::read(&path).unwrap() == NEXTHINK);
    let report = host_test(&["component", "--json", "--out", &path]).succeeded().json();
    assert_eq!(report, serde_json::json!({ "file": path, "bytes": NEXTHINK.len() }));
}

#[test]
fn component_says_where_it_cannot_write() {
    let folder = Folder::new();
    let directory = folder.path().display().to_string();
    let sentence = format!("cannot write {directory}: this is a directory");
    assert_refused(&["component", "--out", &directory], 2, "file", &sentence);
    let nowhere = folder.path().join("none/nexthink.wasm").display().to_string();
    let sentence = format!("cannot write {nowhere}: there is no such file or directory");
    assert_refused(&["component", "--out", &nowhere], 2, "file", &sentence);
}

#[test]
fn inspect_prints_what_the_component_is() {
    let text = host_test(&["inspect"]).succeeded().out;
    for line in [
        "  imports     none",
        "  exports     integration:provider/types@0.1.0",
        "              integration:provider/access@0.1.0",
        "              integration:provider/permissions@0.1.0",
        "  name        nexthink-connector",
        "  version     0.1.0",
        "  licenses    Apache-2.0",
    ] {
        assert!(text.lines().any(|given| given == line), "{line}: {text}");
    }
    assert!(text.starts_with(&format!("  size        {} bytes, ", NEXTHINK.len())), "{text}");
}

#[test]
fn inspect_gives_the_digest_of_the_written_file() {
    let folder = Folder::new();
    let path = written(&folder);
    let digest = format!("sha256:{:x}", Sha256::digest(std::fs::read(&path).unwrap()));
    let report = host_test(&["inspect", "--json"]).succeeded().json();
    assert_eq!(report["digest"], digest);
    assert_eq!(report["bytes"], NEXTHINK.len());
    assert_eq!(report["imports"], serde_json::json!([]));
    assert_eq!(
        report["exports"],
        serde_json::json!([
            "integration:provider/types@0.1.0",
            "integration:provider/token@0.1.0",
            "integration:provider/client-credentials@0.1.0",
            "integration:provider/access@0.1.0",
            "integration:provider/permissions@0.1.0",
            "integration:provider/operations@0.1.0",
            "integration:provider/provider@0.1.0",
        ])
    );
    assert_eq!(report["metadata"]["name"], "nexthink-connector");
    let gzip = report["gzip-bytes"].as_u64().unwrap();
    assert!((1_000..NEXTHINK.len() as u64).contains(&gzip), "{gzip}");

    let text = host_test(&["inspect"]).succeeded().out;
    assert!(text.contains(&format!("  digest      {digest}\n")), "{text}");
    // The file, named in either way, is what is inspected.
    for arguments in [vec!["inspect", "--json", &path], vec!["inspect", "--json", "--component", &path]] {
        assert_eq!(host_test(&arguments).succeeded().json(), report);
    }
}

#[test]
fn inspect_reads_a_component_that_cannot_run() {
    let folder = Folder::new();
    let bytes = dummy::of_the_contract("connector");
    let path = folder.file("dummy.wasm", &bytes);
    let report = host_test(&["inspect", "--json", &path]).succeeded().json();
    assert_eq!(report["digest"], format!("sha256:{:x}", Sha256::digest(&bytes)));
    assert_eq!(report["bytes"], bytes.len());
    assert_eq!(report["exports"].as_array().unwrap().len(), 10);
    assert_eq!(report["memory-minimum"], 0);
    assert_eq!(report.get("domains"), None);
}

#[test]
fn inspect_shows_where_a_connector_may_reach() {
    let report = host_test(&["inspect", "--json"]).succeeded().json();
    assert_eq!(report["domains"], serde_json::json!(["nexthink.cloud"]));
    assert_eq!(report["download-domains"], serde_json::json!(["amazonaws.com"]));
}

#[test]
fn the_written_component_behaves_like_the_built_in_one() {
    let folder = Folder::new();
    let path = written(&folder);
    for arguments in [
        vec!["run"],
        vec!["describe", "--format", "json"],
        vec!["resolve", "--set", "instance=nxdocs", "--set", "region=eu"],
        vec!["connect", "--recording", "fixtures/success-eu.har", "--show-token"],
    ] {
        let from_file = [&arguments[..], &["--component", &path]].concat();
        assert_eq!(host_test(&from_file).succeeded().out, host_test(&arguments).succeeded().out, "{arguments:?}");
    }
}
